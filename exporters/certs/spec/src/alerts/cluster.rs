//! Alerts about what is read through the Kubernetes API: whether it is still read, and what in it cannot be used.

use core::time::Duration;

use lookout_declarations::{Alert, Case, CaseKind, Given, Owner, Reason, Severity, duration};

use super::samples::{
    DAY, ExpectedLabels, HALF_HOUR, HOUR, IN_TIME, MINUTE, TOO_LATE, TWO_HOURS, changed, differing, fires,
    missing, passes, pending, silent, silent_at, steady,
};
use super::{BRIDGE_RESTART, QUARTER_HOUR, VALUE, across, once};
use crate::labels::{ObjectFault, SourceKind, SourceKindLabel};
use crate::metrics::{OBJECT_FAULTS, SIGNING_REQUEST_OLDEST_PENDING, SOURCE_BUNDLES, SOURCE_UP};

pub(super) fn alerts() -> Vec<Alert> {
    vec![source_down(), count_dropped(), once(object_unreadable()), once(signing_request_pending())]
}

/// How many places with certificates may go away within an hour: a namespace may be deleted, a chart be removed.
const MAY_GO: u32 = 2;

/// Which share of them must be left all the same.
const MUST_STAY: f64 = 0.8;

fn labels(pairs: &[(&str, &str)]) -> ExpectedLabels {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn source_down() -> Alert {
    let kinds = [SourceKind::KubeSecret, SourceKind::KubeConfigMap, SourceKind::KubeCaBundle];
    let up = SOURCE_UP.matching(SourceKindLabel, &kinds.map(SourceKind::as_str).join("|"));
    let given = |values: String| vec![Given::series(&SOURCE_UP, (SourceKind::KubeSecret, "secrets"), values)];
    Alert {
        name: "LookoutCertsClusterUnread",
        expression: format!("{} == 0", across(up)),
        hold: QUARTER_HOUR,
        keep_firing_for: BRIDGE_RESTART,
        severity: Severity::Warning,
        owner: Owner::Platform,
        summary: "Certificates in the cluster are no longer read",
        description: format!(
            "{{{{ $labels.source_name }}}} have not been read through the Kubernetes API for {}; what is shown of them is what was \
             read last, and a renewal is not seen.",
            duration(QUARTER_HOUR)
        ),
        runbook: include_str!("../../runbooks/LookoutCertsClusterUnread.md"),
        inhibits: &[],
        cases: vec![
            fires(
                "the API does not answer",
                CaseKind::Fires,
                given(steady(0)),
                labels(&[("source_kind", "kube-secret"), ("source_name", "secrets")]),
            ),
            silent_at("it answers again", CaseKind::Clears, given(changed(0, 1)), TWO_HOURS),
            silent("it answers", CaseKind::Below, given(steady(1))),
            silent(
                "it answers another replica of Lookout",
                CaseKind::Other,
                differing(&given(steady(0)), &given(steady(1))),
            ),
            pending(given(steady(0)), QUARTER_HOUR),
            silent(
                "a path of files is no matter of the cluster",
                CaseKind::Other,
                vec![Given::series(&SOURCE_UP, (SourceKind::File, "/etc/ssl"), steady(0))],
            ),
            missing(),
        ],
    }
}

/// What was there is taken over the replicas before it is compared: a Lookout that has been restarted, which is when a right or a
/// setting is lost, has another `instance` and `pod` than an hour ago.
fn count_dropped() -> Alert {
    let (now, before) = (across(SOURCE_BUNDLES), across(format!("{SOURCE_BUNDLES} offset 1h")));
    Alert {
        name: "LookoutCertsStoredCountDropped",
        expression: format!(
            "{before} - {now} > {MAY_GO} and {now} < {MUST_STAY} * {before}"
        ),
        hold: QUARTER_HOUR,
        keep_firing_for: BRIDGE_RESTART,
        severity: Severity::Warning,
        owner: Owner::Platform,
        summary: "Many stored certificates have vanished at once",
        description: "{{ $value }} places with certificates have gone from {{ $labels.source_name }} within an hour. Were they \
                      removed, or are they no longer seen?"
            .to_owned(),
        runbook: include_str!("../../runbooks/LookoutCertsStoredCountDropped.md"),
        inhibits: &[],
        cases: count_cases(),
    }
}

fn count_cases() -> Vec<Case> {
    // The fall is an hour and a minute after the start; then it is seen for an hour.
    let fall = Duration::from_mins(61);
    let series =
        |values: String| vec![Given::series(&SOURCE_BUNDLES, (SourceKind::KubeSecret, "secrets"), values)];
    let given = |before: u32, after: u32| series(format!("{before}x60 {after}x120"));
    let restarted =
        |after: u32| differing(&series("40x59 stale".to_owned()), &series(format!("_x60 {after}x120")));
    let at = |case: Case, minutes: u32| Case { interval: MINUTE, at: fall + MINUTE * minutes, ..case };
    let falls = |name, kind, given, minutes| {
        let labels = labels(&[("source_kind", "kube-secret"), ("source_name", "secrets")]);
        at(fires(name, kind, given, labels), minutes)
    };
    let stays = |name, kind, given, minutes| at(silent(name, kind, given), minutes);
    vec![
        falls("a quarter of them goes away", CaseKind::Fires, given(40, 30), 15),
        falls("three of ten go away", CaseKind::Other, given(10, 7), 15),
        falls("Lookout was restarted, and sees a quarter less", CaseKind::Other, restarted(30), 15),
        stays("Lookout was restarted, and sees what it saw", CaseKind::Other, restarted(40), 15),
        stays(
            "one of two replicas sees all still",
            CaseKind::Other,
            differing(&given(40, 30), &given(40, 40)),
            15,
        ),
        falls("it goes on for a little while", CaseKind::Other, given(40, 30), 65),
        stays("it is long ago", CaseKind::Clears, given(40, 30), 80),
        stays("a fifth of them goes away", CaseKind::Below, given(40, 32), 15),
        stays("two of five go away", CaseKind::Below, given(5, 3), 15),
        stays("there are more than before", CaseKind::Other, given(30, 40), 15),
        stays("it has not held for long enough", CaseKind::Below, given(40, 30), 14),
        missing(),
    ]
}

fn object_unreadable() -> Alert {
    let given = |values: String| {
        let labels = ObjectFault {
            resource_namespace: "shop",
            kind: "Secret",
            name: "shop-tls",
            key: "tls.crt",
            reason: Reason::Malformed,
        };
        vec![Given::series(&OBJECT_FAULTS, labels, values)]
    };
    let expected = labels(&[
        ("resource_namespace", "shop"),
        ("kind", "Secret"),
        ("name", "shop-tls"),
        ("key", "tls.crt"),
        ("reason", "malformed"),
    ]);
    Alert {
        name: "LookoutCertsObjectUnreadable",
        expression: format!("{OBJECT_FAULTS} > 0"),
        hold: QUARTER_HOUR,
        keep_firing_for: BRIDGE_RESTART,
        severity: Severity::Warning,
        owner: Owner::Platform,
        summary: "A watched object holds something that cannot be used as a certificate",
        description: "{{ $value }} item(s) of {{ $labels.kind }} {{ with $labels.resource_namespace }}{{ . }}/{{ end }}\
                      {{ $labels.name }}{{ with $labels.key }} under {{ . }}{{ end }} cannot be used ({{ $labels.reason }}), so \
                      nobody watches when they expire."
            .to_owned(),
        runbook: include_str!("../../runbooks/LookoutCertsObjectUnreadable.md"),
        inhibits: &[],
        cases: vec![
            fires("one item is malformed", CaseKind::Fires, given(steady(1)), expected),
            silent_at("it is replaced", CaseKind::Clears, given("1x11 _x24".to_owned()), TWO_HOURS),
            silent("nothing is wrong with it", CaseKind::Below, given(steady(0))),
            pending(given(steady(1)), QUARTER_HOUR),
            missing(),
        ],
    }
}

fn signing_request_pending() -> Alert {
    let signer = "kubernetes.io/kubelet-serving";
    let given = |values: String| vec![Given::series(&SIGNING_REQUEST_OLDEST_PENDING, (signer,), values)];
    Alert {
        name: "LookoutCertsSigningRequestPending",
        expression: format!("time() - {SIGNING_REQUEST_OLDEST_PENDING} > {HOUR}"),
        hold: HALF_HOUR,
        keep_firing_for: BRIDGE_RESTART,
        severity: Severity::Warning,
        owner: Owner::Platform,
        summary: "A CertificateSigningRequest waits for approval",
        description: format!(
            "A CertificateSigningRequest for {{{{ $labels.signer }}}} has waited for {VALUE}; after a day Kubernetes forgets it."
        ),
        runbook: include_str!("../../runbooks/LookoutCertsSigningRequestPending.md"),
        inhibits: &[],
        cases: signing_cases(given, signer),
    }
}

fn signing_cases(given: impl Fn(String) -> Vec<Given>, signer: &str) -> Vec<Case> {
    let after_45 = |case: Case| Case { at: Duration::from_mins(45), ..case };
    let passing = |minutes| given(steady(passes(HOUR, minutes)));
    let waits = |name, kind, given| after_45(fires(name, kind, given, labels(&[("signer", signer)])));
    vec![
        waits("the oldest has waited for two hours", CaseKind::Fires, given(steady(-2 * HOUR))),
        waits("it has been too long for half an hour", CaseKind::Other, passing(IN_TIME)),
        after_45(silent("it has been too long for some minutes", CaseKind::Below, passing(TOO_LATE))),
        silent_at("it is approved", CaseKind::Clears, given(format!("-{DAY}x11 _x24")), TWO_HOURS),
        silent("the oldest has waited for minutes", CaseKind::Below, given(steady(-HOUR / 6))),
        pending(given(steady(-2 * HOUR)), HALF_HOUR),
        missing(),
    ]
}
