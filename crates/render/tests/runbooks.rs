//! Runbook pages: of one small exporter, word for word, and of the real catalogue: links and settings that exist.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use core::time::Duration;

use lookout_catalog::Settings;
use lookout_config::load;
use lookout_declarations::{
    Alert, Board, Case, CaseKind, Declared, Expectation, ExporterSpec, Gauge, Given, Owner, Panel, PanelKind,
    Query, Row, Severity, label, metrics,
};
use lookout_render::{Handbook, RenderError, summary};
use pulldown_cmark::{Event, Options, Parser, Tag};
use serde_yaml::Value;

label! {
    /// The pump.
    pub Pump = "pump";
}

metrics! {
    /// The pressure.
    pub PRESSURE: Gauge<(Pump,)> = Gauge::new("example_pressure", "Pressure in bar.");
}

const RUNBOOK: &str = "# LookoutPressureHigh\n\n## Meaning\n\nAbove {{example.alerts.pressure}} bar \
    (`example.alerts.pressure`) for {{for}}; see LookoutPressureRising.\n\n## Impact\n\nA flood.\n\n## Diagnosis\n\n\
    ```sh\nkubectl get pods --output go-template='{{.items}}' # LookoutPressureRising\n```\n\n## Mitigation\n\nStop it.\n";

fn case(name: &'static str, kind: CaseKind, minutes: u64, expect: Expectation) -> Case {
    let given = vec![Given::series(&PRESSURE, ("main",), "5x100")];
    Case { name, kind, interval: Duration::from_mins(1), given, at: Duration::from_mins(minutes), expect }
}

fn alerts(bar: u32) -> Vec<Alert> {
    let fires = || Expectation::Fires(vec![vec![("pump".to_owned(), "main".to_owned())]]);
    let high = Alert {
        name: "LookoutPressureHigh",
        expression: format!("example_pressure>{bar}"),
        hold: Duration::from_mins(10),
        keep_firing_for: Duration::from_mins(5),
        severity: Severity::Critical,
        owner: Owner::Platform,
        summary: "Pump {{ $labels.pump }} is about to burst",
        description: "It has {{ $value }} bar.".to_owned(),
        runbook: RUNBOOK,
        inhibits: &["LookoutPressureRising"],
        cases: vec![
            case("five bar", CaseKind::Fires, 10, fires()),
            case("three bar", CaseKind::Below, 90, Expectation::Silent),
            case("no pump", CaseKind::Missing, 90, Expectation::Silent),
            case("a second pump", CaseKind::Other, 10, fires()),
        ],
    };
    let rising = Alert { name: "LookoutPressureRising", inhibits: &[], cases: vec![], ..high.clone() };
    vec![high, rising]
}

fn board() -> Board {
    let panel = |title, expression: &str, alerts: &[&'static str]| {
        Panel::new(title, "It shows it.", PanelKind::TimeSeries, vec![Query::new(expression, "")])
            .bounds_of(alerts)
    };
    let panels = vec![
        panel("Pumps", "count(example_pressure)", &[]),
        panel("Pressure", "example_pressure", &["LookoutPressureHigh"]),
    ];
    let rows = vec![Row { title: "Answer", panels }];
    Board::new("example", "Example", "Will it burst?", rows)
}

const EXAMPLE: ExporterSpec = ExporterSpec {
    name: "example",
    question: "Will it burst?",
    unconfigured: "",
    metrics: METRICS,
    reasons: &[],
    permissions: &[],
    alerts: || alerts(3),
    equivalents: &[],
    recordings: Vec::new,
    boards: || vec![board()],
};

fn settings(bar: u32) -> Value {
    serde_yaml::from_str(&format!("example: {{alerts: {{pressure: {bar}, list: [1]}}}}")).unwrap()
}

fn page(bar: u32, name: &str) -> String {
    let catalogue = [Declared { alerts: alerts(bar), ..Declared::from(&EXAMPLE) }];
    Handbook::new(&catalogue, &settings(bar)).unwrap().page(name).unwrap().unwrap()
}

