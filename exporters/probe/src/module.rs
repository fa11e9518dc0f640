//! A module as the prober uses it: the settings with everything filled in that they leave out.

use core::time::Duration;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use lookout_probe_spec::Settings;
use lookout_probe_spec::config::{HttpSettings, IpProtocol, ModuleSettings, ProberKind};
use lookout_probe_spec::host::Host;

use crate::tls::TrustedRoots;

/// How a target is probed.
pub(crate) struct Module {
    pub(crate) kind: ProberKind,
    pub(crate) timeout: Option<Duration>,
    pub(crate) ip_protocol: IpProtocol,
    pub(crate) http: HttpSettings,
    pub(crate) trust: Trust,
}

/// Whom to trust over TLS.
pub(crate) struct Trust {
    pub(crate) roots: Arc<TrustedRoots>,
    pub(crate) is_required: bool,
    /// The name to ask for and to expect, instead of the target's own.
    pub(crate) server_name: Option<Host>,
}

/// Every module in force, by name. Equal lists of roots are read once.
pub(crate) fn modules(settings: &Settings) -> BTreeMap<String, Module> {
    let mut stores = HashMap::new();
    let effective = settings.effective_modules().into_iter();
    effective.map(|(name, settings)| (name, Module::new(settings, &mut stores))).collect()
}

impl Module {
    fn new(settings: ModuleSettings, stores: &mut HashMap<Vec<String>, Arc<TrustedRoots>>) -> Self {
        let http = settings.http.unwrap_or_default();
        let tls = settings.tls.unwrap_or_default();
        let roots = stores
            .entry(tls.trusted_roots)
            .or_insert_with_key(|paths| Arc::new(TrustedRoots::new(paths.clone())));
        let server_name = tls.server_name.parse().ok().or_else(|| http.host_name());
        Self {
            kind: settings.prober,
            timeout: settings.timeout.map(Duration::from),
            ip_protocol: settings.ip_protocol,
            trust: Trust { roots: Arc::clone(roots), is_required: tls.verify, server_name },
            http,
        }
    }
}
