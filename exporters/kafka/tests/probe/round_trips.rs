//! What goes well: records come back, instances share the topic, leaders move, and counting goes on with new clients.

use lookout_runtime::Source;
use rdkafka::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};

use super::stage::{
    TOPIC, account, hurried, hurried_probe, mock, probe, received, settings, until, until_collected,
};
use lookout_kafka::probe::ProbeSource;

#[tokio::test(flavor = "multi_thread")]
async fn each_brokers_records_are_acknowledged_and_come_back_and_are_committed() {
    let mock = mock(3, 3);
    let mut source = probe(&mock);
    let seen = until(&mut source, |seen| {
        received(seen, &[1, 2, 3], 5) && seen.commits.latency.total() >= 3 && seen.uncovered == Some(0)
    })
    .await;
    for broker in [1, 2, 3] {
        let account = account(&seen, broker);
        assert_eq!((account.lost, account.late, account.duplicated, account.failures()), (0, 0, 0, 0));
        assert_eq!(account.end_to_end.total(), account.received);
        assert_eq!(account.produce.total(), account.produced);
    }
    assert!(seen.commits.failed.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn two_instances_share_the_topic_without_disturbing_each_other() {
    let mock = mock(2, 2);
    let (mut one, mut other) = (probe(&mock), probe(&mock));
    for source in [&mut one, &mut other] {
        until(source, |seen| received(seen, &[1, 2], 5)).await;
    }
    for source in [&mut one, &mut other] {
        let seen = until(source, |seen| received(seen, &[1, 2], 20)).await;
        for broker in [1, 2] {
            let account = account(&seen, broker);
            assert_eq!((account.lost, account.late, account.duplicated, account.failures()), (0, 0, 0, 0));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_broker_that_leads_gets_the_records_and_one_that_leads_nothing_is_uncovered() {
    let mock = mock(2, 2);
    let mut source = probe(&mock);
    until(&mut source, |seen| received(seen, &[1, 2], 2)).await;
    mock.partition_leader(TOPIC, 0, Some(2)).unwrap();
    // Partition 0 has the preferred leader of before, so it is waited for, and nothing is added.
    let seen = until(&mut source, |seen| seen.uncovered == Some(1)).await;
    // The thread that sends may be about to send by the layout of before, but to each broker one record only.
    let known = account(&seen, 2);
    let further = known.produced + known.in_flight + 2;
    let before = account(&until(&mut source, |seen| account(seen, 2).produced >= further).await, 1);
    let seen = until(&mut source, |seen| received(seen, &[2], account(seen, 2).received.max(20))).await;
    assert!(account(&seen, 2).received >= 20);
    let after = account(&seen, 1);
    assert!(after.produced + after.failures() <= before.produced + before.failures() + before.in_flight);
    mock.partition_leader(TOPIC, 0, Some(1)).unwrap();
    until(&mut source, |seen| seen.uncovered == Some(0) && received(seen, &[1], after.received + 3)).await;
}

/// The mock brokers know no administration, so the topic cannot be made: what is tried is told, and nothing appears by
/// itself.
#[tokio::test(flavor = "multi_thread")]
async fn no_topic_is_made_by_accident() {
    let mock = rdkafka::mocking::MockCluster::new(1).unwrap();
    let mut source = hurried_probe(&mock);
    let collected = until_collected(&mut source, |collected| !collected.faults.is_empty()).await;
    assert!(collected.faults[0].message.contains("cannot create the topic `lookout-probe`"), "{collected:?}");
    assert_eq!(collected.model.uncovered, Some(1));
    let looker: BaseConsumer =
        ClientConfig::new().set("bootstrap.servers", mock.bootstrap_servers()).create().unwrap();
    let all = looker.fetch_metadata(None, core::time::Duration::from_mins(1)).unwrap();
    assert_eq!(all.topics().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_was_cut_off_goes_on_counting_with_new_clients() {
    let mock = mock(1, 1);
    let mut source = probe(&mock);
    let before = account(&until(&mut source, |seen| received(seen, &[1], 3)).await, 1);
    source.recover();
    let after = until(&mut source, |seen| received(seen, &[1], before.received + 3)).await;
    assert_eq!(account(&after, 1).lost, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_is_described_by_its_cluster() {
    let named = lookout_kafka_spec::config::ClusterSettings { name: "orders".to_owned(), ..settings("a:1") };
    assert_eq!(ProbeSource::description(&named).name, "orders probe");
    let description = ProbeSource::description(&hurried("a:1"));
    assert_eq!(description.name, "a:1 probe");
    for settings in [hurried("a:1"), settings("a:1"), lookout_kafka_spec::config::ClusterSettings::default()]
    {
        let description = ProbeSource::description(&settings);
        assert!(description.deadline < description.period, "{description:?}");
    }
}
