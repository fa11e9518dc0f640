//! Objects as JSON, in the shape that the real server gives them.

use data_encoding::BASE64;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::IssuedCertificate;

/// A namespace with labels.
pub fn namespace(name: &str, labels: &[(&str, &str)]) -> Value {
    let mut labels = labels_of(labels);
    labels.insert("kubernetes.io/metadata.name".to_owned(), name.into());
    json!({
        "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": name, "labels": labels },
        "spec": { "finalizers": ["kubernetes"] }, "status": { "phase": "Active" },
    })
}

/// A Secret of a type, its keys with their contents in clear.
pub fn secret(namespace: &str, name: &str, kind: &str, data: &[(&str, &[u8])]) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Secret", "type": kind, "data": encoded(data),
        "metadata": { "namespace": namespace, "name": name },
    })
}

/// A TLS Secret as cert-manager writes it: `ca.crt`, `tls.crt` with the chain, `tls.key`.
pub fn tls_secret(namespace: &str, name: &str, certificate: &IssuedCertificate) -> Value {
    let (root, chain, key) = (certificate.root_pem(), certificate.chain_pem(), certificate.key_pem());
    let data = [("ca.crt", root.as_bytes()), ("tls.crt", chain.as_bytes()), ("tls.key", key.as_bytes())];
    secret(namespace, name, "kubernetes.io/tls", &data)
}

/// A ConfigMap, its keys with their texts.
pub fn config_map(namespace: &str, name: &str, data: &[(&str, &str)]) -> Value {
    let data: Map<_, _> = data.iter().map(|(key, text)| ((*key).to_owned(), (*text).into())).collect();
    json!({
        "apiVersion": "v1", "kind": "ConfigMap", "data": data,
        "metadata": { "namespace": namespace, "name": name },
    })
}

/// The same object with these labels.
#[must_use]
pub fn labelled(mut object: Value, labels: &[(&str, &str)]) -> Value {
    object["metadata"]["labels"] = Value::Object(labels_of(labels));
    object
}

/// The same object with these annotations.
#[must_use]
pub fn annotated(mut object: Value, annotations: &[(&str, &str)]) -> Value {
    object["metadata"]["annotations"] = Value::Object(labels_of(annotations));
    object
}

/// The same object, created then.
#[must_use]
pub fn created(mut object: Value, at: Timestamp) -> Value {
    object["metadata"]["creationTimestamp"] = time(at);
    object
}

/// A time as Kubernetes writes it: in UTC, in whole seconds.
pub fn time(at: Timestamp) -> Value {
    Timestamp::from_second(at.as_second()).unwrap_or(at).to_string().into()
}

/// An Ingress of the class `nginx`: a host for each Secret named, each led to a Service.
pub fn ingress(namespace: &str, name: &str, hosts: &[&str], secret: &str, service: &str) -> Value {
    let backend = json!({ "service": { "name": service, "port": { "number": 80 } } });
    let rules = hosts.iter().map(|host| {
        json!({ "host": host, "http": { "paths": [{ "path": "/", "pathType": "Prefix", "backend": backend }] } })
    });
    let mut spec = json!({ "ingressClassName": "nginx", "rules": rules.collect::<Vec<_>>() });
    if !secret.is_empty() {
        spec["tls"] = json!([{ "hosts": hosts, "secretName": secret }]);
    }
    json!({
        "apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "spec": spec,
        "metadata": { "namespace": namespace, "name": name },
        "status": { "loadBalancer": { "ingress": [{ "ip": "127.0.0.1" }] } },
    })
}

/// A workload of `apps/v1` whose pods mount Secrets as volumes.
pub fn workload(kind: &str, namespace: &str, name: &str, secrets: &[&str]) -> Value {
    let labels = json!({ "app.kubernetes.io/name": name });
    json!({
        "apiVersion": "apps/v1", "kind": kind,
        "metadata": { "namespace": namespace, "name": name, "labels": labels },
        "spec": {
            "selector": { "matchLabels": labels },
            "template": { "metadata": { "labels": labels }, "spec": pod(name, secrets) },
        },
        "status": { "observedGeneration": 1 },
    })
}

/// A `CronJob` whose pods mount Secrets as volumes.
pub fn cron_job(namespace: &str, name: &str, schedule: &str, secrets: &[&str]) -> Value {
    let mut pod = pod(name, secrets);
    pod["restartPolicy"] = "OnFailure".into();
    json!({
        "apiVersion": "batch/v1", "kind": "CronJob",
        "metadata": { "namespace": namespace, "name": name },
        "spec": {
            "schedule": schedule, "concurrencyPolicy": "Forbid",
            "jobTemplate": { "spec": { "template": { "spec": pod } } },
        },
        "status": {},
    })
}

/// A pod's specification: one container that mounts each Secret.
fn pod(name: &str, secrets: &[&str]) -> Value {
    let mounts = secrets
        .iter()
        .map(|secret| json!({ "name": secret, "mountPath": format!("/etc/tls/{secret}"), "readOnly": true }));
    let volumes = secrets
        .iter()
        .map(|secret| json!({ "name": secret, "secret": { "secretName": secret, "defaultMode": 420 } }));
    json!({
        "containers": [{
            "name": name, "image": format!("harbor.localhost/platform/{name}:1"),
            "volumeMounts": mounts.collect::<Vec<_>>(),
        }],
        "volumes": volumes.collect::<Vec<_>>(),
    })
}

fn encoded(data: &[(&str, &[u8])]) -> Map<String, Value> {
    data.iter().map(|(key, content)| ((*key).to_owned(), BASE64.encode(content).into())).collect()
}

fn labels_of(labels: &[(&str, &str)]) -> Map<String, Value> {
    labels.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())).collect()
}
