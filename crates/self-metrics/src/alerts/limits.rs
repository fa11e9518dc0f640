//! Alerts about series: what is not served because there is too much of it.

use core::time::Duration;

use lookout_declarations::{Alert, CaseKind, Expectation, Given, Owner, Severity, expected};

use super::{KEEP_FIRING, KEEP_MUTING, MINUTE, NEARLY, case};
use crate::metrics::{
    DropReason, DropReasonLabel, Exporter, FAMILY_WITHHELD, FamilyName, SERIES, SERIES_BUDGET, SERIES_DROPPED,
};

/// Whole families are withheld because the budget is spent.
pub(super) fn family_withheld() -> Alert {
    let labels = ("kafka", "kafka_example_offset");
    let withheld = |values: &str| vec![Given::series(&FAMILY_WITHHELD, labels, values)];
    Alert {
        name: "LookoutFamilyWithheld",
        expression: format!("{FAMILY_WITHHELD} == 1"),
        hold: 10 * MINUTE,
        keep_firing_for: KEEP_MUTING,
        severity: Severity::Warning,
        owner: Owner::Platform,
        summary: "{{ $labels.family }} of {{ $labels.exporter }} is withheld: the series budget is spent",
        description: "The exporter {{ $labels.exporter }} has more series than its budget. The family \
                      {{ $labels.family }} is withheld as a whole, so that no sum over it is wrong; boards and alerts \
                      that read it are blind."
            .to_owned(),
        runbook: include_str!("../../runbooks/LookoutFamilyWithheld.md"),
        inhibits: &["LookoutSeriesBudgetNearlySpent"],
        cases: vec![
            case(
                "it stays withheld",
                CaseKind::Fires,
                withheld("1x30"),
                10,
                Expectation::Fires(vec![expected::<(Exporter, FamilyName)>(labels)]),
            ),
            case("it is served again", CaseKind::Clears, withheld("1x15 _x30"), 35, Expectation::Silent),
            case("for nine minutes", CaseKind::Below, withheld("1x30"), 9, Expectation::Silent),
            case("nothing is withheld", CaseKind::Missing, withheld("_x30"), 20, Expectation::Silent),
        ],
    }
}

/// Single series cannot be served: a defect in an exporter, or two objects that cannot be told apart.
pub(super) fn series_dropped() -> Alert {
    let labels = ("certs", DropReason::Duplicate);
    let dropped = |values: &str| vec![Given::series(&SERIES_DROPPED, labels, values)];
    let fires = || Expectation::Fires(vec![expected::<(Exporter, DropReasonLabel)>(labels)]);
    let not_for_budget = SERIES_DROPPED.not_at(DropReasonLabel, DropReason::Budget);
    Alert {
        name: "LookoutSeriesDropped",
        expression: format!("increase({not_for_budget}[15m]) > 0"),
        hold: Duration::ZERO,
        keep_firing_for: KEEP_FIRING,
        severity: Severity::Warning,
        owner: Owner::Platform,
        summary: "{{ $labels.exporter }} collects series that cannot be served: {{ $labels.reason }}",
        description: "The exporter {{ $labels.exporter }} collected series that were not served ({{ $labels.reason }}): \
                      two of the same labels, or what the format does not allow. The log names the family and an \
                      example; the other series are served."
            .to_owned(),
        runbook: include_str!("../../runbooks/LookoutSeriesDropped.md"),
        inhibits: &[],
        cases: vec![
            case(
                "a duplicate is collected",
                CaseKind::Fires,
                dropped("0x10 3x30"),
                15,
                Expectation::Fires(vec![expected::<(Exporter, DropReasonLabel)>(labels)]),
            ),
            case("it is not collected any more", CaseKind::Clears, dropped("0x10 3x60"), 40, Expectation::Silent),
            case("one was, some minutes ago", CaseKind::Other, dropped("0x10 1x60"), 20, fires()),
            case("it goes on for a little while", CaseKind::Other, dropped("0x10 1x60"), 28, fires()),
            case("old ones alone", CaseKind::Below, dropped("3x30"), 20, Expectation::Silent),
            case(
                "for want of budget there is another alert",
                CaseKind::Other,
                vec![Given::series(&SERIES_DROPPED, ("certs", DropReason::Budget), "0+5x30")],
                20,
                Expectation::Silent,
            ),
            case("Lookout is gone", CaseKind::Missing, dropped("0x10 _x60"), 40, Expectation::Silent),
        ],
    }
}

/// The budget is nearly spent: time to raise it or to narrow what is watched.
pub(super) fn series_budget_nearly_spent() -> Alert {
    let labels = ("kafka",);
    let given = |series: &str, budget: &str| {
        vec![Given::series(&SERIES, labels, series), Given::series(&SERIES_BUDGET, labels, budget)]
    };
    Alert {
        name: "LookoutSeriesBudgetNearlySpent",
        expression: format!("{SERIES} / {SERIES_BUDGET} > {NEARLY}"),
        hold: 30 * MINUTE,
        keep_firing_for: KEEP_FIRING,
        severity: Severity::Info,
        owner: Owner::Platform,
        summary: "{{ $labels.exporter }} has used nine tenths of its series budget",
        description:
            "The exporter {{ $labels.exporter }} uses {{ $value | humanizePercentage }} of its series \
                      budget. Above the budget whole families are withheld, the finest first."
                .to_owned(),
        runbook: include_str!("../../runbooks/LookoutSeriesBudgetNearlySpent.md"),
        inhibits: &[],
        cases: vec![
            case(
                "it stays above",
                CaseKind::Fires,
                given("9001x60", "10000x60"),
                30,
                Expectation::Fires(vec![expected::<(Exporter,)>(labels)]),
            ),
            case(
                "the budget was raised",
                CaseKind::Clears,
                given("9001x60", "10000x35 20000x30"),
                50,
                Expectation::Silent,
            ),
            case(
                "above for 29 minutes",
                CaseKind::Other,
                given("9001x60", "10000x60"),
                29,
                Expectation::Silent,
            ),
            case(
                "nine tenths exactly",
                CaseKind::Below,
                given("9000x60", "10000x60"),
                45,
                Expectation::Silent,
            ),
            case(
                "the exporter is gone",
                CaseKind::Missing,
                given("9001x5 _x60", "10000x5 _x60"),
                45,
                Expectation::Silent,
            ),
        ],
    }
}
