//! Alerts about what becomes of the probe's records: lost, refused, or not sent to every broker.

use lookout_declarations::Expectation::Fires;
use lookout_declarations::{
    Alert, Case, CaseKind, Given, Owner, Reason, ReasonLabel, Severity, duration, expected,
};

use super::samples::{CLUSTER, ExpectedLabels, OnValue, case, fires, held, of_cluster, replicated, silent};
use super::{KEEP_FIRING, KEEP_MUTING_ALL, OF_CLUSTER, across};
use crate::labels::{Broker, KafkaCluster};
use crate::metrics::{PROBE_FAILED, PROBE_LOST, PROBE_UNCOVERED_BROKERS};

pub(super) fn alerts() -> Vec<Alert> {
    vec![records_lost(), incomplete()]
}

fn labels() -> ExpectedLabels {
    expected::<(KafkaCluster, Broker)>((CLUSTER, 2))
}

fn records_lost() -> Alert {
    const HOLD: u32 = 5;
    // Shorter than the hold, so that one lost record, as in an election, is no page.
    let lost = across(format!("increase({PROBE_LOST}[3m])"));
    let failed = across(format!("sum without ({ReasonLabel}) (increase({PROBE_FAILED}[3m]))"));
    Alert {
        name: "LookoutKafkaProbeRecordsLost",
        expression: format!("{lost} > 0 or {failed} > 0"),
        hold: held(HOLD),
        keep_firing_for: KEEP_MUTING_ALL,
        severity: Severity::Critical,
        owner: Owner::Platform,
        summary: "Kafka loses or refuses the records of the probe",
        description: format!(
            "For {} records of the probe to partitions that the broker {{{{ $labels.broker }}}}{OF_CLUSTER} leads were \
             not acknowledged, or did not come back in time. Other producers and consumers will fare the same.",
            duration(held(HOLD))
        ),
        runbook: include_str!("../../runbooks/LookoutKafkaProbeRecordsLost.md"),
        inhibits: &["LookoutKafkaProbeSlow", "LookoutKafkaProbeVerySlow"],
        cases: records_lost_cases(),
    }
}

fn records_lost_cases() -> Vec<Case> {
    let lost = |values: &str| vec![Given::series(&PROBE_LOST, (CLUSTER, 2), values)];
    let failed = |values: &str| vec![Given::series(&PROBE_FAILED, (CLUSTER, 2, Reason::Timeout), values)];
    let mut two_reasons = failed("0+1x300");
    two_reasons.push(Given::series(&PROBE_FAILED, (CLUSTER, 2, Reason::Denied), "0+1x300"));
    let (steady, over) = (lost("0+1x300"), lost("0+1x20 20x300"));
    vec![
        case("records are lost all the time", CaseKind::Fires, steady.clone(), 6, Fires(vec![labels()])),
        fires("records are refused all the time", failed("0+1x300"), 6, labels()),
        fires("two reasons are one alert", two_reasons, 6, labels()),
        fires("two replicas of Lookout are one alert", replicated(&steady), 6, labels()),
        fires("refused, and two replicas of Lookout", replicated(&failed("0+1x300")), 6, labels()),
        fires("it goes on for a little while", over.clone(), 36, labels()),
        fires("refused, and it goes on for a little while", failed("0+1x20 20x300"), 36, labels()),
        silent("it is over", CaseKind::Clears, over, 39),
        silent("for four minutes", CaseKind::Below, steady, 5),
        silent("some were lost once", CaseKind::Below, lost("0x9 3x300"), 15),
        silent("some were refused once", CaseKind::Other, failed("0x9 3x300"), 15),
        silent("nothing is lost", CaseKind::Other, lost("3x300"), 60),
        silent("nothing is refused", CaseKind::Other, failed("3x300"), 60),
        silent("the probe is off", CaseKind::Missing, lost("_x300"), 60),
    ]
}

fn incomplete() -> Alert {
    const HOLD: u32 = 15;
    let given = |values: &str| vec![Given::series(&PROBE_UNCOVERED_BROKERS, (CLUSTER,), values)];
    Alert {
        name: "LookoutKafkaProbeIncomplete",
        expression: format!("{} > 0", across(PROBE_UNCOVERED_BROKERS)),
        hold: held(HOLD),
        keep_firing_for: KEEP_FIRING,
        severity: Severity::Warning,
        owner: Owner::Platform,
        summary: "The probe does not reach every Kafka broker",
        description: format!(
            "{{{{ $value }}}} brokers{OF_CLUSTER} have led no partition of the probe's topic for {}, and are not probed.",
            duration(held(HOLD))
        ),
        runbook: include_str!("../../runbooks/LookoutKafkaProbeIncomplete.md"),
        inhibits: &[],
        cases: OnValue { given, labels: of_cluster(), hold: HOLD, past: "1", within: "0", well: "0" }.cases(),
    }
}
