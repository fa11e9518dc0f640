//! A client of a simulated cluster, by `lookout-kafka-wire`: what it reads is copied into maps.

use core::time::Duration;
use std::collections::BTreeMap;

use jiff::Timestamp;
use lookout_kafka_wire::list_offsets::{Batch, Isolation, Spec};
use lookout_kafka_wire::metadata::{Row, Topics};
use lookout_kafka_wire::{Address, Api, Call, Cluster as Wire, Failure, Options, list_offsets, log_dirs};
use lookout_kafka_wire::{offset_fetch, share_group_offsets};
use lookout_simulator::kafka::{Cluster, ClusterDescription};

/// The start of simulated time in all tests. No clock is asked.
pub(crate) fn now() -> Timestamp {
    "2026-09-01T12:00:00Z".parse().unwrap()
}

/// A running cluster whose time stands still.
pub(crate) fn frozen(description: &ClusterDescription) -> Cluster {
    Cluster::start_frozen(description, now()).unwrap()
}

/// Options with more patience than any machine needs.
pub(crate) fn patient() -> Options {
    let long = Duration::from_mins(1);
    Options { connect_timeout: long, request_timeout: long, ..Options::default() }
}

pub(crate) struct Client {
    pub(crate) wire: Wire,
}

/// What `Metadata` says.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Seen {
    pub(crate) brokers: Vec<i32>,
    pub(crate) topics: BTreeMap<String, (i16, [u8; 16], bool)>,
    pub(crate) partitions: BTreeMap<(String, i32), Partition>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Partition {
    pub(crate) code: i16,
    pub(crate) leader: Option<i32>,
    pub(crate) epoch: Option<i32>,
    pub(crate) replicas: Vec<i32>,
    pub(crate) in_sync: Vec<i32>,
    pub(crate) offline: Option<Vec<i32>>,
}

/// What `ListOffsets` says of one partition.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Found {
    pub(crate) code: i16,
    pub(crate) offset: Option<i64>,
    pub(crate) timestamp: Option<i64>,
}

/// What a group has committed: its error, and the offsets with the errors of the partitions.
pub(crate) type Commits = (i16, BTreeMap<(String, i32), (i16, Option<i64>)>);

/// The replicas on a broker, by directory, topic and partition.
pub(crate) type Replicas = BTreeMap<(String, String, i32), i64>;

impl Client {
    pub(crate) async fn of(cluster: &Cluster) -> Self {
        Self::with(cluster, patient()).await.unwrap()
    }

    pub(crate) async fn with(cluster: &Cluster, options: Options) -> Result<Self, Failure> {
        let bootstrap = cluster.bootstrap();
        let bootstrap = bootstrap.iter().map(|at| Address::new(at.ip().to_string(), at.port()));
        let mut wire = Wire::new(bootstrap.collect(), options);
        wire.refresh(Topics::None, |_| {}).await?;
        Ok(Self { wire })
    }

    pub(crate) async fn metadata(&mut self) -> Seen {
        self.metadata_of(Topics::All).await.unwrap()
    }

