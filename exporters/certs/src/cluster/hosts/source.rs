//! The source of hosts: facts.

use core::time::Duration;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use jiff::Timestamp;
use lookout_certs_spec::{CLUSTER_REASONS, Settings};
use lookout_exposition::Batch;
use lookout_kubernetes::{Cluster, ObjectKey, Selection};
use lookout_runtime::{CollectError, Collected, DataKind, Finding, Shard, Source, SourceDescription};
use tokio::sync::watch;

use super::assess::assess;
use super::claim::Claim;
use super::findings::findings;
use super::follows::Follows;
use super::judge::Judged;
use super::stored::Stored;
use super::stored_secrets::{NamedSecrets, among};
use crate::cluster::following::outcome;
use crate::cluster::stored::{StoredSecrets, WAIT_FOR_SECRETS, latest_secrets};

/// Every claim of the cluster, with what is stored for it.
#[derive(Debug, Default)]
pub struct Hosts {
    /// The claims, by kind and object. What is stored is known of those that belong to this process.
    pub judged: Vec<Judged>,
    by_host: HashMap<(Box<str>, Box<str>), Vec<usize>>,
}

/// Where the hosts are seen by whoever asks for them; `None` until they have been read once.
pub type HostsCell = watch::Sender<Option<Arc<Hosts>>>;

/// Reads Ingresses, Gateways, ListenerSets and annotated Services.
pub struct HostSource {
    cluster: Arc<Cluster>,
    selection: Selection,
    shard: Shard,
    /// Nothing where no Secret may be read.
    secrets: Option<watch::Receiver<Option<StoredSecrets>>>,
    /// How long they are still waited for.
    patience: Duration,
    /// From the first cycle on.
    follows: Option<Follows>,
    named: NamedSecrets,
    hosts: Arc<HostsCell>,
}

impl Hosts {
    /// These claims.
    pub fn new(judged: Vec<Judged>) -> Self {
        let mut by_host = HashMap::<_, Vec<usize>>::new();
        for (index, judged) in judged.iter().enumerate() {
            by_host.entry(place(&judged.claim)).or_default().push(index);
        }
        Self { judged, by_host }
    }

    /// All claims for the host of one of them at the same controller, itself included.
    pub fn of_host(&self, judged: &Judged) -> impl Iterator<Item = &Judged> {
        let indices = self.by_host.get(&place(&judged.claim)).map(Vec::as_slice).unwrap_or_default();
        indices.iter().filter_map(|index| self.judged.get(*index))
    }
}

/// What a controller tells hosts apart by; one may serve several classes. The port is not part of it: where a controller's address
/// is configured, which of an object's ports is behind it is not known.
fn place(claim: &Claim) -> (Box<str>, Box<str>) {
    let server = if claim.controller.is_empty() { &claim.class } else { &claim.controller };
    (server.clone(), claim.host.clone())
}

impl HostSource {
    /// A source that follows `selection`, which must not be divided, shows what belongs to `shard`, and fills `hosts`.
    pub fn new(
        cluster: Arc<Cluster>,
        selection: Selection,
        shard: Shard,
        secrets: Option<watch::Receiver<Option<StoredSecrets>>>,
        hosts: Arc<HostsCell>,
    ) -> Self {
        let (patience, named) = (WAIT_FOR_SECRETS, NamedSecrets::default());
        Self { cluster, selection, shard, secrets, patience, follows: None, named, hosts }
    }

    /// What the driver must know of it.
    pub fn description(settings: &Settings) -> SourceDescription {
        SourceDescription {
            exporter: lookout_certs_spec::SPEC.name,
            name: "hosts".to_owned(),
            data: DataKind::Facts,
            period: settings.period.get(),
            deadline: settings.deadline.get(),
            reasons: CLUSTER_REASONS,
        }
    }
}

impl Source for HostSource {
    type Model = Arc<Hosts>;

    async fn collect(&mut self) -> Result<Collected<Arc<Hosts>>, CollectError> {
        let secrets = match &mut self.secrets {
            Some(seen) => latest_secrets(seen, &mut self.patience).await,
            None => None,
        };
        let Self { cluster, selection, shard, follows, named, hosts, .. } = self;
        let follows = follows.get_or_insert_with(|| Follows::start(cluster, selection));
        follows.settled().await;
        let (claims, standings, mut faults) = follows.read();
        faults.extend(outcome(&standings)?);
        let owned = |claim: &&Claim| claim.belongs_to(*shard);
        let mut unseen = BTreeSet::new();
        if let Some(secrets) = &secrets {
            let wanted = claims.iter().filter(owned).flat_map(|claim| &claim.secrets);
            unseen.extend(wanted.filter(|secret| among(secrets, secret).is_none()).cloned());
        }
        named.set(cluster, &unseen);
        named.settled().await;
        faults.extend(named.too_many());
        let standings: Vec<_> = named.standings().collect();
        // That one of them cannot be read is no reason to fail: its host is unknown.
        faults.extend(outcome(&standings).unwrap_or_default());
        let stored = |secret: &ObjectKey| match &secrets {
            None => Stored::Unknown,
            Some(secrets) => among(secrets, secret).unwrap_or_else(|| named.find(secret)),
        };
        let judged = claims.into_iter().map(|claim| {
            // The Secrets of others are not seen here: it would be a lie to call them missing.
            let is_own = claim.belongs_to(*shard);
            let of = |secret| if is_own { stored(secret) } else { Stored::Unknown };
            let stored = claim.secrets.iter().map(of).collect();
            Judged { claim, stored }
        });
        let model = Arc::new(Hosts::new(judged.collect()));
        hosts.send_replace(Some(Arc::clone(&model)));
        Ok(Collected { model, faults })
    }

    async fn changed(&mut self) {
        let Some(follows) = &mut self.follows else { return core::future::pending().await };
        let secrets = async {
            let Some(secrets) = &mut self.secrets else { return core::future::pending().await };
            if secrets.changed().await.is_err() {
                core::future::pending::<()>().await;
            }
        };
        tokio::select! {
            () = follows.changed() => {}
            () = self.named.changed() => {}
            () = secrets => {}
        }
    }

    fn assess(&self, model: &Arc<Hosts>, now: Timestamp, batch: &mut Batch) {
        assess(model, self.shard, now, batch);
    }

    fn findings(&self, model: &Arc<Hosts>, now: Timestamp) -> Vec<Finding> {
        findings(model, self.shard, now)
    }
}
