//! The `caBundle`s of webhooks, APIServices and custom resources: shown with the kind of the object, and forgotten with it.

use std::time::Instant;

use serde_json::{Value, json};

use super::{IN_THE_END, Stage};
use crate::kubernetes::access::base64;
use crate::kubernetes::truth::Truth;

/// An object: its kind, the collection, its name, what is sent, and where its bundles are, by entry.
type Holder = (&'static str, &'static str, &'static str, Value, Vec<(&'static str, String)>);

/// The bundles are shown as kubectl and OpenSSL say, until the objects are gone.
pub(super) fn shown_until_gone(stage: &mut Stage) {
    let holders = holders(stage);
    let mut truth = Truth::default();
    for (kind, collection, name, object, bundles) in &holders {
        stage.api.create(&format!("/apis/{collection}"), object);
        let plural = collection.rsplit_once('/').expect("it has a group").1;
        let object = stage.kubectl.get(&[plural, name]);
        for (entry, place) in bundles {
            let bundle = object.pointer(place).unwrap_or_else(|| panic!("{kind} has no {place}"));
            truth.add_ca_bundle(kind, name, entry, bundle);
        }
    }
    assert_eq!(truth.len(), 9);
    until_no_differences(stage, &truth);
    for (_, collection, name, _, _) in &holders {
        stage.api.delete(&format!("/apis/{collection}/{name}"));
    }
    until_no_differences(stage, &Truth::default());
}

fn holders(stage: &Stage) -> [Holder; 4] {
    let root = json!(base64(stage.issuing.certificate().as_bytes()));
    let pair = stage.issuing.issue("hook", &["hook.example.org"]).certificate + &stage.issuing.certificate();
    let pair = json!(base64(pair.as_bytes()));
    let client =
        |bundle: &Value| json!({"service": {"namespace": "kinds-a", "name": "none"}, "caBundle": bundle});
    let nothing = json!({"apiGroups": ["kinds.example.org"], "apiVersions": ["v1"], "operations": ["*"], "resources": ["none"]});
    let hook = |name: &str, bundle: &Value| {
        json!({
            "name": name, "sideEffects": "None", "admissionReviewVersions": ["v1"], "clientConfig": client(bundle), "rules": [nothing],
        })
    };
    let [first, second] = ["first.kinds.example.org", "second.kinds.example.org"];
    let webhooks =
        json!({"metadata": {"name": "kinds-hooks"}, "webhooks": [hook(first, &root), hook(second, &pair)]});
    let of_webhooks = || {
        let place = |number| format!("/webhooks/{number}/clientConfig/caBundle");
        vec![(first, place(0)), (second, place(1))]
    };
    let mutating = "admissionregistration.k8s.io/v1/mutatingwebhookconfigurations";
    let validating = "admissionregistration.k8s.io/v1/validatingwebhookconfigurations";
    [
        ("MutatingWebhookConfiguration", mutating, "kinds-hooks", webhooks.clone(), of_webhooks()),
        ("ValidatingWebhookConfiguration", validating, "kinds-hooks", webhooks, of_webhooks()),
        api_service(&client(&root)),
        custom_resource(&client(&pair)),
    ]
}

fn api_service(client: &Value) -> Holder {
    let name = "v1.kinds-service.example.org";
    let mut spec = json!({
        "group": "kinds-service.example.org", "version": "v1", "groupPriorityMinimum": 1, "versionPriority": 1,
    });
    for key in ["service", "caBundle"] {
        spec[key] = client[key].clone();
    }
    let object = json!({"metadata": {"name": name}, "spec": spec});
    let bundles = vec![("", "/spec/caBundle".to_owned())];
    ("APIService", "apiregistration.k8s.io/v1/apiservices", name, object, bundles)
}

fn custom_resource(client: &Value) -> Holder {
    let name = "kindlings.kinds.example.org";
    let schema = json!({"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}});
    let webhook = json!({"conversionReviewVersions": ["v1"], "clientConfig": client});
    let spec = json!({
        "group": "kinds.example.org", "scope": "Namespaced", "names": {"plural": "kindlings", "kind": "Kindling"},
        "versions": [{"name": "v1", "served": true, "storage": true, "schema": schema}],
        "conversion": {"strategy": "Webhook", "webhook": webhook},
    });
    let object = json!({"metadata": {"name": name}, "spec": spec});
    let bundles = vec![("", "/spec/conversion/webhook/clientConfig/caBundle".to_owned())];
    let collection = "apiextensions.k8s.io/v1/customresourcedefinitions";
    ("CustomResourceDefinition", collection, name, object, bundles)
}

/// Waits until the bundles of the story are as they should be.
#[track_caller]
fn until_no_differences(stage: &mut Stage, truth: &Truth) {
    let begun = Instant::now();
    let differences = stage.lookout.until("all bundles", |scrape| {
        let differences = truth.differences(scrape, |labels| {
            labels.get("cabundle_resource_name").is_some_and(|name| name.contains("kinds"))
        });
        (differences.is_empty() || begun.elapsed() > IN_THE_END).then_some(differences)
    });
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    println!("    {} certificates of bundles after {} ms", truth.len(), begun.elapsed().as_millis());
}
