//! Rules for every engine: complete, in an order that every engine can evaluate, within every limit, and honest about what
//! was left out.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use lookout_catalog::Settings;
use lookout_declarations::{Alert, Board, Declared, ExporterSpec, Owner, Recording, Severity};
use lookout_render::{Links, RenderError, Rendered, RuleOptions, RuleTarget, Version, rules};
use serde_yaml::Value;

/// The catalogue for the default settings, and for the reference platform, where everything is configured.
fn catalogues() -> Vec<Vec<Declared>> {
    let reference = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/reference-platform.yaml"));
    let reference = lookout_config::load_file::<Settings>(reference).expect("the reference platform loads");
    vec![Settings::default().declared(), reference.declared()]
}

fn render(target: RuleTarget, catalogue: &[Declared], options: &RuleOptions) -> Rendered {
    rules(target, catalogue, options).expect("it renders")
}

/// The groups of all files, as YAML.
fn groups(rendered: &Rendered) -> Vec<Value> {
    let documents =
        rendered.files.iter().map(|file| serde_yaml::from_str::<Value>(&file.contents).expect("it is YAML"));
    let groups = documents.flat_map(|document| {
        let groups = document.get("spec").unwrap_or(&document).get("groups").expect("it has groups");
        groups.as_sequence().expect("groups are a list").clone()
    });
    groups.collect()
}

fn rules_of(group: &Value) -> &[Value] {
    group["rules"].as_sequence().expect("rules are a list")
}

/// The name of an alert or of a recorded series, whatever the engine.
fn name(rule: &Value) -> &str {
    let keys = ["alert", "record", "title"];
    keys.iter().find_map(|key| rule.get(*key).and_then(Value::as_str)).expect("a rule has a name")
}

#[test]
fn every_target_holds_every_alert_once_and_every_recording() {
    for catalogue in catalogues() {
        let alerts: Vec<_> =
            catalogue.iter().flat_map(|declared| &declared.alerts).map(|alert| alert.name).collect();
        let n_recordings: usize = catalogue.iter().map(|declared| declared.recordings.len()).sum();
        for target in RuleTarget::ALL {
            let groups = groups(&render(target, &catalogue, &RuleOptions::default()));
            let names: Vec<_> = groups.iter().flat_map(rules_of).map(name).collect();
            for alert in &alerts {
                let n_rules = names.iter().filter(|name| *name == alert).count();
                assert_eq!(n_rules, 1, "{} has `{alert}` {n_rules} times", target.name());
            }
            assert_eq!(names.len(), alerts.len() + n_recordings, "{}", target.name());
        }
    }
}

#[test]
fn texts_arrive_as_they_were_declared() {
    let catalogue = &catalogues()[0];
    let targets = RuleTarget::ALL.into_iter().filter(|target| *target != RuleTarget::Grafana);
    for target in targets {
        let groups = groups(&render(target, catalogue, &RuleOptions::default()));
        let rendered: BTreeMap<_, _> =
            groups.iter().flat_map(rules_of).map(|rule| (name(rule), rule)).collect();
        for declared in catalogue {
            for alert in &declared.alerts {
                let rule = rendered[alert.name];
                assert_eq!(rule["expr"].as_str(), Some(alert.expression.as_str()));
                assert_eq!(rule["annotations"]["description"].as_str(), Some(alert.description.as_str()));
                assert_eq!(rule["annotations"]["summary"].as_str(), Some(alert.summary));
                assert_eq!(rule["labels"]["severity"].as_str(), Some(alert.severity.as_str()));
            }
        }
    }
}

