//! The log directories of a cluster's brokers, on connections of their own: a broker looks through all its logs for the
//! answer, and everything behind it on the same connection would wait.

use std::sync::Arc;

use jiff::Timestamp;
use lookout_exposition::Batch;
use lookout_kafka_spec::config::AlertSettings;
use lookout_runtime::{CollectError, Collected, DataKind, Finding, Source, SourceDescription};

use super::offsets::seen;
use super::{Plan, unconnected};
use crate::assess::{self, View};
use crate::cell::ClusterCell;
use crate::collect::log_directories::{self, Disks};
use crate::collect::missed::chain;
use crate::collect::round::Round;
use crate::connect::Connector;
use crate::findings;
use crate::model::LogDirectories;
use crate::record_sizes::RecordSizeEstimate;

/// Reads the log directories, and estimates the size of records from them.
pub struct LogDirectoriesSource {
    description: SourceDescription,
    connector: Connector,
    view: View,
    alerts: AlertSettings,
    cell: Arc<ClusterCell>,
    estimate: RecordSizeEstimate,
}

impl LogDirectoriesSource {
    /// A source that has read nothing yet.
    pub fn new(plan: &Plan, cell: Arc<ClusterCell>) -> Self {
        let description = Self::description(plan);
        let connector =
            Connector::new(Arc::new(plan.cluster.clone()), description.deadline, Arc::clone(&cell));
        Self {
            description,
            connector,
            view: plan.view(),
            alerts: plan.settings.alerts.clone(),
            cell,
            estimate: RecordSizeEstimate::default(),
        }
    }

    /// What the driver must know of it.
    pub fn description(plan: &Plan) -> SourceDescription {
        plan.description(
            "log directories",
            DataKind::Measurements,
            plan.settings.log_directories_period.get(),
        )
    }
}

impl Source for LogDirectoriesSource {
    type Model = LogDirectories;

    async fn collect(&mut self) -> Result<Collected<LogDirectories>, CollectError> {
        let offsets = seen(&self.cell).await?;
        let mut round = Round::begin(self.description.deadline);
        let (cluster, stale) = self.connector.cluster().await.map_err(|error| unconnected(&error))?;
        if let Some(error) = stale {
            round.faults.items("files", error.reason(), 1, "see the message", || chain(&error));
        }
        round.brokers(cluster).await?;
        let at = now();
        let topology = Arc::clone(&offsets.topology);
        let Disks { topics, brokers, leaders } = log_directories::read(&mut round, cluster, &topology).await;
        let configurations = self.cell.configurations();
        let sizes = self.estimate.observe(offsets, leaders, configurations.as_deref());
        self.cell.show_record_sizes(Arc::new(sizes));
        self.view.granularity = self.cell.granularity().unwrap_or(self.view.configured);
        let (faults, unreachable, _) = round.finish();
        Ok(Collected { model: LogDirectories { at, topology, topics, brokers, unreachable }, faults })
    }

    fn assess(&self, model: &LogDirectories, _now: Timestamp, batch: &mut Batch) {
        assess::log_directories(model, &self.view, batch);
    }

    fn findings(&self, model: &LogDirectories, _now: Timestamp) -> Vec<Finding> {
        findings::log_directories(model, &self.alerts)
    }

    fn recover(&mut self) {
        self.connector.reset();
    }
}

/// When the log directories are read.
#[expect(clippy::disallowed_methods, reason = "when sizes were read is an observation, as they are")]
fn now() -> Timestamp {
    Timestamp::now()
}
