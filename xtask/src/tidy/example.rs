//! A small catalogue for the tests of the rules that read one.

use lookout_declarations::{
    Board, ExporterSpec, Gauge, Histogram, Panel, PanelKind, Query, Row, Unit, metrics,
};

metrics! {
    /// Read by the board.
    pub(super) VALUE: Gauge<()> = Gauge::new("example_value", "A value.");
    /// Read by its buckets.
    pub(super) DURATION: Histogram<()> =
        Histogram::new("example_duration_seconds", "A duration.").unit(Unit::Seconds).buckets(&[1.0]);
    /// Read by nothing.
    pub(super) UNREAD: Gauge<()> = Gauge::new("example_unread", "A value.");
    /// Read by nothing, with a reason.
    pub(super) WAIVED: Gauge<()> = Gauge::new("example_waived", "A value.").waived("for people with a shell");
    /// Read although it is waived.
    pub(super) WAIVED_AND_READ: Gauge<()> = Gauge::new("example_waived_and_read", "A value.").waived("none");
}

/// The declarations of `exporters/example`.
pub(super) static SPEC: ExporterSpec = ExporterSpec {
    name: "example",
    question: "Does the rule find it?",
    unconfigured: "",
    metrics: METRICS,
    reasons: &[],
    permissions: &[],
    alerts: Vec::new,
    equivalents: &[],
    recordings: Vec::new,
    boards: || vec![board()],
};

fn board() -> Board {
    let queries =
        [VALUE.to_string(), format!("rate({}[5m])", DURATION.bucket()), format!("{WAIVED_AND_READ} > 0")];
    let queries = queries.into_iter().map(|expression| Query::new(expression, "")).collect();
    let panel = Panel::new("All", "All of it.", PanelKind::Stat, queries);
    Board::new("example", "Example", "", vec![Row { title: "All", panels: vec![panel] }])
}
