//! Rule: a metric is declared in a `metrics!` block of a `metrics.rs`, or of a file below the folder `metrics` beside it,
//! whose list, by `metric_parts!`, then has it. A constant beside the block compiles, is
//! written by the collector, and is missing from the list that rules, documentation and the catalogue read.

use super::{Finding, House};
use crate::tree::{code_lines, is_test_material};

/// The types of metrics; `Info` and the rest are aliases of `Metric`.
const TYPES: [&str; 5] = ["Gauge", "Counter", "Histogram", "Info", "Metric"];

/// The types themselves; and tidy, which has an example catalogue for its own tests.
const EXEMPT: [&str; 2] = ["crates/declarations/", "xtask/src/tidy/"];

pub(super) fn check(house: &House) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in house.tree.rust() {
        if is_test_material(path) || EXEMPT.iter().any(|exempt| path.starts_with(exempt)) {
            continue;
        }
        let declares = code_lines(text).any(|(_, line)| line.contains("metrics! {"));
        if declares && !house.tree.declares_metrics(path) {
            findings.push(Finding::new(
                path,
                1,
                "a `metrics!` block outside a `metrics.rs`",
                "move it into the `metrics.rs` of the spec, where people look for it",
            ));
        }
        if declares && !is_listed(house, path) {
            findings.push(Finding::new(
                path,
                1,
                "a `metrics!` block that the list of the `metrics.rs` lacks",
                "name the module in the `metric_parts!` of the `metrics.rs` beside the folder, at its place in the story",
            ));
        }
        for (line, contents) in code_lines(text).filter(|(_, line)| is_metric_constant(line)) {
            findings.push(Finding::new(
                path,
                line,
                format!("`{}` declares a metric beside the `metrics!` block", contents.trim()),
                "move it into the block of the spec's `metrics.rs`, without `const`",
            ));
        }
    }
    findings
}

/// Whether the list of its `metrics.rs` has what is declared in this file, as `metric_parts!` or a concatenation of its own
/// names it. A module that it does not name is compiled, and missing from everything that is derived.
fn is_listed(house: &House, path: &str) -> bool {
    let Some((beside, part)) = path.rsplit_once("/metrics/") else { return true };
    let Some(whole) = house.tree.text(&format!("{beside}/metrics.rs")) else { return true };
    let Some(part) = part.strip_suffix(".rs") else { return false };
    let listed = whole.split_once("metric_parts! {").and_then(|(_, rest)| rest.split_once('}'));
    let mut names = listed.map_or("", |(names, _)| names).split(',');
    names.any(|name| name.trim() == part) || whole.contains(&format!("{part}::METRICS"))
}

/// Whether a line begins the declaration of a constant or static of a metric type. Inside a block the macro writes
/// the `const`.
fn is_metric_constant(line: &str) -> bool {
    let Some((_, declared)) = line.split_once("const ").or_else(|| line.split_once("static ")) else {
        return false;
    };
    let Some((_, declared_type)) = declared.split_once(": ") else { return false };
    let name = declared_type.split(['<', ' ', '=', ';']).next().unwrap_or_default();
    declared_type.contains('<') && TYPES.contains(&name.rsplit("::").next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::assert_finds;

    #[test]
    fn a_metric_beside_the_block_is_refused() {
        let block = "metrics! {\n    /// One.\n    pub ONE: Gauge<()> = Gauge::new(\"one\", \"One.\");\n}\n";
        let house = House::of([
            ("exporters/a/spec/src/metrics.rs", format!("{block}pub const TWO: Gauge<(Group,)> = Gauge::new(\"two\", \"Two.\");\n")),
            ("exporters/a/src/assess.rs", "const THREE: lookout_declarations::Counter<()> = Counter::new(\"three_total\", \"\");\n".to_owned()),
            ("exporters/a/spec/src/metrics/lonely.rs", block.to_owned()),
            ("exporters/b/src/lib.rs", block.to_owned()),
            ("exporters/b/src/metrics/alone.rs", block.to_owned()),
            ("exporters/d/src/metrics.rs", "metric_parts! {\n    first, second\n}\n".to_owned()),
            ("exporters/d/src/metrics/second.rs", block.to_owned()),
            ("exporters/b/tests/golden.rs", "const FOUR: Gauge<()> = Gauge::new(\"four\", \"\");\n".to_owned()),
            ("exporters/c/src/lib.rs", "const LIMIT: Option<usize> = None;\n#[cfg(test)]\nmod tests {\n    const FIVE: Gauge<()> = Gauge::new(\"five\", \"\");\n}\n".to_owned()),
        ]);
        assert_finds(
            check,
            &house,
            &[
                ("exporters/a/spec/src/metrics.rs:5", "TWO"),
                ("exporters/a/spec/src/metrics/lonely.rs:1", "lacks"),
                ("exporters/a/src/assess.rs:1", "THREE"),
                ("exporters/b/src/lib.rs:1", "block outside"),
                ("exporters/b/src/metrics/alone.rs:1", "block outside"),
            ],
        );
    }
}
