//! The source of what is served for the hosts of a cluster: measurements.
//!
//! Between cycles it keeps what each ask brought, for those that were not reached in time; they are first in the next cycle.

use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use lookout_certs_spec::{ENDPOINT_REASONS, Settings};
use lookout_declarations::Reason;
use lookout_exposition::Batch;
use lookout_runtime::{CollectError, Collected, DataKind, Fault, Finding, Shard, Source, SourceDescription};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until, timeout};

use super::assess::assess;
use super::findings::findings;
use super::plan::{Ask, Plan, Planning};
use super::probe::{Asked, Connecting, Outcome, ask_all};
use crate::cluster::hosts::Hosts;

/// What a cycle may take beyond its own end before the driver cuts it off: only a defect takes longer.
const SLACK: Duration = Duration::from_secs(2);

/// How long the first cycle waits for the hosts to be read: while the API is away there are none, and nothing to ask.
const WAIT_FOR_HOSTS: Duration = Duration::from_secs(10);

/// The shortest time between two cycles for changes: a roll-out changes many hosts, one after another, and each cycle asks for
/// all of them.
const BETWEEN_CYCLES: Duration = Duration::from_secs(10);

/// What the source is made from.
#[derive(Clone, Debug, PartialEq)]
pub struct ProbeSettings {
    /// What is asked.
    pub planning: Planning,
    /// How it is asked.
    pub connecting: Connecting,
    /// How long a cycle goes on beginning connections.
    pub budget: Duration,
    /// The shortest time between two cycles for changes.
    pub between: Duration,
}

/// What is known of the hosts, and what was asked and shown.
#[derive(Debug, Default)]
pub struct Served {
    /// The hosts.
    pub hosts: Arc<Hosts>,
    /// What was asked for them.
    pub plan: Plan,
    /// What it brought.
    pub asked: BTreeMap<Ask, Asked>,
}

/// Asks the controllers, and the public names.
pub struct HostProbeSource {
    settings: ProbeSettings,
    hosts: watch::Receiver<Option<Arc<Hosts>>>,
    shard: Shard,
    asked: BTreeMap<Ask, Asked>,
    /// What the last cycle did not reach.
    left: BTreeSet<Ask>,
    /// Which hosts were asked for last, and when that began.
    last: Option<(Arc<Hosts>, Instant)>,
}

impl ProbeSettings {
    /// What `settings` have to say. An address that cannot be used is left out: validated settings have none.
    pub fn new(settings: &Settings) -> Self {
        let cluster = &settings.cluster;
        let address = |(of, text): (&String, &String)| match text.parse() {
            Ok(address) => Some((of.clone(), address)),
            Err(error) => {
                tracing::error!(%of, %error, "the address of an ingress controller, or of a public name, is not used");
                None
            }
        };
        let period = settings.endpoint_period.get();
        Self {
            planning: Planning {
                ingress_addresses: cluster.ingress_addresses.iter().filter_map(address).collect(),
                public_addresses: cluster.public_addresses.iter().filter_map(address).collect(),
                public_names: cluster.probe_public_names,
                max_hosts: cluster.limits.max_probed_hosts,
            },
            connecting: Connecting {
                within: settings.endpoint_timeout.get(),
                about_to_expire: settings.alerts.critical.clone(),
            },
            budget: period.saturating_sub(period / 4),
            between: BETWEEN_CYCLES,
        }
    }
}

impl HostProbeSource {
    /// A source that asks for the hosts that `hosts` shows, as far as they belong to `shard`.
    pub fn new(settings: ProbeSettings, hosts: watch::Receiver<Option<Arc<Hosts>>>, shard: Shard) -> Self {
        let (asked, left) = (BTreeMap::new(), BTreeSet::new());
        Self { settings, hosts, shard, asked, left, last: None }
    }

