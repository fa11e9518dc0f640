//! Critical alerts that stay open for longer than was promised.
//!
//! `ALERTS` is read, whoever declared the alert. A silence of Alertmanager does not close it there: muted is not repaired.

use lookout_declarations::{Alert, CaseKind, Owner, Severity};

use super::samples::{fires, recorded, silent, silent_at};
use super::{KEEP_FIRING, MINUTE};
use crate::Settings;
use crate::series::{OPEN_CRITICALS, REPAIR_TIME};

pub(super) fn alerts(settings: &Settings) -> Vec<Alert> {
    vec![unrepaired(settings), missed(settings)]
}

fn unrepaired(settings: &Settings) -> Alert {
    let (limit, hold) = (settings.open_criticals, settings.time_to_repair.get());
    let minutes = u32::try_from(hold.as_secs().div_ceil(60)).unwrap_or(u32::MAX);
    let given = |values: String| vec![recorded(OPEN_CRITICALS, &[], values)];
    let (over, length) = (limit + 1, minutes + 60);
    let lasting = given(format!("{over}x{length}"));
    let ends = given(format!("{over}x{} stale _x{length}", minutes + 9));
    Alert {
        name: "LookoutCriticalsUnrepaired",
        expression: format!("{OPEN_CRITICALS} > {limit}"),
        hold,
        keep_firing_for: KEEP_FIRING,
        severity: Severity::Warning,
        owner: Owner::Platform,
        summary: "Critical alerts have been open for longer than was promised",
        description: format!(
            "{{{{ $value }}}} critical alerts are open, and there have been more than {limit} for {}, which is the time to repair that was promised. Silenced ones count.",
            settings.time_to_repair
        ),
        runbook: include_str!("../../runbooks/LookoutCriticalsUnrepaired.md"),
        inhibits: &[],
        cases: vec![
            fires("they stay open", CaseKind::Fires, lasting.clone(), minutes + 1, &[]),
            fires("it goes on for a little while", CaseKind::Other, ends.clone(), minutes + 14, &[]),
            silent("they are repaired", CaseKind::Clears, ends, minutes + 17),
            silent("as many as may be", CaseKind::Below, given(format!("{limit}x{length}")), minutes + 30),
            silent_at("not for long enough", CaseKind::Below, lasting, hold.saturating_sub(MINUTE)),
            silent("none is open", CaseKind::Missing, given(format!("_x{length}")), minutes + 30),
        ],
    }
}

fn missed(settings: &Settings) -> Alert {
    let limit = settings.time_to_repair.get().as_secs();
    let given = |values: String| vec![recorded(REPAIR_TIME, &[], values)];
    let over = limit + 1;
    let ends = given(format!("{over}x90 {limit}x100"));
    Alert {
        name: "LookoutTimeToRepairMissed",
        expression: format!("{REPAIR_TIME} > {limit}"),
        hold: MINUTE * 60,
        keep_firing_for: KEEP_FIRING,
        severity: Severity::Info,
        owner: Owner::Platform,
        summary: "Critical alerts stay open for longer, in the mean, than was promised",
        description: format!(
            "Within {} critical alerts were open for {{{{ $value | humanizeDuration }}}} in the mean; promised is {}.",
            settings.window, settings.time_to_repair
        ),
        runbook: include_str!("../../runbooks/LookoutTimeToRepairMissed.md"),
        inhibits: &[],
        cases: vec![
            fires("a second more than was promised", CaseKind::Fires, given(format!("{over}x120")), 60, &[]),
            fires("it goes on for a little while", CaseKind::Other, ends.clone(), 94, &[]),
            silent("it is what was promised again", CaseKind::Clears, ends, 98),
            silent("it is what was promised", CaseKind::Below, given(format!("{limit}x120")), 90),
            silent("for 59 minutes", CaseKind::Below, given(format!("{over}x120")), 59),
            silent("no critical alert was open", CaseKind::Missing, given("_x120".to_owned()), 90),
        ],
    }
}