    pub(crate) async fn metadata_of(&mut self, topics: Topics<'_>) -> Result<Seen, Failure> {
        let mut seen = Seen::default();
        let take = |row: Row<'_>| match row {
            Row::Broker(broker) => seen.brokers.push(broker.id),
            Row::Cluster(_) => {}
            Row::Topic(topic) => {
                seen.topics.insert(topic.name.to_owned(), (topic.code.0, topic.id, topic.is_internal));
            }
            Row::Partition(topic, row) => {
                let partition = Partition {
                    code: row.code.0,
                    leader: row.leader,
                    epoch: row.leader_epoch,
                    replicas: row.replicas.iter().collect(),
                    in_sync: row.in_sync.iter().collect(),
                    offline: row.offline.map(|offline| offline.iter().collect()),
                };
                seen.partitions.insert((topic.name.to_owned(), row.index), partition);
            }
        };
        self.wire.refresh(topics, take).await?;
        Ok(seen)
    }

    pub(crate) async fn partition(&mut self, topic: &str, partition: i32) -> Partition {
        self.metadata().await.partitions.remove(&(topic.to_owned(), partition)).unwrap()
    }

    /// Asks the leader.
    pub(crate) async fn find(&mut self, topic: &str, partition: i32, spec: Spec) -> Found {
        let leader = self.partition(topic, partition).await.leader.unwrap();
        self.find_at(leader, topic, partition, spec, Isolation::ReadUncommitted).await
    }

    pub(crate) async fn find_at(
        &self,
        broker: i32,
        topic: &str,
        partition: i32,
        spec: Spec,
        isolation: Isolation,
    ) -> Found {
        let mut connection = self.wire.broker(broker).unwrap().connection().await.unwrap();
        let version = connection.version(Api::ListOffsets).unwrap();
        let mut batch = Batch::new(version, isolation, 1_000_000);
        assert!(batch.push(topic, partition, spec).unwrap().is_none());
        let answer = connection.ask(batch.finish().unwrap().unwrap()).await.unwrap();
        let mut found = None;
        list_offsets::read(&answer.body, version, &mut |row| {
            assert_eq!((row.topic, row.partition), (topic, partition));
            found = Some(Found { code: row.code.0, offset: row.offset, timestamp: row.timestamp });
        })
        .unwrap();
        found.unwrap()
    }

    pub(crate) async fn commits_at(&self, broker: i32, group: &str) -> Commits {
        let mut connection = self.wire.broker(broker).unwrap().connection().await.unwrap();
        let version = connection.version(Api::OffsetFetch).unwrap();
        let (mut code, mut commits) = (None, BTreeMap::new());
        let groups = [group];
        let asked = offset_fetch::requests(&groups, version, 10);
        let read = connection.ask_all(asked, |_, answer| {
            let mut take = |row: offset_fetch::Row<'_>| match row {
                offset_fetch::Row::Group { code: of_group, .. } => code = Some(of_group.0),
                offset_fetch::Row::Partition(row) => {
                    commits.insert((row.topic.to_owned(), row.partition), (row.code.0, row.offset));
                }
            };
            offset_fetch::read(&answer.body, version, group, &mut take).map(drop)
        });
        read.await.unwrap();
        (code.unwrap(), commits)
    }

    /// Asks the coordinator.
    pub(crate) async fn commits(&self, group: &str) -> Commits {
        self.commits_at(self.coordinator(group).await.unwrap(), group).await
    }

    /// Who coordinates a group, or the error.
    pub(crate) async fn coordinator(&self, group: &str) -> Result<i32, i16> {
        let mut found = Err(0);
        let take = |_: &str, each: lookout_kafka_wire::Coordinator| found = each.node.ok_or(each.code.0);
        self.wire.coordinators(&[group], take).await.unwrap();
        found
    }

    pub(crate) async fn share_offsets(&self, group: &str) -> BTreeMap<i32, (Option<i64>, Option<i64>)> {
        let broker = self.coordinator(group).await.unwrap();
        let mut connection = self.wire.broker(broker).unwrap().connection().await.unwrap();
        let version = connection.version(Api::DescribeShareGroupOffsets).unwrap();
        let (mut found, groups) = (BTreeMap::new(), [group]);
        let asked = share_group_offsets::requests(&groups, version, 10);
        let read = connection.ask_all(asked, |_, answer| {
            let mut take = |row: share_group_offsets::Row<'_>| {
                if let share_group_offsets::Row::Partition(row) = row {
                    found.insert(row.partition, (row.start, row.lag));
                }
            };
            share_group_offsets::read(&answer.body, version, &mut take).map(drop)
        });
        read.await.unwrap();
        found
    }

    /// The error of the answer, the replicas, and for each directory its error and the free bytes.
    pub(crate) async fn log_dirs(
        &self,
        broker: i32,
    ) -> (i16, Replicas, BTreeMap<String, (i16, Option<i64>)>) {
        let mut connection = self.wire.broker(broker).unwrap().connection().await.unwrap();
        let version = connection.version(Api::DescribeLogDirs).unwrap();
        let answer = connection.ask(log_dirs::request(version).unwrap()).await.unwrap();
        let (mut replicas, mut directories) = (BTreeMap::new(), BTreeMap::new());
        let mut take = |row: log_dirs::Row<'_>| match row {
            log_dirs::Row::Replica(row) => {
                replicas.insert((row.directory.to_owned(), row.topic.to_owned(), row.partition), row.size);
            }
            log_dirs::Row::Directory(row) => {
                directories.insert(row.path.to_owned(), (row.code.0, row.usable_bytes));
            }
        };
        let overall = log_dirs::read(&answer.body, version, &mut take).unwrap();
        (overall.code.0, replicas, directories)
    }

    pub(crate) async fn call<C: Call>(&self, broker: i32, message: &C) -> Result<C::Answer, Failure> {
        self.wire.broker(broker).unwrap().connection().await?.call(message).await
    }
}
