//! Bundles of authorities: in `ConfigMaps`, and where the API server calls out.

use data_encoding::BASE64;
use serde_json::{Value, json};

use crate::kubernetes::{ApiServer, objects};
use crate::{Authorities, SimulatorError};

/// Adds them all.
pub(super) fn add(api: &ApiServer, authorities: &Authorities) -> Result<(), SimulatorError> {
    let root = authorities.root.certificate_pem();
    let both = authorities.intermediate.certificate_pem() + &root;
    for namespace in ["trino", "etl", "monitoring"] {
        api.apply(objects::config_map(namespace, "platform-ca", &[("ca.crt", &both)]))?;
        api.apply(objects::config_map(namespace, "kube-root-ca.crt", &[("ca.crt", &root)]))?;
    }
    let clients = [("client-ca-file", root.as_str()), ("requestheader-client-ca-file", root.as_str())];
    api.apply(objects::config_map("kube-system", "extension-apiserver-authentication", &clients))?;
    api.apply(objects::config_map(
        "trino",
        "trino-catalogs",
        &[("iceberg.properties", "connector.name=iceberg\n")],
    ))?;
    let bundle = BASE64.encode(root.as_bytes());
    for kind in ["ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"] {
        api.apply(webhooks(
            kind,
            "cert-manager-webhook",
            "cert-manager",
            &["webhook.cert-manager.io"],
            &bundle,
        ))?;
    }
    let kyverno = ["validate.kyverno.svc-fail", "validate.kyverno.svc-ignore"];
    api.apply(webhooks(
        "ValidatingWebhookConfiguration",
        "kyverno-resource-validating",
        "kyverno",
        &kyverno,
        &bundle,
    ))?;
    api.apply(json!({
        "apiVersion": "apiregistration.k8s.io/v1", "kind": "APIService",
        "metadata": { "name": "v1beta1.metrics.k8s.io" },
        "spec": {
            "group": "metrics.k8s.io", "version": "v1beta1", "groupPriorityMinimum": 100, "versionPriority": 100,
            "service": { "namespace": "kube-system", "name": "metrics-server", "port": 443 }, "caBundle": bundle,
        },
    }))?;
    api.apply(json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": { "name": "sparkapplications.sparkoperator.k8s.io" },
        "spec": {
            "group": "sparkoperator.k8s.io", "scope": "Namespaced",
            "names": { "plural": "sparkapplications", "kind": "SparkApplication" },
            "versions": [{ "name": "v1beta2", "served": true, "storage": true }],
            "conversion": { "strategy": "Webhook", "webhook": {
                "conversionReviewVersions": ["v1"],
                "clientConfig": {
                    "service": { "namespace": "spark", "name": "spark-operator-webhook" }, "caBundle": bundle,
                },
            }},
        },
    }))
}

fn webhooks(kind: &str, name: &str, namespace: &str, webhooks: &[&str], bundle: &str) -> Value {
    let webhooks = webhooks.iter().map(|webhook| {
        json!({
            "name": webhook, "sideEffects": "None", "failurePolicy": "Fail", "admissionReviewVersions": ["v1"],
            "clientConfig": { "service": { "namespace": namespace, "name": name, "port": 443 }, "caBundle": bundle },
        })
    });
    json!({
        "apiVersion": "admissionregistration.k8s.io/v1", "kind": kind, "metadata": { "name": name },
        "webhooks": webhooks.collect::<Vec<_>>(),
    })
}
