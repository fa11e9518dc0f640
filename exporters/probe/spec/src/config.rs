//! The section `probe` of the configuration.
//!
//! The doc comments of the fields are the comments of the default file, so they speak to the person who edits it.
//!
//! How to get it wrong: a default that opens something. Without `targets` nothing is probed, and `/probe` is off.

use core::net::IpAddr;
use std::collections::BTreeMap;

use lookout_config::{Complaints, HumanDuration, Renames, Validate};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

mod alerts;
mod builtin;
mod http;
mod module;
mod tls;

pub use alerts::AlertSettings;
pub use builtin::builtin_modules;
pub use http::{HttpSettings, Method};
pub use module::{IpProtocol, ModuleSettings, ProberKind};
pub use tls::{SYSTEM_ROOTS, TlsSettings};

use crate::network::Network;
use crate::pattern::TargetPattern;
use crate::policy::{AddressPolicy, Forbidden};

/// Probing on demand: `/probe?target=…&module=…`, as blackbox_exporter does it.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Whether targets may be probed.
    pub enabled: bool,
    /// How many series one answer may have. Above it whole metric families are withheld, the finest first.
    pub series_budget: usize,
    /// What may be asked for: host names, in which `*` and `?` stay within one label and `**.example.org` is
    /// `example.org` and everything below it; addresses; networks. A port behind a colon narrows a target to that
    /// port. Redirects are held to this list too. While it is empty, `/probe` is off.
    #[schemars(extend("examples" = [["example.org", "*.example.org:443", "10.0.0.0/8"]]))]
    pub targets: Vec<String>,
    /// Networks that may be connected to although they are not the public internet: private, loopback, link-local and
    /// other special ones are refused, whatever name leads there. The metadata services of clouds are refused even
    /// then, unless their very address is listed.
    #[schemars(extend("examples" = [["10.0.0.0/8", "fd00::/8"]]))]
    pub allow_networks: Vec<String>,
    /// What is expected of a target, by the name that `module` asks for. `http_2xx` (which is asked for when no module
    /// is named), `tcp_connect` and `tls_connect` are there always; a module of the same name takes their place.
    pub modules: BTreeMap<String, ModuleSettings>,
    /// How many probes may be under way. Beyond, they are answered with status 503.
    pub max_concurrent: usize,
    /// How long a probe may take at most, whatever the module and the scraper say.
    pub max_timeout: HumanDuration,
    /// How much earlier than the scraper's own timeout a probe ends, so that its answer arrives in time.
    pub timeout_offset: HumanDuration,
    /// When the shipped alerts fire.
    pub alerts: AlertSettings,
}

/// The module that is taken when none is named.
pub const DEFAULT_MODULE: &str = "http_2xx";

/// The most entries of each list and map of this section.
pub const MAX_ENTRIES: usize = 1000;

/// The longest name of a module, in bytes.
const MAX_MODULE_NAME: usize = 64;

impl Default for Settings {
    fn default() -> Self {
        Self {
            enabled: true,
            series_budget: 1_000,
            targets: Vec::new(),
            allow_networks: Vec::new(),
            modules: BTreeMap::new(),
            max_concurrent: 50,
            max_timeout: HumanDuration::from_secs(30),
            timeout_offset: HumanDuration::from_millis(500),
            alerts: AlertSettings::default(),
        }
    }
}

impl Settings {
    /// The modules in force: those of the file, and the built-in ones that it does not replace.
    pub fn effective_modules(&self) -> BTreeMap<String, ModuleSettings> {
        let mut modules = builtin_modules();
        modules.extend(self.modules.clone());
        modules
    }

    /// The rules for addresses. Entries that are no networks open nothing; validated settings have none.
    pub fn address_policy(&self) -> AddressPolicy {
        AddressPolicy::new(self.allow_networks.iter().filter_map(|network| network.parse().ok()).collect())
    }
}

impl Validate for Settings {
    fn validate(&self, complaints: &mut Complaints) {
        complaints.require("series_budget", self.series_budget > 0, "must be at least 1");
        self.validate_targets(complaints);
        for (index, network) in self.allow_networks.iter().enumerate() {
            if let Err(error) = network.parse::<Network>() {
                complaints.add(&format!("allow_networks[{index}]"), error.to_string());
            }
        }
        complaints.unique("targets", "", &self.targets);
        complaints.unique("allow_networks", "", &self.allow_networks);
        for (key, length) in [
            ("targets", self.targets.len()),
            ("allow_networks", self.allow_networks.len()),
            ("modules", self.modules.len()),
        ] {
            let message = format!("must have at most {MAX_ENTRIES} entries");
            complaints.require(key, length <= MAX_ENTRIES, message);
        }
        let message = "the name of a module has from 1 to 64 letters, digits, `_` and `-`";
        complaints.require("modules", self.modules.keys().all(|name| is_module_name(name)), message);
        complaints.entries("modules", &self.modules);
        complaints.in_range("max_concurrent", &self.max_concurrent, &(1..=1000));
        let (shortest, longest) = (HumanDuration::from_millis(100), HumanDuration::from_minutes(10));
        complaints.in_range("max_timeout", &self.max_timeout, &(shortest..=longest));
        let longest = HumanDuration::from_secs(60);
        complaints.in_range("timeout_offset", &self.timeout_offset, &(HumanDuration::ZERO..=longest));
        complaints.section("alerts", &self.alerts);
    }

    fn renamed(renames: &mut Renames) {
        renames.items::<ModuleSettings>("modules");
    }
}

impl Settings {
    fn validate_targets(&self, complaints: &mut Complaints) {
        let policy = self.address_policy();
        for (index, target) in self.targets.iter().enumerate() {
            let path = format!("targets[{index}]");
            match target.parse::<TargetPattern>() {
                Err(error) => complaints.add(&path, error.to_string()),
                Ok(pattern) => {
                    let only = pattern.network().and_then(Network::single);
                    if let Some(refused) = only.and_then(|address| refused(&policy, address)) {
                        complaints.add(&path, refused);
                    }
                }
            }
        }
    }
}

/// Why a target that is one address would always be refused.
fn refused(policy: &AddressPolicy, address: IpAddr) -> Option<String> {
    Some(match policy.judge(address).err()? {
        Forbidden::Metadata => format!(
            "is refused as the metadata service of a cloud; if it is meant, add `{address}` itself to `allow_networks`"
        ),
        Forbidden::Range(range) => format!(
            "is refused, because its network is special ({range}); add the network to `allow_networks`"
        ),
    })
}

fn is_module_name(name: &str) -> bool {
    let is_fine = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    (1..=MAX_MODULE_NAME).contains(&name.len()) && name.bytes().all(is_fine)
}
