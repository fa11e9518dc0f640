//! Alerts about the dates of served certificates. Clients do not look at a root that a server sends along, and
//! neither do these.

use lookout_declarations::{Alert, CaseKind, Owner, Selector, Severity};

use super::samples::{DAY, Dates, Place, silent};
use super::zones::Zones;
use super::{BRIDGE_RESTART, FIVE_MINUTES, QUARTER_HOUR, VALUE, cases};
use crate::config::{AlertSettings, ExpiryThreshold};
use crate::labels::{Role, RoleLabel};
use crate::metrics::{SERVED_NOT_AFTER, SERVED_NOT_BEFORE};

pub(super) fn alerts(settings: &AlertSettings) -> Vec<Alert> {
    vec![expiring(settings), expiring_soon(settings), expired(), not_yet_valid()]
}

/// Which certificate it is.
const SUBJECT: &str = "The certificate that {{ or $labels.exported_endpoint $labels.endpoint }} serves for {{ $labels.server_name }} \
     (position {{ $labels.position }} of the chain)";

fn not_after() -> Selector {
    SERVED_NOT_AFTER.not_at(RoleLabel, Role::Root)
}

fn not_before() -> Selector {
    SERVED_NOT_BEFORE.not_at(RoleLabel, Role::Root)
}

/// Valid now, and less is left than `threshold` allows.
fn within(threshold: &ExpiryThreshold) -> String {
    let (not_after, not_before) = (not_after(), not_before());
    let (seconds, share) = (threshold.remaining_seconds(), threshold.life_left.get());
    format!(
        "({not_after} - time() < {seconds} and {not_after} - time() >= 0 \
         and {not_after} - time() < {share} * ({not_after} - {not_before}))"
    )
}

fn expiring(settings: &AlertSettings) -> Alert {
    let (warning, critical) = (within(&settings.warning), within(&settings.critical));
    Alert {
        name: "LookoutCertsServedExpiring",
        expression: format!("{warning} unless {critical}"),
        hold: QUARTER_HOUR,
        keep_firing_for: BRIDGE_RESTART,
        severity: Severity::Warning,
        owner: Owner::Security,
        summary: "A served certificate should have been renewed by now",
        description: format!("{SUBJECT} expires in {VALUE}."),
        runbook: include_str!("../../runbooks/LookoutCertsServedExpiring.md"),
        inhibits: &[],
        cases: cases::expiring(Place::Served, QUARTER_HOUR, &Zones::new(settings)),
    }
}

fn expiring_soon(settings: &AlertSettings) -> Alert {
    Alert {
        name: "LookoutCertsServedExpiringSoon",
        expression: within(&settings.critical),
        hold: QUARTER_HOUR,
        keep_firing_for: BRIDGE_RESTART,
        severity: Severity::Critical,
        owner: Owner::Security,
        summary: "A served certificate is about to expire",
        description: format!("{SUBJECT} expires in {VALUE}; then clients refuse the connection."),
        runbook: include_str!("../../runbooks/LookoutCertsServedExpiringSoon.md"),
        inhibits: &[],
        cases: cases::expiring_soon(Place::Served, QUARTER_HOUR, &Zones::new(settings)),
    }
}

fn expired() -> Alert {
    let not_after = not_after();
    Alert {
        name: "LookoutCertsServedExpired",
        expression: format!("time() - {not_after} > 0"),
        hold: FIVE_MINUTES,
        keep_firing_for: BRIDGE_RESTART,
        severity: Severity::Critical,
        owner: Owner::Security,
        summary: "A served certificate has expired",
        description: format!("{SUBJECT} expired {VALUE} ago; clients refuse the connection."),
        runbook: include_str!("../../runbooks/LookoutCertsServedExpired.md"),
        inhibits: &[],
        cases: cases::expired(Place::Served, FIVE_MINUTES),
    }
}

fn not_yet_valid() -> Alert {
    let not_before = not_before();
    let mut cases = cases::not_yet_valid(Place::Served, FIVE_MINUTES);
    let root = Place::Served.given(Role::Root, &Dates::from(DAY));
    cases.push(silent("clients do not look at a root", CaseKind::Other, root));
    Alert {
        name: "LookoutCertsServedNotYetValid",
        expression: format!("{not_before} - time() > 0"),
        hold: FIVE_MINUTES,
        keep_firing_for: BRIDGE_RESTART,
        severity: Severity::Warning,
        owner: Owner::Security,
        summary: "A served certificate is not valid yet",
        description: format!("{SUBJECT} becomes valid in {VALUE}; until then clients refuse the connection."),
        runbook: include_str!("../../runbooks/LookoutCertsServedNotYetValid.md"),
        inhibits: &[],
        cases,
    }
}
