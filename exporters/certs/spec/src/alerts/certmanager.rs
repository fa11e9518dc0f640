//! Alerts about cert-manager: what is not renewed, and why.
//!
//! cert-manager begins to renew when a third of the life is left, so there are weeks to look at a failure; when there are not, the
//! alerts on dates speak. `Ready` is not looked at: it may stay true after the end.

use core::time::Duration;

use lookout_declarations::{Alert, Case, CaseKind, Given, Owner, Severity};

use super::samples::{
    ExpectedLabels, HALF_HOUR, HOUR, IN_TIME, TOO_LATE, TWO_HOURS, changed, differing, elsewhere, fires,
    missing, others, passes, pending, replicated, silent, silent_at, steady,
};
use super::{BRIDGE_RESTART, QUARTER_HOUR, VALUE, across, everywhere};
use crate::labels::{FailureCause, FailureCauseLabel, Readiness, ReadinessLabel};
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
    failure_of(CERTIFICATE, values)
}

fn failure_of((namespace, name): (&'static str, &'static str), values: impl Into<String>) -> Given {
    Given::series(&CERTIFICATE_FAILURE, (namespace, name, FailureCause::LoginPage), values)
}

fn since(moment: i64) -> Given {
    since_of(CERTIFICATE, moment)
}

fn since_of(certificate: (&'static str, &'static str), moment: i64) -> Given {
    Given::series(&CERTIFICATE_FAILING_SINCE, certificate, steady(moment))
}

fn attempts(count: i64) -> Given {
    Given::series(&CERTIFICATE_FAILED_ATTEMPTS, CERTIFICATE, steady(count))
}

/// Other Certificates have failed since `moment`.
fn others_since(moment: i64) -> Vec<Given> {
    others(CERTIFICATE).map(|other| since_of(other, moment)).to_vec()
}

/// The last attempts of other Certificates failed.
fn others_failure() -> Vec<Given> {
    others(CERTIFICATE).map(|other| failure_of(other, steady(1))).to_vec()
}

/// Certificates that fail, for whatever cause.
fn fail() -> String {
    format!("{} == 1", across(CERTIFICATE_FAILURE))
}

/// Certificates that have failed for long enough. A second attempt comes an hour after the first; the number of attempts is
/// known after a restart too, when the moment of the first one is not. Of two replicas, the one that has seen it longest knows.
fn fails() -> String {
    let (fail, since, attempts) =
        (fail(), everywhere(CERTIFICATE_FAILING_SINCE), across(CERTIFICATE_FAILED_ATTEMPTS));
    format!("{fail} and ignoring ({FailureCauseLabel}) (time() - {since} > {FAILS} or {attempts} > 1)")
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

fn failing_cases() -> Vec<Case> {
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
            expected.clone(),
        ),
        fires(
            "it has failed for a little more than an hour",
            CaseKind::Other,
            vec![failure(steady(1)), since(passes(FAILS, IN_TIME)), attempts(1)],
            expected.clone(),
        ),
        fires(
            "it is the second attempt, and two replicas of Lookout",
            CaseKind::Other,
            replicated(&[failure(steady(1)), since(-HOUR / 3), attempts(2)]),
            expected.clone(),
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
            "it has failed for less than an hour and a quarter",
            CaseKind::Below,
            vec![failure(steady(1)), since(passes(FAILS, TOO_LATE)), attempts(1)],
        ),
        silent(
            "others have failed for long",
            CaseKind::Other,
            [vec![failure(steady(1)), since(-HOUR / 3)], others_since(-2 * HOUR)].concat(),
        ),
        silent(
            "one of that name has failed for long in another cluster",
            CaseKind::Other,
            [vec![failure(steady(1)), since(-HOUR / 3)], elsewhere(&[since(-2 * HOUR), attempts(2)])]
                .concat(),
        ),
        fires(
            "one of two replicas of Lookout was restarted",
            CaseKind::Other,
            differing(&[failure(steady(1)), since(-2 * HOUR)], &[failure(steady(1)), since(-HOUR / 3)]),
            expected.clone(),
        ),
        silent("it is another cause", CaseKind::Below, vec![failure(steady(0)), since(-2 * HOUR)]),
        pending(vec![failure(steady(1)), since(-2 * HOUR)], QUARTER_HOUR),
        missing(),
    ]
}

