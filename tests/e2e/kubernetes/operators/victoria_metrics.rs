//! The operator of VictoriaMetrics: every `VMRule` in the files that it makes for its vmalert, and the `VMAlertmanagerConfig` in the
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
/// It listens nowhere.
const ARGUMENTS: [&str; 3] = ["--metrics-bind-address=0", "--health-probe-bind-address=0", "--pprof-addr="];
/// It does not wait for pods, which nobody runs.
const ENVIRONMENT: [&str; 2] = ["VM_APPREADYTIMEOUT=1s", "VM_PODWAITREADYTIMEOUT=1s"];

#[test]
fn the_operator_of_victoria_metrics_reads_every_object_that_is_rendered_for_it() {
    let mut stage = Stage::start("victoria-metrics-operator", "VICTORIA_METRICS_OPERATOR_CRDS");
    start_operator(&mut stage);
    let stage = stage;
    let rules = Rendering::new("vmrule", None);
    let configuration = Rendering::with("vmalertmanagerconfig", None, &told());
    let mut steps = Steps::default();
    steps.take("every rule is in the files for vmalert, and vmalert accepts them", || {
        stage.create(&rules.files("yaml"));
        let n_wanted = n_rules(&Rendering::new("vmalert", None).files("yaml"));
        let files = rule_files(&stage, n_wanted);
        let files = files.iter().map(|file| format!("-rule={}", file.display()));
        succeed(Command::new(tool("VMALERT")).arg("-dryRun").args(files), b"");
        for object in stage.get(&["vmrules"])["items"].as_array().expect("they are there") {
            until_status(
                &stage,
                "vmrule",
                object["metadata"]["name"].as_str().expect("a name"),
                "operational",
            );
        }
    });
    steps.take("every alert goes to whom the routes say", || {
        stage.apply(&secrets());
        stage.create(&configuration.files("yaml"));
        let prefix = format!("{NAMESPACE}-lookout-");
        goes_to_whom_the_routes_say(&alertmanager_configuration(&stage, &prefix), &prefix);
        until_status(&stage, "vmalertmanagerconfig", "lookout", "operational");
    });
    steps.take("the API server stops what the definitions do not know", || {
        let file = &rules.files("yaml")[0];
        stage.refuses(file, "keep_firing_for:", "keeps_firing_for:", "unknown field");
        let file = &configuration.files("yaml")[0];
        stage.refuses(file, "url_secret:", "url_secrets:", "unknown field");
    });
    steps.take("the operator stops what it cannot use, and says so", || {
        let broken = stage.copy(&rules.files("yaml")[0], "broken", "expr: ", "expr: sum(( ");
        stage.create(&[broken]);
        until_status(&stage, "vmrule", "broken", "failed");
        let wrong =
            stage.copy(&configuration.files("yaml")[0], "broken", "receiver: watch", "receiver: nobody");
        stage.create(&[wrong]);
        until_status(&stage, "vmalertmanagerconfig", "broken", "failed");
    });
    steps.end();
}

/// The operator, and the two objects that it makes something for. Nobody runs their pods.
fn start_operator(stage: &mut Stage) {
    let object = |kind: &str, spec: Value| {
        let version = "operator.victoriametrics.com/v1beta1";
        json!({"apiVersion": version, "kind": kind, "metadata": {"name": OURS}, "spec": spec})
    };
    let datasource = json!({"url": "http://127.0.0.1:8428"});
    let notifier = json!({"url": "http://127.0.0.1:9093"});
    let objects = [
        object(
            "VMAlert",
            json!({
                "replicaCount": 1, "selectAllByDefault": true, "datasource": datasource, "notifier": notifier,
            }),
        ),
        object(
            "VMAlertmanager",
            // What the head of the rendered file asks for.
            json!({"replicaCount": 1, "selectAllByDefault": true, "disableNamespaceMatcher": true}),
        ),
    ];
    stage.start_operator("VICTORIA_METRICS_OPERATOR", &ARGUMENTS, &ENVIRONMENT, &objects);
}

/// The rule files that the operator made, once they hold `n_wanted` rules.
#[track_caller]
fn rule_files(stage: &Stage, n_wanted: usize) -> Vec<PathBuf> {
    let prefix = format!("vm-{OURS}-rulefiles-");
    stage.until("the files of every rule", || {
        let maps = stage.get(&["configmaps"]);
        let named =
            |map: &&Value| map["metadata"]["name"].as_str().is_some_and(|name| name.starts_with(&prefix));
        let maps = maps["items"].as_array()?.iter().filter(named).enumerate();
        let file = |(at, map): (usize, &Value)| {
            Some(stage.unpacked(map["binaryData"]["rules.yaml"].as_str()?, &format!("rules-{at}.yaml")))
        };
        let files: Vec<PathBuf> = maps.map(file).collect::<Option<_>>()?;
        (n_rules(&files) == n_wanted).then_some(files)
    })
}

/// The configuration that the operator made, once a receiver of ours is in it.
#[track_caller]
fn alertmanager_configuration(stage: &Stage, prefix: &str) -> PathBuf {
    let name = format!("vmalertmanager-{OURS}-config");
    stage.until("a configuration with our receivers", || {
        let secret = stage.get(&["secret", &name]);
        let file = stage.unpacked(secret["data"]["alertmanager.yaml.gz"].as_str()?, "alertmanager.yaml");
        std::fs::read_to_string(&file).expect("it is text").contains(prefix).then_some(file)
    })
}

/// Waits until the operator says this of an object.
#[track_caller]
fn until_status(stage: &Stage, kind: &str, name: &str, status: &str) {
    let mut last = Value::Null;
    let reason = stage.until(status, || {
        last = stage.get(&[kind, name])["status"].take();
        (last["updateStatus"] == status).then(|| last["conditions"].to_string())
    });
    println!("{kind} {name} is {status}: {reason}");
}
