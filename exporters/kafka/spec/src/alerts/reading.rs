//! Alerts about partitions and groups that could not be read: there, the other alerts are blind.

use lookout_declarations::{Alert, Case, Gauge, Given, Owner, Reason, ReasonLabel, Severity, expected};

use super::samples::{CLUSTER, OnValue, held};
use super::{KEEP_FIRING, OF_CLUSTER, across};
use crate::labels::KafkaCluster;
use crate::metrics::{UNREAD_GROUPS, UNREAD_PARTITIONS};

/// Longer than an election, or a group's move to another coordinator.
const HOLD: u32 = 10;

pub(super) fn alerts() -> Vec<Alert> {
    vec![partitions_unreadable(), groups_unreadable()]
}

fn cases(metric: &'static Gauge<(KafkaCluster, ReasonLabel)>) -> Vec<Case> {
    let labels = (CLUSTER, Reason::Denied);
    let given = |values: &str| vec![Given::series(metric, labels, values)];
    let labels = expected::<(KafkaCluster, ReasonLabel)>(labels);
    OnValue { given, labels, hold: HOLD, past: "1", within: "0", well: "0" }.cases()
}

fn partitions_unreadable() -> Alert {
    Alert {
        name: "LookoutKafkaPartitionsUnreadable",
        expression: format!("{} > 0", across(UNREAD_PARTITIONS)),
        hold: held(HOLD),
        keep_firing_for: KEEP_FIRING,
        severity: Severity::Warning,
        owner: Owner::Platform,
        summary: "The data of Kafka partitions are gone: they cannot be read",
        description: format!(
            "The end offsets of {{{{ $value }}}} partitions{OF_CLUSTER} cannot be read ({{{{ $labels.reason }}}}). Their topics and \
             the lag of their groups have no rows, and alerts on them are silent."
        ),
        runbook: include_str!("../../runbooks/LookoutKafkaPartitionsUnreadable.md"),
        inhibits: &[],
        cases: cases(&UNREAD_PARTITIONS),
    }
}

fn groups_unreadable() -> Alert {
    Alert {
        name: "LookoutKafkaGroupsUnreadable",
        expression: format!("{} > 0", across(UNREAD_GROUPS)),
        hold: held(HOLD),
        keep_firing_for: KEEP_FIRING,
        severity: Severity::Warning,
        owner: Owner::Platform,
        summary: "The data of Kafka consumer groups are gone: they cannot be read",
        description: format!(
            "The state or the commits of {{{{ $value }}}} groups{OF_CLUSTER} cannot be read ({{{{ $labels.reason }}}}). They have no \
             rows, and alerts on them are silent."
        ),
        runbook: include_str!("../../runbooks/LookoutKafkaGroupsUnreadable.md"),
        inhibits: &[],
        cases: cases(&UNREAD_GROUPS),
    }
}
