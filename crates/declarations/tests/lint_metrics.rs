//! Each lint of metrics fires on the smallest wrong declaration and stays silent on the nearest right one.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use lookout_declarations::{Declaration, Detail, Kind, LabelInfo, Stability, Unit, ValueInfo, lint};

const SOUND: Declaration = Declaration {
    name: "example_things",
    help: "Things that were found.",
    kind: Kind::Gauge,
    unit: Unit::Count,
    labels: &[],
    object_labels: None,
    buckets: &[],
    stability: Stability::Stable,
    detail: Detail::Standard,
    opt_in: false,
    compatible_with: None,
    waiver: None,
};
const COUNTER: Declaration = Declaration { name: "example_things_total", kind: Kind::Counter, ..SOUND };
const HISTOGRAM: Declaration = Declaration {
    name: "example_wait_seconds",
    kind: Kind::Histogram,
    unit: Unit::Seconds,
    buckets: &[0.5, 1.0],
    ..SOUND
};
const INFO: Declaration = Declaration { name: "example_build_info", kind: Kind::Info, ..SOUND };
const THEIRS: Declaration = Declaration { compatible_with: Some("other_exporter 1.0"), ..SOUND };

const fn label(name: &'static str) -> LabelInfo {
    LabelInfo { name, description: "Which one.", values: &[] }
}

const fn value(value: &'static str) -> ValueInfo {
    ValueInfo { value, description: "One of them." }
}

/// The findings of `declarations` together must be those whose faults contain `expected`, in this order.
#[track_caller]
fn check(declarations: &[Declaration], expected: &[&str]) {
    let erased: Vec<&Declaration> = declarations.iter().collect();
    let findings = lint::metrics(&erased);
    let matches = findings.len() == expected.len()
        && findings.iter().zip(expected).all(|(finding, expected)| finding.to_string().contains(expected));
    let names: Vec<_> = declarations.iter().map(|declaration| declaration.name).collect();
    assert!(matches, "{names:?}\n--- expected\n{expected:#?}\n--- found\n{findings:#?}");
    assert!(findings.iter().all(|finding| !finding.mend.is_empty()), "a finding must say how to mend it");
}

#[test]
fn sound_declarations_have_no_findings() {
    check(&[SOUND, COUNTER, HISTOGRAM, INFO], &["clashes with `example_things`"]);
    check(&[SOUND, HISTOGRAM, INFO], &[]);
    check(&[COUNTER, HISTOGRAM, INFO], &[]);
    check(&[THEIRS], &[]);
}

#[test]
fn names_are_valid_and_in_snake_case() {
    check(&[Declaration { name: "example:things", ..SOUND }], &["not valid"]);
    check(&[Declaration { name: "2nd_things", ..SOUND }], &["not valid"]);
    check(&[Declaration { name: "", ..SOUND }], &["not valid"]);
    check(&[Declaration { name: "example_größe", ..SOUND }], &["not valid"]);
    check(&[Declaration { name: "example_Things", ..SOUND }], &["snake case"]);
    check(&[Declaration { name: "example__things", ..SOUND }], &["snake case"]);
    check(&[Declaration { name: "example_things_", ..SOUND }], &["snake case"]);
    check(&[Declaration { name: "_example", ..SOUND }], &[]);
    check(&[Declaration { name: "example_x509_things", ..SOUND }], &[]);
}

#[test]
fn units_stand_at_the_end_of_the_name() {
    let seconds = |name| Declaration { name, unit: Unit::Seconds, ..SOUND };
    check(&[seconds("example_lag")], &["end the name in `_seconds`"]);
    check(&[seconds("example_lag_seconds")], &[]);
    check(&[seconds("example_start_timestamp_seconds")], &["the unit is “seconds”"]);
    check(&[Declaration { name: "example_lag_seconds", ..SOUND }], &["the unit is “count”"]);
    check(
        &[Declaration { name: "example_up_ratio", unit: Unit::Boolean, ..SOUND }],
        &["the unit is “boolean"],
    );
    check(&[Declaration { name: "example_up", unit: Unit::Boolean, ..SOUND }], &[]);
    check(&[Declaration { name: "example_size", unit: Unit::Bytes, ..SOUND }], &["`_bytes`"]);
    check(&[Declaration { name: "example_used_ratio", unit: Unit::Ratio, ..SOUND }], &[]);
    check(&[Declaration { name: "example_request_cores", unit: Unit::Cores, ..SOUND }], &[]);
    let moment = |name| Declaration { name, unit: Unit::TimestampSeconds, ..SOUND };
    check(&[moment("example_start_timestamp_seconds")], &[]);
    check(&[moment("example_start_seconds")], &["`_timestamp_seconds`"]);
}

