//! One TLS server whose certificates are watched.

use core::net::IpAddr;

use lookout_config::{Complaints, HumanDuration, Validate};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::address::{Address, is_host};

/// The entry of a list of trusted roots that stands for the machine's trust store.
pub const SYSTEM_ROOTS: &str = "system";

/// One TLS server whose certificates are watched.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EndpointSettings {
    /// Where it listens: `host:port`, or `https://host` with a port if it is not 443.
    pub address: String,
    /// The name asked for by SNI; empty for the host of the address.
    #[serde(default)]
    pub server_name: String,
    /// The name that the certificate must be made out to; empty for the name asked for.
    #[serde(default)]
    pub expected_name: String,
    /// The roots that this endpoint is verified against; empty for those of the section.
    #[serde(default)]
    pub trusted_roots: Vec<String>,
    /// How long resolving, connecting and the TLS handshake may take together; left out, that of the section.
    #[serde(default)]
    pub timeout: Option<HumanDuration>,
}

impl EndpointSettings {
    /// What makes an endpoint another one: its series are told apart by these two.
    pub(crate) fn identity(&self) -> (String, String) {
        match self.address.parse::<Address>() {
            Ok(address) => (address.to_string(), effective_server_name(self, &address).to_owned()),
            Err(_) => (self.address.clone(), self.server_name.clone()),
        }
    }
}

/// The name that `endpoint` is asked for: as configured, else the host of its address. Without a final dot, which
/// SNI forbids.
pub fn effective_server_name<'a>(endpoint: &'a EndpointSettings, address: &'a Address) -> &'a str {
    let name = if endpoint.server_name.is_empty() { address.host() } else { &endpoint.server_name };
    name.strip_suffix('.').unwrap_or(name)
}

impl Validate for EndpointSettings {
    fn validate(&self, complaints: &mut Complaints) {
        if let Err(error) = self.address.parse::<Address>() {
            complaints.add("address", error.to_string());
        }
        let message = "must be a host name in its ASCII form; an IP address cannot be asked for by SNI";
        let server_name = &self.server_name;
        let can_be_asked_for = is_host(server_name) && server_name.parse::<IpAddr>().is_err();
        complaints.require("server_name", server_name.is_empty() || can_be_asked_for, message);
        let message = "must be a host name in its ASCII form, or an IP address";
        let expected = &self.expected_name;
        complaints.require("expected_name", expected.is_empty() || is_host(expected), message);
        trusted_roots(complaints, "trusted_roots", &self.trusted_roots);
        if let Some(timeout) = self.timeout {
            super::at_least_a_moment(complaints, "timeout", timeout);
        }
    }
}

/// Complains about a list of trusted roots.
pub(super) fn trusted_roots(complaints: &mut Complaints, path: &str, roots: &[String]) {
    complaints.unique(path, "", roots);
    for (index, root) in roots.iter().enumerate() {
        let literal = !root.is_empty() && !root.contains(['*', '?', '[', ']', '{', '}']);
        let message = "must be the path of one PEM file, or `system`";
        complaints.require(&format!("{path}[{index}]"), literal, message);
    }
}
