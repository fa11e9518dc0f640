//! What the server says of itself: groups, versions, resources, its own version. Unaggregated, as every server can.

mod openapi;

use std::collections::BTreeMap;

use hyper::StatusCode;
use serde_json::{Value, json};

use super::{Answer, Body, TEXT, review};
use crate::kubernetes::api_server::Shared;
use crate::kubernetes::resource::ResourceDescription;

/// Answers a path that is no resource's.
pub(super) fn answer(path: &str, shared: &Shared) -> Answer {
    let ok = |value: &Value| Answer::json(StatusCode::OK, value);
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        ["version"] => ok(&version(&shared.behaviour().version)),
        ["healthz" | "livez" | "readyz"] => {
            Answer { code: StatusCode::OK, content_type: TEXT, body: Body::text("ok") }
        }
        ["api"] => ok(&json!({
            "kind": "APIVersions", "versions": ["v1"],
            "serverAddressByClientCIDRs": [{ "clientCIDR": "0.0.0.0/0", "serverAddress": "127.0.0.1:6443" }],
        })),
        ["apis"] => ok(&json!({ "kind": "APIGroupList", "apiVersion": "v1", "groups": groups(shared) })),
        ["api", version] => resources("", version, shared),
        ["apis", group] => {
            let found = groups(shared).into_iter().find(|each| each["name"] == *group);
            let found = found.map(|mut found| {
                found["kind"] = "APIGroup".into();
                found["apiVersion"] = "v1".into();
                found
            });
            found.map_or_else(Answer::no_such_page, |found| ok(&found))
        }
        ["apis", group, version] => resources(group, version, shared),
        ["openapi", "v3", rest @ ..] => {
            openapi::answer(rest, shared).map_or_else(Answer::no_such_page, |found| ok(&found))
        }
        _ => Answer::no_such_page(),
    }
}

fn version(version: &str) -> Value {
    let mut numbers = version.trim_start_matches('v').split('.');
    let (major, minor) = (numbers.next().unwrap_or("1"), numbers.next().unwrap_or("0"));
    json!({
        "major": major, "minor": minor, "gitVersion": version, "gitCommit": "", "gitTreeState": "clean",
        "buildDate": "2026-01-01T00:00:00Z", "goVersion": "go1.26", "compiler": "gc", "platform": "linux/amd64",
    })
}

/// Every group with its versions, the core apart.
fn groups(shared: &Shared) -> Vec<Value> {
    let mut versions: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for group in review::GROUPS {
        versions.insert(group.to_owned(), vec!["v1".to_owned()]);
    }
    for kind in shared.read().kinds().filter(|kind| !kind.resource.group.is_empty()) {
        let known = versions.entry(kind.resource.group.clone()).or_default();
        for version in &kind.resource.versions {
            if !known.contains(version) {
                known.push(version.clone());
            }
        }
    }
    let described = versions.into_iter().map(|(group, versions)| {
        let versions: Vec<_> = versions
            .iter()
            .map(|version| json!({ "groupVersion": format!("{group}/{version}"), "version": version }))
            .collect();
        json!({ "name": group, "preferredVersion": versions.first(), "versions": versions })
    });
    described.collect()
}

fn resources(group: &str, version: &str, shared: &Shared) -> Answer {
    let store = shared.read();
    let served = store.kinds().map(|kind| &kind.resource).filter(|resource| {
        resource.group == group && resource.versions.iter().any(|served| served == version)
    });
    let mut served: Vec<Value> = served.map(|resource| described(resource)).collect();
    served.extend(review::described(group));
    if served.is_empty() {
        return Answer::no_such_page();
    }
    let list = json!({
        "kind": "APIResourceList", "apiVersion": "v1", "resources": served,
        "groupVersion": if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") },
    });
    Answer::json(StatusCode::OK, &list)
}

fn described(resource: &ResourceDescription) -> Value {
    json!({
        "name": resource.plural, "singularName": resource.kind.to_lowercase(), "kind": resource.kind,
        "namespaced": resource.is_namespaced, "shortNames": resource.short_names,
        "verbs": ["create", "delete", "get", "list", "patch", "update", "watch"],
    })
}
