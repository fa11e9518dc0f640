//! Alerts about how long the probe waits for an acknowledgement.

use core::time::Duration;

use lookout_config::HumanDuration;
use lookout_declarations::Expectation::Fires;
use lookout_declarations::{Alert, Case, CaseKind, Given, Owner, Severity, expected};

use super::samples::{CLUSTER, ExpectedLabels, case, fires, held, replicated, silent};
use super::{KEEP_FIRING, KEEP_MUTING, OF_CLUSTER};
use crate::config::AlertSettings;
use crate::labels::{Broker, KafkaCluster};
use crate::metrics::{PROBE_BOUNDS, PROBE_PRODUCE_LATENCY};

pub(super) fn alerts(settings: &AlertSettings) -> Vec<Alert> {
    vec![very_slow(settings), slow(settings)]
}

/// The 95th percentile of each broker is above `limit`. Buckets of several probes add up.
fn above(limit: HumanDuration) -> String {
    let buckets = PROBE_PRODUCE_LATENCY.bucket();
    let limit = limit.as_secs_f64();
    format!("histogram_quantile(0.95, sum without (instance, pod) (rate({buckets}[5m]))) > {limit}")
}

fn slow(settings: &AlertSettings) -> Alert {
    Alert {
        name: "LookoutKafkaProbeSlow",
        expression: above(settings.produce_latency_warning),
        hold: held(10),
        keep_firing_for: KEEP_FIRING,
        severity: Severity::Warning,
        owner: Owner::Platform,
        summary: "Kafka acknowledges records slowly",
        description: format!(
            "One in twenty records of the probe waits longer than {{{{ $value | humanizeDuration }}}} until the broker \
             {{{{ $labels.broker }}}}{OF_CLUSTER} acknowledges it."
        ),
        runbook: include_str!("../../runbooks/LookoutKafkaProbeSlow.md"),
        inhibits: &[],
        cases: cases(settings.produce_latency_warning, KEEP_FIRING),
    }
}

fn very_slow(settings: &AlertSettings) -> Alert {
    Alert {
        name: "LookoutKafkaProbeVerySlow",
        expression: above(settings.produce_latency_critical),
        hold: held(10),
        keep_firing_for: KEEP_MUTING,
        severity: Severity::Critical,
        owner: Owner::Platform,
        summary: "Kafka acknowledges records very slowly",
        description: format!(
            "One in twenty records of the probe waits longer than {{{{ $value | humanizeDuration }}}} until the broker \
             {{{{ $labels.broker }}}}{OF_CLUSTER} acknowledges it. Producers that wait for acknowledgements stall."
        ),
        runbook: include_str!("../../runbooks/LookoutKafkaProbeVerySlow.md"),
        inhibits: &["LookoutKafkaProbeSlow"],
        cases: cases(settings.produce_latency_critical, KEEP_MUTING),
    }
}

/// Of ten thousand records a minute, `fast` are below the bound `limit`, and all are below `slow`.
fn buckets(limit: f64, slow: f64, fast: &str) -> Vec<Given> {
    let lines = [(limit, fast), (slow, "0+10000x300"), (f64::INFINITY, "0+10000x300")];
    let line = |(bound, values): (f64, &str)| {
        let bound = if bound.is_finite() { bound.to_string() } else { "+Inf".to_owned() };
        let series = format!(
            "{PROBE_PRODUCE_LATENCY}_bucket{{kafka_cluster=\"{CLUSTER}\",broker=\"2\",le=\"{bound}\"}}"
        );
        Given::raw(series, values)
    };
    lines.map(line).to_vec()
}

/// Of one broker with bounds at the threshold, above and below.
fn cases(limit: HumanDuration, keep: Duration) -> Vec<Case> {
    let limit = limit.as_secs_f64();
    let next = PROBE_BOUNDS.iter().copied().find(|bound| *bound > limit).unwrap_or(limit * 2.0);
    let before = PROBE_BOUNDS.iter().copied().rfind(|bound| *bound < limit).unwrap_or(limit / 2.0);
    let keep = u32::try_from(keep.as_secs() / 60).unwrap_or(u32::MAX);
    let labels = || -> ExpectedLabels { expected::<(KafkaCluster, Broker)>((CLUSTER, 2)) };
    let over = buckets(limit, next, "0+9498x300");
    let ends = buckets(limit, next, "0+900x30 27000+10000x300");
    let below = |share: &str| {
        let mut given = buckets(limit, next, "0+10000x300");
        given.push(buckets(before, next, share).swap_remove(0));
        given
    };
    vec![
        case(
            "a little more than one in twenty is slower",
            CaseKind::Fires,
            over.clone(),
            11,
            Fires(vec![labels()]),
        ),
        fires("two probes are one alert", replicated(&over), 11, labels()),
        fires("it goes on for a little while", ends.clone(), 33 + keep, labels()),
        silent("it is fast again", CaseKind::Clears, ends, 40 + keep),
        silent("exactly one in twenty is slower", CaseKind::Below, buckets(limit, next, "0+9500x300"), 60),
        silent("all are a little faster", CaseKind::Below, below("0+9400x300"), 60),
        silent("for nine minutes", CaseKind::Below, over, 10),
        silent("nothing is produced", CaseKind::Missing, buckets(limit, next, "7x300")[..1].to_vec(), 60),
    ]
}
