//! Topics with partitions that are offline, or that refuse producers.

use lookout_runtime::{AlertName, Finding};

use super::alerts::{PARTITIONS_OFFLINE, UNDER_MIN_IN_SYNC_REPLICAS};
use super::{Bounded, counted};
use crate::assess::health::TopicHealth;
use crate::model::Cycle;

const START_BROKERS: &str =
    "start the brokers that hold their replicas; `kafka_broker_reachable` says which do not answer";
const RESTORE_REPLICAS: &str = "bring the replicas that are missing back in sync, or lower `min.insync.replicas` if fewer are meant to do";

pub(super) fn findings(cycle: &Cycle, health: &[TopicHealth]) -> Vec<Finding> {
    let (mut offline, mut under_minimum) = (Bounded::new(), Bounded::new());
    for (topic, health) in cycle.topology.topics.iter().zip(health).filter(|(topic, _)| topic.is_ours) {
        let of = |count: u64| {
            let partitions = counted(u128::from(topic.partitions), "partition");
            format!("{count} of {partitions}")
        };
        let finding = |message: String, remedy: &str, alert: AlertName| Finding {
            subject: format!("topic {}", topic.name),
            message,
            remedy: remedy.to_owned(),
            alert: Some(alert),
        };
        if health.offline > 0 {
            let message = || format!("{} without a leader: neither read nor written", of(health.offline));
            offline.add(|| finding(message(), START_BROKERS, PARTITIONS_OFFLINE));
        }
        if let Some(count) = health.under_min_in_sync.filter(|count| *count > 0) {
            let message = || {
                format!(
                    "{} with fewer replicas in sync than `min.insync.replicas`: no writing with acks=all",
                    of(count)
                )
            };
            under_minimum.add(|| finding(message(), RESTORE_REPLICAS, UNDER_MIN_IN_SYNC_REPLICAS));
        }
    }
    let kind = "topics with partitions without a leader";
    let mut findings = offline.into_findings("topics", kind, START_BROKERS, PARTITIONS_OFFLINE);
    let kind = "topics with partitions under `min.insync.replicas`";
    findings.extend(under_minimum.into_findings(
        "topics",
        kind,
        RESTORE_REPLICAS,
        UNDER_MIN_IN_SYNC_REPLICAS,
    ));
    findings
}
