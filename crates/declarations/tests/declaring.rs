//! The macros and what is built from them: `labels!`, `metrics!`, selectors and the series of cases.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use lookout_declarations::{
    Counter, Gauge, Given, Histogram, Info, Kind, LabelInfo, LabelText, Labels, Reason, ReasonLabel, Unit,
    expected, label, labels, metrics,
};

label! {
    /// The consumer
    /// group.
    pub Group = "consumergroup";
    /// The partition's number.
    pub Partition: i32 = "partition";
    /// How it is used.
    pub RoleLabel = "role" in Role {
        /// Signs others.
        Authority = "authority",
        /// Identifies a server.
        Leaf = "leaf",
    }
}

labels! {
    /// Where a group stands.
    pub struct Position { pub group: Group, pub partition: Partition, pub role: RoleLabel }
}

metrics! {
    /// Records behind.
    pub LAG: Gauge<Position<'static>> = Gauge::new("example_lag", "Records behind.");
    /// Failures.
    pub FAILURES: Counter<(Group, ReasonLabel)> = Counter::new("example_failures_total", "Failures.");
    /// Waits.
    pub WAIT: Histogram<(Group,)> =
        Histogram::new("example_wait_seconds", "Waits.").unit(Unit::Seconds).buckets(&[0.5, 1.0]);
    /// The build.
    pub BUILD: Info<()> = Info::new("example_build_info", "The build.");
}

fn visited<L: Labels>(values: L::Values<'_>) -> Vec<(String, String)> {
    let mut visited = Vec::new();
    L::visit(values, &mut |name, value| visited.push((name.to_owned(), format!("{value:?}"))));
    visited
}

#[test]
fn metrics_are_listed_in_the_order_of_their_declaration() {
    let names: Vec<_> = METRICS.iter().map(|declaration| declaration.name).collect();
    assert_eq!(
        names,
        ["example_lag", "example_failures_total", "example_wait_seconds", "example_build_info"]
    );
    let kinds: Vec<_> = METRICS.iter().map(|declaration| declaration.kind).collect();
    assert_eq!(kinds, [Kind::Gauge, Kind::Counter, Kind::Histogram, Kind::Info]);
}

#[test]
fn named_label_sets_keep_the_order_of_their_fields() {
    let names: Vec<_> = LAG.declaration().labels.iter().map(|label| label.name).collect();
    assert_eq!(names, ["consumergroup", "partition", "role"]);
    // The order in which a row is written down does not matter, the order of the declaration does.
    let row = Position { role: Role::Leaf, partition: 3, group: "billing" };
    assert_eq!(
        visited::<Position<'static>>(row),
        [
            ("consumergroup".to_owned(), format!("{:?}", LabelText::Text("billing"))),
            ("partition".to_owned(), format!("{:?}", LabelText::Integer(3))),
            ("role".to_owned(), format!("{:?}", LabelText::Known("leaf"))),
        ]
    );
}

#[test]
fn labels_carry_their_doc_comments_and_closed_lists() {
    let group = LabelInfo::of::<Group>();
    assert_eq!((group.name, group.values.len()), ("consumergroup", 0));
    assert_eq!(group.description, "The consumer group.");
    let role = LabelInfo::of::<RoleLabel>();
    assert_eq!(role.values[1].description, "Identifies a server.");
    assert!(role.admits("leaf") && !role.admits("root") && group.admits("anything"));
    assert_eq!(Role::ALL, [Role::Authority, Role::Leaf]);
}

#[test]
fn a_declaration_knows_its_labels_and_sample_names() {
    const OPEN: Gauge<(Group,)> = Gauge::new("example_open", "Open.").with_object_labels("secret_label_");
    let open = OPEN.declaration();
    assert!(open.has_label("consumergroup") && open.has_label("secret_label_team"));
    assert!(!open.has_label("secret_label_") && !open.has_label("le") && !open.has_label("team"));
    assert!(WAIT.declaration().has_label("le"));
    assert_eq!(LAG.declaration().sample_names(), ["example_lag"]);
    let lines = ["example_wait_seconds_bucket", "example_wait_seconds_sum", "example_wait_seconds_count"];
    assert_eq!(WAIT.declaration().sample_names(), lines);
}

#[test]
fn constants_print_as_names_into_promql() {
    assert_eq!(
        format!("max by ({Group}, {RoleLabel}) ({LAG}) > 3"),
        "max by (consumergroup, role) (example_lag) > 3"
    );
}

#[test]
fn selectors_print_their_matchers_in_order_and_escaped() {
    assert_eq!(
        FAILURES.at(ReasonLabel, Reason::Timeout).to_string(),
        r#"example_failures_total{reason="timeout"}"#
    );
    assert_eq!(
        FAILURES.not_at(ReasonLabel, Reason::Denied).at(Group, r#"a"b\c"#).to_string(),
        r#"example_failures_total{reason!="denied",consumergroup="a\"b\\c"}"#
    );
    assert_eq!(LAG.at(Partition, 3).to_string(), r#"example_lag{partition="3"}"#);
    assert_eq!(
        LAG.at(RoleLabel, Role::Leaf).matching(Group, "a.*").to_string(),
        r#"example_lag{role="leaf",consumergroup=~"a.*"}"#
    );
    assert_eq!(WAIT.bucket().to_string(), "example_wait_seconds_bucket");
    assert_eq!(WAIT.sum().at(Group, "a").to_string(), r#"example_wait_seconds_sum{consumergroup="a"}"#);
    assert_eq!(WAIT.count().to_string(), "example_wait_seconds_count");
}

#[test]
fn given_series_leave_empty_labels_out_and_escape_the_rest() {
    let series = |group| Given::series(&FAILURES, (group, Reason::Io), "0+1x5");
    assert_eq!(series("billing").series, r#"example_failures_total{consumergroup="billing",reason="io"}"#);
    assert_eq!(series("").series, r#"example_failures_total{reason="io"}"#);
    assert_eq!(
        series("a\"b\\c\nd").series,
        "example_failures_total{consumergroup=\"a\\\"b\\\\c\\nd\",reason=\"io\"}"
    );
    assert_eq!(series("billing").values, "0+1x5");
    assert_eq!(Given::series(&BUILD, (), "1").series, "example_build_info");
    assert_eq!(Given::raw("up{job=\"lookout\"}", "1").series, "up{job=\"lookout\"}");
}

#[test]
fn expected_labels_are_those_that_are_not_empty() {
    let row = Position { group: "", partition: 0, role: Role::Authority };
    assert_eq!(
        expected::<Position<'static>>(row),
        [("partition".to_owned(), "0".to_owned()), ("role".to_owned(), "authority".to_owned())]
    );
}

#[test]
fn every_reason_has_a_remedy_and_a_value_of_its_own() {
    let values: std::collections::BTreeSet<_> = Reason::ALL.iter().map(|reason| reason.as_str()).collect();
    assert_eq!(values.len(), Reason::ALL.len());
    assert!(Reason::ALL.iter().all(|reason| !reason.remedy().is_empty() && !reason.description().is_empty()));
    assert!(Reason::OF_DRIVER.contains(&Reason::Timeout));
}
