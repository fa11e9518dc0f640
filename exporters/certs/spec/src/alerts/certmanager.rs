//! Alerts about cert-manager: what is not renewed, and why.
//!
//! cert-manager begins to renew when a third of the life is left, so there are weeks to look at a failure; when there are not, the
//! alerts on dates speak. `Ready` is not looked at: it may stay true after the end.

use core::time::Duration;

use lookout_declarations::{Alert, Case, CaseKind, Given, Owner, Severity};

use super::samples::{
    ExpectedLabels, HALF_HOUR, HOUR, TWO_HOURS, changed, fires, missing, pending, silent, silent_at, steady,
};
use super::{BRIDGE_RESTART, QUARTER_HOUR, VALUE};
use crate::labels::{CertificateName, FailureCause, Readiness, ReadinessLabel, ResourceNamespace};
use crate::metrics::{
    CERTIFICATE_FAILED_ATTEMPTS, CERTIFICATE_FAILING_SINCE, CERTIFICATE_FAILURE, CERTIFICATE_NEVER_ISSUED,
    CERTIFICATE_RENEWAL, ISSUER_READY,
};

pub(super) fn alerts() -> Vec<Alert> {
    vec![failing(), overdue(), never_issued(), issuer_not_ready()]
}

/// How long a renewal may be overdue, in seconds: cert-manager works through many at a time, and an authority may ask it to wait.
const OVERDUE: i64 = 6 * HOUR;

/// How long a failure must last, in seconds: the first attempts of a new Certificate fail until its name is known to DNS.
const FAILS: i64 = HOUR;

/// The namespace and name of the sampled Certificate.
const CERTIFICATE: (&str, &str) = ("shop", "shop-tls");

const SUBJECT: &str = "The Certificate {{ $labels.resource_namespace }}/{{ $labels.certificate }}";

fn labels() -> ExpectedLabels {
    [("resource_namespace", CERTIFICATE.0), ("certificate", CERTIFICATE.1)]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec()
}

fn failure(values: impl Into<String>) -> Given {
    Given::series(&CERTIFICATE_FAILURE, (CERTIFICATE.0, CERTIFICATE.1, FailureCause::LoginPage), values)
}

/// Certificates that have failed for long enough. A second attempt comes an hour after the first; the number of attempts is
/// known after a restart too, when the moment of the first one is not.
fn fails() -> String {
    let by = format!("on ({ResourceNamespace}, {CertificateName})");
    format!(
        "({CERTIFICATE_FAILURE} == 1) and {by} (time() - {CERTIFICATE_FAILING_SINCE} > {FAILS} \
         or {CERTIFICATE_FAILED_ATTEMPTS} > 1)"
    )
}

fn failing() -> Alert {
    Alert {
        name: "LookoutCertsRenewalFailing",
        expression: fails(),
        hold: QUARTER_HOUR,
        keep_firing_for: BRIDGE_RESTART,
        severity: Severity::Warning,
        owner: Owner::Security,
        summary: "cert-manager fails to issue or renew a certificate",
        description: format!("{SUBJECT} is not issued or renewed: {{{{ $labels.cause }}}}."),
        runbook: include_str!("../../runbooks/LookoutCertsRenewalFailing.md"),
        inhibits: &[],
        cases: failing_cases(),
    }
}

fn since(moment: i64) -> Given {
    Given::series(&CERTIFICATE_FAILING_SINCE, CERTIFICATE, steady(moment))
}

fn failing_cases() -> Vec<Case> {
    let attempts = |count: i64| Given::series(&CERTIFICATE_FAILED_ATTEMPTS, CERTIFICATE, steady(count));
    let mut expected = labels();
    expected.push(("cause".to_owned(), "login_page".to_owned()));
    vec![
        fires(
            "a login page has answered the challenge for two hours",
            CaseKind::Fires,
            vec![failure(steady(1)), since(-2 * HOUR)],
            expected.clone(),
        ),
        fires(
            "it is the second attempt, and the first is no longer known",
            CaseKind::Other,
            vec![failure(steady(1)), since(-HOUR / 3), attempts(2)],
            expected,
        ),
        silent_at(
            "it is renewed",
            CaseKind::Clears,
            vec![
                failure("1x11 _x24"),
                Given::series(&CERTIFICATE_FAILING_SINCE, CERTIFICATE, "-7200x11 _x24"),
            ],
            TWO_HOURS,
        ),
        silent(
            "it has failed for less than an hour",
            CaseKind::Below,
            vec![failure(steady(1)), since(-HOUR / 3), attempts(1)],
        ),
        silent("it is another cause", CaseKind::Below, vec![failure(steady(0)), since(-2 * HOUR)]),
        pending(vec![failure(steady(1)), since(-2 * HOUR)], QUARTER_HOUR),
        missing(),
    ]
}

