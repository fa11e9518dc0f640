//! Questions about oneself: who am I, may I do this?

mod protobuf;

use hyper::StatusCode;
use serde_json::{Value, json};

use super::Answer;
use crate::kubernetes::access::Deed;
use crate::kubernetes::api_server::Shared;
use crate::kubernetes::status::Refusal;

/// The groups of these questions.
pub(super) const GROUPS: [&str; 2] = ["authentication.k8s.io", "authorization.k8s.io"];

/// The group of a question.
pub(super) fn group(plural: &str) -> (&'static str, &str) {
    let [authentication, authorization] = GROUPS;
    (if plural == "selfsubjectreviews" { authentication } else { authorization }, plural)
}

/// The questions of a group, as discovery tells them.
pub(super) fn described(of: &str) -> Option<Value> {
    let (plural, kind) = match of {
        "authentication.k8s.io" => ("selfsubjectreviews", "SelfSubjectReview"),
        "authorization.k8s.io" => ("selfsubjectaccessreviews", "SelfSubjectAccessReview"),
        _ => return None,
    };
    let singular = kind.to_lowercase();
    Some(
        json!({ "name": plural, "singularName": singular, "kind": kind, "namespaced": false, "verbs": ["create"] }),
    )
}

/// Answers a question.
pub(super) fn answer(plural: &str, body: &[u8], user: &str, shared: &Shared) -> Result<Answer, Refusal> {
    let asked = protobuf::question(body).or_else(|| serde_json::from_slice(body).ok());
    let Some(mut asked) = asked.filter(Value::is_object) else {
        return Err(Refusal::bad_request("the body of a review must be an object"));
    };
    asked["status"] = match plural {
        "selfsubjectreviews" => json!({
            "userInfo": { "username": user, "groups": ["system:authenticated"] },
        }),
        "selfsubjectaccessreviews" => access(&asked, user, shared),
        _ => return Ok(Answer::no_such_page()),
    };
    asked["kind"] =
        if plural == "selfsubjectreviews" { "SelfSubjectReview" } else { "SelfSubjectAccessReview" }.into();
    asked["apiVersion"] = format!("{}/v1", group(plural).0).into();
    asked["metadata"] = json!({ "creationTimestamp": null });
    Ok(Answer::json(StatusCode::CREATED, &asked))
}

fn access(asked: &Value, user: &str, shared: &Shared) -> Value {
    let text = |name: &str| {
        asked.pointer(&format!("/spec/resourceAttributes/{name}")).and_then(Value::as_str).unwrap_or_default()
    };
    let (verb, group, plural, namespace) = (text("verb"), text("group"), text("resource"), text("namespace"));
    if shared.access.may(user, Deed { verb, group, plural, namespace }) {
        return json!({
            "allowed": true, "reason": format!("RBAC: allowed by ClusterRoleBinding \"simulated\" to User \"{user}\""),
        });
    }
    json!({ "allowed": false })
}
