//! Workloads that use a Secret with certificates, in each way in which one can.

use serde_json::{Value, json};

use super::{NAMESPACES, Stage};
use crate::kubernetes::api::Api;
use crate::kubernetes::truth::items;
use crate::running::until;

/// Workloads that use `chain`, which has certificates, and others.
pub(super) fn populate(api: &Api) {
    let volume = json!({"volumes": [{"name": "tls", "secret": {"secretName": "chain"}}], "containers": [container(&json!({}))]});
    let projected = json!({
        "volumes": [{"name": "tls", "projected": {"sources": [{"secret": {"name": "chain"}}]}}], "containers": [container(&json!({}))],
    });
    let one = json!({"env": [{"name": "CERTIFICATE", "valueFrom": {"secretKeyRef": {"name": "chain", "key": "tls.crt"}}}]});
    let all = json!({"envFrom": [{"secretRef": {"name": "chain"}}]});
    let begins = json!({"initContainers": [container(&all)], "containers": [container(&json!({}))]});
    let unknown = json!({"volumes": [{"name": "tls", "secret": {"secretName": "nothing-of-that-name"}}], "containers": [container(&json!({}))]});
    let create = |group: &str, plural: &str, name: &str, spec: Value| {
        let path = format!("/apis/{group}/v1/namespaces/{}/{plural}", NAMESPACES[0]);
        api.create(&path, &json!({"metadata": {"name": name}, "spec": spec}));
    };
    create("apps", "deployments", "by-volume", with_selector(&volume));
    create("apps", "deployments", "by-nothing", with_selector(&unknown));
    create("apps", "statefulsets", "by-projection", with_selector(&projected));
    create("apps", "daemonsets", "by-variable", with_selector(&json!({"containers": [container(&one)]})));
    let mut begins = json!({"template": {"spec": begins}});
    begins["template"]["spec"]["restartPolicy"] = "Never".into();
    create("batch", "jobs", "by-variables", begins.clone());
    create(
        "batch",
        "cronjobs",
        "by-schedule",
        json!({"schedule": "0 0 1 1 *", "jobTemplate": {"spec": begins}}),
    );
}

/// Each is named with the Secret, and what a controller made of it is not.
pub(super) fn named(stage: &mut Stage) {
    until("what the controllers make of the workloads", || {
        let made = stage.kubectl.get(&["replicasets,pods", "--namespace", NAMESPACES[0]]);
        (!items(&made).is_empty()).then_some(())
    });
    let wanted: [(&[&str], f64); 5] = [
        (&["chain", "Deployment", "by-volume"], 1.0),
        (&["chain", "StatefulSet", "by-projection"], 1.0),
        (&["chain", "DaemonSet", "by-variable"], 1.0),
        (&["chain", "Job", "by-variables"], 1.0),
        (&["chain", "CronJob", "by-schedule"], 1.0),
    ];
    let labels = ["secret_name", "workload_kind", "workload"];
    stage.until_rows("certs_secret_workload_info", &labels, &[("secret_namespace", NAMESPACES[0])], &wanted);
    let path = format!("/apis/apps/v1/namespaces/{}/deployments/by-volume", NAMESPACES[0]);
    stage.api.delete(&path);
    stage.until_rows(
        "certs_secret_workload_info",
        &labels,
        &[("secret_namespace", NAMESPACES[0])],
        &wanted[1..],
    );
}

fn container(more: &Value) -> Value {
    let mut container = json!({"name": "it", "image": "example.org/none"});
    for (key, value) in more.as_object().expect("it is a part of a container") {
        container[key] = value.clone();
    }
    // Names of containers that begin and of those that follow are one space.
    if more.get("envFrom").is_some() {
        container["name"] = "begins".into();
    }
    container
}

fn with_selector(pod: &Value) -> Value {
    let labels = json!({"app": "it"});
    json!({"selector": {"matchLabels": labels}, "template": {"metadata": {"labels": labels}, "spec": pod}, "serviceName": "none"})
}
