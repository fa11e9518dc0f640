//! Alerts about endpoints: what clients of the endpoint would say, and whether we can see it at all.

use core::time::Duration;

use lookout_declarations::{Alert, Case, CaseKind, Given, Owner, Severity, duration};

use super::samples::{
    ENDPOINT, ExpectedLabels, TWO_HOURS, changed, differing, fires, missing, pending, silent, silent_at,
    steady,
};
use super::{BRIDGE_RESTART, FIVE_MINUTES, QUARTER_HOUR, across, everywhere, once};
use crate::labels::{Verification, VerificationLabel};
use crate::metrics::{ENDPOINT_UP, ENDPOINT_VERIFIED};

pub(super) fn alerts() -> Vec<Alert> {
    vec![once(untrusted()), once(name_mismatch()), trust_unreadable(), down()]
}

/// Every result that means: clients do not trust the chain, whatever its dates and its name.
const NOT_TRUSTED: [Verification; 3] =
    [Verification::Untrusted, Verification::IncompleteChain, Verification::Invalid];

fn untrusted() -> Alert {
    let not_trusted = NOT_TRUSTED.map(Verification::as_str).join("|");
    let not_trusted = ENDPOINT_VERIFIED.matching(VerificationLabel, &not_trusted);
    let mut cases = verification_cases(Verification::Untrusted, FIVE_MINUTES);
    cases.extend(
        [
            ("the intermediate is missing", Verification::IncompleteChain),
            ("another rule is broken", Verification::Invalid),
        ]
        .map(|(name, result)| fires(name, CaseKind::Other, verified(result, &steady(1)), labels(result))),
    );
    Alert {
        name: "LookoutCertsEndpointUntrusted",
        expression: format!("{not_trusted} == 1"),
        hold: FIVE_MINUTES,
        keep_firing_for: BRIDGE_RESTART,
        severity: Severity::Critical,
        owner: Owner::Security,
        summary: "An endpoint serves a chain that is not trusted",
        description:
            "The chain that {{ or $labels.exported_endpoint $labels.endpoint }} serves for {{ $labels.server_name }} is not trusted: \
             {{ $labels.result }}."
                .to_owned(),
        runbook: include_str!("../../runbooks/LookoutCertsEndpointUntrusted.md"),
        inhibits: &[],
        cases,
    }
}

fn name_mismatch() -> Alert {
    let mismatch = ENDPOINT_VERIFIED.at(VerificationLabel, Verification::NameMismatch);
    Alert {
        name: "LookoutCertsEndpointNameMismatch",
        expression: format!("{mismatch} == 1"),
        hold: FIVE_MINUTES,
        keep_firing_for: BRIDGE_RESTART,
        severity: Severity::Critical,
        owner: Owner::Security,
        summary: "An endpoint serves a certificate of another name",
        description:
            "The certificate that {{ or $labels.exported_endpoint $labels.endpoint }} serves for {{ $labels.server_name }} is not made \
             out to the expected name; clients refuse it."
                .to_owned(),
        runbook: include_str!("../../runbooks/LookoutCertsEndpointNameMismatch.md"),
        inhibits: &[],
        cases: verification_cases(Verification::NameMismatch, FIVE_MINUTES),
    }
}

fn trust_unreadable() -> Alert {
    let unknown = ENDPOINT_VERIFIED.at(VerificationLabel, Verification::Unknown);
    let given = |value| verified(Verification::Unknown, &steady(value));
    let mut cases = verification_cases(Verification::Unknown, QUARTER_HOUR);
    cases.push(silent(
        "one of two replicas of Lookout can read them",
        CaseKind::Other,
        differing(&given(1), &given(0)),
    ));
    Alert {
        name: "LookoutCertsTrustUnreadable",
        expression: format!("{} == 1", everywhere(unknown)),
        hold: QUARTER_HOUR,
        keep_firing_for: BRIDGE_RESTART,
        severity: Severity::Warning,
        owner: Owner::Platform,
        summary: "Chains cannot be verified, because the trusted roots cannot be read",
        description:
            "Whether the chain of {{ or $labels.exported_endpoint $labels.endpoint }} for {{ $labels.server_name }} is trusted is not \
             known: the trusted roots of this endpoint cannot be read."
                .to_owned(),
        runbook: include_str!("../../runbooks/LookoutCertsTrustUnreadable.md"),
        inhibits: &[],
        cases,
    }
}

fn down() -> Alert {
    Alert {
        name: "LookoutCertsEndpointDown",
        expression: format!("{} == 0", across(ENDPOINT_UP)),
        hold: QUARTER_HOUR,
        keep_firing_for: BRIDGE_RESTART,
        severity: Severity::Warning,
        owner: Owner::Platform,
        summary: "An endpoint shows no certificate",
        description: format!(
            "{{{{ or $labels.exported_endpoint $labels.endpoint }}}} has shown no certificate for {{{{ $labels.server_name }}}} for {}; \
             the dates that are known are those last seen.",
            duration(QUARTER_HOUR)
        ),
        runbook: include_str!("../../runbooks/LookoutCertsEndpointDown.md"),
        inhibits: &[],
        cases: down_cases(),
    }
}

fn down_cases() -> Vec<Case> {
    let given = |values: String| vec![Given::series(&ENDPOINT_UP, ENDPOINT, values)];
    vec![
        fires("no attempt succeeds", CaseKind::Fires, given(steady(0)), endpoint_labels()),
        silent_at("an attempt succeeds", CaseKind::Clears, given(changed(0, 1)), TWO_HOURS),
        silent("it shows a chain", CaseKind::Below, given(steady(1))),
        silent(
            "it shows one to another replica of Lookout",
            CaseKind::Other,
            differing(&given(steady(0)), &given(steady(1))),
        ),
        pending(given(steady(0)), QUARTER_HOUR),
        missing(),
    ]
}

/// The cases of an alert that stands on one verification result.
fn verification_cases(result: Verification, hold: Duration) -> Vec<Case> {
    let another =
        Given::series(&ENDPOINT_VERIFIED, (ENDPOINT.0, ENDPOINT.1, Verification::Expired), steady(1));
    let mut below = verified(result, &steady(0));
    below.push(another);
    vec![
        fires("the result is this one", CaseKind::Fires, verified(result, &steady(1)), labels(result)),
        silent_at("it is put right", CaseKind::Clears, verified(result, &changed(1, 0)), TWO_HOURS),
        silent("the result is another one", CaseKind::Below, below),
        pending(verified(result, &steady(1)), hold),
        missing(),
    ]
}

fn verified(result: Verification, values: &str) -> Vec<Given> {
    vec![Given::series(&ENDPOINT_VERIFIED, (ENDPOINT.0, ENDPOINT.1, result), values)]
}

fn endpoint_labels() -> ExpectedLabels {
    [("endpoint", ENDPOINT.0), ("server_name", ENDPOINT.1)]
        .map(|(name, value)| (name.into(), value.into()))
        .to_vec()
}

fn labels(result: Verification) -> ExpectedLabels {
    let mut labels = endpoint_labels();
    labels.push(("result".to_owned(), result.as_str().to_owned()));
    labels
}
