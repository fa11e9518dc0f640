//! The alert about files that cannot be used.

use lookout_declarations::{Alert, Case, CaseKind, Given, Owner, Reason, Severity};

use super::samples::{TWO_HOURS, changed, fires, missing, pending, silent, silent_at, steady};
use super::{BRIDGE_RESTART, QUARTER_HOUR};
use crate::metrics::FILE_FAULTS;

pub(super) fn alerts() -> Vec<Alert> {
    vec![unreadable()]
}

fn unreadable() -> Alert {
    Alert {
        name: "LookoutCertsFileUnreadable",
        expression: format!("{FILE_FAULTS} > 0"),
        hold: QUARTER_HOUR,
        keep_firing_for: BRIDGE_RESTART,
        severity: Severity::Warning,
        owner: Owner::Platform,
        summary: "A watched path holds something that cannot be used as a certificate",
        description:
            "{{ $value }} item(s) of {{ $labels.filepath }} cannot be used ({{ $labels.reason }}), so \
             nobody watches when they expire."
                .to_owned(),
        runbook: include_str!("../../runbooks/LookoutCertsFileUnreadable.md"),
        inhibits: &[],
        cases: cases(),
    }
}

fn cases() -> Vec<Case> {
    let given =
        |values: String| vec![Given::series(&FILE_FAULTS, ("/etc/shop/tls.pem", Reason::Malformed), values)];
    let labels = [("filepath", "/etc/shop/tls.pem"), ("reason", Reason::Malformed.as_str())]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec();
    vec![
        fires("one item is malformed", CaseKind::Fires, given(steady(1)), labels),
        silent_at("it is replaced", CaseKind::Clears, given("1x11 _x24".to_owned()), TWO_HOURS),
        silent_at("its count falls to zero", CaseKind::Other, given(changed(1, 0)), TWO_HOURS),
        silent("nothing is wrong with it", CaseKind::Below, given(steady(0))),
        pending(given(steady(1)), QUARTER_HOUR),
        missing(),
    ]
}