#[test]
fn no_rule_reads_what_its_own_group_records_and_names_are_unique() {
    for catalogue in catalogues() {
        for target in RuleTarget::ALL {
            let groups = groups(&render(target, &catalogue, &RuleOptions::default()));
            let names: BTreeSet<_> =
                groups.iter().map(|group| group["name"].as_str().expect("a name")).collect();
            assert_eq!(names.len(), groups.len(), "{}", target.name());
            if target == RuleTarget::Grafana {
                continue;
            }
            for group in &groups {
                for recorded in
                    rules_of(group).iter().filter_map(|rule| rule.get("record").and_then(Value::as_str))
                {
                    for rule in rules_of(group) {
                        let expression = rule["expr"].as_str().expect("an expression");
                        let reads = expression
                            .split(|next: char| !(next.is_ascii_alphanumeric() || "_:".contains(next)));
                        assert!(
                            !reads.into_iter().any(|word| word == recorded),
                            "{recorded} in {:?}",
                            group["name"]
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn recordings_come_before_the_alerts_that_read_them() {
    let rendered = render(RuleTarget::Prometheus, &[Declared::from(&EXAMPLE)], &RuleOptions::default());
    let groups = groups(&rendered);
    let names: Vec<_> = groups.iter().map(|group| group["name"].as_str().unwrap()).collect();
    let expected = [
        "lookout-example-recordings-1",
        "lookout-example-recordings-2",
        "lookout-example-recordings-2-every-5m",
        "lookout-example",
    ];
    assert_eq!(names, expected);
    assert_eq!(groups[2]["interval"].as_str(), Some("5m"));
}

#[test]
fn recordings_that_read_each_other_in_a_circle_are_refused() {
    let mut declared = Declared::from(&EXAMPLE);
    declared.recordings[0].expression = declared.recordings[2].name.to_owned();
    let error = rules(RuleTarget::Vmalert, &[declared], &RuleOptions::default()).expect_err("it is a circle");
    assert!(matches!(error, RenderError::OrderRecordings { exporter: "example" }), "{error}");
}

#[test]
fn limits_of_engines_are_kept() {
    for catalogue in catalogues() {
        let mimir = groups(&render(RuleTarget::Mimir, &catalogue, &RuleOptions::default()));
        assert!(mimir.iter().all(|group| rules_of(group).len() <= 20));
        assert!(mimir.len() <= 70, "{} groups", mimir.len());
        for target in [RuleTarget::PrometheusRule, RuleTarget::VmRule] {
            for file in render(target, &catalogue, &RuleOptions::default()).files {
                assert!(file.contents.len() <= 512 * 1024, "{}", file.path);
            }
        }
    }
}

#[test]
fn objects_carry_the_namespace_and_labels_that_were_given() {
    let options = RuleOptions {
        namespace: Some("monitoring".to_owned()),
        labels: BTreeMap::from([("release".to_owned(), "stack".to_owned())]),
        ..RuleOptions::default()
    };
    for (target, kind) in [(RuleTarget::PrometheusRule, "PrometheusRule"), (RuleTarget::VmRule, "VMRule")] {
        let rendered = render(target, &[Declared::from(&EXAMPLE)], &options);
        let object: Value = serde_yaml::from_str(&rendered.files[0].contents).unwrap();
        assert_eq!(object["kind"].as_str(), Some(kind));
        assert_eq!(object["metadata"]["name"].as_str(), Some("lookout-example"));
        assert_eq!(object["metadata"]["namespace"].as_str(), Some("monitoring"));
        assert_eq!(object["metadata"]["labels"]["release"].as_str(), Some("stack"));
    }
}

#[test]
fn what_a_version_lacks_is_left_out_and_said() {
    let catalogue = [Declared::from(&EXAMPLE)];
    let options = |major, minor| RuleOptions {
        version: Some(Version::new(major, minor)),
        offset: Some(Duration::from_mins(1)),
        ..RuleOptions::default()
    };
    for (target, old, new, offset) in [
        (RuleTarget::Vmalert, options(1, 79), options(1, 95), "eval_delay: 1m"),
        (RuleTarget::VmRule, options(0, 30), options(0, 46), "eval_delay: 1m"),
        (RuleTarget::PrometheusRule, options(0, 60), options(0, 78), "query_offset: 1m"),
    ] {
        let old = render(target, &catalogue, &old);
        let text = &old.files[0].contents;
        assert!(!text.contains("keep_firing_for: ") && !text.contains(offset), "{text}");
        assert_eq!(old.notes.len(), 2, "{:?}", old.notes);
        for note in &old.notes {
            assert!(
                note.starts_with("left out, because ") && text.contains(&format!("\n# {note}\n")),
                "{note}\n{text}"
            );
        }
        let new = render(target, &catalogue, &new);
        let text = &new.files[0].contents;
        assert!(text.contains("keep_firing_for: 5m") && text.contains(offset), "{text}");
        assert!(new.notes.is_empty(), "{:?}", new.notes);
    }
    let prometheus = render(RuleTarget::Prometheus, &catalogue, &options(2, 42));
    let text = &prometheus.files[0].contents;
    assert!(text.contains("keep_firing_for: 5m") && !text.contains("query_offset: "), "{text}");
}

#[test]
fn the_head_names_the_oldest_version_that_reads_the_file() {
    let head = |catalogue: &[Declared]| {
        let rendered = render(RuleTarget::Vmalert, catalogue, &RuleOptions::default());
        rendered.files[0].contents.lines().nth(1).unwrap().to_owned()
    };
    let mut declared = Declared::from(&EXAMPLE);
    assert_eq!(head(&[declared.clone()]), "# for vmalert 1.92 and newer");
    declared.alerts.iter_mut().for_each(|alert| alert.keep_firing_for = Duration::ZERO);
    assert_eq!(head(&[declared]), "# for vmalert 1.79 and newer");
}

#[test]
fn an_exporter_with_nothing_to_evaluate_has_no_file() {
    let declared = Declared { alerts: Vec::new(), recordings: Vec::new(), ..Declared::from(&EXAMPLE) };
    for target in RuleTarget::ALL {
        assert!(render(target, core::slice::from_ref(&declared), &RuleOptions::default()).files.is_empty());
    }
}

#[test]
fn links_lead_to_the_runbook_and_the_board() {
    let annotations = |links: Links| {
        let options = RuleOptions { links, ..RuleOptions::default() };
        let groups = groups(&render(RuleTarget::Prometheus, &[Declared::from(&EXAMPLE)], &options));
        let annotations = &groups.last().unwrap()["rules"][0]["annotations"];
        ["runbook_url", "dashboard_url"].map(|key| annotations[key].as_str().unwrap_or_default().to_owned())
    };
    let (lookout, grafana) = ("https://lookout.example.org/", "https://grafana.example.org");
    assert_eq!(annotations(Links::default()), ["/runbooks/LookoutPumpGone", "/d/lookout-example"]);
    assert_eq!(
        annotations(Links::new(lookout, grafana)),
        [
            "https://lookout.example.org/runbooks/LookoutPumpGone",
            "https://grafana.example.org/d/lookout-example"
        ]
    );
    assert_eq!(
        annotations(Links::new(lookout, "").with_runbooks("https://wiki.example.org/alerts/"))[0],
        "https://wiki.example.org/alerts/LookoutPumpGone"
    );
}

#[test]
fn grafana_can_tell_rules_apart_and_reads_the_value_of_the_query() {
    for catalogue in catalogues() {
        let groups = groups(&render(RuleTarget::Grafana, &catalogue, &RuleOptions::default()));
        let rules: Vec<_> = groups.iter().flat_map(rules_of).collect();
        let uids: BTreeSet<_> = rules.iter().map(|rule| rule["uid"].as_str().unwrap()).collect();
        let titles: BTreeSet<_> = rules.iter().map(|rule| name(rule)).collect();
        assert_eq!((uids.len(), titles.len()), (rules.len(), rules.len()));
        assert!(uids.iter().all(|uid| uid.len() <= 40), "{uids:?}");
        for rule in rules {
            let text = serde_yaml::to_string(&rule["annotations"]).unwrap();
            assert!(!text.replace("$values.", "").contains("$value"), "{text}");
        }
    }
}

#[test]
fn grafana_before_13_has_alerts_only() {
    let options = RuleOptions { version: Some(Version::new(12, 0)), ..RuleOptions::default() };
    let rendered = render(RuleTarget::Grafana, &[Declared::from(&EXAMPLE)], &options);
    let text = &rendered.files[0].contents;
    assert!(
        !text.contains("record:") && !text.contains("keepFiringFor") && !text.contains("missing_series"),
        "{text}"
    );
    assert_eq!(rendered.notes.len(), 2, "{:?}", rendered.notes);
}

#[test]
fn one_small_exporter_for_every_target_word_for_word() {
    for target in RuleTarget::ALL {
        let rendered = render(target, &[Declared::from(&EXAMPLE)], &RuleOptions::default());
        let [file] = rendered.files.as_slice() else { panic!("one file for {}", target.name()) };
        assert_eq!(file.path, format!("{}/example.yaml", target.name()));
        let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/rules"));
        lookout_testkit::golden::check(folder.join(format!("{}.yaml", target.name())), &file.contents);
    }
}

/// An exporter with every kind of rule: recordings on two levels, one with an interval of its own, and alerts.
const EXAMPLE: ExporterSpec = ExporterSpec {
    name: "example",
    question: "Will it burst?",
    unconfigured: "",
    metrics: &[],
    reasons: &[],
    permissions: &[],
    alerts,
    equivalents: &[],
    recordings,
    boards: || vec![Board::new("example", "Example", "Will it burst?", Vec::new())],
};

fn recordings() -> Vec<Recording> {
    let recording = |name, expression: &str| Recording {
        name,
        expression: expression.to_owned(),
        labels: Vec::new(),
        help: "Pumps.",
        interval: None,
        cases: Vec::new(),
    };
    vec![
        Recording {
            labels: vec![("layer", "data".to_owned())],
            ..recording("pump:pressure:max", "max by (pump) (pressure)")
        },
        recording("house:pressure:max", "max(pump:pressure:max)"),
        Recording {
            interval: Some(Duration::from_mins(5)),
            ..recording("house:pressure:avg1d", "avg_over_time(pump:pressure:max[1d])")
        },
    ]
}

fn alerts() -> Vec<Alert> {
    let gone = Alert {
        name: "LookoutPumpGone",
        expression: "absent(pump:pressure:max{layer=\"data\"})".to_owned(),
        hold: Duration::ZERO,
        keep_firing_for: Duration::ZERO,
        severity: Severity::Critical,
        owner: Owner::Platform,
        summary: "There is no pump",
        description: "Nobody pumps: \"none\".".to_owned(),
        runbook: "",
        inhibits: &[],
        cases: Vec::new(),
    };
    let high = Alert {
        name: "LookoutPressureHigh",
        expression: "pump:pressure:max > 3".to_owned(),
        hold: Duration::from_mins(10),
        keep_firing_for: Duration::from_mins(5),
        severity: Severity::Warning,
        owner: Owner::Data,
        summary: "Pump {{ $labels.pump }} is about to burst",
        description: "It has {{ $value | humanize }} bar.".to_owned(),
        ..gone.clone()
    };
    vec![gone, high]
}
