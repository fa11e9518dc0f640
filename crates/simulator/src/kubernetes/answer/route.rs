//! What a request asks for, by its path, its method and its parameters.

use std::collections::BTreeMap;

use hyper::{Method, Request};

use super::review::GROUPS;

/// A request, understood.
pub(super) struct Asked {
    pub(super) verb: &'static str,
    pub(super) target: Target,
    pub(super) query: BTreeMap<String, String>,
}

/// What a path leads to.
pub(super) enum Target {
    /// Objects, known to the server or not.
    Resource { group: String, version: String, plural: String, namespace: String, name: String },
    /// A question about oneself, by its plural.
    Review(String),
    /// Discovery, the version, or nothing.
    Path(String),
}

// === impl Asked ===

impl Asked {
    pub(super) fn of<T>(request: &Request<T>) -> Self {
        let query = request.uri().query().unwrap_or_default();
        let query = form_urlencoded::parse(query.as_bytes()).into_owned().collect::<BTreeMap<_, _>>();
        let target = Target::of(request.uri().path());
        let is_watch = query.get("watch").is_some_and(|value| ["true", "1", ""].contains(&value.as_str()));
        let is_one = matches!(&target, Target::Resource { name, .. } if !name.is_empty());
        let is_resource = matches!(target, Target::Resource { .. });
        let verb = match *request.method() {
            Method::GET if is_resource && is_watch && !is_one => "watch",
            Method::GET if is_resource && !is_one => "list",
            Method::POST if is_resource => "create",
            Method::POST => "post",
            Method::PUT => "update",
            Method::PATCH => "patch",
            Method::DELETE if is_resource && !is_one => "deletecollection",
            Method::DELETE => "delete",
            _ => "get",
        };
        Self { verb, target, query }
    }

    /// The resource by its plural, or the path of what is none.
    pub(super) fn subject(&self) -> &str {
        match &self.target {
            Target::Resource { plural, .. } | Target::Review(plural) | Target::Path(plural) => plural,
        }
    }

    pub(super) fn namespace(&self) -> &str {
        match &self.target {
            Target::Resource { namespace, .. } => namespace,
            Target::Review(_) | Target::Path(_) => "",
        }
    }

    pub(super) fn name(&self) -> &str {
        match &self.target {
            Target::Resource { name, .. } => name,
            Target::Review(_) | Target::Path(_) => "",
        }
    }

    /// A parameter; empty where it is not given.
    pub(super) fn parameter(&self, name: &str) -> &str {
        self.query.get(name).map_or("", String::as_str)
    }

    pub(super) fn is_set(&self, name: &str) -> bool {
        ["true", "1"].contains(&self.parameter(name))
    }
}

// === impl Target ===

impl Target {
    fn of(path: &str) -> Self {
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        match parts.as_slice() {
            ["apis", group, "v1", plural] if GROUPS.contains(group) => Self::Review((*plural).to_owned()),
            ["api", version, rest @ ..] if !rest.is_empty() => Self::resource("", version, rest),
            ["apis", group, version, rest @ ..] if !rest.is_empty() => Self::resource(group, version, rest),
            _ => Self::Path(format!("/{}", parts.join("/"))),
        }
    }

    /// What stands after group and version. A subresource (`status`, `scale`) is taken for its object.
    fn resource(group: &str, version: &str, rest: &[&str]) -> Self {
        let (namespace, rest) = match rest {
            // `namespaces/NAME/finalize` and `status` are about the namespace itself.
            ["namespaces", _, "status" | "finalize"] => ("", rest),
            ["namespaces", namespace, rest @ ..] if !rest.is_empty() => (*namespace, rest),
            _ => ("", rest),
        };
        let part = |index: usize| rest.get(index).copied().unwrap_or_default().to_owned();
        Self::Resource {
            group: group.to_owned(),
            version: version.to_owned(),
            plural: part(0),
            namespace: namespace.to_owned(),
            name: part(1),
        }
    }
}
