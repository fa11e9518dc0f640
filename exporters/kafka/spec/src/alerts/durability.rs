//! Alerts about durability: what cannot be read or written, and what one more failure would lose.
//!
//! They are about the cluster and not about each topic: one broker's failure concerns thousands of topics, and is one page.

use core::time::Duration;

use lookout_declarations::{Alert, Case, CaseKind, Expectation, Gauge, Given, Owner, Severity, duration};

use super::samples::{CLUSTER, OnValue, WHOLE, case, held, of_cluster, replicated, silent};
use super::{KEEP_FIRING, KEEP_MUTING, OF_CLUSTER, added_up};
use crate::labels::{KafkaCluster, LookoutShard};
use crate::metrics::{
    CLUSTER_OFFLINE_PARTITIONS, CLUSTER_UNDER_MIN_ISR_PARTITIONS, CLUSTER_UNDER_REPLICATED_PARTITIONS,
};

pub(super) fn alerts() -> Vec<Alert> {
    vec![partitions_offline(), under_min_in_sync_replicas(), under_replicated()]
}

/// The cases of an alert that any partition at all makes fire.
fn any(metric: &'static Gauge<(KafkaCluster, LookoutShard)>, hold: u32, keep: Duration) -> Vec<Case> {
    let given = |values: &str| vec![Given::series(metric, (CLUSTER, WHOLE), values)];
    let cases = OnValue { given, labels: of_cluster(), hold, past: "1", within: "0", well: "0" };
    let mut cases = if keep == KEEP_MUTING { cases.muting_cases() } else { cases.cases() };
    let shards = |values: [&str; 3]| -> Vec<Given> {
        let parts = ["0", "1", "2"].into_iter().zip(values);
        parts.map(|(shard, values)| Given::series(metric, (CLUSTER, shard), values)).collect()
    };
    let once = Expectation::Fires(vec![of_cluster()]);
    let (lacking, fine) = (shards(["0x100", "1x100", "1x100"]), shards(["0x100"; 3]));
    cases.push(case("two of three shards see it", CaseKind::Other, lacking.clone(), hold, once.clone()));
    cases.push(case("each shard has two replicas", CaseKind::Other, replicated(&lacking), hold, once));
    cases.push(silent("no shard sees it", CaseKind::Other, replicated(&fine), hold + 40));
    cases
}

fn partitions_offline() -> Alert {
    const HOLD: u32 = 1;
    Alert {
        name: "LookoutKafkaPartitionsOffline",
        expression: format!("{} > 0", added_up(CLUSTER_OFFLINE_PARTITIONS)),
        hold: held(HOLD),
        keep_firing_for: KEEP_MUTING,
        severity: Severity::Critical,
        owner: Owner::Platform,
        summary: "Kafka partitions have no leader: they can be neither read nor written",
        description: format!(
            "{{{{ $value }}}} partitions{OF_CLUSTER} have had no leader for {}. Producers and consumers of their \
             topics stand still.",
            duration(held(HOLD))
        ),
        runbook: include_str!("../../runbooks/LookoutKafkaPartitionsOffline.md"),
        inhibits: &["LookoutKafkaUnderReplicated", "LookoutKafkaPartitionsUnreadable"],
        cases: any(&CLUSTER_OFFLINE_PARTITIONS, HOLD, KEEP_MUTING),
    }
}

fn under_min_in_sync_replicas() -> Alert {
    const HOLD: u32 = 2;
    Alert {
        name: "LookoutKafkaUnderMinInSyncReplicas",
        expression: format!("{} > 0", added_up(CLUSTER_UNDER_MIN_ISR_PARTITIONS)),
        hold: held(HOLD),
        keep_firing_for: KEEP_MUTING,
        severity: Severity::Critical,
        owner: Owner::Platform,
        summary: "Kafka partitions have too few replicas in sync: safe producers are refused",
        description: format!(
            "{{{{ $value }}}} partitions{OF_CLUSTER} have fewer replicas in sync than min.insync.replicas. Producers with \
             acks=all are refused (NOT_ENOUGH_REPLICAS)."
        ),
        runbook: include_str!("../../runbooks/LookoutKafkaUnderMinInSyncReplicas.md"),
        inhibits: &["LookoutKafkaUnderReplicated"],
        cases: any(&CLUSTER_UNDER_MIN_ISR_PARTITIONS, HOLD, KEEP_MUTING),
    }
}

fn under_replicated() -> Alert {
    const HOLD: u32 = 10;
    Alert {
        name: "LookoutKafkaUnderReplicated",
        expression: format!("{} > 0", added_up(CLUSTER_UNDER_REPLICATED_PARTITIONS)),
        hold: held(HOLD),
        keep_firing_for: KEEP_FIRING,
        severity: Severity::Warning,
        owner: Owner::Platform,
        summary: "Kafka partitions lack a replica in sync",
        description: format!(
            "{{{{ $value }}}} partitions{OF_CLUSTER} have had fewer replicas in sync than replicas for {}. They \
             work, with less redundancy than they are meant to have.",
            duration(held(HOLD))
        ),
        runbook: include_str!("../../runbooks/LookoutKafkaUnderReplicated.md"),
        inhibits: &[],
        cases: any(&CLUSTER_UNDER_REPLICATED_PARTITIONS, HOLD, KEEP_FIRING),
    }
}
