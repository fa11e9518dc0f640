//! What lies on the disks of all brokers.
//!
//! Every broker is asked at once; the rows of an answer are added up while they are read, so nothing is kept per replica but
//! the size of the leaders' (a column).
//!
//! How to get it wrong: to add up rows of an answer that breaks off. They are added to a part of its own, which is dropped then.

use std::collections::BTreeMap;
use std::sync::Arc;

use lookout_kafka_wire::log_dirs::{self, Row};
use lookout_kafka_wire::{Answer, Api, Broker, Cluster, ErrorCode, Failure, Malformed};
use tokio::time::{Instant, timeout_at};

use super::lookup::TopicCursor;
use super::missed::Missed;
use super::round::Round;
use super::tasks;
use crate::model::{BrokerDisks, LogDirectory, OffsetColumn, Slot, TopicSize, Topology};

/// How many log directories of one broker are kept: one for each disk.
const MAX_DIRECTORIES: usize = 256;

/// What was read.
#[derive(Debug, Default)]
pub struct Disks {
    /// The sizes of topics; one for each of the topology.
    pub topics: Vec<TopicSize>,
    /// The brokers that answered.
    pub brokers: BTreeMap<i32, BrokerDisks>,
    /// The bytes of the leader's replica of each partition.
    pub leaders: OffsetColumn,
}

/// What one broker says.
#[derive(Debug)]
struct Told {
    disks: BrokerDisks,
    /// The bytes, and the number, of its replicas; one for each topic.
    topics: Vec<(u64, u32)>,
    /// Bytes of the replicas that it leads.
    leaders: Vec<(Slot, i64)>,
}

/// Reads the log directories of all brokers.
pub async fn read(round: &mut Round, cluster: &Cluster, topology: &Arc<Topology>) -> Disks {
    let until = round.all_until();
    let asked = cluster.brokers().map(|broker| {
        let (broker, topology) = (Arc::clone(broker), Arc::clone(topology));
        (broker.id(), ask(broker, topology, until))
    });
    let mut disks = Disks { leaders: OffsetColumn::unknown(topology.partitions.len()), ..Disks::default() };
    let mut sums = vec![(0_u64, 0_u32); topology.topics.len()];
    for (id, told) in tasks::each(asked).await {
        match told {
            Ok(told) => {
                for (sum, topic) in sums.iter_mut().zip(&told.topics) {
                    *sum = (sum.0.saturating_add(topic.0), sum.1.saturating_add(topic.1));
                }
                told.leaders.iter().for_each(|(slot, size)| disks.leaders.set(*slot, *size));
                disks.brokers.insert(id, told.disks);
            }
            Err(missed) => round.miss(id, &missed),
        }
    }
    disks.topics = topology
        .topics
        .iter()
        .zip(sums)
        .map(|(topic, sum)| {
            let replicas: u32 =
                topology.partitions_of(topic).iter().map(|partition| u32::from(partition.replicas)).sum();
            let slots = topic.first..topic.first + topic.partitions;
            let leaders = slots.map(|slot| disks.leaders.get(slot).and_then(|size| u64::try_from(size).ok()));
            TopicSize {
                // More than there should be is a partition on its way from one broker to another.
                replicas: (sum.1 >= replicas).then_some(sum.0),
                leaders: leaders.sum(),
            }
        })
        .collect();
    disks
}

async fn ask(broker: Arc<Broker>, topology: Arc<Topology>, until: Instant) -> Result<Told, Missed> {
    let begun = Instant::now();
    let id = broker.id();
    let asked = async {
        let mut lease = broker.connection().await?;
        let version = lease.version(Api::DescribeLogDirs)?;
        let mut told = None;
        let take = |_, answer: Answer| {
            told = Some(understand(&answer, id, &topology)?);
            Ok(())
        };
        lease.ask_all([log_dirs::request(version)], take).await?;
        Ok::<_, Failure>(told)
    };
    match timeout_at(until, asked).await {
        Ok(Ok(Some((_, code)))) if !code.is_none() => Err(Missed::with(Api::DescribeLogDirs, code)),
        Ok(Ok(Some((told, _)))) if told.disks.directories.is_empty() => {
            // A broker has at least one. Before Kafka 3.0 this is how it says that we may not know.
            Err(Missed::with(Api::DescribeLogDirs, CLUSTER_AUTHORIZATION_FAILED))
        }
        Ok(Ok(Some((told, _)))) => Ok(told),
        Ok(Ok(None)) => Err(Missed::lost()),
        Ok(Err(failure)) => Err(Missed::by(&failure)),
        Err(_) => Err(Missed::late("reading the log directories of the broker", until - begun, false)),
    }
}

/// The cluster may not be described.
const CLUSTER_AUTHORIZATION_FAILED: ErrorCode = ErrorCode(31);

fn understand(answer: &Answer, id: i32, topology: &Topology) -> Result<(Told, ErrorCode), Malformed> {
    let topics = vec![(0, 0); topology.topics.len()];
    let mut told = Told { disks: BrokerDisks::default(), topics, leaders: Vec::new() };
    let mut cursor = TopicCursor::default();
    let mut in_directory: u64 = 0;
    let overall = log_dirs::read(&answer.body, answer.version, &mut |row| match row {
        Row::Replica(replica) => {
            let size = u64::try_from(replica.size).unwrap_or_default();
            in_directory = in_directory.saturating_add(size);
            if replica.is_future {
                return;
            }
            told.disks.size = told.disks.size.saturating_add(size);
            let Some(slot) = cursor.slot(topology, replica.topic, replica.partition) else { return };
            if let Some(topic) = told.topics.get_mut(cursor.topic()) {
                *topic = (topic.0.saturating_add(size), topic.1.saturating_add(1));
            }
            if topology.partitions.get(slot as usize).is_some_and(|partition| partition.leader == id) {
                told.leaders.push((slot, replica.size));
            }
        }
        Row::Directory(directory) => {
            let is_offline = !directory.code.is_none();
            let size = core::mem::take(&mut in_directory);
            if told.disks.directories.len() < MAX_DIRECTORIES {
                let known = |bytes: Option<i64>| bytes.and_then(|bytes| u64::try_from(bytes).ok());
                told.disks.directories.push(LogDirectory {
                    path: directory.path.into(),
                    is_offline,
                    size: (!is_offline).then_some(size),
                    capacity: known(directory.total_bytes),
                    usable: known(directory.usable_bytes),
                });
            }
        }
    })?;
    told.disks.directories.sort_by(|one, other| one.path.cmp(&other.path));
    told.disks.directories.dedup_by(|next, one| next.path == one.path);
    Ok((told, overall.code))
}
