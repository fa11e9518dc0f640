//! Settings that resemble real ones: nested sections, lists of endpoints, choices, durations, secrets. Also what
//! the fuzz target loads.

use std::{collections::BTreeMap, path::PathBuf};

use lookout_config::{Complaints, HumanDuration, HumanSize, Ratio, Renames, Secret, Validate};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What is watched, and how often.
///
/// Each section is one part of the platform. An option that is not given has the value shown here.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(title = "Sample configuration")]
pub(crate) struct Settings {
    /// Certificates in files and behind endpoints.
    pub(crate) certs: Certs,
    /// How the process speaks of itself.
    pub(crate) log: Log,
    /// Who shares the platform, by name.
    #[schemars(extend("examples" = [{"analytics": {}}]))]
    pub(crate) tenants: BTreeMap<String, Tenant>,
    /// Through which proxy the outside is reached.
    pub(crate) proxy: Option<Proxy>,
}

/// Certificates.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Certs {
    /// Whether certificates are watched at all.
    pub(crate) enabled: bool,
    /// How often everything is read again, although changes of files are noticed at once on file systems that tell
    /// of them; network file systems do not.
    pub(crate) period: HumanDuration,
    /// The files, directories and patterns that are read.
    #[schemars(extend("examples" = [["/etc/ssl/certs/*.pem"]]))]
    pub(crate) files: Vec<PathBuf>,
    /// A file larger than this is not read.
    pub(crate) largest_file: HumanSize,
    /// The part of its life that a certificate may have left before it is a warning.
    pub(crate) warning_ratio: Ratio,
    /// The days that a certificate may have left before it is a warning.
    pub(crate) warning_days: u16,
    /// The days that a certificate may have left before somebody is woken; fewer than `warning_days`.
    pub(crate) critical_days: u16,
    /// The TLS servers whose certificates are looked at.
    pub(crate) endpoints: Vec<Endpoint>,
}

/// A TLS server.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Endpoint {
    /// Under which name it is shown.
    #[schemars(extend("examples" = ["gateway"]))]
    pub(crate) name: String,
    /// Host and port.
    #[schemars(extend("examples" = ["gateway.example.org:443"]))]
    pub(crate) address: String,
    /// What the server speaks before TLS begins.
    #[serde(default)]
    pub(crate) protocol: Protocol,
    /// How long the handshake may take, from the first byte to the last certificate of the chain; a server that is
    /// slower than this counts as one that does not answer.
    #[serde(default = "default_timeout")]
    pub(crate) timeout: HumanDuration,
    /// With what the client says who it is.
    #[serde(default)]
    pub(crate) credentials: Option<Credentials>,
}

/// What comes before TLS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Protocol {
    /// TLS from the first byte.
    #[default]
    Tcp,
    /// The same, with a request afterwards.
    Https,
    /// STARTTLS of mail servers.
    Smtp,
}

/// How a client says who it is.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Credentials {
    /// A name and a password.
    Basic(Basic),
    /// A token.
    Bearer(Secret),
    /// The one of the machine.
    Machine,
}

/// A name and a password.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Basic {
    /// The name.
    pub(crate) username: String,
    /// The password.
    pub(crate) password: Secret,
}

/// The log.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Log {
    /// The form of the lines.
    pub(crate) format: Format,
    /// Fields that are added to every line.
    #[schemars(extend("examples" = [{"cluster": "east"}]))]
    pub(crate) fields: BTreeMap<String, String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Format {
    #[default]
    Text,
    Json,
}

/// Who shares the platform.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Tenant {
    /// To whom its alerts go; an address that somebody reads, for nobody answers to a list that nobody reads at
    /// night.
    #[schemars(extend("examples" = ["data@example.org"]))]
    pub(crate) contact: Option<String>,
    /// The share of the platform that it may use.
    pub(crate) share: Option<Ratio>,
}

/// A proxy.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Proxy {
    /// Host and port.
    #[schemars(extend("examples" = ["proxy.example.org:3128"]))]
    pub(crate) address: String,
    /// The password for it.
    #[serde(default)]
    pub(crate) password: Option<Secret>,
}

fn default_timeout() -> HumanDuration {
    HumanDuration::from_secs(10)
}

impl Default for Certs {
    fn default() -> Self {
        Self {
            enabled: true,
            period: HumanDuration::from_minutes(5),
            files: Vec::new(),
            largest_file: HumanSize::from_mebibytes(1),
            warning_ratio: Ratio::from_percent(25),
            warning_days: 28,
            critical_days: 14,
            endpoints: Vec::new(),
        }
    }
}

impl Validate for Settings {
    fn validate(&self, complaints: &mut Complaints) {
        complaints.section("certs", &self.certs);
        complaints.entries("tenants", &self.tenants);
    }

    fn renamed(renames: &mut Renames) {
        renames.section::<Certs>("certs");
    }
}

impl Validate for Certs {
    fn validate(&self, complaints: &mut Complaints) {
        complaints.require("period", !self.period.is_zero(), "must not be zero");
        complaints.in_range("warning_days", &self.warning_days, &(1..=365));
        let message = format!("must be fewer than `warning_days`, which is {}", self.warning_days);
        complaints.require("critical_days", self.critical_days < self.warning_days, message);
        complaints.unique("endpoints", "name", self.endpoints.iter().map(|endpoint| &endpoint.name));
        complaints.items("endpoints", &self.endpoints);
    }

    fn renamed(renames: &mut Renames) {
        renames.key("interval", "period");
        renames.items::<Endpoint>("endpoints");
    }
}

impl Validate for Endpoint {
    fn validate(&self, complaints: &mut Complaints) {
        let has_port = self.address.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
        complaints.require("address", has_port, "must end in a port, as in `host:443`");
    }

    fn renamed(renames: &mut Renames) {
        renames.key("url", "address");
    }
}

impl Validate for Tenant {
    fn validate(&self, complaints: &mut Complaints) {
        let message = "must be set if the tenant has a `share`";
        complaints.require("contact", self.share.is_none() || self.contact.is_some(), message);
    }
}
