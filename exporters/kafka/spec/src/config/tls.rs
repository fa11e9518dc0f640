//! TLS towards the brokers of a cluster.

use std::path::Path;

use lookout_config::{Complaints, Validate};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// TLS towards the brokers. Certificates are always verified.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TlsSettings {
    /// The roots that brokers are verified against, a PEM file; empty for the machine's own trust store.
    pub ca_file: String,
    /// The client certificate, a PEM file with its chain; empty for none.
    pub certificate_file: String,
    /// The private key of the client certificate, a PEM file.
    pub key_file: String,
    /// The name that the certificates of all brokers are made out to; empty for the host that each broker advertises.
    pub server_name: String,
}

impl Validate for TlsSettings {
    fn validate(&self, complaints: &mut Complaints) {
        for (name, file) in [
            ("ca_file", &self.ca_file),
            ("certificate_file", &self.certificate_file),
            ("key_file", &self.key_file),
        ] {
            complaints.require(
                name,
                file.is_empty() || Path::new(file).is_absolute(),
                "must be an absolute path",
            );
        }
        let is_pair = self.certificate_file.is_empty() == self.key_file.is_empty();
        complaints.require("key_file", is_pair, "belongs to `certificate_file`: give both or none");
    }
}
