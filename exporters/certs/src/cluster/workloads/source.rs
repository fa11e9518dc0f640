//! The source of workloads: facts.

use core::time::Duration;
use std::sync::Arc;

use jiff::Timestamp;
use lookout_certs_spec::{CLUSTER_REASONS, Settings};
use lookout_exposition::Batch;
use lookout_kubernetes::{Cluster, Follower, Reader, Selection, View};
use lookout_runtime::{CollectError, Collected, DataKind, Source, SourceDescription};
use tokio::sync::watch;

use super::assess::assess;
use super::reader::{SecretsOfWorkload, WorkloadKind, WorkloadReader};
use crate::cluster::following::{Standing, outcome};
use crate::cluster::stored::{StoredObject, StoredSecrets, WAIT_FOR_SECRETS, latest_secrets};

/// The workloads of a cluster, and the Secrets that hold certificates.
#[derive(Debug, Default)]
pub struct Workloads {
    /// By kind, in the order of [`WorkloadKind::ALL`].
    pub views: [View<SecretsOfWorkload>; 5],
    /// The Secrets with certificates that belong to this process.
    pub secrets: View<StoredObject>,
}

/// Reads workloads.
pub struct WorkloadSource {
    cluster: Arc<Cluster>,
    selection: Selection,
    secrets: watch::Receiver<Option<StoredSecrets>>,
    /// How long they are still waited for.
    patience: Duration,
    follows: Option<[Follower<SecretsOfWorkload>; 5]>,
}

impl Workloads {
    /// The workloads by kind.
    pub fn of_kinds(&self) -> impl Iterator<Item = (WorkloadKind, &View<SecretsOfWorkload>)> {
        WorkloadKind::ALL.into_iter().zip(&self.views)
    }
}

impl WorkloadSource {
    /// A source that follows `selection`, which must not be divided: a Secret belongs to another process than a workload that
    /// uses it.
    pub fn new(
        cluster: Arc<Cluster>,
        selection: Selection,
        secrets: watch::Receiver<Option<StoredSecrets>>,
    ) -> Self {
        Self { cluster, selection, secrets, patience: WAIT_FOR_SECRETS, follows: None }
    }

    /// What the driver must know of it.
    pub fn description(settings: &Settings) -> SourceDescription {
        SourceDescription {
            exporter: lookout_certs_spec::SPEC.name,
            name: "workloads".to_owned(),
            data: DataKind::Facts,
            period: settings.period.get(),
            deadline: settings.deadline.get(),
            reasons: CLUSTER_REASONS,
        }
    }
}

impl Source for WorkloadSource {
    type Model = Workloads;

    async fn collect(&mut self) -> Result<Collected<Workloads>, CollectError> {
        let Self { cluster, selection, secrets, patience, follows } = self;
        let start = |kind| cluster.follow(WorkloadReader { kind }, selection);
        let follows = follows.get_or_insert_with(|| WorkloadKind::ALL.map(start));
        for follower in follows.iter() {
            follower.settled().await;
        }
        let latest = follows.each_ref().map(Follower::latest);
        let kinds = WorkloadKind::ALL.into_iter().zip(&latest);
        let standings =
            kinds.map(|(kind, followed)| Standing::of(WorkloadReader { kind }.resource(), followed));
        let faults = outcome(&standings.collect::<Vec<_>>())?;
        // Not before they are read: what was said by the source before this one is not taken back for want of them.
        let secrets = latest_secrets(secrets, patience).await.map(|secrets| secrets.view).unwrap_or_default();
        let views = latest.map(|followed| followed.view);
        Ok(Collected { model: Workloads { views, secrets }, faults })
    }

    async fn changed(&mut self) {
        let Some([deployments, stateful_sets, daemon_sets, cron_jobs, jobs]) = &mut self.follows else {
            return core::future::pending().await;
        };
        let secrets = async {
            if self.secrets.changed().await.is_err() {
                core::future::pending::<()>().await;
            }
        };
        tokio::select! {
            () = deployments.changed() => {}
            () = stateful_sets.changed() => {}
            () = daemon_sets.changed() => {}
            () = cron_jobs.changed() => {}
            () = jobs.changed() => {}
            () = secrets => {}
        }
    }

    fn assess(&self, model: &Workloads, _now: Timestamp, batch: &mut Batch) {
        assess(model, batch);
    }
}
