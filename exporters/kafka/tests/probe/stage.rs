//! Mock brokers and a probe of them.

use core::time::Duration;

use lookout_config::HumanDuration;
use lookout_declarations::Reason;
use lookout_kafka::probe::ledger::Account;
use lookout_kafka::probe::{Observation, ProbeSource};
use lookout_kafka_spec::config::{ClusterSettings, ProbeSettings};
use lookout_runtime::{Collected, Source};
use rdkafka::mocking::MockCluster;
use rdkafka::producer::DefaultProducerContext;

pub(crate) type Mock = MockCluster<'static, DefaultProducerContext>;

/// The topic of the probe.
pub(crate) const TOPIC: &str = "lookout-probe";

/// How long a test waits for what must happen, at the very most: the machine may be busy.
pub(crate) const PATIENCE: Duration = Duration::from_mins(2);

/// So many brokers with so many partitions of the topic, each led by the next broker.
pub(crate) fn mock(brokers: i32, partitions: i32) -> Mock {
    let mock = MockCluster::new(brokers).unwrap();
    mock.create_topic(TOPIC, partitions, brokers.min(3)).unwrap();
    for partition in 0..partitions {
        mock.partition_leader(TOPIC, partition, Some(partition % brokers + 1)).unwrap();
    }
    mock
}

/// The settings of a probe of these brokers that sends often, and waits longer than any machine is busy: what it misses is missing.
pub(crate) fn settings(brokers: &str) -> ClusterSettings {
    let long = HumanDuration::from_secs(60);
    let probe = ProbeSettings {
        enabled: true,
        interval: HumanDuration::from_millis(50),
        timeout: long,
        commit_interval: HumanDuration::from_millis(100),
        ..ProbeSettings::default()
    };
    let brokers = brokers.split(',').map(str::to_owned).collect();
    let (connect_timeout, request_timeout) = (long, long);
    ClusterSettings { brokers, connect_timeout, request_timeout, probe, ..ClusterSettings::default() }
}

/// The same for a probe of which somebody who is silent has to be given up: as late as a test can wait for it.
pub(crate) fn hurried(brokers: &str) -> ClusterSettings {
    let settings = settings(brokers);
    let probe = ProbeSettings { timeout: HumanDuration::from_secs(10), ..settings.probe };
    let (connect_timeout, request_timeout) = (HumanDuration::from_secs(5), HumanDuration::from_secs(3));
    ClusterSettings { connect_timeout, request_timeout, probe, ..settings }
}

/// A probe of the mock.
pub(crate) fn probe(mock: &Mock) -> ProbeSource {
    ProbeSource::new(settings(&mock.bootstrap_servers()))
}

/// A probe of the mock that gives up what is not answered.
pub(crate) fn hurried_probe(mock: &Mock) -> ProbeSource {
    ProbeSource::new(hurried(&mock.bootstrap_servers()))
}

/// Collects until the observation is as wanted.
pub(crate) async fn until(source: &mut ProbeSource, wanted: impl Fn(&Observation) -> bool) -> Observation {
    until_collected(source, |collected| wanted(&collected.model)).await.model
}

/// Collects until what is collected is as wanted.
pub(crate) async fn until_collected(
    source: &mut ProbeSource,
    wanted: impl Fn(&Collected<Observation>) -> bool,
) -> Collected<Observation> {
    let mut last = String::new();
    let collecting = async {
        loop {
            match source.collect().await {
                Ok(collected) if wanted(&collected) => return collected,
                other => last = format!("{other:?}"),
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let collected = tokio::time::timeout(PATIENCE, collecting).await;
    collected.unwrap_or_else(|_| panic!("it never came to that; last: {last}"))
}

/// The account of a broker, empty if it has none.
pub(crate) fn account(observation: &Observation, broker: i32) -> Account {
    let found = observation.accounts.iter().find(|(known, _)| *known == broker);
    found.unwrap_or_else(|| panic!("no account of broker {broker}")).1.clone()
}

/// Whether each of these brokers has received so many.
pub(crate) fn received(observation: &Observation, brokers: &[i32], least: u64) -> bool {
    let enough = |broker: &i32| {
        observation.accounts.iter().any(|(known, account)| known == broker && account.received >= least)
    };
    brokers.iter().all(enough)
}

/// How many failed for the reason.
pub(crate) fn failed(observation: &Observation, broker: i32, reason: Reason) -> u64 {
    account(observation, broker).failed.get(&reason).copied().unwrap_or_default()
}