#[test]
fn a_page_says_what_is_watched_what_was_written_and_how_it_was_proven() {
    let expected = "# LookoutPressureHigh

Pump PUMP is about to burst.

- **Severity**: critical. Somebody must get up.
- **Owner**: platform. Those who run the cluster.
- **Exporter**: example
- **Fires**: when its condition has been true for 10m, and for 5m after it has ended
- **Silences**: [LookoutPressureRising](LookoutPressureRising.md)
- **Board**: Example, panel “Pressure”

## Meaning

Above 3 bar (`example.alerts.pressure`) for 10m; see [LookoutPressureRising](LookoutPressureRising.md).

## Impact

A flood.

## Diagnosis

```sh
kubectl get pods --output go-template='{{.items}}' # LookoutPressureRising
```

## Mitigation

Stop it.

## Condition

```promql
example_pressure > 3
```

## How it was proven

Each line is a test: a rule engine is given series, and at the moment named the alert must do what is said, and fire for \
                    nothing else. The thresholds are those of the default settings, which are in force here.

It fires:

- five bar (after 10m)

It is silent just below its threshold, or just before its time has passed:

- three bar (after 1h30m)

Where data are missing:

- no pump (after 1h30m): it is silent

Besides:

- a second pump (after 10m): it fires
";
    assert_eq!(page(3, "LookoutPressureHigh"), expected);
}

#[test]
fn other_settings_are_shown_in_the_text_and_the_condition_and_told_beside_the_proof() {
    let page = page(7, "LookoutPressureHigh");
    for expected in [
        "Above 7 bar",
        "example_pressure > 7",
        "**the settings of this page, which differ from the defaults**",
    ] {
        assert!(page.contains(expected), "`{expected}` is not in\n{page}");
    }
}

#[test]
fn what_silences_an_alert_is_named_and_a_known_grafana_is_linked() {
    let catalogue = [Declared::from(&EXAMPLE)];
    let settings = settings(3);
    let handbook = Handbook::new(&catalogue, &settings).unwrap().with_grafana("https://grafana.example/");
    let page = handbook.page("LookoutPressureRising").unwrap().unwrap();
    for expected in [
        "- **Silenced by**: [LookoutPressureHigh](LookoutPressureHigh.md)\n",
        "- **Board**: [Example](https://grafana.example/d/lookout-example), panel “Pumps”\n",
        "There is no case.",
    ] {
        assert!(page.contains(expected), "`{expected}` is not in\n{page}");
    }
    assert!(handbook.page("LookoutNever").unwrap().is_none());
}

#[test]
fn a_placeholder_that_is_no_single_setting_is_refused() {
    for key in ["example.alerts.presure", "example.alerts", "example.alerts.list"] {
        let mut alert = alerts(3).remove(0);
        alert.runbook = Box::leak(format!("## Meaning\n\n{{{{{key}}}}}\n").into_boxed_str());
        let catalogue = [Declared { alerts: vec![alert], ..Declared::from(&EXAMPLE) }];
        let error = Handbook::new(&catalogue, &settings(3)).unwrap().files().unwrap_err();
        assert!(matches!(&error, RenderError::FillPlaceholder { key: asked, .. } if asked == key), "{error}");
        assert!(error.to_string().contains(&format!("asks for `{{{{{key}}}}}`")), "{error}");
    }
}

#[test]
fn a_summary_is_a_sentence_without_templates() {
    let of = |summary| Alert { summary, ..alerts(3).remove(0) };
    assert_eq!(summary(&of("A pump is late")), "A pump is late");
    assert_eq!(summary(&of("{{ $labels.pump }} of {{$labels.host}} is late")), "PUMP of HOST is late");
}

/// Every page of the catalogue for the default settings, by its name.
fn pages() -> Vec<(String, String)> {
    let settings = Settings::default();
    let catalogue = settings.declared();
    let files = Handbook::new(&catalogue, &settings).unwrap().files().unwrap();
    let name = |path: &str| path.rsplit('/').next().unwrap().strip_suffix(".md").unwrap().to_owned();
    files.into_iter().map(|file| (name(&file.path), file.contents)).collect()
}

#[test]
fn every_link_of_a_page_leads_to_another_one() {
    let pages = pages();
    for (name, text) in &pages {
        for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
            if let Event::Start(Tag::Link { dest_url, .. }) = event {
                let other = dest_url.strip_suffix(".md").unwrap_or_else(|| panic!("{name}: {dest_url}"));
                assert!(pages.iter().any(|(known, _)| known == other), "{name}: {dest_url}");
            }
        }
    }
}

