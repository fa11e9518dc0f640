//! The health of the platform, and parts that vanished.

use lookout_declarations::{Alert, CaseKind, Health, Owner, Severity};

use super::samples::{fires, recorded, silent};
use super::{KEEP_FIRING, KEEP_MUTING, MINUTE};
use crate::Settings;
use crate::series::{PARTS, PLATFORM_HEALTH};

pub(super) fn alerts(settings: &Settings) -> Vec<Alert> {
    vec![low(settings), parts_vanished(settings)]
}

fn low(settings: &Settings) -> Alert {
    const HOLD: u32 = 15;
    let limit = settings.platform_health.get();
    let given = |values: String| vec![recorded(PLATFORM_HEALTH, &[], values)];
    let below = limit * 0.99;
    let recovers = given(format!("{below}x24 {limit}x100"));
    Alert {
        name: "LookoutPlatformHealthLow",
        expression: format!("{PLATFORM_HEALTH} < {limit}"),
        hold: MINUTE * HOLD,
        keep_firing_for: KEEP_MUTING,
        severity: Severity::Warning,
        owner: Owner::Platform,
        summary: "The platform is less healthy than was promised",
        description: format!(
            "The health of the platform, the mean over its systems, is {{{{ $value | humanizePercentage }}}}; promised is at least {}. Silenced, suspended and removed parts count.",
            percentage(limit)
        ),
        runbook: include_str!("../../runbooks/LookoutPlatformHealthLow.md"),
        // Its board shows what is gone.
        inhibits: &["LookoutPartsVanished"],
        cases: vec![
            fires("it is a little below", CaseKind::Fires, given(format!("{below}x60")), 15, &[]),
            fires("nothing is healthy", CaseKind::Other, given("0x60".to_owned()), 15, &[]),
            fires("it goes on for a little while", CaseKind::Other, recovers.clone(), 34, &[]),
            silent("it has recovered", CaseKind::Clears, recovers, 36),
            silent("it is what was promised", CaseKind::Below, given(format!("{limit}x60")), 40),
            silent("for fourteen minutes", CaseKind::Below, given(format!("{below}x60")), 14),
            silent("nothing is known", CaseKind::Missing, given(format!("{below}x5 stale _x60")), 40),
        ],
    }
}

/// A ratio as people write it.
fn percentage(ratio: f64) -> String {
    format!("{}%", (ratio * 10_000.0).round() / 100.0)
}

fn parts_vanished(settings: &Settings) -> Alert {
    const HOLD: u32 = 30;
    let labels = &[("system", "Example"), ("layer", "data"), ("parts", "brokers")];
    // Few of many, so that the platform as a whole stays healthy.
    let given = |now: &str| {
        let of = |name, values: &str| recorded(name, labels, values);
        vec![of(PARTS, "100x300"), of(Health::PARTS, now), of(Health::HEALTHY, now)]
    };
    let gone = given("100x20 99x300");
    let back = given("100x20 99x40 100x200");
    Alert {
        name: "LookoutPartsVanished",
        expression: format!("{PARTS} - {} > 0 or {PARTS} unless {}", Health::PARTS, Health::PARTS),
        hold: MINUTE * HOLD,
        keep_firing_for: KEEP_FIRING,
        severity: Severity::Info,
        owner: Owner::Platform,
        summary: "Parts of a system that were there are gone",
        description: format!(
            "{{{{ $value }}}} {{{{ $labels.parts }}}} of {{{{ $labels.system }}}} that were there within {} are gone. They count as not healthy for that long.",
            settings.removed_parts_for
        ),
        runbook: include_str!("../../runbooks/LookoutPartsVanished.md"),
        inhibits: &[],
        cases: vec![
            fires("one of a hundred is gone", CaseKind::Fires, gone.clone(), 52, labels),
            fires("all are gone", CaseKind::Missing, given("100x20 stale _x300"), 60, labels),
            fires("it goes on for a little while", CaseKind::Other, back.clone(), 65, labels),
            silent("it is back", CaseKind::Clears, back, 68),
            silent("for 29 minutes", CaseKind::Below, gone, 50),
            silent("all are there", CaseKind::Below, given("100x300"), 90),
        ],
    }
}
