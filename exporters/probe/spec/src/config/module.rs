//! One module: how a target is probed and what is expected of it.

use lookout_config::{Complaints, HumanDuration, Renames, Validate};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{HttpSettings, TlsSettings};

/// How a target is probed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ProberKind {
    /// A request over HTTP/1.1, in clear or over TLS as the URL says.
    Http,
    /// A TLS handshake, and nothing more.
    Tls,
    /// A TCP connection, and nothing more.
    Tcp,
}

/// Which version of IP is used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum IpProtocol {
    /// Both, in the order that the system's resolver finds best, until one connects.
    #[default]
    Any,
    /// Version 4 alone.
    Ip4,
    /// Version 6 alone.
    Ip6,
}

/// How a target is probed and what is expected of it.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ModuleSettings {
    /// How it is probed.
    pub prober: ProberKind,
    /// How long it may take; left out, as long as the scraper and `max_timeout` let it.
    #[serde(default)]
    pub timeout: Option<HumanDuration>,
    /// Which version of IP is used.
    #[serde(default)]
    pub ip_protocol: IpProtocol,
    /// What is asked and expected over HTTP.
    #[serde(default)]
    pub http: Option<HttpSettings>,
    /// Whom to trust over TLS.
    #[serde(default)]
    pub tls: Option<TlsSettings>,
}

impl ModuleSettings {
    /// A module of this kind with nothing set.
    pub fn of(prober: ProberKind) -> Self {
        Self { prober, timeout: None, ip_protocol: IpProtocol::default(), http: None, tls: None }
    }
}

impl Validate for ModuleSettings {
    fn validate(&self, complaints: &mut Complaints) {
        if let Some(timeout) = self.timeout {
            let (shortest, longest) = (HumanDuration::from_millis(100), HumanDuration::from_minutes(10));
            complaints.in_range("timeout", &timeout, &(shortest..=longest));
        }
        let is_http = self.prober == ProberKind::Http;
        complaints.require(
            "http",
            self.http.is_none() || is_http,
            "has a meaning for the prober `http` only",
        );
        let is_tcp = self.prober == ProberKind::Tcp;
        let message = "has no meaning for the prober `tcp`; write `tls` for a TLS handshake";
        complaints.require("tls", self.tls.is_none() || !is_tcp, message);
        if let Some(http) = &self.http {
            complaints.section("http", http);
        }
        if let Some(tls) = &self.tls {
            complaints.section("tls", tls);
        }
    }

    fn renamed(renames: &mut Renames) {
        renames.section::<HttpSettings>("http");
    }
}
