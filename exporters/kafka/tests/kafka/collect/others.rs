//! The slow sources: log directories, configuration, controllers.

use core::time::Duration;
use std::sync::Arc;

use lookout_config::HumanDuration;
use lookout_declarations::Reason;
use lookout_exposition::Batch;
use lookout_kafka::assess::granularity::Effective;
use lookout_kafka::configuration::QuotaSubject;
use lookout_kafka::sources::{ConfigurationSource, ControllersSource, LogDirectoriesSource, Plan};
use lookout_kafka_spec::config::{GroupGranularity, TopicGranularity};
use lookout_kafka_spec::labels::{QuorumRole, QuotaKey};
use lookout_runtime::{Shard, Source};
use lookout_simulator::kafka::{Cleanup, ClusterDescription, Quota, TopicDescription, VersionProfile};

use crate::assess::world::{fixed_now, text_of};

use super::stage::{Watched, settings, watch};

fn description() -> ClusterDescription {
    let user = |name: Option<&str>| vec![("user".to_owned(), name.map(str::to_owned))];
    ClusterDescription {
        quotas: vec![
            Quota { entity: user(Some("alice")), values: vec![("producer_byte_rate".to_owned(), 1024.0)] },
            Quota { entity: user(None), values: vec![("request_percentage".to_owned(), 50.0)] },
        ],
        log_directories: 2,
        ..ClusterDescription::of_brokers(3)
    }
    .topic(TopicDescription::new("prices", 6).replicated(3, 2).rate(100.0).record_bytes(200))
    .topic(TopicDescription::new("trades", 4).cleanup(Cleanup::Delete))
}

fn plan(watched: &Watched) -> Plan {
    let settings = settings(&watched.cluster);
    Plan::of(&settings, &settings.clusters[0], Shard::WHOLE, |kept| {
        // No shorter than those of the others: the time for a question is a part of it.
        kept.controllers_period = HumanDuration::from_secs(60);
    })
}

#[tokio::test]
async fn sizes_are_added_up_by_topic_broker_and_directory() {
    let mut watched = watch(&description());
    watched.read().await;
    watched.cluster.set_moving("prices", 0, true);
    let mut source = LogDirectoriesSource::new(&plan(&watched), Arc::clone(&watched.cell));
    let read = source.collect().await.unwrap();
    assert_eq!(read.faults, []);
    let disks = read.model;
    let bytes = |topic: &str, partitions: i32| -> u64 {
        let sizes = (0..partitions).map(|number| watched.cluster.partition_bytes(topic, number).unwrap());
        sizes.map(|bytes| u64::try_from(bytes).unwrap()).sum()
    };
    let (prices, trades) = (bytes("prices", 6), bytes("trades", 4));
    assert_eq!((disks.topics[0].leaders, disks.topics[0].replicas), (Some(prices), Some(3 * prices)));
    assert_eq!((disks.topics[1].leaders, disks.topics[1].replicas), (Some(trades), Some(trades)));
    assert_eq!(disks.brokers.values().map(|disks| disks.size).sum::<u64>(), 3 * prices + trades);
    assert!(disks.brokers.values().all(|disks| disks.directories.len() == 2));
    assert!(
        disks
            .brokers
            .values()
            .flat_map(|disks| &disks.directories)
            .all(|directory| directory.capacity == Some(1 << 40))
    );
    assert!(watched.cell.record_sizes().is_empty(), "it may be compacted");
    let mut configuration = ConfigurationSource::new(&plan(&watched), Arc::clone(&watched.cell));
    configuration.collect().await.unwrap();
    source.collect().await.unwrap();
    let size = watched.cell.record_sizes().get("prices").copied().unwrap();
    assert!((size - 200.0).abs() < 1.0, "{size}");
}

#[tokio::test]
async fn the_size_of_a_topic_is_unknown_while_a_replica_is_out_of_sight() {
    let mut watched = watch(&description());
    watched.read().await;
    watched.cluster.close_port(2).await.unwrap();
    let mut source = LogDirectoriesSource::new(&plan(&watched), Arc::clone(&watched.cell));
    let disks = source.collect().await.unwrap().model;
    assert_eq!((disks.topics[0].replicas, disks.brokers.len()), (None, 2));
    assert_eq!(disks.unreachable.keys().collect::<Vec<_>>(), [&2]);
}

#[tokio::test]
async fn who_may_not_describe_the_cluster_is_told_so() {
    for profile in [VersionProfile::Kafka2_1, VersionProfile::Kafka4_3] {
        let mut watched = watch(&description().profile(profile));
        watched.read().await;
        watched.cluster.deny_cluster();
        let mut source = LogDirectoriesSource::new(&plan(&watched), Arc::clone(&watched.cell));
        let read = source.collect().await.unwrap();
        assert!(read.model.brokers.is_empty(), "{profile:?}");
        assert!(read.faults.iter().all(|fault| fault.reason == Reason::Denied), "{:?}", read.faults);
        assert_eq!(read.faults.len(), 3, "{profile:?}");
    }
    let watched = watch(&description());
    watched.cluster.deny_cluster();
    let mut source = ControllersSource::new(&plan(&watched), Arc::clone(&watched.cell));
    assert_eq!(source.collect().await.unwrap_err().reason, Reason::Denied);
}

