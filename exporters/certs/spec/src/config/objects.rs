//! Which keys of which Secrets and ConfigMaps hold certificates.
//!
//! How to get it wrong: patterns wide enough to match a private key's key. Nothing would leak, because keys are skipped by
//! their markers, but each such value would be decoded for nothing and, in DER form, reported as malformed.

use lookout_config::{Complaints, Validate};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::name_pattern::NamePattern;

/// Certificates in Secrets.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SecretSettings {
    /// Whether Secrets are read. Without them no right to Secrets is needed; cert-manager's status, signing requests and what
    /// endpoints serve still say what expires.
    pub enabled: bool,
    /// What holds certificates. With a single type the server is asked for that type only; with several, for all but
    /// `exclude_types`.
    pub rules: Vec<SecretRule>,
    /// The types that are never asked for, however the rules read: large, many, or never certificates.
    pub exclude_types: Vec<String>,
}

/// Which keys of which Secrets hold certificates.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SecretRule {
    /// The type of the Secret, such as `kubernetes.io/tls` or `Opaque`; `*` for any.
    #[serde(rename = "type")]
    pub secret_type: String,
    /// The keys, as names or globs. Their values may be in PEM or DER form.
    pub keys: Vec<String>,
}

/// Certificates in ConfigMaps.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ConfigMapSettings {
    /// Whether ConfigMaps are read.
    pub enabled: bool,
    /// The keys that hold certificates, as names or globs. Their values may be in PEM or DER form.
    pub keys: Vec<String>,
    /// ConfigMaps that the server is not asked for, by their exact names: the cluster's own root, which is in every namespace
    /// and would be as many series.
    pub exclude: Vec<String>,
}

/// The type that stands for all.
pub const ANY_TYPE: &str = "*";

impl Default for SecretSettings {
    fn default() -> Self {
        Self {
            enabled: true,
            rules: vec![SecretRule {
                secret_type: "kubernetes.io/tls".to_owned(),
                keys: owned(&["tls.crt"]),
            }],
            exclude_types: owned(&[
                "helm.sh/release.v1",
                "kubernetes.io/service-account-token",
                "kubernetes.io/dockerconfigjson",
                "kubernetes.io/dockercfg",
                "kubernetes.io/basic-auth",
                "kubernetes.io/ssh-auth",
                "bootstrap.kubernetes.io/token",
            ]),
        }
    }
}

impl Default for ConfigMapSettings {
    fn default() -> Self {
        Self {
            enabled: true,
            // The last two hold the client authorities of the API server, in `extension-apiserver-authentication`.
            keys: owned(&["ca.crt", "tls.crt", "client-ca-file", "requestheader-client-ca-file"]),
            exclude: owned(&["kube-root-ca.crt", "openshift-service-ca.crt", "istio-ca-root-cert"]),
        }
    }
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|&text| text.to_owned()).collect()
}

impl Validate for SecretSettings {
    fn validate(&self, complaints: &mut Complaints) {
        let message = "must not be empty; set `enabled: false` to read no Secrets";
        complaints.require("rules", !self.enabled || !self.rules.is_empty(), message);
        complaints.items("rules", &self.rules);
        complaints.unique("rules", "type", self.rules.iter().map(|rule| rule.secret_type.clone()));
        complaints.unique("exclude_types", "", &self.exclude_types);
        for (index, excluded) in self.exclude_types.iter().enumerate() {
            secret_type(complaints, &format!("exclude_types[{index}]"), excluded);
            let is_wanted = self.rules.iter().any(|rule| rule.secret_type == *excluded);
            let message = format!("`{excluded}` is excluded here and wanted by one of `rules`");
            complaints.require(&format!("exclude_types[{index}]"), !is_wanted, message);
        }
    }
}

impl Validate for SecretRule {
    fn validate(&self, complaints: &mut Complaints) {
        if self.secret_type != ANY_TYPE {
            secret_type(complaints, "type", &self.secret_type);
        }
        complaints.not_empty("keys", &self.keys);
        NamePattern::complain_about_keys(complaints, "keys", &self.keys);
    }
}

impl Validate for ConfigMapSettings {
    fn validate(&self, complaints: &mut Complaints) {
        let message = "must not be empty; set `enabled: false` to read no ConfigMaps";
        complaints.require("keys", !self.enabled || !self.keys.is_empty(), message);
        NamePattern::complain_about_keys(complaints, "keys", &self.keys);
        complaints.unique("exclude", "", &self.exclude);
        for (index, name) in self.exclude.iter().enumerate() {
            let message = "must be the exact name of a ConfigMap; globs go into `exclude` of `cluster`";
            complaints.require(&format!("exclude[{index}]"), super::selector::is_object_name(name), message);
        }
    }
}

/// A type is any text without what a field selector gives a meaning to.
fn secret_type(complaints: &mut Complaints, path: &str, text: &str) {
    let is_plain =
        |character: char| character.is_ascii_graphic() && !matches!(character, ',' | '=' | '!' | '\\' | '*');
    let message = "must be the exact type of a Secret, such as `kubernetes.io/tls`";
    complaints.require(path, !text.is_empty() && text.chars().all(is_plain), message);
}
