//! The objects that the tests follow, and a reader that keeps one field of them.

use lookout_kubernetes::{Follower, ObjectJson, Reader, Resource, Selection, View};
use serde_json::{Value, json};

use crate::stage::{Asked, Reply, Stage};

pub(crate) const SECRETS: Resource =
    Resource { group: "", versions: &["v1"], plural: "secrets", kind: "Secret", is_namespaced: true };

/// Keeps `data.value`. It leaves out objects without, and panics where it is `panic`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Values(pub(crate) Resource);

impl Reader for Values {
    type Object = String;

    fn resource(&self) -> Resource {
        self.0
    }

    fn read(&self, object: &ObjectJson<'_>) -> Option<String> {
        let value = object.get("data").get("value").text()?;
        assert_ne!(value, "panic", "as the test wants it");
        Some(value.into_owned())
    }
}

pub(crate) fn follow(stage: &Stage) -> Follower<String> {
    stage.cluster().follow(Values(SECRETS), &Selection::default())
}

/// What is in view, as `namespace/name=value`.
pub(crate) fn shown(view: &View<String>) -> Vec<String> {
    view.iter().map(|entry| format!("{}={}", entry.key, entry.object)).collect()
}

pub(crate) fn object(namespace: &str, name: &str, version: u64, value: &str) -> Value {
    json!({
        "kind": "Secret",
        "apiVersion": "v1",
        "metadata": {"name": name, "namespace": namespace, "resourceVersion": version.to_string(), "uid": format!("{namespace}-{name}")},
        "data": {"value": value},
    })
}

pub(crate) fn list(version: u64, next: &str, items: &[Value]) -> Value {
    json!({"kind": "SecretList", "apiVersion": "v1", "metadata": {"resourceVersion": version.to_string(), "continue": next}, "items": items})
}

pub(crate) fn event(kind: &str, object: &Value) -> Value {
    json!({"type": kind, "object": object})
}

pub(crate) fn bookmark(version: u64) -> Value {
    event(
        "BOOKMARK",
        &json!({"kind": "Secret", "apiVersion": "v1", "metadata": {"resourceVersion": version.to_string()}}),
    )
}

pub(crate) fn gone() -> Value {
    let status = json!({"kind": "Status", "status": "Failure", "reason": "Expired", "message": "too old resource version: 1 (9)", "code": 410});
    event("ERROR", &status)
}

/// The answer to what every test is asked beside its own story: the version, of a server without streaming lists.
pub(crate) fn version() -> Reply {
    Reply::json(&json!({"major": "1", "minor": "30", "gitVersion": "v1.30.0"}))
}

/// A script in which only lists and watches are told.
pub(crate) fn script(
    list: impl Fn(&Asked) -> Reply + Send + Sync + 'static,
    watch: impl Fn(&Asked) -> Reply + Send + Sync + 'static,
) -> impl Fn(usize, &Asked) -> Reply + Send + Sync + 'static {
    move |_, asked| {
        if asked.path == "/version" {
            version()
        } else if asked.is_watch() {
            watch(asked)
        } else {
            list(asked)
        }
    }
}
