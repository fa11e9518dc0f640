//! The source of CertificateSigningRequests: facts.

use std::sync::Arc;

use jiff::Timestamp;
use lookout_certs_spec::{CLUSTER_REASONS, Settings};
use lookout_exposition::Batch;
use lookout_kubernetes::{Cluster, Follower, Reader, Selection, View};
use lookout_runtime::{CollectError, Collected, DataKind, Finding, Shard, Source, SourceDescription};

use super::assess::{assess, faults, findings};
use super::reader::{SigningRequest, SigningRequestReader};
use crate::cluster::following::{Standing, outcome};

/// Reads CertificateSigningRequests.
pub struct SigningRequestSource {
    cluster: Arc<Cluster>,
    shard: Shard,
    follower: Option<Follower<SigningRequest>>,
}

impl SigningRequestSource {
    /// A source that follows all of them, and shows those of the signers that belong to `shard`.
    pub fn new(cluster: Arc<Cluster>, shard: Shard) -> Self {
        Self { cluster, shard, follower: None }
    }

    /// What the driver must know of it.
    pub fn description(settings: &Settings) -> SourceDescription {
        SourceDescription {
            exporter: lookout_certs_spec::SPEC.name,
            name: "certificatesigningrequests".to_owned(),
            data: DataKind::Facts,
            period: settings.period.get(),
            deadline: settings.deadline.get(),
            reasons: CLUSTER_REASONS,
        }
    }
}

impl Source for SigningRequestSource {
    type Model = View<SigningRequest>;

    async fn collect(&mut self) -> Result<Collected<View<SigningRequest>>, CollectError> {
        let cluster = &self.cluster;
        let follower =
            self.follower.get_or_insert_with(|| cluster.follow(SigningRequestReader, &Selection::default()));
        follower.settled().await;
        let latest = follower.latest();
        let mut faults = outcome(&[Standing::of(SigningRequestReader.resource(), &latest)])?;
        faults.extend(self::faults(&latest.view, self.shard));
        Ok(Collected { model: latest.view, faults })
    }

    async fn changed(&mut self) {
        match &mut self.follower {
            Some(follower) => follower.changed().await,
            None => core::future::pending().await,
        }
    }

    fn assess(&self, model: &View<SigningRequest>, _now: Timestamp, batch: &mut Batch) {
        assess(model, self.shard, batch);
    }

    fn findings(&self, model: &View<SigningRequest>, now: Timestamp) -> Vec<Finding> {
        findings(model, self.shard, now)
    }
}