    /// What the driver must know of it.
    pub fn description(settings: &Settings) -> SourceDescription {
        let probe = ProbeSettings::new(settings);
        SourceDescription {
            exporter: lookout_certs_spec::SPEC.name,
            name: "hosts served".to_owned(),
            data: DataKind::Measurements,
            period: settings.endpoint_period.get(),
            // Resolving, and at most two addresses, after the last one was begun.
            deadline: probe.budget + 3 * probe.connecting.within + SLACK,
            reasons: ENDPOINT_REASONS,
        }
    }

    /// The hosts as last read. Only at the start is there something to wait for.
    async fn latest_hosts(&mut self) -> Arc<Hosts> {
        let first =
            timeout(WAIT_FOR_HOSTS.min(self.settings.budget), self.hosts.wait_for(Option::is_some)).await;
        first.ok().and_then(Result::ok).and_then(|hosts| hosts.clone()).unwrap_or_default()
    }
}

impl Source for HostProbeSource {
    type Model = Served;

    async fn collect(&mut self) -> Result<Collected<Served>, CollectError> {
        let hosts = self.latest_hosts().await;
        let began = Instant::now();
        let plan = Plan::new(&hosts, self.shard, &self.settings.planning);
        let mut asks = plan.asks();
        // Stable: what was left over comes first, the rest in its order.
        asks.sort_by_key(|ask| !self.left.contains(ask));
        let wanted: BTreeSet<_> = asks.iter().cloned().collect();
        let end = began + self.settings.budget;
        let (brought, left) = ask_all(asks, &self.settings.connecting, end).await;
        self.asked.retain(|ask, _| wanted.contains(ask));
        self.asked.extend(brought);
        self.left = left.into_iter().collect();
        self.hosts.mark_unchanged();
        self.last = Some((Arc::clone(&hosts), began));
        let model = Served { hosts, plan, asked: self.asked.clone() };
        let faults = faults(&model, self.left.len());
        Ok(Collected { model, faults })
    }

    /// Hosts that came, went or changed: what was said of them is said anew.
    async fn changed(&mut self) {
        loop {
            if self.hosts.changed().await.is_err() {
                core::future::pending::<()>().await;
            }
            let hosts = self.hosts.borrow().clone();
            match (&hosts, &self.last) {
                (Some(new), Some((old, _))) if new.judged == old.judged => {}
                (_, Some((_, began))) => return sleep_until(*began + self.settings.between).await,
                (_, None) => return,
            }
        }
    }

    fn assess(&self, model: &Served, _now: Timestamp, batch: &mut Batch) {
        assess(model, batch);
    }

    fn findings(&self, model: &Served, now: Timestamp) -> Vec<Finding> {
        findings(model, now)
    }
}

/// Controllers that could not be asked, once per address; and what was not reached.
fn faults(served: &Served, left: usize) -> Vec<Fault> {
    let mut places = BTreeMap::<(String, Reason), (usize, &str)>::new();
    for ask in served.plan.controllers.values().flatten() {
        if let Some(Asked { outcome: Outcome::Failed { reason, message }, .. }) = served.asked.get(ask) {
            places.entry((ask.endpoint(), *reason)).or_insert((0, message)).0 += 1;
        }
    }
    let mut faults: Vec<_> = places
        .into_iter()
        .map(|((endpoint, reason), (count, message))| Fault {
            reason,
            subject: format!("controller {endpoint}"),
            message: format!("{count} hosts: {message}"),
        })
        .collect();
    if served.plan.beyond_limit > 0 {
        let message = format!(
            "{} hosts are beyond `limits.max_probed_hosts`, and are not asked for",
            served.plan.beyond_limit
        );
        faults.push(Fault { reason: Reason::TooMany, subject: "hosts".to_owned(), message });
    }
    if left > 0 {
        let message =
            format!("{left} connections were not reached in this cycle; what they showed before stands");
        faults.push(Fault { reason: Reason::Timeout, subject: "hosts".to_owned(), message });
    }
    faults
}
