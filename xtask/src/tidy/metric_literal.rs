//! Rule: a metric name stands as a string literal in a `metrics.rs`, or a part of one, and nowhere else (invariant 1).
//! Everything else captures the constant, so that renaming a metric is one edit, and a misspelt name does not compile.
//!
//! Tests, benches, fixtures and golden files write names out, so that they can fail. The simulator speaks for
//! foreign systems and knows no declaration.

use std::collections::BTreeSet;

use super::{Finding, House};
use crate::tree::{Tree, code_lines, is_generated, is_test_material};

pub(super) fn check(house: &House) -> Vec<Finding> {
    let names: BTreeSet<String> = house
        .catalogue
        .iter()
        .flat_map(|spec| spec.metrics)
        .flat_map(|metric| metric.sample_names().into_iter().chain([metric.name.to_owned()]))
        .collect();
    let mut findings = Vec::new();
    for (path, text) in house.tree.rust().filter(|(path, _)| !may_write_names(&house.tree, path)) {
        for (line, contents) in code_lines(text) {
            for literal in contents.split('"').skip(1).step_by(2).filter(|literal| names.contains(*literal)) {
                findings.push(Finding::new(
                    path,
                    line,
                    format!("the metric name `{literal}` is written out"),
                    "capture its constant from the `metrics.rs` that declares it",
                ));
            }
        }
    }
    findings
}

fn may_write_names(tree: &Tree, path: &str) -> bool {
    tree.declares_metrics(path)
        || is_test_material(path)
        || is_generated(path)
        || path.starts_with("crates/simulator/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::{assert_finds, example};

    #[test]
    fn a_metric_name_outside_its_declaration_is_refused() {
        let mut house = House::of([
            ("exporters/a/spec/src/metrics.rs", "Gauge::new(\"example_value\", \"\")"),
            ("exporters/a/spec/src/metrics/part.rs", "Gauge::new(\"example_value\", \"\")"),
            ("exporters/b/src/metrics/alone.rs", "Gauge::new(\"example_value\", \"\")"),
            (
                "exporters/a/src/assess.rs",
                "// \"example_value\"\nlet name = \"example_value\";\nlet part = \"of example_value\";\n#[cfg(test)]\nmod tests { const N: &str = \"example_value\"; }\n",
            ),
            ("exporters/a/tests/golden.rs", "\"example_value\""),
            ("crates/simulator/src/lib.rs", "\"example_value\""),
            ("crates/x/src/lib.rs", "let name = \"example_duration_seconds_bucket\";"),
        ]);
        house.catalogue = vec![&example::SPEC];
        assert_finds(
            check,
            &house,
            &[
                ("crates/x/src/lib.rs:1", "example_duration_seconds_bucket"),
                ("exporters/a/src/assess.rs:2", "example_value"),
                ("exporters/b/src/metrics/alone.rs:1", "example_value"),
            ],
        );
    }
}