#[test]
fn units_of_counters_stand_before_total() {
    let busy = |name| Declaration { name, unit: Unit::Seconds, ..COUNTER };
    check(&[busy("example_busy_seconds_total")], &[]);
    check(&[busy("example_busy_total")], &["end the name in `_seconds_total`"]);
    check(
        &[Declaration { name: "example_read_bytes_total", ..COUNTER }],
        &["the name ends in `_bytes_total`"],
    );
}

#[test]
fn names_hold_no_other_units_and_no_kinds() {
    for word in ["ms", "milliseconds", "minutes", "days", "percent", "kb", "megabytes", "millicores"] {
        let name: &'static str = format!("example_{word}").leak();
        check(&[Declaration { name, ..SOUND }], &[&format!("`{word}` is no base unit")]);
    }
    check(&[Declaration { name: "example_gauge", ..SOUND }], &["`gauge` repeats"]);
    check(&[Declaration { name: "example_min_replicas", ..SOUND }], &[]);
    check(&[Declaration { name: "example_submits", ..SOUND }], &[]);
}

#[test]
fn endings_belong_to_their_kinds() {
    check(&[Declaration { name: "example_things_total", ..SOUND }], &["`_total` belongs to counters"]);
    check(&[Declaration { name: "example_things", ..COUNTER }], &["end in `_total`"]);
    check(&[Declaration { name: "example_build_info", ..SOUND }], &["`_info` belongs to info"]);
    check(&[Declaration { name: "example_build", ..INFO }], &["end in `_info`"]);
    for ending in ["bucket", "sum", "count", "created"] {
        let name: &'static str = format!("example_{ending}").leak();
        check(&[Declaration { name, ..SOUND }], &["reserved for the lines of histograms"]);
    }
    check(&[Declaration { name: "example_counts", ..SOUND }], &[]);
}

#[test]
fn some_units_belong_to_some_kinds() {
    check(
        &[Declaration { unit: Unit::TimestampSeconds, name: "example_timestamp_seconds_total", ..COUNTER }],
        &["gauges only"],
    );
    check(&[Declaration { unit: Unit::Boolean, ..COUNTER }], &["gauges only"]);
    check(&[Declaration { unit: Unit::Boolean, name: "example_wait", ..HISTOGRAM }], &["gauges only"]);
    check(
        &[Declaration { unit: Unit::Ratio, name: "example_ratio_total", ..COUNTER }],
        &["cannot count a ratio"],
    );
    check(&[Declaration { unit: Unit::Ratio, name: "example_ratio", ..HISTOGRAM }], &[]);
    check(&[Declaration { unit: Unit::Bytes, ..INFO }], &["no unit"]);
}

#[test]
fn names_of_others_are_exempt_from_naming_lints_only() {
    check(&[Declaration { name: "x509_cert_not_after", unit: Unit::TimestampSeconds, ..THEIRS }], &[]);
    check(&[Declaration { name: "theirs_things", kind: Kind::Counter, ..THEIRS }], &[]);
    check(&[Declaration { name: "theirs_lag_ms_count", ..THEIRS }], &[]);
    check(&[Declaration { name: "theirs:lag", ..THEIRS }], &["not valid"]);
    check(&[Declaration { help: "", ..THEIRS }], &["no help"]);
    check(&[Declaration { compatible_with: Some(" "), ..SOUND }], &["whose name"]);
    check(&[THEIRS, THEIRS], &["declared 2 times"]);
    check(
        &[Declaration { name: "example_wait_seconds_count", ..THEIRS }, HISTOGRAM],
        &["`example_wait_seconds_count`"],
    );
}

#[test]
fn help_is_one_or_two_sentences() {
    check(&[Declaration { help: " ", ..SOUND }], &["no help"]);
    check(&[Declaration { help: "Things found", ..SOUND }], &["full stop"]);
    check(&[Declaration { help: "Things found. ", ..SOUND }], &["full stop"]);
    check(&[Declaration { help: "Things. Found. Here.", ..SOUND }], &["more than two sentences"]);
    check(&[Declaration { help: "Things, e.g. stones. Version 1.2 counts too.", ..SOUND }], &[]);
    check(&[Declaration { help: "Things.\nFound.", ..SOUND }], &["more than one line"]);
    check(&[Declaration { waiver: Some(""), ..SOUND }], &["gives no reason"]);
}

#[test]
fn names_are_unique() {
    check(&[SOUND, SOUND, SOUND], &["declared 3 times"]);
    check(&[SOUND, Declaration { name: "example_other_things", ..SOUND }], &[]);
}

