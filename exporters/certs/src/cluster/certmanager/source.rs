//! The source of cert-manager's objects: facts.

use std::sync::Arc;

use jiff::Timestamp;
use lookout_certs_spec::{CLUSTER_REASONS, Settings};
use lookout_exposition::Batch;
use lookout_kubernetes::{Cluster, Follower, Reader, Selection};
use lookout_runtime::{CollectError, Collected, DataKind, Finding, Shard, Source, SourceDescription};

use super::assess::assess;
use super::findings::findings;
use super::model::{CertManager, Tally};
use super::objects::{
    CertificateObject, CertificateReader, ChallengeReader, IssuerObject, IssuerReader, OrderReader,
    RequestReader, Step,
};
use crate::cluster::following::{Standing, outcome};

/// Reads cert-manager's objects.
pub struct CertManagerSource {
    cluster: Arc<Cluster>,
    selection: Selection,
    shard: Shard,
    follows: Option<Follows>,
    tally: Tally,
}

/// The follows, from the first cycle on.
struct Follows {
    certificates: Follower<CertificateObject>,
    issuers: Follower<IssuerObject>,
    /// Nothing where only some namespaces may be read.
    cluster_issuers: Option<Follower<IssuerObject>>,
    requests: Follower<Step>,
    orders: Follower<Step>,
    challenges: Follower<Step>,
}

const ISSUERS: IssuerReader = IssuerReader { is_cluster_wide: false };
const CLUSTER_ISSUERS: IssuerReader = IssuerReader { is_cluster_wide: true };

impl CertManagerSource {
    /// A source that follows `selection`, which must not be divided, and shows what belongs to `shard`: a Certificate is
    /// judged by its steps, which may belong to others.
    pub fn new(cluster: Arc<Cluster>, selection: Selection, shard: Shard) -> Self {
        Self { cluster, selection, shard, follows: None, tally: Tally::default() }
    }

    /// What the driver must know of it.
    pub fn description(settings: &Settings) -> SourceDescription {
        SourceDescription {
            exporter: lookout_certs_spec::SPEC.name,
            name: "cert-manager".to_owned(),
            data: DataKind::Facts,
            period: settings.period.get(),
            deadline: settings.deadline.get(),
            reasons: CLUSTER_REASONS,
        }
    }
}

impl Follows {
    fn start(cluster: &Arc<Cluster>, selection: &Selection) -> Self {
        let is_whole = !matches!(selection.namespaces, lookout_kubernetes::Namespaces::Named(_));
        Self {
            certificates: cluster.follow(CertificateReader, selection),
            issuers: cluster.follow(ISSUERS, selection),
            cluster_issuers: is_whole.then(|| cluster.follow(CLUSTER_ISSUERS, selection)),
            requests: cluster.follow(RequestReader, selection),
            orders: cluster.follow(OrderReader, selection),
            challenges: cluster.follow(ChallengeReader, selection),
        }
    }

    async fn settled(&self) {
        let cluster_issuers = async {
            if let Some(follower) = &self.cluster_issuers {
                follower.settled().await;
            }
        };
        tokio::join!(
            self.certificates.settled(),
            self.issuers.settled(),
            cluster_issuers,
            self.requests.settled(),
            self.orders.settled(),
            self.challenges.settled(),
        );
    }

    fn read(&self) -> (CertManager, Vec<Standing>) {
        let certificates = self.certificates.latest();
        let issuers = self.issuers.latest();
        let cluster_issuers = self.cluster_issuers.as_ref().map(Follower::latest);
        let (requests, orders) = (self.requests.latest(), self.orders.latest());
        let challenges = self.challenges.latest();
        let mut standings = vec![
            Standing::of(CertificateReader.resource(), &certificates),
            Standing::of(ISSUERS.resource(), &issuers),
            Standing::of(RequestReader.resource(), &requests),
            Standing::of(OrderReader.resource(), &orders),
            Standing::of(ChallengeReader.resource(), &challenges),
        ];
        standings
            .extend(cluster_issuers.as_ref().map(|latest| Standing::of(CLUSTER_ISSUERS.resource(), latest)));
        let model = CertManager {
            certificates: certificates.view,
            issuers: issuers.view,
            cluster_issuers: cluster_issuers.map(|latest| latest.view).unwrap_or_default(),
            requests: requests.view,
            orders: orders.view,
            challenges: challenges.view,
            ..CertManager::default()
        };
        (model, standings)
    }

    async fn changed(&mut self) {
        let cluster_issuers = async {
            match &mut self.cluster_issuers {
                Some(follower) => follower.changed().await,
                None => core::future::pending().await,
            }
        };
        tokio::select! {
            () = self.certificates.changed() => {}
            () = self.issuers.changed() => {}
            () = cluster_issuers => {}
            () = self.requests.changed() => {}
            () = self.orders.changed() => {}
            () = self.challenges.changed() => {}
        }
    }
}

impl Source for CertManagerSource {
    type Model = CertManager;

    async fn collect(&mut self) -> Result<Collected<CertManager>, CollectError> {
        let follows = self.follows.get_or_insert_with(|| Follows::start(&self.cluster, &self.selection));
        follows.settled().await;
        let (mut model, standings) = follows.read();
        let faults = outcome(&standings)?;
        #[expect(
            clippy::disallowed_methods,
            reason = "when a failure was first seen is an observation, as the failure is"
        )]
        let now = Timestamp::now();
        model.failing_since = self.tally.update(&model, now);
        Ok(Collected { model, faults })
    }

    async fn changed(&mut self) {
        match &mut self.follows {
            Some(follows) => follows.changed().await,
            None => core::future::pending().await,
        }
    }

    fn assess(&self, model: &CertManager, now: Timestamp, batch: &mut Batch) {
        assess(model, self.shard, now, batch);
    }

    fn findings(&self, model: &CertManager, now: Timestamp) -> Vec<Finding> {
        findings(model, self.shard, now)
    }
}
