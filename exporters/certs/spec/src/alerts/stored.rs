//! Alerts about stored certificates, roots excepted.

use lookout_declarations::{Alert, CaseKind, Owner, Severity};

use super::samples::{DAY, Dates, Place, fires};
use super::{BRIDGE_RESTART, QUARTER_HOUR, VALUE, cases};
use crate::config::{AlertSettings, ExpiryThreshold};
use crate::labels::{FingerprintSha256, KeyAlgorithmLabel, KeyBits, Role, RoleLabel};
use crate::metrics::{NOT_AFTER, NOT_BEFORE, STORED_INFO};

pub(super) fn alerts(settings: &AlertSettings) -> Vec<Alert> {
    vec![expiring(settings), expiring_soon(settings), expired(), not_yet_valid()]
}

/// Which certificate it is, and where.
pub(super) const SUBJECT: &str = "The certificate {{ $labels.serial_number }} of {{ $labels.subject_CN }}\
     {{ with $labels.filepath }} in {{ . }}{{ end }}\
     {{ with $labels.secret_name }} in the Secret {{ $labels.secret_namespace }}/{{ . }}{{ end }}";

/// How a condition on stored certificates is matched with what they are.
pub(super) fn ignoring_info() -> String {
    format!("ignoring ({FingerprintSha256}, {RoleLabel}, {KeyAlgorithmLabel}, {KeyBits})")
}

/// What takes the roots out of a condition. A certificate whose role is not known stays in.
fn but_roots() -> String {
    format!("unless {} {}", ignoring_info(), STORED_INFO.at(RoleLabel, Role::Root))
}

/// Valid now, and less is left than `threshold` allows.
fn within(threshold: &ExpiryThreshold) -> String {
    let (seconds, share) = (threshold.remaining_seconds(), threshold.life_left.get());
    format!(
        "({NOT_AFTER} - time() >= 0 and {NOT_AFTER} - time() < {seconds} \
         and {NOT_AFTER} - time() < {share} * ({NOT_AFTER} - {NOT_BEFORE}))"
    )
}

fn expiring(settings: &AlertSettings) -> Alert {
    let (warning, critical, but_roots) = (within(&settings.warning), within(&settings.critical), but_roots());
    let mut cases = cases::expiring(Place::Stored, QUARTER_HOUR);
    let without_info =
        Place::Stored.given(Role::Leaf, &Dates::left(90, 20 * DAY)).into_iter().take(2).collect();
    let labels = Place::Stored.labels(Role::Leaf);
    cases.push(fires("it fires also where the role is not known", CaseKind::Other, without_info, labels));
    Alert {
        name: "LookoutCertsStoredExpiring",
        expression: format!("{warning} unless {critical} {but_roots}"),
        hold: QUARTER_HOUR,
        keep_firing_for: BRIDGE_RESTART,
        severity: Severity::Warning,
        owner: Owner::Security,
        summary: "A stored certificate should have been renewed by now",
        description: format!("{SUBJECT} expires in {VALUE}."),
        runbook: include_str!("../../runbooks/LookoutCertsStoredExpiring.md"),
        inhibits: &[],
        cases,
    }
}

fn expiring_soon(settings: &AlertSettings) -> Alert {
    let (critical, but_roots) = (within(&settings.critical), but_roots());
    Alert {
        name: "LookoutCertsStoredExpiringSoon",
        expression: format!("{critical} {but_roots}"),
        hold: QUARTER_HOUR,
        keep_firing_for: BRIDGE_RESTART,
        severity: Severity::Critical,
        owner: Owner::Security,
        summary: "A stored certificate is about to expire",
        description: format!("{SUBJECT} expires in {VALUE}."),
        runbook: include_str!("../../runbooks/LookoutCertsStoredExpiringSoon.md"),
        inhibits: &[],
        cases: cases::expiring_soon(Place::Stored, QUARTER_HOUR),
    }
}

fn expired() -> Alert {
    let but_roots = but_roots();
    Alert {
        name: "LookoutCertsStoredExpired",
        expression: format!("time() - {NOT_AFTER} > 0 {but_roots}"),
        hold: QUARTER_HOUR,
        keep_firing_for: BRIDGE_RESTART,
        severity: Severity::Critical,
        owner: Owner::Security,
        summary: "A stored certificate has expired",
        description: format!("{SUBJECT} expired {VALUE} ago."),
        runbook: include_str!("../../runbooks/LookoutCertsStoredExpired.md"),
        inhibits: &[],
        cases: cases::expired(Place::Stored, QUARTER_HOUR),
    }
}

fn not_yet_valid() -> Alert {
    Alert {
        name: "LookoutCertsStoredNotYetValid",
        expression: format!("{NOT_BEFORE} - time() > 0"),
        hold: QUARTER_HOUR,
        keep_firing_for: BRIDGE_RESTART,
        severity: Severity::Warning,
        owner: Owner::Security,
        summary: "A stored certificate is not valid yet",
        description: format!("{SUBJECT} becomes valid in {VALUE}; whoever uses it now is refused."),
        runbook: include_str!("../../runbooks/LookoutCertsStoredNotYetValid.md"),
        inhibits: &[],
        cases: cases::not_yet_valid(Place::Stored, QUARTER_HOUR),
    }
}