#[test]
fn openmetrics_clashes_are_found_in_either_order() {
    let things = |name| Declaration { name, ..SOUND };
    let cases: &[(Declaration, Declaration)] = &[
        (COUNTER, things("example_things")),
        (HISTOGRAM, Declaration { name: "example_wait_seconds_count", ..THEIRS }),
        (HISTOGRAM, Declaration { name: "example_wait_seconds_sum", ..THEIRS }),
        (HISTOGRAM, Declaration { name: "example_wait_seconds_bucket", ..THEIRS }),
        (INFO, things("example_build")),
        (COUNTER, Declaration { name: "example_things_info", ..INFO }),
        (COUNTER, Declaration { name: "example_things_created", ..THEIRS }),
    ];
    for (left, right) in cases {
        for pair in [[left, right], [right, left]] {
            let findings = lint::metrics(&pair);
            assert_eq!(findings.len(), 1, "{} and {}: {findings:#?}", left.name, right.name);
            assert!(findings[0].fault.contains("clashes"), "{findings:#?}");
        }
    }
    check(&[Declaration { name: "example_things", kind: Kind::Counter, ..THEIRS }, INFO], &[]);
}

#[test]
fn label_names_are_valid_and_not_reserved() {
    let with = |labels: &'static [LabelInfo]| Declaration { labels, ..SOUND };
    check(&[with(const { &[label("topic"), label("partition")] })], &[]);
    check(&[with(const { &[label("topic:name")] })], &["`topic:name` is not valid"]);
    check(&[with(const { &[label("")] })], &["not valid"]);
    check(&[with(const { &[label("topicName")] })], &["snake case"]);
    for name in ["le", "quantile", "job", "instance", "__name__"] {
        let labels: &'static [LabelInfo] = vec![label(name)].leak();
        check(&[with(labels)], &["reserved by Prometheus"]);
    }
    check(&[with(const { &[label("topic"), label("topic")] })], &["`topic` is there twice"]);
    check(
        &[with(const { &[LabelInfo { name: "topic", description: "", values: &[] }] })],
        &["not described"],
    );
}

#[test]
fn labels_of_compatible_metrics_may_be_used_by_our_own() {
    const THEIR_LABELS: &[LabelInfo] = &[label("subject_CN")];
    let own = Declaration { labels: THEIR_LABELS, ..SOUND };
    let theirs = Declaration { name: "x509_cert_not_after", labels: THEIR_LABELS, ..THEIRS };
    check(&[theirs], &[]);
    check(&[Declaration { name: "x509_cert_not_after", labels: THEIR_LABELS, ..THEIRS }, own], &[]);
    check(&[Declaration { labels: THEIR_LABELS, ..SOUND }], &["snake case"]);
}

#[test]
fn listed_values_are_usable_as_they_are() {
    let with = |values: &'static [ValueInfo]| {
        let labels: &'static [LabelInfo] =
            vec![LabelInfo { name: "state", description: "The state.", values }].leak();
        Declaration { labels, ..SOUND }
    };
    check(&[with(const { &[value("ok"), value("/-/healthy"), value("TLS 1.2")] })], &[]);
    check(&[with(const { &[value("")] })], &["an empty value"]);
    check(&[with(const { &[value("ok"), value("ok")] })], &["lists `ok` twice"]);
    check(&[with(const { &[value("a\"b")] })], &["would need an escape"]);
    check(&[with(const { &[value("schön")] })], &["would need an escape"]);
    check(
        &[with(const { &[ValueInfo { value: "ok", description: "" }] })],
        &["`ok` of the label `state` is not described"],
    );
}

#[test]
fn object_labels_do_not_collide() {
    let open = |prefix, labels| Declaration { object_labels: Some(prefix), labels, ..SOUND };
    check(&[open("secret_label_", const { &[label("secret_name")] })], &[]);
    check(&[open("secret_label_", const { &[label("secret_label_team")] })], &["can collide"]);
    check(&[open("secret-", const { &[] })], &["not usable"]);
    check(&[open("secret", const { &[] })], &["not usable"]);
}

#[test]
fn buckets_ascend_and_are_finite() {
    let with = |buckets| Declaration { buckets, ..HISTOGRAM };
    check(&[with(&[])], &["no buckets"]);
    check(&[with(&[1.0, 1.0])], &["do not ascend"]);
    check(&[with(&[2.0, 1.0])], &["do not ascend"]);
    check(&[with(&[1.0, f64::INFINITY])], &["not finite"]);
    check(&[with(&[f64::NAN])], &["not finite"]);
    check(&[Declaration { buckets: &[1.0], ..SOUND }], &["no histogram"]);
}
