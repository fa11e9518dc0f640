//! The configuration of a cluster's topics, and client quotas: facts, read rarely, and soon after a topic was created, or topics have
//! got or lost series of their own.

use core::time::Duration;
use std::sync::Arc;

use jiff::Timestamp;
use lookout_exposition::Batch;
use lookout_kafka_spec::config::TopicGranularity;
use lookout_runtime::{CollectError, Collected, DataKind, Source, SourceDescription};
use tokio::time::{Instant, sleep_until};

use super::offsets::seen;
use super::{Plan, unconnected};
use crate::assess::granularity::Effective;
use crate::assess::{self, View};
use crate::cell::ClusterCell;
use crate::collect::configuration;
use crate::collect::missed::chain;
use crate::collect::round::Round;
use crate::configuration::Configuration;
use crate::connect::Connector;
use crate::model::Topology;

/// The shortest time between two readings because something has changed: where some are created all the time, each reading asks for all.
const SOON: Duration = Duration::from_mins(1);

/// Reads configurations and quotas.
pub struct ConfigurationSource {
    description: SourceDescription,
    connector: Connector,
    view: View,
    cell: Arc<ClusterCell>,
    /// The topics of which was answered last, sorted, and when.
    read: Option<(Vec<Identity>, Instant)>,
}

/// A topic's name and identifier: one that was created again, or is of another cluster, may be configured otherwise.
type Identity = (Arc<str>, [u8; 16]);

impl ConfigurationSource {
    /// A source that has read nothing yet.
    pub fn new(plan: &Plan, cell: Arc<ClusterCell>) -> Self {
        let description = Self::description(plan);
        let connector =
            Connector::new(Arc::new(plan.cluster.clone()), description.deadline, Arc::clone(&cell));
        Self { description, connector, view: plan.view(), cell, read: None }
    }

    /// What the driver must know of it.
    pub fn description(plan: &Plan) -> SourceDescription {
        plan.description("configuration", DataKind::Facts, plan.settings.configuration_period.get())
    }
}

/// The topics whose configuration is read, sorted: also those of other shards, because groups of this one may read them, and how
/// far such a group is behind in time depends on whether the topic is compacted.
fn topics_of(topology: &Topology) -> Vec<Identity> {
    topology.topics.iter().map(|topic| (Arc::clone(&topic.name), topic.id)).collect()
}

impl Source for ConfigurationSource {
    type Model = Configuration;

    async fn collect(&mut self) -> Result<Collected<Configuration>, CollectError> {
        let offsets = seen(&self.cell).await?;
        let mut round = Round::begin(self.description.deadline);
        let (cluster, stale) = self.connector.cluster().await.map_err(|error| unconnected(&error))?;
        if let Some(error) = stale {
            round.faults.items("files", error.reason(), 1, "see the message", || chain(&error));
        }
        round.brokers(cluster).await?;
        let mut topics = topics_of(&offsets.topology);
        let names: Vec<Arc<str>> = topics.iter().map(|(name, _)| Arc::clone(name)).collect();
        let before = self.cell.configurations().unwrap_or_default();
        let read = configuration::topics(&mut round, cluster, &names, &before).await;
        topics.retain(|(name, _)| read.answered.binary_search(name).is_ok());
        self.read = Some((topics, Instant::now()));
        let topics = Arc::new(read.configurations);
        let quotas = configuration::quotas(&mut round, cluster).await;
        self.cell.show_configurations(Arc::clone(&topics));
        self.view.granularity = self.cell.granularity().unwrap_or(self.view.configured);
        let (faults, ..) = round.finish();
        Ok(Collected { model: Configuration { topics, quotas }, faults })
    }

    /// There are topics of which nobody has answered, also because they were created again, or topics have series of their own now, or no longer.
    async fn changed(&mut self) {
        let Some((read, at)) = &self.read else { return core::future::pending().await };
        let is_new = |topic: &Identity| read.binary_search(topic).is_err();
        let mut offsets = self.cell.offsets();
        sleep_until(*at + SOON).await;
        let has_new = |offsets: &Option<Arc<crate::cell::Offsets>>| {
            offsets.as_ref().is_some_and(|offsets| topics_of(&offsets.topology).iter().any(is_new))
        };
        let has_topics = |effective: Effective| effective.topics >= TopicGranularity::Topic;
        let shown = has_topics(self.view.granularity);
        let is_shown_otherwise =
            || self.cell.granularity().is_some_and(|effective| has_topics(effective) != shown);
        if offsets.wait_for(|offsets| is_shown_otherwise() || has_new(offsets)).await.is_err() {
            core::future::pending::<()>().await;
        }
    }

    fn assess(&self, model: &Configuration, _now: Timestamp, batch: &mut Batch) {
        assess::configuration(model, &self.view, batch);
    }

    fn recover(&mut self) {
        self.connector.reset();
    }
}