#[tokio::test]
async fn topics_and_quotas_are_configured() {
    let mut watched = watch(&description());
    watched.read().await;
    let mut source = ConfigurationSource::new(&plan(&watched), Arc::clone(&watched.cell));
    let read = source.collect().await.unwrap();
    assert_eq!(read.faults, []);
    let topics = &read.model.topics.0;
    assert_eq!(topics["prices"].min_in_sync_replicas, Some(2));
    assert_eq!(
        (&*topics["trades"].cleanup_policy, topics["trades"].retention_millis),
        ("delete", Some(7 * 24 * 3_600_000))
    );
    let mut quotas = read.model.quotas.unwrap();
    quotas.sort_by(|one, other| one.user.cmp(&other.user));
    let told: Vec<_> =
        quotas.into_iter().map(|quota| (quota.user, quota.client, quota.key, quota.value)).collect();
    let alice = QuotaSubject::Named("alice".into());
    assert_eq!(
        told,
        [
            (QuotaSubject::Default, QuotaSubject::Any, QuotaKey::RequestTime, 0.5),
            (alice, QuotaSubject::Any, QuotaKey::ProducerByteRate, 1024.0),
        ]
    );
    assert!(watched.cell.configurations().is_some());
}

#[tokio::test]
async fn topics_that_have_no_series_in_the_cycle_have_none_elsewhere() {
    let mut watched = watch(&description());
    watched.read().await;
    let mut disks = LogDirectoriesSource::new(&plan(&watched), Arc::clone(&watched.cell));
    let mut configuration = ConfigurationSource::new(&plan(&watched), Arc::clone(&watched.cell));
    for (topics, has_series) in [
        (TopicGranularity::Topic, true),
        (TopicGranularity::Cluster, false),
        (TopicGranularity::Partition, true),
    ] {
        let granularity = Effective { topics, groups: GroupGranularity::Group };
        watched.cell.show_granularity(granularity);
        let mut batch = Batch::new();
        let read = disks.collect().await.unwrap();
        disks.assess(&read.model, fixed_now(), &mut batch);
        let read = configuration.collect().await.unwrap();
        configuration.assess(&read.model, fixed_now(), &mut batch);
        let text = text_of(batch);
        for family in ["kafka_topic_log_size_bytes{", "kafka_topic_min_in_sync_replicas{"] {
            assert_eq!(text.contains(family), has_series, "{topics:?} {family}");
        }
        assert!(text.contains("kafka_broker_log_size_bytes{") && text.contains("kafka_client_quota{"));
    }
}

#[tokio::test]
async fn the_configuration_is_shown_anew_when_topics_get_or_lose_their_series() {
    let mut watched = watch(&description());
    watched.read().await;
    let mut source = ConfigurationSource::new(&plan(&watched), Arc::clone(&watched.cell));
    source.collect().await.unwrap();
    tokio::time::pause();
    let long = Duration::from_hours(1);
    assert!(tokio::time::timeout(long, source.changed()).await.is_err());
    let (topics, groups) = (TopicGranularity::Cluster, GroupGranularity::Group);
    watched.cell.show_granularity(Effective { topics, groups });
    tokio::time::timeout(long, source.changed()).await.unwrap();
}

#[tokio::test]
async fn the_quorum_names_its_leader_and_who_is_behind() {
    let watched = watch(&description());
    watched.cluster.set_quorum_lag(2, 17);
    let mut source = ControllersSource::new(&plan(&watched), Arc::clone(&watched.cell));
    let controllers = source.collect().await.unwrap().model;
    assert_eq!(controllers.controller, watched.cluster.controller());
    let quorum = controllers.quorum.unwrap();
    let behind =
        quorum.replicas.iter().find(|replica| replica.id == 2 && replica.role == QuorumRole::Voter).unwrap();
    // Beside what it is behind, its last fetch is a moment ago.
    assert!(
        (17..=18).contains(&behind.lag_records.unwrap()) && behind.lag > Some(Duration::ZERO),
        "{behind:?}"
    );
    let leader = quorum.replicas.iter().find(|replica| Some(replica.id) == controllers.controller).unwrap();
    assert_eq!(leader.lag_records, Some(0));
}

#[tokio::test]
async fn before_there_was_a_quorum_the_metadata_names_the_controller() {
    let watched = watch(&description().profile(VersionProfile::Kafka2_1));
    let mut source = ControllersSource::new(&plan(&watched), Arc::clone(&watched.cell));
    let controllers = source.collect().await.unwrap().model;
    assert_eq!((controllers.controller, controllers.quorum), (watched.cluster.controller(), None));
}
