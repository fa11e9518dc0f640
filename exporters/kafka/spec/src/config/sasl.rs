//! The login at the brokers of a cluster.

use std::collections::BTreeMap;

use lookout_config::{Complaints, Secret, Validate};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How to log in.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SaslSettings {
    /// SASL PLAIN: the password itself is sent, so use it over TLS only.
    Plain(PasswordLogin),
    /// SASL SCRAM-SHA-256.
    ScramSha256(PasswordLogin),
    /// SASL SCRAM-SHA-512.
    ScramSha512(PasswordLogin),
    /// SASL OAUTHBEARER; over TLS only.
    OauthBearer(OauthBearer),
}

/// A user and a password.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordLogin {
    /// The user.
    pub username: String,
    /// Where the password is: `file:/path` or `env:NAME`.
    pub password: Secret,
}

/// A token that somebody else issues.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct OauthBearer {
    /// A file that holds the token, and is read at each login: somebody else keeps it fresh.
    pub token: Option<Secret>,
    /// Where a token is asked for.
    pub endpoint: Option<OidcEndpoint>,
    /// SASL extensions that are sent with the token, as some providers want.
    pub extensions: BTreeMap<String, String>,
}

/// An OIDC token endpoint, asked with the client-credentials grant (RFC 6749, section 4.4).
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OidcEndpoint {
    /// The address, `https://…`.
    pub url: String,
    /// The client.
    pub client_id: String,
    /// Where the client's secret is: `file:/path` or `env:NAME`.
    pub client_secret: Secret,
    /// The scope that is asked for; empty for the provider's default.
    #[serde(default)]
    pub scope: String,
    /// The roots that the endpoint is verified against, a PEM file; empty for the machine's own trust store.
    #[serde(default)]
    pub ca_file: String,
}

impl Validate for SaslSettings {
    fn validate(&self, complaints: &mut Complaints) {
        match self {
            Self::Plain(login) => complaints.section("plain", login),
            Self::ScramSha256(login) => complaints.section("scram_sha256", login),
            Self::ScramSha512(login) => complaints.section("scram_sha512", login),
            Self::OauthBearer(login) => complaints.section("oauth_bearer", login),
        }
    }
}

impl Validate for PasswordLogin {
    fn validate(&self, complaints: &mut Complaints) {
        complaints.require("username", !self.username.is_empty(), "must not be empty");
    }
}

impl Validate for OauthBearer {
    fn validate(&self, complaints: &mut Complaints) {
        let message = "give either `token` or `endpoint`";
        complaints.require("token", self.token.is_some() != self.endpoint.is_some(), message);
        if let Some(endpoint) = &self.endpoint {
            complaints.section("endpoint", endpoint);
        }
    }
}

impl Validate for OidcEndpoint {
    fn validate(&self, complaints: &mut Complaints) {
        let is_safe = self.url.starts_with("https://");
        complaints.require("url", is_safe, "must begin with `https://`: the client's secret is sent there");
        complaints.require("client_id", !self.client_id.is_empty(), "must not be empty");
        let is_path = self.ca_file.is_empty() || self.ca_file.starts_with('/');
        complaints.require("ca_file", is_path, "must be an absolute path");
    }
}
