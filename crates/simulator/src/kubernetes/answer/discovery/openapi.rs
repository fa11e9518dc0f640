//! As much of an API description as kubectl needs to leave the validation of what it applies to the server: for each kind, that its PATCH
//! takes the parameter `fieldValidation`. There are no schemas.

use serde_json::{Map, Value, json};

use crate::kubernetes::api_server::Shared;
use crate::kubernetes::resource::ResourceDescription;

/// The document of a path below `/openapi/v3`; the list of documents for no path.
pub(super) fn answer(path: &[&str], shared: &Shared) -> Option<Value> {
    let store = shared.read();
    let served = store.kinds().flat_map(|kind| {
        kind.resource.versions.iter().map(|version| (root(&kind.resource, version), &kind.resource, version))
    });
    if path.is_empty() {
        let documents: Map<String, Value> = served
            .map(|(root, _, _)| {
                let url = format!("/openapi/v3/{root}?hash=simulated");
                (root, json!({ "serverRelativeURL": url }))
            })
            .collect();
        return Some(json!({ "paths": documents }));
    }
    let wanted = path.join("/");
    let paths: Map<String, Value> = served
        .filter(|(root, _, _)| *root == wanted)
        .map(|(root, resource, version)| described(&root, resource, version))
        .collect();
    (!paths.is_empty()).then(|| {
        json!({ "openapi": "3.0.0", "info": { "title": "Kubernetes", "version": "simulated" }, "paths": paths })
    })
}

/// `api/v1`, or `apis/apps/v1`.
fn root(resource: &ResourceDescription, version: &str) -> String {
    let first = if resource.group.is_empty() { "api" } else { "apis" };
    format!("{first}/{}", resource.api_version(version))
}

fn described(root: &str, resource: &ResourceDescription, version: &str) -> (String, Value) {
    let place = if resource.is_namespaced { "namespaces/{namespace}/" } else { "" };
    let parameter = |name: &str| json!({ "name": name, "in": "query", "schema": { "type": "string" } });
    let patch = json!({
        "operationId": format!("patch{}", resource.kind),
        "parameters": [parameter("dryRun"), parameter("fieldValidation")],
        "responses": { "200": { "description": "OK" } },
        "x-kubernetes-action": "patch",
        "x-kubernetes-group-version-kind":
            { "group": resource.group, "version": version, "kind": resource.kind },
    });
    (format!("/{root}/{place}{}/{{name}}", resource.plural), json!({ "patch": patch }))
}
