//! Names of metrics: validity for all, and Prometheus' conventions for those that are ours.
//!
//! Rules: <https://prometheus.io/docs/practices/naming/> and OpenMetrics 1.0, “Metric Naming”. A colon is reserved
//! for recording rules.

use super::Finding;
use crate::{Declaration, Kind, Unit};

/// Units that are no base units, and abbreviations of units, as words of a name, with what to write instead.
/// `min` is not among them: it is also a minimum.
const UNIT_WORDS: &[(&[&str], &str)] = &[
    (
        &[
            "s",
            "sec",
            "secs",
            "ms",
            "msec",
            "msecs",
            "millis",
            "milliseconds",
            "us",
            "usec",
            "micros",
            "microseconds",
        ],
        "seconds",
    ),
    (
        &["ns", "nanos", "nanoseconds", "mins", "minutes", "h", "hrs", "hours", "days", "weeks", "months"],
        "seconds",
    ),
    (&["b", "kb", "mb", "gb", "tb", "pb", "kib", "mib", "gib", "tib", "pib"], "bytes"),
    (
        &["kilobytes", "megabytes", "gigabytes", "terabytes", "kibibytes", "mebibytes", "gibibytes", "bits"],
        "bytes",
    ),
    (&["percent", "percentage", "pct"], "ratio, a share between 0 and 1"),
    (&["millicores", "millicpu", "cpus"], "cores"),
];

/// Words that repeat the kind, which the `# TYPE` line already says.
const KIND_WORDS: &[&str] = &["gauge", "counter", "histogram", "summary"];

/// The endings that a histogram's own lines and OpenMetrics' creation times have.
const RESERVED_ENDINGS: &[&str] = &["_bucket", "_sum", "_count", "_created"];

const UNITS: &[Unit] = &[Unit::TimestampSeconds, Unit::Seconds, Unit::Bytes, Unit::Ratio, Unit::Cores];

pub(super) fn lint(declaration: &Declaration, findings: &mut Vec<Finding>) {
    let mut find = |fault: String, mend: String| findings.push(Finding::new(declaration.name, fault, mend));
    if !is_identifier(declaration.name) {
        find(
            "the name is not valid".to_owned(),
            "use ASCII letters, digits and underscores, no colon, and no digit first".to_owned(),
        );
    }
    lint_kind(declaration, &mut find);
    match declaration.compatible_with {
        Some(whose) if whose.trim().is_empty() => find(
            "it does not say whose name it is".to_owned(),
            "give `compatible_with` the other exporter's name and version".to_owned(),
        ),
        Some(_) => {}
        None => {
            lint_words(declaration.name, &mut find);
            lint_endings(declaration, &mut find);
            lint_unit(declaration, &mut find);
        }
    }
}

/// What holds whatever the name is: units that only make sense for values that go up and down.
fn lint_kind(declaration: &Declaration, find: &mut impl FnMut(String, String)) {
    let only_gauges = matches!(declaration.unit, Unit::Boolean | Unit::TimestampSeconds);
    if only_gauges && declaration.kind != Kind::Gauge {
        find(
            format!("the unit “{}” belongs to gauges only", declaration.unit.as_str()),
            "declare a gauge, or another unit".to_owned(),
        );
    }
    if declaration.kind == Kind::Counter && declaration.unit == Unit::Ratio {
        find(
            "a counter cannot count a ratio".to_owned(),
            "count numerator and denominator as two counters, and divide in PromQL".to_owned(),
        );
    }
    if declaration.kind == Kind::Info && declaration.unit != Unit::Count {
        find("an info metric has no unit, its value is always 1".to_owned(), "remove the unit".to_owned());
    }
}

fn lint_words(name: &str, find: &mut impl FnMut(String, String)) {
    if name.chars().any(|character| character.is_ascii_uppercase())
        || name.contains("__")
        || name.ends_with('_')
    {
        find(
            "the name is not in snake case".to_owned(),
            "use lower case words joined by one underscore".to_owned(),
        );
    }
    for word in name.split('_') {
        if let Some((_, base)) = UNIT_WORDS.iter().find(|(words, _)| words.contains(&word)) {
            find(
                format!("`{word}` is no base unit, or abbreviates one"),
                format!("measure in {base}, and say so in full"),
            );
        }
        if KIND_WORDS.contains(&word) {
            find(format!("`{word}` repeats the metric's kind"), "leave the word out".to_owned());
        }
    }
}

fn lint_endings(declaration: &Declaration, find: &mut impl FnMut(String, String)) {
    let name = declaration.name;
    for (ending, kind, whose) in
        [("_total", Kind::Counter, "counters"), ("_info", Kind::Info, "info metrics")]
    {
        if declaration.kind == kind && !name.ends_with(ending) {
            find(format!("the names of {whose} end in `{ending}`"), format!("call it `{name}{ending}`"));
        }
        if declaration.kind != kind && name.ends_with(ending) {
            find(
                format!("`{ending}` belongs to {whose}"),
                "remove the ending, or change the kind".to_owned(),
            );
        }
    }
    if let Some(ending) = RESERVED_ENDINGS.iter().find(|ending| name.ends_with(**ending)) {
        find(
            format!("`{ending}` is reserved for the lines of histograms"),
            "name the thing that is counted, in the plural".to_owned(),
        );
    }
}

fn lint_unit(declaration: &Declaration, find: &mut impl FnMut(String, String)) {
    // Info metrics have no unit; `lint_kind` says so.
    if declaration.kind == Kind::Info {
        return;
    }
    let (stem, after) = match declaration.kind {
        Kind::Counter => (declaration.name.strip_suffix("_total").unwrap_or(declaration.name), "_total"),
        Kind::Gauge | Kind::Histogram | Kind::Info => (declaration.name, ""),
    };
    let ending = UNITS.iter().filter_map(|unit| unit.suffix()).find(|suffix| stem.ends_with(suffix));
    match (declaration.unit.suffix(), ending) {
        (Some(suffix), ending) if ending != Some(suffix) => find(
            format!("the unit is “{}”, the name does not say so", declaration.unit.as_str()),
            format!("end the name in `{suffix}{after}`, or change the unit"),
        ),
        (None, Some(ending)) => find(
            format!("the name ends in `{ending}{after}`, the unit is “{}”", declaration.unit.as_str()),
            "declare the unit with `.unit(…)`, or rename".to_owned(),
        ),
        _ => {}
    }
}

/// Whether `name` is valid for a metric or a label in every format and every version, without a colon.
pub(super) fn is_identifier(name: &str) -> bool {
    name.bytes().next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
