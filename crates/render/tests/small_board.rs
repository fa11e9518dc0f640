//! A small board with a panel of each form, word for word in both schemas: what a person reads to see what changed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use core::time::Duration;
use std::path::Path;

use lookout_declarations::{
    Alert, Board, Counter, Declared, ExporterSpec, Gauge, Owner, Panel, PanelKind, Query, Row, Severity,
    Unit, label, metrics,
};
use lookout_render::{BoardOptions, BoardSchema, boards};
use lookout_testkit::golden;

label! {
    /// The pump.
    pub Pump = "pump";
}

metrics! {
    /// The pressure.
    pub PRESSURE: Gauge<(Pump,)> = Gauge::new("example_pressure", "Pressure in bar.");
    /// Turns.
    pub TURNS: Counter<(Pump,)> = Counter::new("example_turns_total", "Turns.");
    /// When it was oiled.
    pub OILED: Gauge<(Pump,)> = Gauge::new("example_oiled_timestamp_seconds", "When it was oiled.").unit(Unit::TimestampSeconds);
    /// Whether it runs.
    pub RUNNING: Gauge<(Pump,)> = Gauge::new("example_running", "Whether it runs.").unit(Unit::Boolean);
    /// How full its tank is.
    pub FILLED: Gauge<(Pump,)> = Gauge::new("example_filled_ratio", "How full its tank is.").unit(Unit::Ratio);
}

const EXAMPLE: ExporterSpec = ExporterSpec {
    name: "example",
    question: "Will it burst?",
    unconfigured: "",
    metrics: METRICS,
    reasons: &[],
    permissions: &[],
    alerts: || vec![high()],
    equivalents: &[],
    recordings: Vec::new,
    boards: || vec![board()],
};

fn high() -> Alert {
    Alert {
        name: "LookoutPressureHigh",
        expression: "example_pressure > 3".to_owned(),
        hold: Duration::from_mins(10),
        keep_firing_for: Duration::ZERO,
        severity: Severity::Critical,
        owner: Owner::Platform,
        summary: "Pump {{ $labels.pump }} is about to burst",
        description: "It has {{ $value }} bar.".to_owned(),
        runbook: "",
        inhibits: &[],
        cases: vec![],
    }
}

fn board() -> Board {
    use PanelKind::{BarGauge, Stat, StateTimeline, Table, TimeSeries};
    let panel = |title, kind, queries| Panel::new(title, "What it shows.", kind, queries);
    let now = vec![
        panel(
            "Highest pressure",
            Stat,
            vec![Query::new(format!("max({PRESSURE})"), "bar").when_empty("no pump")],
        )
        .bounds_of(&["LookoutPressureHigh"]),
        panel("Running", Stat, vec![Query::new(format!("min({RUNNING})"), "")]),
        panel(
            "Pressure and turns",
            TimeSeries,
            vec![
                Query::new(PRESSURE.to_string(), "{{pump}}"),
                Query::new(format!("rate({TURNS}[$__rate_interval])"), "turns of {{pump}}"),
            ],
        )
        .bounds_of(&["LookoutPressureHigh"]),
    ];
    let detail = vec![
        panel(
            "Pumps",
            Table,
            vec![Query::new(PRESSURE.to_string(), "pressure"), Query::new(OILED.to_string(), "oiled")],
        )
        .bounds_of(&["LookoutPressureHigh"]),
        panel("Tanks", BarGauge, vec![Query::new(FILLED.to_string(), "{{pump}}")]),
        panel("When it ran", StateTimeline, vec![Query::new(RUNNING.to_string(), "{{pump}}")]),
    ];
    let rows = vec![Row { title: "Now", panels: now }, Row { title: "Detail", panels: detail }];
    Board::new("example", "Example", "Will it burst?", rows).open_rows(1).filter(Pump)
}

#[test]
fn a_small_board_is_written_word_for_word() {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/boards"));
    for (schema, name) in [(BoardSchema::Classic, "classic.json"), (BoardSchema::V2, "v2.json")] {
        let options =
            BoardOptions { schema, minified: false, lookout_url: Some("https://lookout.example.org") };
        let files = boards(&[Declared::from(&EXAMPLE)], options).expect("it renders");
        golden::check(folder.join(name), &files[0].contents);
    }
}