fn overdue() -> Alert {
    // Of two replicas, the one that knows the latest renewal.
    let overdue = format!("time() - {} > {OVERDUE}", across(CERTIFICATE_RENEWAL));
    Alert {
        name: "LookoutCertsRenewalOverdue",
        expression: format!("{overdue} unless ignoring ({FailureCauseLabel}) ({})", fails()),
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
    let passing = |minutes| due(steady(passes(OVERDUE, minutes)));
    let mut cases = vec![
        fires("it was due seven hours ago", CaseKind::Fires, due(steady(-7 * HOUR)), labels()),
        fires("it has been overdue for long enough", CaseKind::Other, passing(IN_TIME), labels()),
        silent_at("it is renewed", CaseKind::Clears, due(changed(-7 * HOUR, 60 * 24 * HOUR)), TWO_HOURS),
        silent("it has been overdue for some minutes", CaseKind::Below, passing(TOO_LATE)),
        pending(due(steady(-7 * HOUR)), QUARTER_HOUR),
        silent(
            "one of two replicas of Lookout has not seen the renewal",
            CaseKind::Other,
            differing(&due(steady(-7 * HOUR)), &due(steady(60 * 24 * HOUR))),
        ),
        missing(),
    ];
    cases.extend(overdue_and_failing_cases(&due(steady(-7 * HOUR))));
    cases
}

/// Whether what is overdue is left to the alert on failures.
fn overdue_and_failing_cases(due: &[Given]) -> Vec<Case> {
    let with = |others: Vec<_>| [due.to_vec(), others].concat();
    let fails_since = |moment| with(vec![failure(steady(1)), since(moment)]);
    // `for` has passed shortly before this, and what ended before it did is not told.
    let shortly_after = Duration::from_mins(20);
    // Long enough for this alert to leave them out, and not long enough for the other one to tell.
    let others_fail = [others_failure(), others_since(passes(FAILS, IN_TIME / 2))].concat();
    let shortly = |case| Case { at: shortly_after, ..case };
    let fires = |name, given| fires(name, CaseKind::Other, given, labels());
    vec![
        silent("a failure that lasts is another alert's matter", CaseKind::Other, fails_since(-2 * HOUR)),
        silent(
            "a failure that lasts, and two replicas of Lookout",
            CaseKind::Other,
            replicated(&with(vec![failure(steady(1)), since(-2 * HOUR), attempts(2)])),
        ),
        shortly(fires(
            "one of that name fails in another cluster",
            with(elsewhere(&[failure(steady(1)), since(passes(FAILS, IN_TIME / 2))])),
        )),
        silent(
            "a second attempt that fails is another alert's matter",
            CaseKind::Other,
            with(vec![failure(steady(1)), since(-HOUR / 3), attempts(2)]),
        ),
        silent_at(
            "before it is told, the failure has lasted for an hour",
            CaseKind::Other,
            fails_since(passes(FAILS, IN_TIME)),
            shortly_after,
        ),
        shortly(fires(
            "it is told, and then the failure has lasted for an hour",
            fails_since(passes(FAILS, TOO_LATE)),
        )),
        fires("it has only begun to fail", with(vec![failure(steady(1)), since(-HOUR / 3), attempts(1)])),
        fires("no attempt fails any more", with(vec![failure(steady(0)), since(-2 * HOUR)])),
        shortly(fires("others fail", with(others_fail))),
        fires(
            "it has only begun to fail, and others have failed for long",
            with([vec![failure(steady(1)), since(-HOUR / 3)], others_since(-2 * HOUR)].concat()),
        ),
    ]
}

fn never_issued() -> Alert {
    let never = everywhere(CERTIFICATE_NEVER_ISSUED);
    Alert {
        name: "LookoutCertsNeverIssued",
        expression: format!("{never} == 1 unless ignoring ({FailureCauseLabel}) ({})", fail()),
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
    let fails = [given(steady(1)), vec![failure(steady(1))]].concat();
    let stays = |name, given| Case { at: Duration::from_mins(45), ..silent(name, CaseKind::Other, given) };
    vec![
        // Before the alert on failures speaks of them.
        Case {
            name: "one of that name fails in another cluster",
            kind: CaseKind::Other,
            given: [given(steady(1)), elsewhere(&[failure(steady(1))])].concat(),
            ..fires.clone()
        },
        Case {
            name: "only others fail",
            kind: CaseKind::Other,
            given: [given(steady(1)), others_failure()].concat(),
            ..fires.clone()
        },
        fires,
        silent_at("it is issued", CaseKind::Clears, given(changed(1, 0)), TWO_HOURS),
        silent("it was issued", CaseKind::Below, given(steady(0))),
        pending(given(steady(1)), HALF_HOUR),
        stays("a failure that is known, and two replicas of Lookout", replicated(&fails)),
        stays("a failure that is known is another alert's matter", fails),
        stays(
            "one of two replicas of Lookout has seen it issued",
            differing(&given(steady(1)), &given(steady(0))),
        ),
        missing(),
    ]
}

fn issuer_not_ready() -> Alert {
    let not_ready = ISSUER_READY.at(ReadinessLabel, Readiness::False);
    Alert {
        name: "LookoutCertsIssuerNotReady",
        expression: format!("{} == 1", everywhere(not_ready)),
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
    let ready = |status, values: String| {
        vec![Given::series(&ISSUER_READY, ("", "ClusterIssuer", "letsencrypt", status), values)]
    };
    let given = |values| ready(Readiness::False, values);
    let labels = [("kind", "ClusterIssuer"), ("issuer", "letsencrypt"), ("status", "false")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec();
    vec![
        fires("it is not ready", CaseKind::Fires, given(steady(1)), labels),
        silent_at("it becomes ready", CaseKind::Clears, given(changed(1, 0)), TWO_HOURS),
        silent(
            "it is ready",
            CaseKind::Below,
            [given(steady(0)), ready(Readiness::True, steady(1))].concat(),
        ),
        silent(
            "one of two replicas of Lookout sees it ready",
            CaseKind::Other,
            differing(&given(steady(1)), &given(steady(0))),
        ),
        pending(given(steady(1)), QUARTER_HOUR),
        missing(),
    ]
}
