//! What the sources beside the cycle have learnt: disks, configuration, controllers.

use core::time::Duration;
use std::path::Path;
use std::sync::Arc;

use lookout_exposition::Batch;
use lookout_kafka::assess::granularity::Effective;
use lookout_kafka::assess::{View, configuration, controllers, log_directories};
use lookout_kafka::configuration::{
    ClientQuota, Configuration, QuotaSubject, TopicConfiguration, TopicConfigurations,
};
use lookout_kafka::model::{
    BrokerDisks, Controllers, LogDirectories, LogDirectory, Quorum, QuorumReplica, TopicSize,
};
use lookout_kafka_spec::config::{GroupGranularity, TopicGranularity};
use lookout_kafka_spec::labels::{QuorumRole, QuotaKey};
use lookout_runtime::Shard;
use lookout_testkit::golden;

use super::world::{FINEST, World, fixed_now, partition, text_of, view};

fn check(name: &str, batch: Batch) {
    golden::check(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name), &text_of(batch));
}

pub(crate) fn directory(path: &str, size: u64) -> LogDirectory {
    LogDirectory { path: path.into(), is_offline: false, size: Some(size), capacity: None, usable: None }
}

pub(crate) fn offline_directory(path: &str) -> LogDirectory {
    LogDirectory { is_offline: true, size: None, ..directory(path, 0) }
}

fn disks() -> LogDirectories {
    let cycle = World::new()
        .topic("orders", &[partition(0, 1)])
        .topic("payments", &[partition(0, 1)])
        .topic("unseen", &[partition(0, 1)])
        .build();
    let known = |replicas, leaders| TopicSize { replicas, leaders };
    let first = LogDirectory {
        capacity: Some(1_000_000),
        usable: Some(250_000),
        ..directory("/var/lib/kafka/one", 600_000)
    };
    let brokers = [
        (
            1,
            BrokerDisks { size: 700_000, directories: vec![first, directory("/var/lib/kafka/two", 100_000)] },
        ),
        (
            2,
            BrokerDisks {
                size: 5_000,
                directories: vec![directory("/data", 5_000), offline_directory("/data2")],
            },
        ),
    ];
    LogDirectories {
        at: fixed_now(),
        topology: Arc::clone(&cycle.topology),
        topics: vec![known(Some(2_000), Some(1_000)), known(Some(10), None), known(None, None)],
        brokers: brokers.into(),
        unreachable: [].into(),
    }
}

#[test]
fn disks_with_one_offline() {
    let mut batch = Batch::new();
    log_directories(&disks(), &view("shop", FINEST), &mut batch);
    check("log-directories.txt", batch);
}

fn coarse() -> View {
    view("", Effective { topics: TopicGranularity::Cluster, groups: GroupGranularity::Group })
}

#[test]
fn without_series_of_topics_there_are_none_of_their_sizes_and_configuration() {
    let mut batch = Batch::new();
    log_directories(&disks(), &coarse(), &mut batch);
    configuration(&configured(), &coarse(), &mut batch);
    let text = text_of(batch);
    assert!(!text.contains("topic=") && text.contains("kafka_log_directory_size_bytes{"), "{text}");
}

fn configured() -> Configuration {
    let usual = TopicConfiguration {
        min_in_sync_replicas: Some(2),
        retention_millis: Some(604_800_500),
        retention_bytes: Some(1 << 30),
        cleanup_policy: "compact,delete".into(),
    };
    let unlimited = TopicConfiguration {
        min_in_sync_replicas: None,
        retention_millis: None,
        retention_bytes: None,
        cleanup_policy: "".into(),
    };
    let quota = |user, client, key, value| ClientQuota { user, client, key, value };
    let quotas = vec![
        quota(QuotaSubject::Default, QuotaSubject::Any, QuotaKey::ProducerByteRate, 1_048_576.0),
        quota(QuotaSubject::Named("alice".into()), QuotaSubject::Default, QuotaKey::RequestTime, 0.25),
    ];
    let topics = [("orders".into(), usual), ("unlimited".into(), unlimited)].into();
    Configuration { topics: Arc::new(TopicConfigurations(topics)), quotas: Some(quotas) }
}

#[test]
fn the_configuration_of_topics_and_quotas() {
    let mut batch = Batch::new();
    configuration(&configured(), &view("shop", FINEST), &mut batch);
    check("configuration.txt", batch);
}

#[test]
fn the_configuration_of_a_topic_is_shown_by_its_shard_alone() {
    let shown = |index| {
        let mut batch = Batch::new();
        let shard = Shard::new(index, 3).unwrap();
        configuration(&configured(), &View { shard, ..view("shop", FINEST) }, &mut batch);
        text_of(batch).contains("topic=\"orders\"")
    };
    let owned = [0, 1, 2].map(|index| Shard::new(index, 3).unwrap().owns("orders"));
    assert_eq!([0, 1, 2].map(shown), owned);
}

#[test]
fn quotas_that_could_not_be_read_have_no_rows() {
    let mut batch = Batch::new();
    configuration(&Configuration { quotas: None, ..configured() }, &coarse(), &mut batch);
    assert_eq!(batch.rows(), 0);
}

#[test]
fn a_quorum_with_a_node_that_was_not_heard_of() {
    let replica = |id, role, lag_records, lag| QuorumReplica { id, role, lag_records, lag };
    let quorum = Quorum {
        leader_epoch: 7,
        high_watermark: Some(4_711),
        replicas: vec![
            replica(1, QuorumRole::Voter, Some(0), Some(Duration::ZERO)),
            replica(2, QuorumRole::Voter, Some(12), Some(Duration::from_millis(450))),
            replica(3, QuorumRole::Voter, None, None),
            replica(101, QuorumRole::Observer, Some(3), None),
        ],
    };
    let mut batch = Batch::new();
    controllers(
        &Controllers { controller: Some(1), quorum: Some(quorum) },
        &view("shop", FINEST),
        &mut batch,
    );
    check("controllers.txt", batch);
}

#[test]
fn no_controller_is_minus_one_and_zookeeper_has_no_quorum() {
    let mut batch = Batch::new();
    controllers(&Controllers { controller: None, quorum: None }, &view("", FINEST), &mut batch);
    assert!(text_of(batch).ends_with("kafka_controller_id -1\n"));
}
