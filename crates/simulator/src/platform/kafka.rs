//! The Kafka cluster of the simulated platform: what a firm that trades commodities has in it.
//!
//! The defects: one group falls behind, one stands still with nobody in it, and one topic has a replica too few.
//!
//! How to get it wrong: to let a defect touch the broker, the group or the topic of an incident; its repair would mend the
//! defect too. Incidents are for [`INCIDENT_BROKER`], [`INCIDENT_GROUP`] and [`INCIDENT_TOPIC`].

use core::time::Duration;

use jiff::Timestamp;

use super::{Defect, KafkaDescription};
use crate::SimulatorError;
use crate::kafka::{
    Behaviour, Cleanup, Cluster, ClusterDescription, GroupDescription, GroupKind, TopicDescription,
};

/// The name of the cluster.
const NAME: &str = "commodities";

/// The broker that incidents happen to.
pub(crate) const INCIDENT_BROKER: i32 = 2;
/// The group that incidents happen to.
pub(crate) const INCIDENT_GROUP: &str = "trade-capture";
/// The topic that incidents happen to.
pub(crate) const INCIDENT_TOPIC: &str = "prices.intraday.ticks";

const BROKERS: u16 = 3;
/// The broker that is missing from a topic by defect.
const DEFECT_BROKER: i32 = 3;
const DEFECT_TOPIC: &str = "weather.forecasts";
const SLOW_GROUP: &str = "risk-recalculation";
const STUCK_GROUP: &str = "settlement-report";

/// How a good group keeps up, that of the incidents too: nobody is at the end at every moment.
pub(crate) const PROMPTLY: Behaviour = Behaviour::KeepsUp { behind: Duration::from_millis(200) };

/// Starts the cluster.
pub(super) fn start(now: Timestamp, with_defects: bool) -> Result<Cluster, SimulatorError> {
    let description = ClusterDescription {
        racks: ["zone-a", "zone-b", "zone-c"].map(str::to_owned).into(),
        topics: topics(),
        groups: groups(with_defects),
        ..ClusterDescription::of_brokers(BROKERS)
    };
    let partitions = description.topics.iter().find(|topic| topic.name == DEFECT_TOPIC);
    let partitions = partitions.and_then(|topic| i32::try_from(topic.partitions).ok()).unwrap_or_default();
    let cluster = Cluster::start(&description, now)?;
    if with_defects {
        let in_sync: Vec<i32> = cluster.broker_ids().into_iter().filter(|id| *id != DEFECT_BROKER).collect();
        for partition in 0..partitions {
            cluster.set_in_sync(DEFECT_TOPIC, partition, &in_sync);
            cluster.bring_online(DEFECT_TOPIC, partition);
        }
    }
    Ok(cluster)
}

/// How it is reached, and what is usual there.
pub(super) fn describe(cluster: &Cluster) -> KafkaDescription {
    let usual = |of: fn(&TopicDescription) -> f64| topics().iter().map(of).sum();
    KafkaDescription {
        name: NAME,
        bootstrap: cluster.bootstrap(),
        records_per_second: usual(TopicDescription::total_rate),
        bytes_per_second: usual(|topic| topic.total_rate() * f64::from(topic.record_bytes)),
    }
}

/// What is wrong with it from the start.
pub(super) fn defects() -> Vec<Defect> {
    let group = |name: &str| format!("consumer group {name}");
    vec![
        Defect { place: group(SLOW_GROUP), what: "it consumes four fifths of what arrives" },
        Defect { place: group(STUCK_GROUP), what: "it has had no member for 40 minutes, and its lag grows" },
        Defect { place: format!("topic {DEFECT_TOPIC}"), what: "one of its three replicas is not in sync" },
    ]
}

/// A topic with three replicas, as most have.
fn topic(name: &str, partitions: u32, rate: f64, record_bytes: u32) -> TopicDescription {
    TopicDescription::new(name, partitions).replicated(BROKERS, 2).rate(rate).record_bytes(record_bytes)
}

fn compacted(name: &str, partitions: u32, rate: f64) -> TopicDescription {
    const CLEANUP: Cleanup = Cleanup::Compact { keep: 20, after: Duration::from_mins(10) };
    topic(name, partitions, rate, 400).cleanup(CLEANUP)
}

fn topics() -> Vec<TopicDescription> {
    let mut ticks = topic(INCIDENT_TOPIC, 12, 25.0, 220);
    ticks.hot_partition_factor = 4.0;
    let mut executions = topic("trades.executions", 6, 4.0, 900);
    executions.records_per_transaction = Some(9);
    vec![
        topic("prices.eod.settlements", 6, 2.0, 640),
        ticks,
        executions,
        compacted("trades.positions", 6, 1.5),
        compacted("reference.instruments", 3, 0.2),
        topic("quality.events", 6, 0.8, 1_400),
        topic("quality.events.dead-letter", 1, 0.02, 1_800),
        topic(DEFECT_TOPIC, 3, 0.5, 12_000).retention(Duration::from_hours(24)),
        compacted("connect-configs", 1, 0.01),
        compacted("connect-offsets", 5, 0.5),
        compacted("connect-status", 5, 0.1),
        topic("price-curves-by-instrument-repartition", 12, 25.0, 220),
        compacted("price-curves-state-changelog", 12, 5.0),
        compacted("__consumer_offsets", 50, 0.4).internal(),
    ]
}

fn groups(with_defects: bool) -> Vec<GroupDescription> {
    let behind = |duration| Behaviour::KeepsUp { behind: duration };
    let (slow, stuck) = if with_defects {
        (
            Behaviour::FallsBehind { since: Duration::from_mins(20), manages: 0.8 },
            Behaviour::StandsStill { since: Duration::from_mins(40) },
        )
    } else {
        (PROMPTLY, PROMPTLY)
    };
    vec![
        GroupDescription::new("price-curves", INCIDENT_TOPIC)
            .and("price-curves-by-instrument-repartition")
            .members(3)
            .behaviour(PROMPTLY),
        GroupDescription::new(INCIDENT_GROUP, "trades.executions")
            .kind(GroupKind::Consumer)
            .members(2)
            .behaviour(PROMPTLY),
        GroupDescription::new("position-keeper", "trades.executions")
            .members(2)
            .behaviour(behind(Duration::from_secs(2))),
        GroupDescription::new("quality-monitor", "quality.events")
            .and("prices.eod.settlements")
            .kind(GroupKind::Consumer)
            .members(2)
            .behaviour(PROMPTLY),
        GroupDescription::new("connect-lakehouse-sink", INCIDENT_TOPIC)
            .and("trades.executions")
            .members(3)
            .behaviour(behind(Duration::from_secs(5))),
        GroupDescription { topics: Vec::new(), ..GroupDescription::new("connect-cluster", "") }
            .kind(GroupKind::Connect)
            .members(3),
        GroupDescription::new("weather-workers", DEFECT_TOPIC)
            .kind(GroupKind::Share)
            .members(4)
            .behaviour(PROMPTLY),
        GroupDescription::new(SLOW_GROUP, INCIDENT_TOPIC).members(4).behaviour(slow),
        GroupDescription::new(STUCK_GROUP, "prices.eod.settlements")
            .members(u16::from(!with_defects))
            .behaviour(stuck),
    ]
}
