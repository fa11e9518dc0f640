//! Alerts about sources: each names the exporter and the source, for these decide who must look where.

use core::time::Duration;

use lookout_declarations::{
    Alert, CaseKind, Expectation, Given, Owner, Reason, ReasonLabel, Severity, duration, expected,
};

use super::{EXAMPLE, KEEP_FIRING, KEEP_MUTING, MINUTE, case, fires_for_example};
use crate::metrics::{
    Exporter, SOURCE_DATA_AGE, SOURCE_FAULTS, SOURCE_LAST_SUCCESS, SOURCE_PERIOD, SOURCE_RESTARTS, SOURCE_UP,
    SOURCE_WITHDRAWN, Source,
};

/// Data older than this many periods are old.
const OLD_PERIODS: u32 = 10;
/// Facts younger than six hours are not worth a ticket, however short their period.
const OLD_SECONDS: u32 = 6 * 60 * 60;

/// How long a source must fail.
const FAILING_FOR: Duration = Duration::from_mins(15);

/// A source has been failing long enough that it is no hiccup.
pub(super) fn failing() -> Alert {
    let up = |values: &str| vec![Given::series(&SOURCE_UP, EXAMPLE, values)];
    Alert {
        name: "LookoutSourceFailing",
        expression: format!("{SOURCE_UP} == 0"),
        hold: FAILING_FOR,
        keep_firing_for: KEEP_FIRING,
        severity: Severity::Warning,
        owner: Owner::Platform,
        summary: "Lookout cannot read {{ $labels.source }} of {{ $labels.exporter }}",
        description: format!(
            "Every cycle of the source {{{{ $labels.source }}}} of the exporter {{{{ $labels.exporter }}}} has failed for {}. What it \
             watches is judged by its last good data or not at all. The page at / shows the reason and its remedy.",
            duration(FAILING_FOR)
        ),
        runbook: include_str!("../../runbooks/LookoutSourceFailing.md"),
        inhibits: &[],
        cases: vec![
            case("it fails without end", CaseKind::Fires, up("0x30"), 15, fires_for_example()),
            case("it works again", CaseKind::Clears, up("0x20 1x20"), 30, Expectation::Silent),
            case("it has failed for 14 minutes", CaseKind::Below, up("0x30"), 14, Expectation::Silent),
            case(
                "one good cycle starts the time anew",
                CaseKind::Other,
                up("0x10 1 0x20"),
                20,
                Expectation::Silent,
            ),
            case(
                "the source is gone from the configuration",
                CaseKind::Missing,
                up("0x5 _x40"),
                30,
                Expectation::Silent,
            ),
        ],
    }
}

/// A source has not worked once: it is misconfigured rather than broken.
pub(super) fn never_succeeded() -> Alert {
    let given = |up: &str, success: &str| {
        vec![Given::series(&SOURCE_UP, EXAMPLE, up), Given::series(&SOURCE_LAST_SUCCESS, EXAMPLE, success)]
    };
    Alert {
        name: "LookoutSourceNeverSucceeded",
        expression: format!("{SOURCE_UP} == 0 unless {SOURCE_LAST_SUCCESS}"),
        hold: 10 * MINUTE,
        keep_firing_for: KEEP_MUTING,
        severity: Severity::Warning,
        owner: Owner::Platform,
        summary: "Lookout has never read {{ $labels.source }} of {{ $labels.exporter }} since it started",
        description: "The source {{ $labels.source }} of the exporter {{ $labels.exporter }} has not succeeded once \
                      since Lookout started. That is most often an address, a path or a right that is wrong in the \
                      configuration. Nothing that it should watch is watched."
            .to_owned(),
        runbook: include_str!("../../runbooks/LookoutSourceNeverSucceeded.md"),
        inhibits: &["LookoutSourceFailing"],
        cases: vec![
            case("it fails from the start", CaseKind::Fires, given("0x20", "_x20"), 10, fires_for_example()),
            case(
                "its first success comes late",
                CaseKind::Clears,
                given("0x15 1x15", "_x15 960x15"),
                30,
                Expectation::Silent,
            ),
            case("it has failed for nine minutes", CaseKind::Below, given("0x20", "_x20"), 9, Expectation::Silent),
            case("it worked before", CaseKind::Other, given("0x20", "0x20"), 15, Expectation::Silent),
            case("Lookout is gone", CaseKind::Missing, given("0x5 _x40", "_x45"), 30, Expectation::Silent),
        ],
    }
}

/// Measurements are no longer served: the alerts that read them are blind.
pub(super) fn measurements_withdrawn() -> Alert {
    let withdrawn = |values: &str| vec![Given::series(&SOURCE_WITHDRAWN, EXAMPLE, values)];
    Alert {
        name: "LookoutMeasurementsWithdrawn",
        expression: format!("{SOURCE_WITHDRAWN} == 1"),
        hold: 5 * MINUTE,
        keep_firing_for: KEEP_MUTING,
        severity: Severity::Warning,
        owner: Owner::Platform,
        summary: "The measurements of {{ $labels.source }} of {{ $labels.exporter }} are withdrawn: their alerts are blind",
        description: "The source {{ $labels.source }} of the exporter {{ $labels.exporter }} has failed for so long \
                      that its last measurements say nothing any more. They are withdrawn, and alerts that stand on \
                      them stay silent until it works again."
            .to_owned(),
        runbook: include_str!("../../runbooks/LookoutMeasurementsWithdrawn.md"),
        inhibits: &["LookoutSourceFailing"],
        cases: vec![
            case("they stay withdrawn", CaseKind::Fires, withdrawn("0x2 1x20"), 10, fires_for_example()),
            case("they are back", CaseKind::Clears, withdrawn("1x10 0x20"), 25, Expectation::Silent),
            case("they were away for four minutes", CaseKind::Below, withdrawn("1x20"), 4, Expectation::Silent),
            case("Lookout is gone", CaseKind::Missing, withdrawn("1x2 _x30"), 20, Expectation::Silent),
        ],
    }
}

