//! Refusals, in the words of the real server.

use hyper::StatusCode;
use serde_json::{Map, Value, json};

use super::resource::ResourceDescription;

/// A refusal: an HTTP status and the object `Status` that goes with it.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    pub(super) code: StatusCode,
    pub(super) status: Value,
}

/// What a refusal is about.
#[derive(Clone, Copy)]
pub(super) struct About<'a> {
    pub(super) resource: &'a ResourceDescription,
    pub(super) namespace: &'a str,
    pub(super) name: &'a str,
}

// === impl Refusal ===

impl Refusal {
    pub(super) fn new(code: StatusCode, reason: &str, message: &str) -> Self {
        let mut status = json!({
            "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
            "message": message, "code": code.as_u16(),
        });
        if let (Some(fields), false) = (status.as_object_mut(), reason.is_empty()) {
            fields.insert("reason".to_owned(), reason.into());
        }
        Self { code, status }
    }

    fn about(mut self, about: About<'_>) -> Self {
        let mut details = Map::new();
        for (key, value) in
            [("name", about.name), ("group", &about.resource.group), ("kind", &about.resource.plural)]
        {
            if !value.is_empty() {
                details.insert(key.to_owned(), value.into());
            }
        }
        self.detail(Value::Object(details));
        self
    }

    fn detail(&mut self, details: Value) {
        if let Some(fields) = self.status.as_object_mut() {
            fields.insert("details".to_owned(), details);
        }
    }

    pub(super) fn unauthorized() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "Unauthorized", "Unauthorized")
    }

    pub(super) fn forbidden(user: &str, verb: &str, about: About<'_>) -> Self {
        let About { resource, namespace, name } = about;
        let named = if name.is_empty() { String::new() } else { format!(" \"{name}\"") };
        let place = if namespace.is_empty() {
            "at the cluster scope".to_owned()
        } else {
            format!("in the namespace \"{namespace}\"")
        };
        let message = format!(
            "{}{named} is forbidden: User \"{user}\" cannot {verb} resource \"{}\" in API group \"{}\" {place}",
            resource.qualified(),
            resource.plural,
            resource.group,
        );
        Self::new(StatusCode::FORBIDDEN, "Forbidden", &message).about(about)
    }

    pub(super) fn forbidden_path(user: &str, verb: &str, path: &str) -> Self {
        let message = format!("forbidden: User \"{user}\" cannot {verb} path \"{path}\"");
        let mut refusal = Self::new(StatusCode::FORBIDDEN, "Forbidden", &message);
        refusal.detail(json!({}));
        refusal
    }

    pub(super) fn not_found(about: About<'_>) -> Self {
        let message = format!("{} \"{}\" not found", about.resource.qualified(), about.name);
        Self::new(StatusCode::NOT_FOUND, "NotFound", &message).about(about)
    }

    pub(super) fn already_exists(about: About<'_>) -> Self {
        let message = format!("{} \"{}\" already exists", about.resource.qualified(), about.name);
        Self::new(StatusCode::CONFLICT, "AlreadyExists", &message).about(about)
    }

    pub(super) fn conflict(about: About<'_>) -> Self {
        let message = format!(
            "Operation cannot be fulfilled on {} \"{}\": the object has been modified; please apply your changes \
             to the latest version and try again",
            about.resource.qualified(),
            about.name
        );
        Self::new(StatusCode::CONFLICT, "Conflict", &message).about(about)
    }

    pub(super) fn bad_request(message: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "BadRequest", message)
    }

    pub(super) fn invalid_options(message: &str) -> Self {
        let message = format!("ListOptions.meta.k8s.io \"\" is invalid: {message}");
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "Invalid", &message)
    }

    pub(super) fn expired(message: &str) -> Self {
        Self::new(StatusCode::GONE, "Expired", message)
    }

    /// For pages: the token in it goes on, though not in the same version of the cluster.
    pub(super) fn expired_page(inconsistent: &str) -> Self {
        let mut refusal = Self::expired(
            "The provided continue parameter is too old to display a consistent list result. You can start a new \
             list without the continue parameter, or use the continue token in this response to retrieve the \
             remainder of the results. Continuing with the provided token results in an inconsistent list - objects \
             that were created, modified, or deleted between the time the first chunk was returned and now may show \
             up in the list.",
        );
        if let Some(metadata) = refusal.status.get_mut("metadata") {
            *metadata = json!({ "continue": inconsistent });
        }
        refusal
    }

    /// For a version that the server has not seen yet.
    pub(super) fn too_large(asked: u64, current: u64) -> Self {
        let message = format!("Timeout: Too large resource version: {asked}, current: {current}");
        let mut refusal = Self::new(StatusCode::GATEWAY_TIMEOUT, "Timeout", &message);
        refusal.detail(json!({
            "causes": [{ "reason": "ResourceVersionTooLarge", "message": "Too large resource version" }],
            "retryAfterSeconds": 1,
        }));
        refusal
    }

    /// What the real server says to a failure of its own.
    pub(super) fn failing(code: u16) -> Self {
        let status = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        match code {
            503 => Self::new(
                status,
                "ServiceUnavailable",
                "the server is currently unable to handle the request",
            ),
            500 => {
                Self::new(status, "InternalError", "Internal error occurred: etcdserver: request timed out")
            }
            504 => Self::new(status, "Timeout", "request did not complete within the allotted timeout"),
            _ => Self::new(status, "", "the simulated server refuses"),
        }
    }

    pub(super) fn unsupported_media_type(given: &str) -> Self {
        let message = format!(
            "the body of the request was in an unknown format - accepted media types include: \
             application/merge-patch+json, application/strategic-merge-patch+json; given: {given}"
        );
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UnsupportedMediaType", &message)
    }

    pub(super) fn method_not_allowed() -> Self {
        let message = "the server does not allow this method on the requested resource";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed", message)
    }
}
