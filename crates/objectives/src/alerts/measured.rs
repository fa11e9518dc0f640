//! Objectives that nothing, or less than before, measures: missing data is not availability.

use lookout_declarations::{Alert, CaseKind, Given, Owner, Severity, duration};

use super::samples::{EXAMPLE, fires, of_example, recorded, silent, steady};
use super::{KEEP_FIRING, KEEP_MUTING, MINUTE};
use crate::Settings;
use crate::labels::IndicatorLabel;
use crate::series::{ERRORS, PROBES, TARGET};

pub(super) fn alerts(settings: &Settings) -> Vec<Alert> {
    vec![unmeasured(settings), probes_lost()]
}

/// That every objective of the configuration is measured, so that the cases are about the example alone.
fn measured(settings: &Settings) -> impl Iterator<Item = Given> {
    let targets = crate::recordings(settings).into_iter().filter(|recording| recording.name == TARGET);
    targets.map(|recording| {
        let labels: Vec<_> = recording.labels.iter().map(|(name, value)| (*name, value.as_str())).collect();
        recorded(ERRORS, &labels, steady(0))
    })
}

fn unmeasured(settings: &Settings) -> Alert {
    const HOLD: u32 = 10;
    let with_others = |given: Vec<Given>| given.into_iter().chain(measured(settings)).collect::<Vec<_>>();
    let given =
        |errors: &str| with_others(vec![of_example(TARGET, steady(0.999)), of_example(ERRORS, errors)]);
    let gone = given("0x20 stale _x300");
    let latency = &[("objective", "Example"), ("indicator", "latency"), ("measured_at", "edge")];
    let with_latency =
        |others: Vec<Given>| with_others([vec![recorded(TARGET, latency, steady(0.999))], others].concat());
    Alert {
        name: "LookoutObjectiveUnmeasured",
        // Where every probe fails there is no answer whose time could be judged. That is an outage, which the availability tells, and
        // not a lack of probes.
        expression: format!("{TARGET} unless ignoring ({IndicatorLabel}) ({ERRORS} or {PROBES})"),
        hold: MINUTE * HOLD,
        keep_firing_for: KEEP_MUTING,
        severity: Severity::Warning,
        owner: Owner::Platform,
        summary: "Nothing measures an objective",
        description: format!(
            "For {} nothing has measured the {{{{ $labels.indicator }}}} of {{{{ $labels.objective }}}} at the \
             {{{{ $labels.measured_at }}}}. Whether the promise is kept is not known, and no alert on it can fire.",
            duration(MINUTE * HOLD)
        ),
        runbook: include_str!("../../runbooks/LookoutObjectiveUnmeasured.md"),
        inhibits: &["LookoutObjectiveProbesLost"],
        cases: vec![
            fires("its probes are gone", CaseKind::Fires, gone.clone(), 32, EXAMPLE),
            fires(
                "it goes on for a little while",
                CaseKind::Other,
                given("0x20 stale _x20 0x100"),
                50,
                EXAMPLE,
            ),
            silent("it is measured again", CaseKind::Clears, given("0x20 stale _x20 0x100"), 53),
            silent("it is measured, and well", CaseKind::Other, given("0x300"), 60),
            silent("it is measured, and all is in error", CaseKind::Other, given("1x300"), 60),
            silent(
                "every probe fails, so that none has a latency",
                CaseKind::Other,
                with_latency(vec![of_example(TARGET, steady(0.999)), of_example(ERRORS, steady(1))]),
                60,
            ),
            silent(
                "every probe fails, and the latency alone is promised",
                CaseKind::Other,
                with_latency(vec![recorded(PROBES, latency, steady(3))]),
                60,
            ),
            silent("for nine minutes", CaseKind::Below, gone, 30),
            fires("it never was measured", CaseKind::Missing, given("_x300"), 12, EXAMPLE),
            silent(
                "it is no longer promised",
                CaseKind::Other,
                with_others(vec![
                    of_example(TARGET, "0.999x20 stale _x300"),
                    of_example(ERRORS, "0x20 stale _x300"),
                ]),
                60,
            ),
        ],
    }
}

fn probes_lost() -> Alert {
    const HOLD: u32 = 15;
    let given = |values: &str| vec![of_example(PROBES, values)];
    let fell = given("3x20 2x300");
    Alert {
        name: "LookoutObjectiveProbesLost",
        expression: format!("max_over_time({PROBES}[1d]) - {PROBES} > 0"),
        hold: MINUTE * HOLD,
        keep_firing_for: KEEP_FIRING,
        severity: Severity::Warning,
        owner: Owner::Platform,
        summary: "Fewer probes measure an objective than within the last day",
        description: "{{ $value }} of the probes that measured {{ $labels.objective }} at the {{ $labels.measured_at }} within the last \
                      day are gone. What they saw no longer counts."
            .to_owned(),
        runbook: include_str!("../../runbooks/LookoutObjectiveProbesLost.md"),
        inhibits: &[],
        cases: vec![
            fires("one of three is gone", CaseKind::Fires, fell.clone(), 37, EXAMPLE),
            fires("it goes on for a little while", CaseKind::Other, given("3x20 2x25 3x300"), 50, EXAMPLE),
            fires("it was lost twenty hours ago", CaseKind::Other, given("3x20 2x1600"), 20 * 60, EXAMPLE),
            silent("it is back", CaseKind::Clears, given("3x20 2x25 3x300"), 53),
            silent("for fourteen minutes", CaseKind::Below, fell.clone(), 35),
            silent("all are there", CaseKind::Below, given("3x300"), 60),
            silent("one was added", CaseKind::Other, given("3x20 4x300"), 60),
            silent("a day later it is the rule", CaseKind::Other, given("3x20 2x1600"), 26 * 60),
            silent("all are gone, which another alert says", CaseKind::Missing, given("3x20 stale _x300"), 60),
        ],
    }
}