/// The facts that are served are old, whatever the cause: failing, or starved inside Lookout.
pub(super) fn data_old() -> Alert {
    let given = |age: &str, period: &str| {
        vec![Given::series(&SOURCE_DATA_AGE, EXAMPLE, age), Given::series(&SOURCE_PERIOD, EXAMPLE, period)]
    };
    Alert {
        name: "LookoutDataOld",
        expression: format!("{SOURCE_DATA_AGE} > {OLD_PERIODS} * {SOURCE_PERIOD} and {SOURCE_DATA_AGE} > {OLD_SECONDS}"),
        hold: 5 * MINUTE,
        keep_firing_for: KEEP_MUTING,
        severity: Severity::Warning,
        owner: Owner::Platform,
        summary: "What Lookout serves of {{ $labels.source }} of {{ $labels.exporter }} is old",
        description: "The facts of the source {{ $labels.source }} of the exporter {{ $labels.exporter }} are \
                      {{ $value | humanizeDuration }} old. They are still judged against the present time, but \
                      whatever changed since then is not seen."
            .to_owned(),
        runbook: include_str!("../../runbooks/LookoutDataOld.md"),
        inhibits: &["LookoutSourceFailing"],
        cases: vec![
            case("they pass six hours", CaseKind::Fires, given("21000+60x30", "60x30"), 20, fires_for_example()),
            case("a little more than ten periods", CaseKind::Other, given("22000x30", "2160x30"), 10, fires_for_example()),
            case("they were old for four minutes", CaseKind::Other, given("21540+60x30", "60x30"), 6, Expectation::Silent),
            case("they are read again", CaseKind::Clears, given("22000x10 0x20", "60x30"), 25, Expectation::Silent),
            case("they are six hours old, not older", CaseKind::Below, given("21600x30", "60x30"), 20, Expectation::Silent),
            case(
                "a source that is read daily may be ten days old",
                CaseKind::Other,
                given("864000x30", "86400x30"),
                20,
                Expectation::Silent,
            ),
            case("none are served", CaseKind::Missing, given("22000x2 _x30", "60x32"), 20, Expectation::Silent),
        ],
    }
}

/// A source's own code failed: a defect of Lookout.
pub(super) fn restarting() -> Alert {
    let restarts = |values: &str| vec![Given::series(&SOURCE_RESTARTS, EXAMPLE, values)];
    Alert {
        name: "LookoutSourceRestarting",
        expression: format!("increase({SOURCE_RESTARTS}[1h]) > 0"),
        hold: Duration::ZERO,
        keep_firing_for: KEEP_FIRING,
        severity: Severity::Warning,
        owner: Owner::Platform,
        summary: "A defect in Lookout: {{ $labels.source }} of {{ $labels.exporter }} had to be started again",
        description: "The code of the source {{ $labels.source }} of the exporter {{ $labels.exporter }} panicked within \
                      the last hour and was started again. The log line of the panic names the place; please \
                      report it."
            .to_owned(),
        runbook: include_str!("../../runbooks/LookoutSourceRestarting.md"),
        inhibits: &[],
        cases: vec![
            case("it panics once", CaseKind::Fires, restarts("0x10 1x20"), 15, fires_for_example()),
            case("the panic is more than an hour ago", CaseKind::Clears, restarts("0x10 1x100"), 90, Expectation::Silent),
            case("the panic is most of an hour ago", CaseKind::Other, restarts("0x10 1x100"), 60, fires_for_example()),
            case("it goes on for a little while", CaseKind::Other, restarts("0x10 1x100"), 73, fires_for_example()),
            case("nothing restarted", CaseKind::Below, restarts("0x30"), 15, Expectation::Silent),
            case("Lookout is gone", CaseKind::Missing, restarts("0x10 _x100"), 30, Expectation::Silent),
        ],
    }
}

/// Some items cannot be read: partial is not complete.
pub(super) fn items_unreadable() -> Alert {
    let labels = (EXAMPLE.0, EXAMPLE.1, Reason::Malformed);
    let faults = |values: &str| vec![Given::series(&SOURCE_FAULTS, labels, values)];
    Alert {
        name: "LookoutItemsUnreadable",
        expression: format!("{SOURCE_FAULTS} > 0"),
        hold: 30 * MINUTE,
        keep_firing_for: KEEP_FIRING,
        severity: Severity::Info,
        owner: Owner::Platform,
        summary: "Some of what {{ $labels.source }} of {{ $labels.exporter }} should watch cannot be read: {{ $labels.reason }}",
        description: "{{ $value }} items of the source {{ $labels.source }} of the exporter {{ $labels.exporter }} could \
                      not be read ({{ $labels.reason }}). The others are watched; these are not. The log names each."
            .to_owned(),
        runbook: include_str!("../../runbooks/LookoutItemsUnreadable.md"),
        inhibits: &[],
        cases: vec![
            case(
                "one item stays unreadable",
                CaseKind::Fires,
                faults("0x5 1x40"),
                36,
                Expectation::Fires(vec![expected::<(Exporter, Source, ReasonLabel)>(labels)]),
            ),
            case("it was replaced", CaseKind::Clears, faults("1x40 0x20"), 50, Expectation::Silent),
            case("for 29 minutes", CaseKind::Below, faults("1x40"), 29, Expectation::Silent),
            case("nothing is unreadable", CaseKind::Other, faults("0x60"), 50, Expectation::Silent),
            case("no data are served", CaseKind::Missing, faults("1x5 _x60"), 50, Expectation::Silent),
        ],
    }
}
