//! Alerts about what is coarser or later than configured, because a limit is reached, and about lags that no question would find.

use lookout_declarations::{Alert, Given, Owner, Reason, ReasonLabel, Severity, expected};

use super::samples::{CLUSTER, OnValue, held, of_cluster};
use super::{KEEP_FIRING, OF_CLUSTER, across};
use crate::labels::{Families, FamiliesLabel, KafkaCluster};
use crate::metrics::{GRANULARITY_DEGRADED, TIMESTAMP_LOOKUPS_DEFERRED, UNREAD_LAGS};

/// All are worth knowing only if they last.
const HOLD: u32 = 30;

pub(super) fn alerts() -> Vec<Alert> {
    vec![granularity_degraded(), lookups_deferred(), lags_unreadable()]
}

fn granularity_degraded() -> Alert {
    let labels = (CLUSTER, Families::Groups);
    let given = |values: &str| vec![Given::series(&GRANULARITY_DEGRADED, labels, values)];
    let labels = expected::<(KafkaCluster, FamiliesLabel)>(labels);
    Alert {
        name: "LookoutKafkaGranularityDegraded",
        expression: format!("{} == 1", across(GRANULARITY_DEGRADED)),
        hold: held(HOLD),
        keep_firing_for: KEEP_FIRING,
        severity: Severity::Info,
        owner: Owner::Platform,
        summary: "Kafka series are coarser than configured: the series budget would not suffice",
        description: format!(
            "The series about {{{{ $labels.families }}}}{OF_CLUSTER} are coarser than `kafka.granularity` asks for, because the \
             series budget would not suffice."
        ),
        runbook: include_str!("../../runbooks/LookoutKafkaGranularityDegraded.md"),
        inhibits: &[],
        cases: OnValue { given, labels, hold: HOLD, past: "1", within: "0", well: "0" }.cases(),
    }
}

fn lags_unreadable() -> Alert {
    let labels = (CLUSTER, Reason::Unexpected);
    let given = |values: &str| vec![Given::series(&UNREAD_LAGS, labels, values)];
    let labels = expected::<(KafkaCluster, ReasonLabel)>(labels);
    Alert {
        name: "LookoutKafkaLagsUnreadable",
        expression: format!("{} > 0", across(UNREAD_LAGS)),
        hold: held(HOLD),
        keep_firing_for: KEEP_FIRING,
        severity: Severity::Info,
        owner: Owner::Data,
        summary: "The lag in seconds of some Kafka consumer groups cannot be found",
        description: format!(
            "For {{{{ $value }}}} partitions of groups{OF_CLUSTER} the log does not tell the lag in seconds \
             ({{{{ $labels.reason }}}}). Those groups have none, or one that is at least so long, and alerts on it may be silent."
        ),
        runbook: include_str!("../../runbooks/LookoutKafkaLagsUnreadable.md"),
        inhibits: &[],
        cases: OnValue { given, labels, hold: HOLD, past: "1", within: "0", well: "0" }.cases(),
    }
}

fn lookups_deferred() -> Alert {
    let given = |values: &str| vec![Given::series(&TIMESTAMP_LOOKUPS_DEFERRED, (CLUSTER,), values)];
    Alert {
        name: "LookoutKafkaTimestampLookupsDeferred",
        expression: format!("{} > 0", across(TIMESTAMP_LOOKUPS_DEFERRED)),
        hold: held(HOLD),
        keep_firing_for: KEEP_FIRING,
        severity: Severity::Info,
        owner: Owner::Platform,
        summary: "The lag in seconds of some Kafka consumer groups is not known",
        description: format!(
            "For {{{{ $value }}}} partitions of groups{OF_CLUSTER} the lag in seconds is not known in each cycle, because more lag \
             than `kafka.lag.timestamp_lookups` allows to ask for. Those groups may have no lag in seconds."
        ),
        runbook: include_str!("../../runbooks/LookoutKafkaTimestampLookupsDeferred.md"),
        inhibits: &[],
        cases: OnValue { given, labels: of_cluster(), hold: HOLD, past: "1", within: "0", well: "0" }.cases(),
    }
}
