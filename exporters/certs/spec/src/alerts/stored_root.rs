//! Alerts about stored roots: nobody is paged for a certificate in somebody else's bundle.

use lookout_declarations::{Alert, Case, CaseKind, Owner, Severity};

use super::samples::{DAY, Dates, HOUR, Place, TWO_HOURS, fires_each, missing, pending, silent, silent_at};
use super::stored::{SUBJECT, ignoring_info};
use super::zones::Zone;
use super::{BRIDGE_RESTART, QUARTER_HOUR, VALUE};
use crate::config::AlertSettings;
use crate::labels::{Role, RoleLabel};
use crate::metrics::{NOT_AFTER, STORED_INFO};

pub(super) fn alerts(settings: &AlertSettings) -> Vec<Alert> {
    vec![expiring(settings), expired()]
}

/// What leaves only the roots in a condition.
fn only_roots() -> String {
    format!("and {} {}", ignoring_info(), STORED_INFO.at(RoleLabel, Role::Root))
}

fn expiring(settings: &AlertSettings) -> Alert {
    let (seconds, only_roots) = (settings.warning.remaining_seconds(), only_roots());
    Alert {
        name: "LookoutCertsStoredRootExpiring",
        expression: format!("{NOT_AFTER} - time() < {seconds} and {NOT_AFTER} - time() >= 0 {only_roots}"),
        hold: QUARTER_HOUR,
        keep_firing_for: BRIDGE_RESTART,
        severity: Severity::Warning,
        owner: Owner::Security,
        summary: "A stored root certificate is about to expire",
        description: format!("{SUBJECT}, a root, expires in {VALUE}."),
        runbook: include_str!("../../runbooks/LookoutCertsStoredRootExpiring.md"),
        inhibits: &[],
        cases: expiring_cases(&Zone::of_roots(&settings.warning)),
    }
}

fn expiring_cases(zone: &Zone) -> Vec<Case> {
    let given = |dates: &Dates| Place::Stored.given(Role::Root, dates);
    let labels = || Place::Stored.labels(Role::Root);
    let mut cases = vec![
        fires_each("half an hour is left", CaseKind::Other, given(&zone.last_hour()), labels()),
        silent_at("it is replaced", CaseKind::Clears, given(&zone.renewed_when_due()), TWO_HOURS),
        silent("a little more than the time is left", CaseKind::Below, given(&zone.not_due())),
        silent(
            "what has expired is another alert's matter",
            CaseKind::Other,
            given(&Dates::left(3650, -HOUR / 6)),
        ),
        missing(),
    ];
    if let Some(due) = zone.just_due() {
        let name = "a little less than the time is left";
        cases.insert(0, fires_each(name, CaseKind::Fires, given(&due), labels()));
        cases.push(pending(given(&due), QUARTER_HOUR));
        let leaf = Place::Stored.given(Role::Leaf, &due);
        cases.push(silent("a leaf is another alert's matter", CaseKind::Other, leaf));
    }
    cases
}

fn expired() -> Alert {
    let only_roots = only_roots();
    Alert {
        name: "LookoutCertsStoredRootExpired",
        expression: format!("time() - {NOT_AFTER} > 0 {only_roots}"),
        hold: QUARTER_HOUR,
        keep_firing_for: BRIDGE_RESTART,
        severity: Severity::Warning,
        owner: Owner::Security,
        summary: "A stored root certificate has expired",
        description: format!("{SUBJECT}, a root, expired {VALUE} ago."),
        runbook: include_str!("../../runbooks/LookoutCertsStoredRootExpired.md"),
        inhibits: &[],
        cases: expired_cases(),
    }
}

fn expired_cases() -> Vec<Case> {
    let given = |dates| Place::Stored.given(Role::Root, &dates);
    let labels = || Place::Stored.labels(Role::Root);
    let over = Dates::left(3650, -DAY);
    vec![
        fires_each("it expired a day ago", CaseKind::Fires, given(over.clone()), labels()),
        fires_each("it has just expired", CaseKind::Other, given(Dates::left(3650, -HOUR / 6)), labels()),
        silent_at("it is replaced", CaseKind::Clears, given(Dates::left_and_renewed(3650, -DAY)), TWO_HOURS),
        silent("it expires in half an hour", CaseKind::Below, given(Dates::left(3650, HOUR))),
        pending(given(over.clone()), QUARTER_HOUR),
        silent("a leaf is another alert's matter", CaseKind::Other, Place::Stored.given(Role::Leaf, &over)),
        missing(),
    ]
}
