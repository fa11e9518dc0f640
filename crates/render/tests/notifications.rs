//! Notifications: one small catalogue word for word, and what must hold for the real one.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use core::time::Duration;
use std::collections::BTreeSet;
use std::path::Path;

use lookout_declarations::{Alert, Declared, ExporterSpec, Gauge, Owner, Severity, label, metrics};
use lookout_notifications::{Heartbeat, Receiver, Settings, Slack, Webhook};
use lookout_render::{
    GeneratedFile, NotificationTarget, RenderError, RuleOptions, Version, grafana_notifications,
    notifications,
};
use lookout_testkit::golden;
use serde_yaml::Value;

label! {
    /// The pump.
    pub Pump = "pump";
    /// Where it is, under a name that service discovery uses too.
    pub Endpoint = "endpoint";
}

metrics! {
    /// The pressure.
    pub PRESSURE: Gauge<(Pump, Endpoint)> = Gauge::new("example_pressure", "Pressure in bar.");
    /// The heat.
    pub HEAT: Gauge<(Pump,)> = Gauge::new("example_heat", "Heat.");
}

fn alert(name: &'static str, expression: &str, inhibits: &'static [&'static str]) -> Alert {
    Alert {
        name,
        expression: expression.to_owned(),
        hold: Duration::ZERO,
        keep_firing_for: Duration::ZERO,
        severity: Severity::Warning,
        owner: Owner::Platform,
        summary: "Something is wrong",
        description: "Very.".to_owned(),
        runbook: "",
        inhibits,
        cases: Vec::new(),
    }
}

fn alerts() -> Vec<Alert> {
    vec![
        alert("LookoutHouseGone", "absent(example_pressure)", &["LookoutPumpStopped"]),
        alert("LookoutPumpStopped", "example_pressure == 0", &["LookoutPumpHot", "LookoutPressureLow"]),
        alert(
            "LookoutPumpBurst",
            "example_pressure > 9",
            &["LookoutPumpHot", "LookoutPressureLow", "LookoutNotSelected"],
        ),
        alert("LookoutPressureLow", "max without (instance, pod) (example_pressure) < 1", &[]),
        alert("LookoutPumpHot", "example_heat > 1", &[]),
    ]
}

const EXAMPLE: ExporterSpec = ExporterSpec {
    name: "example",
    question: "Will it burst?",
    unconfigured: "",
    metrics: METRICS,
    reasons: &[],
    permissions: &[],
    alerts,
    equivalents: &[],
    recordings: Vec::new,
    boards: Vec::new,
};

fn small() -> Vec<Declared> {
    vec![Declared::from(&EXAMPLE)]
}

fn real() -> Vec<Declared> {
    lookout_catalog::Settings::default().declared()
}

/// One receiver with an address in the clear, and no heartbeat.
fn lone() -> Settings {
    let webhook = Webhook {
        url: "http://127.0.0.1:9/".to_owned(),
        token_file: "/etc/secrets/hook/token".to_owned(),
        ..Webhook::default()
    };
    let receiver = Receiver { name: "ops".to_owned(), webhook: vec![webhook], ..Receiver::default() };
    Settings { receivers: vec![receiver], ..Settings::default() }
}

fn everything(catalogue: &[Declared], settings: &Settings) -> Vec<GeneratedFile> {
    let render = |target| notifications(target, catalogue, settings, &RuleOptions::default());
    let mut files = Vec::new();
    for target in NotificationTarget::ALL {
        files.extend(render(target).expect("it renders").files);
    }
    files.extend(grafana_notifications(catalogue, settings).expect("it renders").files);
    files
}

/// Alertmanager's own configuration.
fn configuration(catalogue: &[Declared], settings: &Settings) -> Value {
    let files = everything(catalogue, settings);
    let file =
        files.iter().find(|file| file.path == "alertmanager/alertmanager.yaml").expect("it is rendered");
    serde_yaml::from_str(&file.contents).expect("it is YAML")
}

/// Whether it is no file of templates.
fn is_yaml(file: &GeneratedFile) -> bool {
    Path::new(&file.path).extension().is_some_and(|extension| extension == "yaml")
}

#[track_caller]
fn matches_golden(set: &str, files: &[GeneratedFile]) {
    for file in files.iter().filter(|file| is_yaml(file)) {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/notifications");
        golden::check(format!("{folder}/{set}/{}", file.path), &file.contents);
    }
}

#[test]
fn every_kind_is_written_as_it_was_reviewed() {
    matches_golden("example", &everything(&small(), &Settings::example()));
    matches_golden("lone", &everything(&small(), &lone()));
}

#[test]
fn nothing_is_muted_without_a_label_that_is_equal() {
    for settings in [Settings::example(), lone()] {
        let configuration = configuration(&real(), &settings);
        for rule in configuration["inhibit_rules"].as_sequence().expect("there are some") {
            let equal = rule["equal"].as_sequence().expect("it is a list");
            assert!(!equal.is_empty(), "{rule:?}");
        }
    }
}

/// Pairs of names, as Alertmanager would read them.
fn muted(configuration: &Value) -> BTreeSet<(String, String)> {
    let names = |matchers: &Value| -> Vec<String> {
        let text = matchers[0].as_str().expect("a matcher");
        let (_, names) = text.split_once('"').expect("a value");
        names.trim_end_matches('"').split('|').map(ToOwned::to_owned).collect()
    };
    let rules = configuration["inhibit_rules"].as_sequence().expect("rules");
    rules
        .iter()
        .flat_map(|rule| {
            let targets = names(&rule["target_matchers"]);
            names(&rule["source_matchers"]).into_iter().flat_map(move |source| {
                targets.clone().into_iter().map(move |target| (source.clone(), target))
            })
        })
        .collect()
}

#[test]
fn what_mutes_what_is_what_the_alerts_declare() {
    let catalogue = real();
    let alerts = catalogue.iter().flat_map(|declared| &declared.alerts);
    let declared: BTreeSet<(String, String)> = alerts
        .flat_map(|alert| alert.inhibits.iter().map(|name| (alert.name.to_owned(), (*name).to_owned())))
        .collect();
    assert_eq!(muted(&configuration(&catalogue, &lone())), declared);
}

#[test]
fn a_cause_does_not_mute_what_another_process_says() {
    let configuration = configuration(&small(), &lone());
    let rules = configuration["inhibit_rules"].as_sequence().expect("rules");
    let equal = |target: &str| -> Vec<&str> {
        let of_target = |rule: &&Value| {
            let matches =
                |key: &str, name: &str| rule[key][0].as_str().is_some_and(|text| text.contains(name));
            matches("source_matchers", "LookoutPumpStopped") && matches("target_matchers", target)
        };
        let rule = rules.iter().find(of_target).unwrap_or_else(|| panic!("nothing mutes {target}"));
        rule["equal"].as_sequence().expect("a list").iter().filter_map(Value::as_str).collect()
    };
    assert_eq!(equal("LookoutPumpHot"), ["cluster", "instance", "job", "pump"], "both are about one process");
    assert_eq!(
        equal("LookoutPressureLow"),
        ["cluster", "endpoint", "exported_endpoint", "pump"],
        "one of them is about the world, whoever sees it"
    );
}

#[test]
fn an_objective_mutes_the_failing_probes_that_it_is_measured_by_and_no_others() {
    let text = "objectives:\n  probes:\n  - name: portal\n    select: { job: probe-edge, instance: 'https://portal\\.example\\.org/.*' }\n    \
                measured_at: edge\n    availability: 0.999\n  - name: search\n    select: { job: search }\n    measured_at: origin\n    \
                latency: { limit: 100ms, target: 0.99 }\n";
    let settings: lookout_catalog::Settings =
        lookout_config::load("lookout.yaml", text).expect("it is right");
    let configuration = configuration(&settings.declared(), &lone());
    let rules = configuration["inhibit_rules"].as_sequence().expect("rules");
    let failing = "alertname=\"LookoutProbeFailing\"";
    let of_probes = rules.iter().filter(|rule| rule["target_matchers"][0].as_str() == Some(failing));
    let expected: Value = serde_yaml::from_str(
        r#"
source_matchers: ['alertname="LookoutObjectiveBudgetBurnsFast"', 'objective="portal"', 'indicator="availability"']
target_matchers: ['alertname="LookoutProbeFailing"', 'instance=~"https://portal\\.example\\.org/.*"', 'job=~"probe-edge"']
equal: [cluster]
"#,
    )
    .expect("it is YAML");
    // What is slow does not fail, so the second objective mutes nothing.
    assert_eq!(of_probes.collect::<Vec<_>>(), [&expected]);
}

#[test]
fn alerts_that_mute_each_other_are_refused() {
    let mut catalogue = small();
    catalogue[0].alerts[4].inhibits = &["LookoutPumpStopped"];
    let error = notifications(NotificationTarget::Alertmanager, &catalogue, &lone(), &RuleOptions::default());
    assert!(matches!(error, Err(RenderError::MuteEachOther { .. })), "{error:?}");
}

/// Whom Alertmanager tells of an alert: the deepest route whose matchers fit, first come first served.
fn told(route: &Value, alert: &[(&str, &str)]) -> Option<String> {
    let fits = |matcher: &Value| {
        let text = matcher.as_str().expect("a matcher");
        let (label, value) = text.split_once('=').expect("an operator");
        let actual = alert.iter().find(|(name, _)| *name == label).map_or("", |(_, value)| value);
        match value.strip_prefix('~') {
            Some(pattern) => pattern == "\"Lookout.+\"" && actual.starts_with("Lookout"),
            None => value.trim_matches('"') == actual,
        }
    };
    let matchers = route["matchers"].as_sequence().map(Vec::as_slice).unwrap_or_default();
    if !matchers.iter().all(fits) {
        return None;
    }
    let below = route["routes"].as_sequence().map(Vec::as_slice).unwrap_or_default();
    let own = route["receiver"].as_str().map(ToOwned::to_owned);
    below.iter().find_map(|route| told(route, alert)).or(own)
}

#[test]
fn every_severity_and_owner_reaches_whom_the_settings_name() {
    let settings = Settings::example();
    let configuration = configuration(&real(), &settings);
    for severity in Severity::ALL {
        for owner in Owner::ALL.iter().copied().map(Some).chain([None]) {
            let name = owner.map_or("nobody", Owner::as_str);
            let alert = [("alertname", "LookoutDown"), ("severity", severity.as_str()), ("owner", name)];
            let receiver = told(&configuration["route"], &alert);
            assert_eq!(receiver.as_deref(), settings.receiver_of(*severity, owner), "{severity} {name}");
        }
    }
    let watchdog = [("alertname", "LookoutWatchdog"), ("severity", "info"), ("owner", "platform")];
    assert_eq!(told(&configuration["route"], &watchdog).as_deref(), Some("heartbeat"));
}

#[test]
fn the_alert_of_the_heartbeat_exists_and_fires_always() {
    let catalogue = real();
    let mut alerts = catalogue.iter().flat_map(|declared| &declared.alerts);
    let watchdog = alerts.find(|alert| alert.name == "LookoutWatchdog").expect("the routes name it");
    assert!(watchdog.fires_always() && watchdog.hold.is_zero());
}

#[test]
fn a_heartbeat_is_sent_once_in_each_interval() {
    for minutes in [1, 5, 60] {
        let interval = lookout_config::HumanDuration::from_minutes(minutes);
        let heartbeat = Heartbeat { receiver: "ops".to_owned(), interval };
        let configuration = configuration(&small(), &Settings { heartbeat, ..lone() });
        let route = &configuration["route"]["routes"][0]["routes"][0];
        let seconds = |key: &str| -> u64 {
            let text = route[key].as_str().expect("a duration");
            text.parse::<lookout_config::HumanDuration>().expect("a duration").get().as_secs()
        };
        let (looked_at, repeated) = (seconds("group_interval"), seconds("repeat_interval"));
        assert_eq!(interval.get().as_secs() % looked_at, 0, "it is looked at when it is due");
        let before = interval.get().as_secs() - looked_at;
        assert!(
            before < repeated && repeated < interval.get().as_secs(),
            "not once earlier, and never a round late"
        );
    }
}

#[test]
fn without_a_heartbeat_the_watchdog_is_muted_and_that_is_said() {
    let rendered =
        notifications(NotificationTarget::Alertmanager, &small(), &lone(), &RuleOptions::default())
            .expect("it renders");
    assert!(rendered.notes.iter().any(|note| note.contains("notifications.heartbeat.receiver")));
    assert!(rendered.files[0].contents.contains("# - no heartbeat is configured"));
    let example = notifications(
        NotificationTarget::Alertmanager,
        &small(),
        &Settings::example(),
        &RuleOptions::default(),
    );
    assert_eq!(example.expect("it renders").notes, Vec::<String>::new());
}

#[test]
fn nothing_is_rendered_where_nobody_would_be_told() {
    for target in NotificationTarget::ALL {
        let error = notifications(target, &small(), &Settings::default(), &RuleOptions::default());
        let error = error.expect_err("there is no receiver");
        assert!(error.to_string().contains("notifications.receivers"), "{error}");
    }
    assert!(matches!(grafana_notifications(&small(), &Settings::default()), Err(RenderError::NameReceiver)));
    let mut settings = lone();
    settings.receivers[0].webhook.clear();
    let error = notifications(NotificationTarget::Alertmanager, &small(), &settings, &RuleOptions::default());
    assert!(matches!(error, Err(RenderError::GiveIntegration { .. })), "{error:?}");
}

#[test]
fn a_way_that_a_version_does_not_know_is_refused_not_left_out() {
    let render = |settings: &Settings, minor| {
        let options = RuleOptions { version: Some(Version::new(0, minor)), ..RuleOptions::default() };
        notifications(NotificationTarget::Alertmanager, &small(), settings, &options)
    };
    let error = render(&Settings::example(), 27).expect_err("0.27 has no Teams workflows").to_string();
    assert!(error.contains("`data`") && error.contains("0.27") && error.contains("0.28"), "{error}");
    let error = render(&lone(), 24).expect_err("0.24 is too old").to_string();
    assert!(error.contains("0.24") && error.contains("0.25"), "{error}");
    let mut by_file = lone();
    by_file.receivers[0].webhook[0] = Webhook { url_file: "/a/b/c".to_owned(), ..Webhook::default() };
    assert!(matches!(render(&by_file, 25), Err(RenderError::SendWithVersion { .. })));
    assert!(render(&by_file, 26).is_ok());
    assert!(render(&lone(), 25).is_ok());
}

/// Every text of a file that calls a template.
fn texts<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::Mapping(fields) => fields.values().for_each(|value| texts(value, found)),
        Value::Sequence(items) => items.iter().for_each(|value| texts(value, found)),
        Value::String(text) if text.contains("{{ template") => found.push(text),
        _ => {}
    }
}

