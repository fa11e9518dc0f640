//! Recordings: names that say what was done to what, and series that are not written twice.

use std::collections::BTreeSet;

use super::Finding;
use crate::Recording;

pub(super) fn lint(recordings: &[Recording]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut seen = BTreeSet::new();
    for recording in recordings {
        let mut find = |fault: String, mend: &str| findings.push(Finding::new(recording.name, fault, mend));
        if !is_name(recording.name) {
            find(
                "the name is not `level:metric:operations`".to_owned(),
                "write three parts of lower case letters, digits and underscores, the newest operation first",
            );
        }
        if recording.expression.trim().is_empty() || recording.help.trim().is_empty() {
            find("it has no expression or no help".to_owned(), "say what is computed, and what that says");
        }
        if recording.cases.is_empty() {
            find("no case proves what it records".to_owned(), "add a case");
        }
        let mut labels = recording.labels.clone();
        labels.sort();
        if !seen.insert((recording.name, labels)) {
            find(
                "two recordings write the same series".to_owned(),
                "give each a label of its own, or another name",
            );
        }
    }
    findings
}

/// Whether it has the three parts of Prometheus' convention.
fn is_name(name: &str) -> bool {
    let is_part = |part: &str| {
        part.starts_with(|first: char| first.is_ascii_lowercase())
            && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
    };
    name.split(':').count() == 3 && name.split(':').all(is_part)
}

#[cfg(test)]
mod tests {
    use core::time::Duration;

    use super::*;
    use crate::{RecordedSample, RecordingCase};

    fn named(name: &'static str, labels: &[(&'static str, &str)]) -> Recording {
        let labels = labels.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        let value = vec![RecordedSample { labels: Vec::new(), value: 1.0 }];
        let (interval, at) = (Duration::from_mins(1), Duration::from_mins(5));
        let case = RecordingCase { name: "one", interval, given: Vec::new(), at, expect: value };
        let expression = "vector(1)".to_owned();
        Recording { name, expression, labels, help: "One.", interval: None, cases: vec![case] }
    }

    #[test]
    fn a_name_has_three_parts() {
        for (name, is_fine) in [
            ("job:requests:rate5m", true),
            ("requests:rate5m", false),
            ("job::rate5m", false),
            ("job:Requests:sum", false),
        ] {
            assert_eq!(lint(&[named(name, &[])]).is_empty(), is_fine, "{name}");
        }
    }

    #[test]
    fn recordings_that_write_the_same_series_are_found() {
        let of = |system| named("system:parts:count", &[("system", system), ("layer", "data")]);
        assert!(lint(&[of("kafka"), of("trino")]).is_empty());
        let swapped = named("system:parts:count", &[("layer", "data"), ("system", "kafka")]);
        assert_eq!(lint(&[of("kafka"), swapped]).len(), 1);
    }
}
