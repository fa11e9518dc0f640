//! Who may do what: service accounts, their tokens, roles and bindings.

use std::process::Command;

use serde_json::{Value, json};

use super::api::Api;
use super::control_plane::ControlPlane;
use crate::running::until;
use crate::tools::{succeed, tool};

/// A service account in a namespace of its own name's choosing.
#[derive(Clone, Debug)]
pub(super) struct Account {
    pub(super) namespace: String,
    pub(super) name: String,
    id: String,
    api: Api,
    key: std::path::PathBuf,
}

/// A rule of a role: groups, resources, verbs.
pub(super) fn rule(group: &str, resources: &[&str], verbs: &[&str]) -> Value {
    json!({"apiGroups": [group], "resources": resources, "verbs": verbs})
}

/// What following takes.
pub(super) const READ: &[&str] = &["list", "watch"];

impl Account {
    /// Creates it; it has no rights.
    pub(super) fn create(control_plane: &ControlPlane, namespace: &str, name: &str) -> Self {
        let api = control_plane.api();
        let path = format!("/api/v1/namespaces/{namespace}/serviceaccounts");
        let account = api.create(&path, &json!({"metadata": {"name": name}}));
        let id = account["metadata"]["uid"].as_str().expect("it has an identifier").to_owned();
        let (namespace, name) = (namespace.to_owned(), name.to_owned());
        Self { namespace, name, id, api, key: control_plane.token_key() }
    }

    /// As the API server calls it.
    pub(super) fn user(&self) -> String {
        format!("system:serviceaccount:{}:{}", self.namespace, self.name)
    }

    /// A token that is valid for an hour.
    pub(super) fn token(&self) -> String {
        self.token_until_deleted(&Value::Null)
    }

    /// A token that dies with an object: `boundObjectRef`.
    pub(super) fn token_until_deleted(&self, object: &Value) -> String {
        let path = format!("/api/v1/namespaces/{}/serviceaccounts/{}/token", self.namespace, self.name);
        let answer =
            self.api.create(&path, &json!({"spec": {"expirationSeconds": 3600, "boundObjectRef": object}}));
        answer["status"]["token"].as_str().expect("it has a token").to_owned()
    }

    /// A token that expires at a time, seconds since 1970: signed here, because the API server gives none for less than ten
    /// minutes.
    pub(super) fn token_until(&self, issued: u64, expires: u64) -> String {
        let claims = json!({
            "iss": "https://kubernetes.default.svc", "aud": ["https://kubernetes.default.svc"],
            "sub": self.user(), "iat": issued, "nbf": issued, "exp": expires,
            "kubernetes.io": {"namespace": self.namespace, "serviceaccount": {"name": self.name, "uid": self.id}},
        });
        let head = json!({"alg": "RS256", "typ": "JWT"});
        let signed = format!(
            "{}.{}",
            url_base64(head.to_string().as_bytes()),
            url_base64(claims.to_string().as_bytes())
        );
        let mut openssl = Command::new(tool("OPENSSL"));
        openssl.args(["dgst", "-sha256", "-sign"]).arg(&self.key);
        let signature = succeed(&mut openssl, signed.as_bytes());
        format!("{signed}.{}", url_base64(&signature))
    }

    /// May do this everywhere, by a ClusterRole of its name.
    pub(super) fn allow_everywhere(&self, rules: &[Value]) {
        let name = format!("{}-{}", self.namespace, self.name);
        let group = "/apis/rbac.authorization.k8s.io/v1";
        self.api
            .create(&format!("{group}/clusterroles"), &json!({"metadata": {"name": name}, "rules": rules}));
        let binding = self.binding("ClusterRole", &name);
        self.api.create(&format!("{group}/clusterrolebindings"), &binding);
        self.until_allowed("", rules);
    }

    /// May from now on do this everywhere, and nothing else.
    pub(super) fn change_everywhere(&self, rules: &[Value]) {
        let path =
            format!("/apis/rbac.authorization.k8s.io/v1/clusterroles/{}-{}", self.namespace, self.name);
        self.api.merge(&path, &json!({"rules": rules}));
    }

    /// May do this in one namespace, by a Role of its name.
    pub(super) fn allow_in(&self, namespace: &str, rules: &[Value]) {
        let name = format!("{}-{}", self.namespace, self.name);
        let group = format!("/apis/rbac.authorization.k8s.io/v1/namespaces/{namespace}");
        self.api.create(&format!("{group}/roles"), &json!({"metadata": {"name": name}, "rules": rules}));
        self.api.create(&format!("{group}/rolebindings"), &self.binding("Role", &name));
        self.until_allowed(namespace, rules);
    }

    /// Waits until the API server grants this in a namespace, or everywhere: it learns of roles and bindings a little after they are made.
    fn until_allowed(&self, namespace: &str, rules: &[Value]) {
        for rule in rules {
            let attributes = json!({
                "namespace": namespace, "group": rule["apiGroups"][0], "resource": rule["resources"][0], "verb": rule["verbs"][0],
            });
            let review = json!({"spec": {"user": self.user(), "resourceAttributes": attributes}});
            until("a right that was given", || {
                let answer = self.api.create("/apis/authorization.k8s.io/v1/subjectaccessreviews", &review);
                (answer["status"]["allowed"] == true).then_some(())
            });
        }
    }

    fn binding(&self, kind: &str, role: &str) -> Value {
        json!({
            "metadata": {"name": role},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": role},
            "subjects": [{"kind": "ServiceAccount", "namespace": self.namespace, "name": self.name}],
        })
    }
}

/// Base64 as in URLs, without padding.
fn url_base64(bytes: &[u8]) -> String {
    base64(bytes).replace('+', "-").replace('/', "_").trim_end_matches('=').to_owned()
}

/// Base64 as in Secrets.
pub(super) fn base64(bytes: &[u8]) -> String {
    let text = succeed(Command::new(tool("OPENSSL")).args(["base64", "-A"]), bytes);
    String::from_utf8(text).expect("base64 is text").trim().to_owned()
}
