//! That what was written for blackbox_exporter finds its metrics and labels here.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use lookout_probe_spec::SPEC;
use lookout_promql::check;

/// Queries of Grafana's dashboards 7587 and 13659 and of widespread rules, one a line, without what a person picks.
const QUERIES: &str = include_str!("fixtures/blackbox-exporter.promql");

#[test]
fn every_query_of_the_peer_names_what_is_declared() {
    let queries: Vec<_> = QUERIES.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    assert!(queries.len() > 15, "{} queries", queries.len());
    for query in queries {
        if let Err(problems) = check(query, SPEC.metrics, &[]) {
            panic!("{query}\n{problems:?}");
        }
    }
}
