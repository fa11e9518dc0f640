//! Whom to trust over TLS.

use lookout_config::{Complaints, Validate};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::host::Host;

/// The entry of a list of trusted roots that stands for the machine's trust store.
pub const SYSTEM_ROOTS: &str = "system";

/// The most files of trusted roots.
const MAX_ROOTS: usize = 16;

/// Whom to trust over TLS.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TlsSettings {
    /// The name that is asked for by SNI and expected in the certificate; empty for the target's own. Not used for
    /// other hosts that a redirect leads to.
    pub server_name: String,
    /// The roots that certificates are verified against: PEM files, and `system` for the machine's own trust store.
    pub trusted_roots: Vec<String>,
    /// Whether a certificate that is not trusted is a failure. Its dates are told in any case.
    pub verify: bool,
}

impl Default for TlsSettings {
    fn default() -> Self {
        Self { server_name: String::new(), trusted_roots: vec![SYSTEM_ROOTS.to_owned()], verify: true }
    }
}

impl Validate for TlsSettings {
    fn validate(&self, complaints: &mut Complaints) {
        let message = "must be a host name in its ASCII form, or an IP address";
        let is_host = self.server_name.parse::<Host>().is_ok();
        complaints.require("server_name", self.server_name.is_empty() || is_host, message);
        complaints.not_empty("trusted_roots", &self.trusted_roots);
        complaints.unique("trusted_roots", "", &self.trusted_roots);
        let message = format!("must have at most {MAX_ROOTS} entries");
        complaints.require("trusted_roots", self.trusted_roots.len() <= MAX_ROOTS, message);
        for (index, root) in self.trusted_roots.iter().enumerate() {
            let literal = !root.is_empty() && !root.contains(['*', '?', '[', ']', '{', '}']);
            let message = "must be the path of one PEM file, or `system`";
            complaints.require(&format!("trusted_roots[{index}]"), literal, message);
        }
    }
}