fn overdue() -> Alert {
    let by = format!("on ({ResourceNamespace}, {CertificateName})");
    Alert {
        name: "LookoutCertsRenewalOverdue",
        expression: format!("(time() - {CERTIFICATE_RENEWAL} > {OVERDUE}) unless {by} ({})", fails()),
        hold: QUARTER_HOUR,
        keep_firing_for: BRIDGE_RESTART,
        severity: Severity::Warning,
        owner: Owner::Security,
        summary: "A renewal is overdue, and nothing says why",
        description: format!(
            "{SUBJECT} should have been renewed {VALUE} ago, and no failure that lasts is known; perhaps cert-manager \
             does not run."
        ),
        runbook: include_str!("../../runbooks/LookoutCertsRenewalOverdue.md"),
        inhibits: &[],
        cases: overdue_cases(),
    }
}

fn overdue_cases() -> Vec<Case> {
    let due = |values: String| vec![Given::series(&CERTIFICATE_RENEWAL, CERTIFICATE, values)];
    vec![
        fires("it was due seven hours ago", CaseKind::Fires, due(steady(-7 * HOUR)), labels()),
        silent_at("it is renewed", CaseKind::Clears, due(changed(-7 * HOUR, 60 * 24 * HOUR)), TWO_HOURS),
        silent("it was due five hours ago", CaseKind::Below, due(steady(-5 * HOUR))),
        pending(due(steady(-7 * HOUR)), QUARTER_HOUR),
        silent(
            "a failure that lasts is another alert's matter",
            CaseKind::Other,
            [due(steady(-7 * HOUR)), vec![failure(steady(1)), since(-2 * HOUR)]].concat(),
        ),
        fires(
            "it has only begun to fail",
            CaseKind::Other,
            [due(steady(-7 * HOUR)), vec![failure(steady(1)), since(-HOUR / 3)]].concat(),
            labels(),
        ),
        missing(),
    ]
}

fn never_issued() -> Alert {
    let by = format!("on ({ResourceNamespace}, {CertificateName})");
    Alert {
        name: "LookoutCertsNeverIssued",
        expression: format!("({CERTIFICATE_NEVER_ISSUED} == 1) unless {by} ({CERTIFICATE_FAILURE} == 1)"),
        hold: HALF_HOUR,
        keep_firing_for: BRIDGE_RESTART,
        severity: Severity::Warning,
        owner: Owner::Security,
        summary: "A Certificate has never been issued, and nothing says why",
        description: format!("{SUBJECT} has never been issued, and no failed attempt is known."),
        runbook: include_str!("../../runbooks/LookoutCertsNeverIssued.md"),
        inhibits: &[],
        cases: never_issued_cases(),
    }
}

fn never_issued_cases() -> Vec<Case> {
    let given = |values: String| vec![Given::series(&CERTIFICATE_NEVER_ISSUED, CERTIFICATE, values)];
    let mut fires =
        fires("there is no certificate after half an hour", CaseKind::Fires, given(steady(1)), labels());
    fires.at = Duration::from_mins(45);
    let mut known = silent(
        "a failure that is known is another alert's matter",
        CaseKind::Other,
        [given(steady(1)), vec![failure(steady(1))]].concat(),
    );
    known.at = Duration::from_mins(45);
    vec![
        fires,
        silent_at("it is issued", CaseKind::Clears, given(changed(1, 0)), TWO_HOURS),
        silent("it was issued", CaseKind::Below, given(steady(0))),
        pending(given(steady(1)), HALF_HOUR),
        known,
        missing(),
    ]
}

fn issuer_not_ready() -> Alert {
    let not_ready = ISSUER_READY.at(ReadinessLabel, Readiness::False);
    Alert {
        name: "LookoutCertsIssuerNotReady",
        expression: format!("{not_ready} == 1"),
        hold: QUARTER_HOUR,
        keep_firing_for: BRIDGE_RESTART,
        severity: Severity::Warning,
        owner: Owner::Security,
        summary: "An issuer of cert-manager is not ready",
        description: "The {{ $labels.kind }} {{ with $labels.resource_namespace }}{{ . }}/{{ end }}{{ $labels.issuer }} is not \
                      ready, so nothing is issued or renewed by it."
            .to_owned(),
        runbook: include_str!("../../runbooks/LookoutCertsIssuerNotReady.md"),
        inhibits: &[],
        cases: issuer_cases(),
    }
}

fn issuer_cases() -> Vec<Case> {
    let given = |values: String| {
        let labels = ("", "ClusterIssuer", "letsencrypt", Readiness::False);
        vec![Given::series(&ISSUER_READY, labels, values)]
    };
    let labels = [("kind", "ClusterIssuer"), ("issuer", "letsencrypt"), ("status", "false")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec();
    vec![
        fires("it is not ready", CaseKind::Fires, given(steady(1)), labels),
        silent_at("it becomes ready", CaseKind::Clears, given(changed(1, 0)), TWO_HOURS),
        silent("it is ready", CaseKind::Below, given(steady(0))),
        pending(given(steady(1)), QUARTER_HOUR),
        missing(),
    ]
}
