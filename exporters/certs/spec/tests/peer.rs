//! That what was written for x509-certificate-exporter 4.2.0 finds its metrics and labels here.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use lookout_certs_spec::SPEC;
use lookout_promql::check;

/// The queries of the peer's dashboard, one a line; variables stand for what a person picks.
const DASHBOARD: &str = include_str!("fixtures/x509-certificate-exporter-dashboard.promql");

/// The expressions of those of its alerts that are about files.
const RULES: &str = include_str!("fixtures/x509-certificate-exporter-rules.promql");

fn queries(text: &str) -> Vec<String> {
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let query = |line: &str| {
        ["$critical_threshold", "$warning_threshold", "$list_threshold"]
            .iter()
            .fold(line.to_owned(), |query, variable| query.replace(variable, "14"))
    };
    lines.map(query).collect()
}

#[test]
fn every_query_of_the_peer_names_what_is_declared() {
    let queries = [queries(DASHBOARD), queries(RULES)].concat();
    assert!(queries.len() > 25, "{} queries", queries.len());
    for query in queries {
        if let Err(problems) = check(&query, SPEC.metrics, &[]) {
            panic!("{query}\n{problems:?}");
        }
    }
}
