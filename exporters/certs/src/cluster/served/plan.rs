//! From claims to what is asked: pure.

use core::net::IpAddr;
use std::collections::{BTreeMap, HashSet};

use lookout_certs_spec::address::Address;
use lookout_runtime::Shard;

use super::address::{leads_to_edge, may_be_public};
use crate::cluster::hosts::{Claim, HostObjectKind, Hosts};

/// One thing to ask.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ask {
    /// Where: an address or a name, without brackets.
    pub host: String,
    /// At which port.
    pub port: u16,
    /// For which name.
    pub server_name: String,
    /// Whether the configuration says so, and not an object.
    pub is_configured: bool,
}

/// What is asked in a cycle.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// By index into the hosts: what is asked at its controller's addresses. An object's host for which nothing can be asked has
    /// an empty list. One that is served at several ports, whose controller is configured to be at one, is asked for there once.
    pub controllers: BTreeMap<usize, Vec<Ask>>,
    /// By index into the hosts: what is asked at its public name.
    pub public: BTreeMap<usize, Ask>,
    /// How many hosts are beyond the limit.
    pub beyond_limit: usize,
}

/// What is planned with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planning {
    /// By class, or by the controller that serves the class, where the controller is.
    pub ingress_addresses: BTreeMap<String, Address>,
    /// By host, where its public name is reached, if not where the name server says.
    pub public_addresses: BTreeMap<String, Address>,
    /// Whether public names are looked at.
    pub public_names: bool,
    /// The most hosts that are asked for.
    pub max_hosts: usize,
}

impl Plan {
    /// What is asked for the claims of `hosts` that belong to `shard`.
    pub fn new(hosts: &Hosts, shard: Shard, planning: &Planning) -> Self {
        let mut plan = Self::default();
        let mut count = 0;
        let (mut planned, mut public_hosts) = (HashSet::new(), HashSet::new());
        for (index, judged) in hosts.judged.iter().enumerate() {
            let claim = &judged.claim;
            if !claim.belongs_to(shard) {
                continue;
            }
            let can_be_asked = claim.names_one_host() && !claim.is_passed_through;
            let is_within = count < planning.max_hosts;
            let host = (claim.kind, &claim.key, &claim.host);
            let asks = if can_be_asked && is_within { of_controller(claim, planning) } else { Vec::new() };
            let is_first_without = asks.is_empty() && planned.insert((host, None));
            let asks: Vec<_> =
                asks.into_iter().filter(|ask| planned.insert((host, Some(ask.clone())))).collect();
            let public = (can_be_asked && is_within).then(|| of_public(claim, planning)).flatten();
            let public = public.filter(|_| public_hosts.insert(host));
            let is_asked = !asks.is_empty() || public.is_some();
            count += usize::from(is_asked);
            plan.beyond_limit += usize::from(can_be_asked && !is_within);
            if is_first_without || !asks.is_empty() {
                plan.controllers.insert(index, asks);
            }
            if let Some(ask) = public {
                plan.public.insert(index, ask);
            }
        }
        plan
    }

    /// Everything that is asked, each once, in order.
    pub fn asks(&self) -> Vec<Ask> {
        let mut asks: Vec<_> =
            self.controllers.values().flatten().chain(self.public.values()).cloned().collect();
        asks.sort_unstable();
        asks.dedup();
        asks
    }
}

/// The configured address of the class or of its controller, else what the object says of itself.
fn of_controller(claim: &Claim, planning: &Planning) -> Vec<Ask> {
    let ask = |host: &str, port, is_configured| Ask {
        host: host.to_owned(),
        port,
        server_name: claim.host.to_string(),
        is_configured,
    };
    let configured = match claim.kind {
        HostObjectKind::Service => None,
        HostObjectKind::Ingress | HostObjectKind::Gateway | HostObjectKind::ListenerSet => {
            let addresses = &planning.ingress_addresses;
            addresses.get(&*claim.class).or_else(|| addresses.get(&*claim.controller))
        }
    };
    if let Some(address) = configured {
        return vec![ask(address.host(), address.port(), true)];
    }
    let is_own = |address: &str| {
        address.parse::<IpAddr>().is_ok()
            || claim.kind == HostObjectKind::Service
            || !leads_to_edge(address, &claim.host)
    };
    let own = claim.addresses.iter().filter(|address| is_own(address));
    own.map(|address| ask(address, claim.port, false)).collect()
}

fn of_public(claim: &Claim, planning: &Planning) -> Option<Ask> {
    if !planning.public_names || claim.kind == HostObjectKind::Service {
        return None;
    }
    let server_name = claim.host.to_string();
    if let Some(address) = planning.public_addresses.get(&*claim.host) {
        let host = address.host().to_owned();
        return Some(Ask { host, port: address.port(), server_name, is_configured: true });
    }
    may_be_public(&claim.host).then(|| Ask {
        host: claim.host.to_string(),
        port: claim.port,
        server_name,
        is_configured: false,
    })
}
