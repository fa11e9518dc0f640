//! The thread that looks who leads what, keeps the topic in repair, and tells the consumer what to read.

use core::time::Duration;
use std::collections::BTreeSet;
use std::sync::Arc;

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::{KafkaError, KafkaResult};
use rdkafka::metadata::{Metadata, MetadataBroker, MetadataPartition};
use rdkafka::types::RDKafkaErrorCode;
use rdkafka::{ClientConfig, Offset, TopicPartitionList};

use lookout_declarations::Reason;
use lookout_kafka_spec::config::ClusterSettings;

use super::context::ProbeContext;
use super::desk::{Shift, Trouble, bounded};
use super::layout::{Layout, PartitionView, Planner, View};
use super::reason::reason_of;
use super::topic;

/// The time between two looks. Until the next one, the records of a partition that has moved are counted for the broker
/// that led it before.
const PERIOD: Duration = Duration::from_secs(5);

/// The time after a repair until the next look: brokers need a moment to tell each other.
const AFTER_REPAIR: Duration = Duration::from_millis(500);

/// Keeps until the shift is over.
pub(super) struct Keeper {
    shift: Arc<Shift>,
    consumer: Arc<BaseConsumer<ProbeContext>>,
    context: ProbeContext,
    common: ClientConfig,
    topic: String,
    timeout: Duration,
    planner: Planner,
    /// How many partitions the consumer reads.
    assigned: i32,
}

impl Keeper {
    pub(super) fn new(
        context: ProbeContext,
        consumer: Arc<BaseConsumer<ProbeContext>>,
        common: ClientConfig,
        cluster: &ClusterSettings,
    ) -> Self {
        Self {
            shift: Arc::clone(&context.shift),
            consumer,
            context,
            common,
            topic: cluster.probe.topic.clone(),
            timeout: cluster.request_timeout.get(),
            planner: Planner::new(cluster.probe.replication_factor),
            assigned: 0,
        }
    }

    pub(super) fn run(mut self) {
        while !self.shift.is_over() {
            let pause = match self.look() {
                Ok(layout) => self.keep(layout),
                Err(trouble) => {
                    self.shift.standing.send_modify(|standing| {
                        let rounds = standing.failure.as_ref().map_or(0, |(_, rounds)| *rounds);
                        standing.failure = Some((trouble, rounds.saturating_add(1)));
                    });
                    PERIOD
                }
            };
            self.shift.pause(pause);
        }
    }

    /// Acts on a layout, and says when to look again.
    fn keep(&mut self, layout: Layout) -> Duration {
        let read = self.read(layout.partitions);
        let timeout = self.timeout;
        let repaired =
            topic::repair(&layout.repair, &self.topic, &self.common, self.context.clone(), timeout);
        let fault = read.err().or_else(|| repaired.clone().err()).or_else(|| self.departed(&layout));
        self.shift.standing.send_modify(|standing| {
            if standing.layout.as_deref() != Some(&layout) {
                standing.layout = Some(Arc::new(layout));
            }
            standing.failure = None;
            standing.fault = fault;
        });
        if repaired == Ok(true) { AFTER_REPAIR } else { PERIOD }
    }

    /// That replicas of the topic are on brokers that are gone: only a person knows whether they come back.
    fn departed(&self, layout: &Layout) -> Option<Trouble> {
        let brokers: Vec<String> = layout.departed.iter().map(ToString::to_string).collect();
        let brokers = (!brokers.is_empty()).then(|| brokers.join(", "))?;
        let message = bounded(&format!(
            "the topic `{}` of the probe has replicas on brokers that have been gone for minutes ({brokers}), so it is \
             under-replicated; if they do not come back, move its replicas with kafka-reassign-partitions, or delete the \
             topic: it is made anew",
            self.topic
        ));
        Some(Trouble { reason: Reason::NotFound, message })
    }

    /// Looks once.
    fn look(&mut self) -> Result<Layout, Trouble> {
        let metadata = self.consumer.fetch_metadata(Some(&self.topic), self.timeout);
        let view = metadata.and_then(|metadata| view(&metadata, &self.topic));
        match view {
            Ok(view) if view.brokers.is_empty() => {
                Err(Trouble { reason: Reason::Empty, message: "the cluster names no broker".to_owned() })
            }
            Ok(view) => Ok(self.planner.plan(&view, self.shift.desk.now())),
            Err(error) => Err(self.explain(&error)),
        }
    }

    /// Why the look failed. That nobody answers is explained by the last error of the client, if there is one.
    fn explain(&self, error: &KafkaError) -> Trouble {
        let reason = reason_of(error);
        let explanation = match reason {
            Reason::Timeout | Reason::Disconnected | Reason::Unreachable => self.shift.explanation(),
            _ => None,
        };
        let why = explanation.as_ref().map_or_else(|| error.to_string(), |known| known.message.clone());
        let message =
            bounded(&format!("cannot read who leads the topic `{}` of the probe: {why}", self.topic));
        Trouble { reason: explanation.map_or(reason, |known| known.reason), message }
    }

    /// Has the consumer read so many partitions, the new ones from their end.
    fn read(&mut self, partitions: i32) -> Result<(), Trouble> {
        let failed = |error: KafkaError| {
            let message =
                bounded(&format!("cannot read the partitions of the topic `{}`: {error}", self.topic));
            Trouble { reason: reason_of(&error), message }
        };
        if partitions < self.assigned {
            // It was deleted, and made anew with fewer.
            let mut gone = TopicPartitionList::new();
            for partition in partitions..self.assigned {
                gone.add_partition(&self.topic, partition);
            }
            self.consumer.incremental_unassign(&gone).map_err(failed)?;
            self.assigned = partitions;
        }
        if partitions > self.assigned {
            let mut added = TopicPartitionList::new();
            for partition in self.assigned..partitions {
                added.add_partition_offset(&self.topic, partition, Offset::End).map_err(failed)?;
            }
            self.consumer.incremental_assign(&added).map_err(failed)?;
            self.assigned = partitions;
        }
        Ok(())
    }
}

/// What the cluster says about itself and the topic.
fn view(metadata: &Metadata, topic: &str) -> KafkaResult<View> {
    let brokers: BTreeSet<i32> = metadata.brokers().iter().map(MetadataBroker::id).collect();
    let Some(found) = metadata.topics().iter().find(|found| found.name() == topic) else {
        return Ok(View { brokers, partitions: None });
    };
    match found.error().map(RDKafkaErrorCode::from) {
        None | Some(RDKafkaErrorCode::NoError) => {}
        Some(RDKafkaErrorCode::UnknownTopicOrPartition | RDKafkaErrorCode::UnknownTopic) => {
            return Ok(View { brokers, partitions: None });
        }
        Some(code) => return Err(KafkaError::MetadataFetch(code)),
    }
    let mut numbered: Vec<_> = found.partitions().iter().collect();
    numbered.sort_unstable_by_key(|partition| partition.id());
    // An error of a partition, such as that it has no leader, is in its leader.
    let partition = |partition: &&MetadataPartition| PartitionView {
        leader: partition.leader(),
        replicas: partition.replicas().to_vec(),
    };
    let partitions: Vec<_> = numbered.iter().map(partition).collect();
    // A topic that is being made has none yet; it is there nevertheless.
    if partitions.is_empty() {
        return Err(KafkaError::MetadataFetch(RDKafkaErrorCode::LeaderNotAvailable));
    }
    Ok(View { brokers, partitions: Some(partitions) })
}