#[test]
fn every_name_of_an_alert_in_a_text_is_one() {
    let pages = pages();
    for (name, text) in &pages {
        let words = text.split(|character: char| !character.is_ascii_alphanumeric());
        for word in words.filter(|word| word.len() > "Lookout".len() && word.starts_with("Lookout")) {
            assert!(pages.iter().any(|(known, _)| known == word), "{name} names `{word}`, which is no alert");
        }
    }
}

/// Whether the configuration can have `key`, as in `kafka.clusters[].probe.timeout`.
fn has_key(schema: &serde_json::Value, key: &str) -> bool {
    let mut place = schema;
    for part in key.split('.') {
        let name = part.trim_end_matches("[]");
        let Some(property) = definition(schema, place).and_then(|object| object["properties"].get(name))
        else {
            return false;
        };
        place = if name == part { property } else { &definition(schema, property).unwrap()["items"] };
    }
    true
}

/// What `place` stands for: itself, what it refers to, or the one that it may be besides nothing.
fn definition<'a>(
    schema: &'a serde_json::Value,
    place: &'a serde_json::Value,
) -> Option<&'a serde_json::Value> {
    if let Some(reference) = place.get("$ref") {
        let pointer = reference.as_str()?.strip_prefix('#')?;
        return definition(schema, schema.pointer(pointer)?);
    }
    match place.get("anyOf").and_then(serde_json::Value::as_array) {
        Some(choices) => choices.iter().find_map(|choice| definition(schema, choice)),
        None => Some(place),
    }
}

#[test]
fn every_setting_that_a_text_names_exists_and_no_placeholder_is_left() {
    let schema = lookout_config::schema::<Settings>();
    let mut n_named = 0;
    for (name, text) in pages() {
        assert!(!text.contains("{{for") && !text.contains("{{keep"), "{name}");
        for event in Parser::new_ext(&text, Options::ENABLE_TABLES) {
            let Event::Code(code) = event else { continue };
            let is_setting = code.split_once('.').is_some_and(|(section, rest)| {
                let is_plain = |character: char| character.is_ascii_lowercase() || "._[]".contains(character);
                schema["properties"].get(section).is_some() && rest.chars().all(is_plain)
            });
            n_named += usize::from(is_setting);
            assert!(
                !is_setting || has_key(&schema, &code),
                "{name} names the setting `{code}`, which does not exist"
            );
        }
    }
    assert!(n_named > 30, "{n_named}");
    for wrong in ["kafka.clusters.probe", "kafka.clusters[].prob", "kafka.alerts.lag.high"] {
        assert!(!has_key(&schema, wrong), "{wrong}");
    }
}

#[test]
fn every_page_can_be_written_for_the_reference_platform() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/reference-platform.yaml");
    let settings: Settings = lookout_config::load_file(path.as_ref()).unwrap();
    let catalogue = settings.declared();
    let files = Handbook::new(&catalogue, &settings).unwrap().files().unwrap();
    assert_eq!(files.len(), catalogue.iter().map(|declared| declared.alerts.len()).sum::<usize>());
}

#[test]
fn live_settings_are_on_every_page_that_names_them() {
    let text = "kafka:\n  alerts: {lag: 47m, quorum_lag: 47s, retention_used: 0.47}\ncerts:\n  alerts:\n    warning: {remaining: 47d, life_left: 0.25}\n\
        probe:\n  alerts: {failing_for: 47m}\n";
    let settings: Settings = load("lookout.yaml", text).unwrap();
    let catalogue = settings.declared();
    let handbook = Handbook::new(&catalogue, &settings).unwrap();
    for (name, expected) in [
        ("LookoutKafkaLagHigh", "older than 47m (`kafka.alerts.lag`)"),
        ("LookoutKafkaQuorumReplicaBehind", "more than 47s (`kafka.alerts.quorum_lag`)"),
        ("LookoutKafkaRetentionRisk", "a share above 0.47 (`kafka.alerts.retention_used`)"),
        ("LookoutCertsServedExpiring", "less than 47d"),
        ("LookoutProbeFailing", "It has been so for 47m (`probe.alerts.failing_for`)"),
    ] {
        let page = handbook.page(name).unwrap().unwrap();
        let page = page.replace('\n', " ");
        assert!(page.contains(expected), "`{expected}` is not in\n{page}");
    }
}