#[test]
fn objects_of_operators_bring_every_template_that_they_call() {
    for target in [NotificationTarget::AlertmanagerConfig, NotificationTarget::VmAlertmanagerConfig] {
        let files = notifications(target, &real(), &Settings::example(), &RuleOptions::default());
        let object: Value =
            serde_yaml::from_str(&files.expect("it renders").files[0].contents).expect("it is YAML");
        let mut found = Vec::new();
        texts(&object, &mut found);
        assert!(found.len() > 10, "{}: {}", target.name(), found.len());
        for text in found {
            for called in text.split("{{ template \"").skip(1).filter_map(|rest| rest.split('"').next()) {
                assert!(text.contains(&format!("define \"{called}\"")), "{}: {called}", target.name());
            }
        }
    }
}

#[test]
fn secrets_are_keys_of_secrets_where_operators_read_them() {
    let api_url_file = "/one-part".to_owned();
    let slack = Slack { api_url_file, channel: String::new() };
    let receiver = Receiver { name: "ops".to_owned(), slack: vec![slack], ..Receiver::default() };
    let settings = Settings { receivers: vec![receiver], ..Settings::default() };
    let render = |target| notifications(target, &small(), &settings, &RuleOptions::default());
    assert!(render(NotificationTarget::Alertmanager).is_ok());
    let error = render(NotificationTarget::AlertmanagerConfig).expect_err("it names no Secret").to_string();
    assert!(error.contains("`/one-part`") && error.contains("NAME/KEY"), "{error}");
}

#[test]
fn objects_carry_the_namespace_and_the_labels_that_they_are_selected_by() {
    let labels = [("release".to_owned(), "stack".to_owned())].into();
    let options = RuleOptions { namespace: Some("monitoring".to_owned()), labels, ..RuleOptions::default() };
    for target in [NotificationTarget::AlertmanagerConfig, NotificationTarget::VmAlertmanagerConfig] {
        let files = notifications(target, &small(), &lone(), &options).expect("it renders").files;
        let object: Value = serde_yaml::from_str(&files[0].contents).expect("YAML");
        assert_eq!(object["metadata"]["namespace"].as_str(), Some("monitoring"));
        assert_eq!(object["metadata"]["labels"]["release"].as_str(), Some("stack"));
    }
}
