//! The answer to a question about a range, as Prometheus and VictoriaMetrics give it.
//!
//! Source: <https://prometheus.io/docs/prometheus/latest/querying/api/#range-queries>.
//!
//! How to get it wrong: refusing what one server more or less says. Thanos warns, VictoriaMetrics counts, Prometheus puts native
//! histograms where others have values.

use std::collections::BTreeMap;

use serde::Deserialize;

/// One value of a series: the moment in seconds since 1970-01-01T00:00:00Z, and the value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    /// When.
    pub at: i64,
    /// What; it may be infinite, or not a number.
    pub value: f64,
}

/// A series of the answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Its labels, without the name.
    pub labels: BTreeMap<String, String>,
    /// Its values, ascending in time.
    pub samples: Vec<Sample>,
}

#[derive(Deserialize)]
pub(crate) struct Answer {
    #[serde(default)]
    data: Option<Data>,
    #[serde(default)]
    pub(crate) error: Option<String>,
    /// What the server thinks of its own answer: a store that is away, a function that is misused.
    #[serde(default)]
    pub(crate) warnings: Option<Vec<String>>,
    /// VictoriaMetrics' cluster: some of its storage did not answer.
    #[serde(default, rename = "isPartial")]
    pub(crate) is_partial: bool,
}

#[derive(Deserialize)]
#[serde(tag = "resultType", content = "result", rename_all = "lowercase")]
enum Data {
    Matrix(Vec<Series>),
}

#[derive(Deserialize)]
struct Series {
    metric: BTreeMap<String, String>,
    /// None for a series of native histograms.
    #[serde(default)]
    values: Vec<(f64, String)>,
}

impl Answer {
    pub(crate) fn read(text: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(text)
    }

    /// The series; none in an answer that tells an error.
    pub(crate) fn rows(self) -> Option<Vec<Row>> {
        let Data::Matrix(series) = self.data?;
        Some(series.into_iter().map(Series::row).collect())
    }
}

impl Series {
    fn row(self) -> Row {
        let mut labels = self.metric;
        labels.remove("__name__");
        // A value that is no number cannot be: both engines write them with Go's formatter, which Rust reads.
        let samples = self
            .values
            .into_iter()
            .filter_map(|(at, value)| Some(Sample { at: rounded(at)?, value: value.parse().ok()? }));
        let mut samples: Vec<Sample> = samples.collect();
        // So they come; what is asked of them relies on it.
        samples.sort_by_key(|sample| sample.at);
        Row { labels, samples }
    }
}

/// Moments of the grid are whole seconds; what is far from any moment that we ask for is left out.
#[allow(clippy::cast_possible_truncation)]
fn rounded(at: f64) -> Option<i64> {
    /// Year 9999: where timestamps end for people.
    const LAST: f64 = 253_402_300_799.0;
    (at.is_finite() && at.abs() <= LAST).then(|| at.round() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_as_go_writes_them() {
        // Prometheus 2.42, cut down.
        let text = br#"{"status":"success","data":{"resultType":"matrix","result":[
            {"metric":{"__name__":"up","job":"a"},"values":[[1700000000,"1"],[1700000060.001,"+Inf"],[1700000120,"NaN"],[1e300,"1"]]}]}}"#;
        let rows = Answer::read(text).expect("it parses").rows().expect("it has data");
        assert_eq!(rows[0].labels, BTreeMap::from([("job".to_owned(), "a".to_owned())]));
        let values: Vec<_> = rows[0].samples.iter().map(|sample| (sample.at, sample.value)).collect();
        assert_eq!(values[..2], [(1_700_000_000, 1.0), (1_700_000_060, f64::INFINITY)]);
        assert!(values[2].1.is_nan() && values.len() == 3);
    }

    #[test]
    fn an_error_has_no_rows() {
        let text = br#"{"status":"error","errorType":"bad_data","error":"parse error"}"#;
        let answer = Answer::read(text).expect("it parses");
        assert_eq!(answer.error.as_deref(), Some("parse error"));
        assert!(answer.rows().is_none());
    }

    #[test]
    fn native_histograms_are_series_without_values() {
        let text = br#"{"status":"success","data":{"resultType":"matrix","result":[
            {"metric":{},"histograms":[[1700000000,{"count":"1","sum":"2","buckets":[]}]]}]}}"#;
        let rows = Answer::read(text).expect("it parses").rows().expect("it has data");
        assert_eq!(rows[0].samples, []);
    }

    #[test]
    fn warnings_are_kept_and_may_be_missing_or_null() {
        let with = |part: &str| {
            let text =
                format!(r#"{{"status":"success"{part},"data":{{"resultType":"matrix","result":[]}}}}"#);
            let answer = Answer::read(text.as_bytes()).expect("it parses");
            (answer.warnings.clone().unwrap_or_default(), answer.rows())
        };
        assert_eq!(with(""), (Vec::new(), Some(Vec::new())));
        assert_eq!(with(r#","warnings":null"#), (Vec::new(), Some(Vec::new())));
        assert_eq!(with(r#","warnings":["a store is away"]"#).0, ["a store is away"]);
    }
}
