//! Family headers: all that differs between the two formats, but for the closing line.
//!
//! The rules that let one body serve both: a counter's header lacks `_total` in `OpenMetrics`; a foreign counter whose
//! name does not end in it is `unknown` there, because its lines cannot be those of a counter; an info metric is a gauge
//! of the full name in text; `# UNIT` stands only where the name of the family ends in the unit.

use bytes::Bytes;
use lookout_declarations::{Declaration, Kind};

use crate::deflate::{Compressors, shared};
use crate::format::Syntax;

/// A text that every snapshot shares, compressed once.
pub(crate) struct Chunk {
    pub(crate) body: Bytes,
    pub(crate) deflated: Bytes,
    pub(crate) crc: u32,
}

impl Chunk {
    pub(crate) fn new(text: String, compressors: &Compressors) -> Self {
        let deflated = compressors.with(|compressor| compressor.deflate(text.as_bytes()));
        Self { deflated, crc: crc32fast::hash(text.as_bytes()), body: shared(text.into_bytes()) }
    }
}

/// The headers of one family.
pub(crate) struct Headers {
    text: Chunk,
    open_metrics: Chunk,
}

impl Headers {
    pub(crate) fn new(declaration: &Declaration, compressors: &Compressors) -> Self {
        Self {
            text: Chunk::new(text_header(declaration), compressors),
            open_metrics: Chunk::new(open_metrics_header(declaration), compressors),
        }
    }

    pub(crate) fn of(&self, syntax: Syntax) -> &Chunk {
        match syntax {
            Syntax::Text => &self.text,
            Syntax::OpenMetrics => &self.open_metrics,
        }
    }
}

fn text_header(declaration: &Declaration) -> String {
    let Declaration { name, help, kind, .. } = declaration;
    let help = help.replace('\\', r"\\").replace('\n', r"\n");
    format!("# HELP {name} {help}\n# TYPE {name} {}\n", kind.text())
}

fn open_metrics_header(declaration: &Declaration) -> String {
    let Declaration { name, help, kind, unit, .. } = declaration;
    let (name, kind) = match kind {
        Kind::Gauge => (*name, "gauge"),
        Kind::Histogram => (*name, "histogram"),
        Kind::Counter => name.strip_suffix("_total").map_or((*name, "unknown"), |name| (name, "counter")),
        Kind::Info => name.strip_suffix("_info").map_or((*name, "gauge"), |name| (name, "info")),
    };
    let help = help.replace('\\', r"\\").replace('"', r#"\""#).replace('\n', r"\n");
    let unit = unit
        .open_metrics()
        .filter(|unit| kind != "info" && name.strip_suffix(unit).is_some_and(|rest| rest.ends_with('_')))
        .map_or_else(String::new, |unit| format!("# UNIT {name} {unit}\n"));
    format!("# TYPE {name} {kind}\n{unit}# HELP {name} {help}\n")
}

#[cfg(test)]
mod tests {
    use lookout_declarations::{Counter, Declaration, Gauge, Histogram, Info, Unit};

    use super::{open_metrics_header, text_header};

    fn check(declaration: &Declaration, text: &str, open_metrics: &str) {
        assert_eq!(text_header(declaration), text);
        assert_eq!(open_metrics_header(declaration), open_metrics);
    }

    #[test]
    fn a_gauge_has_one_name_and_its_unit() {
        check(
            Gauge::<()>::new("x_age_seconds", "Age.").unit(Unit::Seconds).declaration(),
            "# HELP x_age_seconds Age.\n# TYPE x_age_seconds gauge\n",
            "# TYPE x_age_seconds gauge\n# UNIT x_age_seconds seconds\n# HELP x_age_seconds Age.\n",
        );
    }

    #[test]
    fn a_unit_that_the_name_does_not_end_in_is_not_written() {
        check(
            Gauge::<()>::new("x_not_after", "End.").unit(Unit::TimestampSeconds).declaration(),
            "# HELP x_not_after End.\n# TYPE x_not_after gauge\n",
            "# TYPE x_not_after gauge\n# HELP x_not_after End.\n",
        );
        check(
            Gauge::<()>::new("x_milliseconds", "Age.").unit(Unit::Seconds).declaration(),
            "# HELP x_milliseconds Age.\n# TYPE x_milliseconds gauge\n",
            "# TYPE x_milliseconds gauge\n# HELP x_milliseconds Age.\n",
        );
    }

    #[test]
    fn a_counter_loses_its_suffix_in_open_metrics() {
        check(
            Counter::<()>::new("x_read_bytes_total", "Read.").unit(Unit::Bytes).declaration(),
            "# HELP x_read_bytes_total Read.\n# TYPE x_read_bytes_total counter\n",
            "# TYPE x_read_bytes counter\n# UNIT x_read_bytes bytes\n# HELP x_read_bytes Read.\n",
        );
    }

    #[test]
    fn a_counter_without_the_suffix_is_unknown_in_open_metrics() {
        check(
            Counter::<()>::new("x_offset", "Offset.").compatible_with("x").declaration(),
            "# HELP x_offset Offset.\n# TYPE x_offset counter\n",
            "# TYPE x_offset unknown\n# HELP x_offset Offset.\n",
        );
    }

    #[test]
    fn an_info_metric_is_a_gauge_in_text() {
        check(
            Info::<()>::new("x_build_info", "Build.").declaration(),
            "# HELP x_build_info Build.\n# TYPE x_build_info gauge\n",
            "# TYPE x_build info\n# HELP x_build Build.\n",
        );
        check(
            Info::<()>::new("x_version", "Build.").compatible_with("x").declaration(),
            "# HELP x_version Build.\n# TYPE x_version gauge\n",
            "# TYPE x_version gauge\n# HELP x_version Build.\n",
        );
    }

    #[test]
    fn help_is_escaped_as_each_format_wants_it() {
        check(
            Histogram::<()>::new("x", "A \"b\" \\ c\nd").buckets(&[1.0]).declaration(),
            "# HELP x A \"b\" \\\\ c\\nd\n# TYPE x histogram\n",
            "# TYPE x histogram\n# HELP x A \\\"b\\\" \\\\ c\\nd\n",
        );
    }
}
