//! Alerts about the controllers: nobody decides, or somebody does not follow.

use lookout_declarations::{Alert, Given, Owner, Severity, duration, expected};

use super::samples::{CLUSTER, OnValue, held, of_cluster};
use super::{KEEP_FIRING, KEEP_MUTING, OF_CLUSTER, across};
use crate::config::AlertSettings;
use crate::labels::{KafkaCluster, QuorumRole, QuorumRoleLabel, Replica};
use crate::metrics::{CONTROLLER, QUORUM_REPLICA_LAG_SECONDS};

pub(super) fn alerts(settings: &AlertSettings) -> Vec<Alert> {
    vec![missing(), replica_behind(settings)]
}

fn missing() -> Alert {
    const HOLD: u32 = 2;
    let given = |values: &str| vec![Given::series(&CONTROLLER, (CLUSTER,), values)];
    Alert {
        name: "LookoutKafkaControllerMissing",
        expression: format!("{} == -1", across(CONTROLLER)),
        hold: held(HOLD),
        keep_firing_for: KEEP_MUTING,
        severity: Severity::Critical,
        owner: Owner::Platform,
        summary: "Kafka has no active controller",
        description: format!(
            "No controller{OF_CLUSTER} has been active for {}. No leader is elected until there is one, so the \
             next failure of a broker stops its partitions.",
            duration(held(HOLD))
        ),
        runbook: include_str!("../../runbooks/LookoutKafkaControllerMissing.md"),
        inhibits: &["LookoutKafkaQuorumReplicaBehind"],
        // Node 0 is a controller like any other.
        cases: OnValue { given, labels: of_cluster(), hold: HOLD, past: "-1", within: "0", well: "3000" }
            .muting_cases(),
    }
}

fn replica_behind(settings: &AlertSettings) -> Alert {
    const HOLD: u32 = 5;
    let labels = (CLUSTER, 3, QuorumRole::Voter);
    let given = |values: &str| vec![Given::series(&QUORUM_REPLICA_LAG_SECONDS, labels, values)];
    let limit = settings.quorum_lag.as_secs_f64();
    Alert {
        name: "LookoutKafkaQuorumReplicaBehind",
        expression: format!("{} > {limit}", across(QUORUM_REPLICA_LAG_SECONDS)),
        hold: held(HOLD),
        keep_firing_for: KEEP_FIRING,
        severity: Severity::Warning,
        owner: Owner::Platform,
        summary: "A Kafka node does not follow the controllers' log",
        description: format!(
            "The node {{{{ $labels.replica }}}} ({{{{ $labels.role }}}}){OF_CLUSTER} is \
             {{{{ $value | humanizeDuration }}}} behind the log of the controllers. A voter that is behind is no help when the \
             leader fails; a broker that is behind acts on old metadata."
        ),
        runbook: include_str!("../../runbooks/LookoutKafkaQuorumReplicaBehind.md"),
        inhibits: &[],
        cases: OnValue {
            given,
            labels: expected::<(KafkaCluster, Replica, QuorumRoleLabel)>(labels),
            hold: HOLD,
            past: limit * 1.01,
            within: limit,
            well: 0.0,
        }
        .cases(),
    }
}
