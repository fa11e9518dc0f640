//! prometheus-operator: every `PrometheusRule` in the files that it makes for its Prometheus, and the `AlertmanagerConfig` in the
//! configuration that it makes for its Alertmanager.

use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};

use super::{NAMESPACE, Stage, goes_to_whom_the_routes_say, n_rules, secrets, told};
use crate::rendering::Rendering;
use crate::steps::Steps;
use crate::tools::{succeed, tool};

/// The objects that say what the operator is to make.
const OURS: &str = "ours";

#[test]
fn prometheus_operator_reads_every_object_that_is_rendered_for_it() {
    let mut stage = Stage::start("prometheus-operator", "PROMETHEUS_OPERATOR_CRDS");
    start_operator(&mut stage);
    let stage = stage;
    let rules = Rendering::new("prometheusrule", None);
    let configuration = Rendering::with("amconfig", None, &told());
    let mut steps = Steps::default();
    steps.take("every rule is in the files for Prometheus, and promtool accepts them", || {
        stage.create(&rules.files("yaml"));
        let files = rule_files(&stage, rules.files("yaml").len());
        succeed(Command::new(tool("PROMTOOL")).args(["check", "rules"]).args(&files), b"");
        assert_eq!(n_rules(&files), n_rules(&Rendering::new("prometheus", None).files("yaml")));
    });
    steps.take("every alert goes to whom the routes say", || {
        stage.apply(&secrets());
        stage.create(&configuration.files("yaml"));
        let prefix = format!("{NAMESPACE}/lookout/");
        goes_to_whom_the_routes_say(&alertmanager_configuration(&stage, &prefix), &prefix);
    });
    steps.take("the API server stops what the definitions do not know", || {
        let file = &rules.files("yaml")[0];
        stage.refuses(file, "keep_firing_for:", "keeps_firing_for:", "unknown field");
        stage.refuses(file, "for: 5m", "for: five minutes", "Invalid value: \"five minutes\"");
        let file = &configuration.files("yaml")[0];
        stage.refuses(file, "apiURL:", "apiUrl:", "unknown field");
    });
    steps.take("the operator stops what it cannot use, and says so", || {
        let broken = stage.copy(&rules.files("yaml")[0], "broken", "expr: ", "expr: sum(( ");
        stage.create(&[broken]);
        rejected(&stage, "PrometheusRule", "broken");
        assert_eq!(rule_files(&stage, rules.files("yaml").len()).len(), rules.files("yaml").len());
        let wrong =
            stage.copy(&configuration.files("yaml")[0], "broken", "receiver: watch", "receiver: nobody");
        stage.create(&[wrong]);
        rejected(&stage, "AlertmanagerConfig", "broken");
    });
    steps.end();
}

/// The operator, and the two objects that it makes something for. Nobody runs their pods.
fn start_operator(stage: &mut Stage) {
    let object = |kind: &str, spec: Value| json!({"apiVersion": "monitoring.coreos.com/v1", "kind": kind, "metadata": {"name": OURS}, "spec": spec});
    let objects = [
        object("Prometheus", json!({"replicas": 1, "ruleSelector": {}})),
        object(
            "Alertmanager",
            // What the head of the rendered file asks for.
            json!({
                "replicas": 1, "alertmanagerConfigSelector": {},
                "alertmanagerConfigMatcherStrategy": {"type": "None"},
            }),
        ),
    ];
    stage.start_operator("PROMETHEUS_OPERATOR", &["--web.listen-address=127.0.0.1:0"], &[], &objects);
}

/// The rule files that the operator made, once they are `n_files`.
#[track_caller]
fn rule_files(stage: &Stage, n_files: usize) -> Vec<PathBuf> {
    let name = format!("prometheus-{OURS}-rulefiles-0");
    let data = stage.until("the files of every rule", || {
        let files = stage.get(&["configmap", &name])["data"].as_object().cloned()?;
        (files.len() == n_files).then_some(files)
    });
    let write = |(name, text): (String, Value)| {
        let path = stage.folder.path().join(name);
        std::fs::write(&path, text.as_str().expect("it is text")).expect("it can be written");
        path
    };
    data.into_iter().map(write).collect()
}

/// The configuration that the operator made, once a receiver of ours is in it.
#[track_caller]
fn alertmanager_configuration(stage: &Stage, prefix: &str) -> PathBuf {
    let name = format!("alertmanager-{OURS}-generated");
    stage.until("a configuration with our receivers", || {
        let secret = stage.get(&["secret", &name]);
        let file = stage.unpacked(secret["data"]["alertmanager.yaml.gz"].as_str()?, "alertmanager.yaml");
        std::fs::read_to_string(&file).expect("it is text").contains(prefix).then_some(file)
    })
}

/// Waits until the operator says that it does not use an object.
#[track_caller]
fn rejected(stage: &Stage, kind: &str, name: &str) {
    let note = stage.until("a word of the operator", || {
        let events = stage.get(&["events.events.k8s.io"]);
        let ours = |event: &&Value| {
            event["reason"] == "InvalidConfiguration"
                && event["regarding"]["kind"] == kind
                && event["regarding"]["name"] == name
        };
        events["items"].as_array()?.iter().find(ours).map(|event| event["note"].to_string())
    });
    println!("{note}");
}
