//! Alerts about hosts: what their clients see, or would see after the next reload.
//!
//! Somebody gets up where clients are refused now. A controller that serves another certificate than the stored one, or an edge
//! whose certificate is about to end, is a ticket.

use lookout_declarations::{Alert, Case, CaseKind, Given, Owner, Severity};

use super::samples::{
    DAY, ExpectedLabels, HOUR, SECRET, TWO_HOURS, changed, elsewhere, end_in, fires, host, missing, others,
    pending, silent, silent_at, steady,
};
use super::{BRIDGE_RESTART, FIVE_MINUTES, OF_SCRAPE, QUARTER_HOUR, VALUE};
use crate::labels::{
    HostEndpoint, HostResult, HostResultLabel, HostServed, SecretKey, SecretName, SecretNamespace,
    ServedResult, ServedResultLabel,
};
use crate::metrics::{EDGE_NOT_AFTER, HOST_CERTIFICATE, HOST_SERVED, HOST_SERVED_NOT_AFTER, NOT_AFTER};

pub(super) fn alerts() -> Vec<Alert> {
    vec![
        not_covered(),
        without_secret(),
        secret_expired(),
        differs(),
        served_expired(),
        edge_expiring(),
        edge_expired(),
    ]
}

/// Which host of which object.
const SUBJECT: &str =
    "{{ $labels.host }} of {{ $labels.kind }} {{ $labels.resource_namespace }}/{{ $labels.name }}";

/// When the end of an edge's certificate is told, in seconds: whoever runs an edge renews weeks before.
const EDGE_SOON: i64 = 7 * DAY;

fn of_host(others: &[(&str, &str)]) -> ExpectedLabels {
    let host =
        [("resource_namespace", "shop"), ("kind", "Ingress"), ("name", "shop"), ("host", "shop.example")];
    host.iter().chain(others).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn of_secret(result: HostResult) -> ExpectedLabels {
    of_host(&[("secret_namespace", SECRET.0), ("secret_name", SECRET.1), ("result", result.as_str())])
}

fn not_covered() -> Alert {
    let not_covered = HOST_CERTIFICATE.at(HostResultLabel, HostResult::NotCovered);
    Alert {
        name: "LookoutCertsHostNotCovered",
        expression: format!("{not_covered} == 1"),
        hold: QUARTER_HOUR,
        keep_firing_for: BRIDGE_RESTART,
        severity: Severity::Warning,
        owner: Owner::Security,
        summary: "A host's certificate is not made out to it",
        description: format!(
            "The certificate in the Secret {{{{ $labels.secret_namespace }}}}/{{{{ $labels.secret_name }}}} is not made out to \
             {SUBJECT}; clients refuse it, or get the controller's default."
        ),
        runbook: include_str!("../../runbooks/LookoutCertsHostNotCovered.md"),
        inhibits: &[],
        cases: host_cases(
            HostResult::NotCovered,
            "it is made out to another name",
            "one is issued that names it",
        ),
    }
}

fn host_cases(result: HostResult, fire: &'static str, clear: &'static str) -> Vec<Case> {
    let given = |values: String| vec![host(SECRET.1, result, values)];
    vec![
        fires(fire, CaseKind::Fires, given(steady(1)), of_secret(result)),
        silent_at(clear, CaseKind::Clears, given(changed(1, 0)), TWO_HOURS),
        silent("another result holds", CaseKind::Below, [given(steady(0)), vec![covered()]].concat()),
        pending(given(steady(1)), QUARTER_HOUR),
        missing(),
    ]
}

fn covered() -> Given {
    host(SECRET.1, HostResult::Covered, steady(1))
}

fn without_secret() -> Alert {
    let results = [HostResult::SecretMissing, HostResult::NoCertificate, HostResult::NotPermitted];
    let pattern = results.map(HostResult::as_str).join("|");
    let without = HOST_CERTIFICATE.matching(HostResultLabel, &pattern).not_at(SecretName, "");
    let mut cases = host_cases(HostResult::SecretMissing, "the Secret is not there", "the Secret is created");
    for (name, result) in [
        ("the Secret has no certificate", HostResult::NoCertificate),
        ("a ReferenceGrant is missing", HostResult::NotPermitted),
    ] {
        cases.push(fires(name, CaseKind::Other, vec![host(SECRET.1, result, steady(1))], of_secret(result)));
    }
    let default = host("", HostResult::NoCertificate, steady(1));
    cases.push(silent("the controller's default is meant", CaseKind::Other, vec![default]));
    Alert {
        name: "LookoutCertsHostWithoutCertificate",
        expression: format!("{without} == 1"),
        hold: QUARTER_HOUR,
        keep_firing_for: BRIDGE_RESTART,
        severity: Severity::Warning,
        owner: Owner::Security,
        summary: "A host has no certificate to be served with",
        description: format!(
            "{SUBJECT} is to be served with the Secret {{{{ $labels.secret_namespace }}}}/{{{{ $labels.secret_name }}}}: \
             {{{{ $labels.result }}}}."
        ),
        runbook: include_str!("../../runbooks/LookoutCertsHostWithoutCertificate.md"),
        inhibits: &[],
        cases,
    }
}

/// Whose dates are seen is another alert's matter.
fn secret_expired() -> Alert {
    let expired = HOST_CERTIFICATE.at(HostResultLabel, HostResult::Expired);
    let dated = NOT_AFTER.at(SecretKey, "tls.crt");
    let mut cases = host_cases(HostResult::Expired, "it expired", "it is renewed");
    let with = |ends: Vec<_>| [vec![host(SECRET.1, HostResult::Expired, steady(1))], ends].concat();
    let of_others = others(SECRET).map(|other| end_in(other, "tls.crt", 90 * DAY));
    let unwatched = [of_others.to_vec(), vec![end_in(SECRET, "ca.crt", 90 * DAY)]].concat();
    cases.extend([
        silent(
            "the dates of the Secret are watched",
            CaseKind::Other,
            with(vec![end_in(SECRET, "tls.crt", -DAY)]),
        ),
        fires(
            "those of its namesake in another cluster are watched",
            CaseKind::Other,
            with(elsewhere(&[end_in(SECRET, "tls.crt", 90 * DAY)])),
            of_secret(HostResult::Expired),
        ),
        fires(
            "those of other Secrets are watched, and another key",
            CaseKind::Other,
            with(unwatched),
            of_secret(HostResult::Expired),
        ),
    ]);
    Alert {
        name: "LookoutCertsHostSecretExpired",
        expression: format!(
            "({expired} == 1) unless on ({OF_SCRAPE}, {SecretNamespace}, {SecretName}) {dated}"
        ),
        hold: QUARTER_HOUR,
        keep_firing_for: BRIDGE_RESTART,
        severity: Severity::Warning,
        owner: Owner::Security,
        summary: "A host is to be served with a certificate that is not valid",
        description: format!(
            "The certificate in the Secret {{{{ $labels.secret_namespace }}}}/{{{{ $labels.secret_name }}}}, for {SUBJECT}, is not \
             valid now; the Secret is not among those whose dates are watched."
        ),
        runbook: include_str!("../../runbooks/LookoutCertsHostSecretExpired.md"),
        inhibits: &[],
        cases,
    }
}

fn differs() -> Alert {
    let differs = HOST_SERVED.at(ServedResultLabel, ServedResult::Differs);
    Alert {
        name: "LookoutCertsServedDiffers",
        expression: format!("{differs} == 1"),
        hold: QUARTER_HOUR,
        keep_firing_for: BRIDGE_RESTART,
        severity: Severity::Warning,
        owner: Owner::Platform,
        summary: "A controller does not serve the certificate that is stored",
        description: format!(
            "The controller at {{{{ or $labels.exported_endpoint $labels.endpoint }}}} serves another certificate than the stored one for {SUBJECT}; it may \
             not have loaded the renewed one."
        ),
        runbook: include_str!("../../runbooks/LookoutCertsServedDiffers.md"),
        inhibits: &[],
        cases: differs_cases(),
    }
}

fn differs_cases() -> Vec<Case> {
    let served = |result, values: String| {
        let (resource_namespace, kind, name) = ("shop", "Ingress", "shop");
        let (host, endpoint) = ("shop.example", "192.0.2.10:443");
        let labels = HostServed { resource_namespace, kind, name, host, endpoint, result };
        vec![Given::series(&HOST_SERVED, labels, values)]
    };
    let differs = |values| served(ServedResult::Differs, values);
    vec![
        fires(
            "another certificate is served",
            CaseKind::Fires,
            differs(steady(1)),
            of_host(&[("endpoint", "192.0.2.10:443"), ("result", "differs")]),
        ),
        silent_at("it is loaded", CaseKind::Clears, differs(changed(1, 0)), TWO_HOURS),
        silent(
            "nothing can be compared",
            CaseKind::Below,
            [differs(steady(0)), served(ServedResult::Unreachable, steady(1))].concat(),
        ),
        pending(differs(steady(1)), QUARTER_HOUR),
        missing(),
    ]
}

fn served_expired() -> Alert {
    Alert {
        name: "LookoutCertsHostServedExpired",
        expression: format!("time() - {HOST_SERVED_NOT_AFTER} > 0"),
        hold: FIVE_MINUTES,
        keep_firing_for: BRIDGE_RESTART,
        severity: Severity::Critical,
        owner: Owner::Security,
        summary: "A controller serves a certificate that has expired",
        description: format!(
            "The certificate that the controller at {{{{ or $labels.exported_endpoint $labels.endpoint }}}} serves for {SUBJECT} expired {VALUE} ago; clients \
             refuse the connection."
        ),
        runbook: include_str!("../../runbooks/LookoutCertsHostServedExpired.md"),
        inhibits: &[],
        cases: served_expired_cases(),
    }
}

fn served_expired_cases() -> Vec<Case> {
    let given = |values: String| {
        let (resource_namespace, kind, name) = ("shop", "Ingress", "shop");
        let labels =
            HostEndpoint { resource_namespace, kind, name, host: "shop.example", endpoint: "192.0.2.10:443" };
        vec![Given::series(&HOST_SERVED_NOT_AFTER, labels, values)]
    };
    vec![
        fires(
            "it expired a day ago",
            CaseKind::Fires,
            given(steady(-DAY)),
            of_host(&[("endpoint", "192.0.2.10:443")]),
        ),
        fires(
            "it has just expired",
            CaseKind::Other,
            given(steady(-HOUR / 6)),
            of_host(&[("endpoint", "192.0.2.10:443")]),
        ),
        silent_at("it is renewed and loaded", CaseKind::Clears, given(changed(-DAY, 90 * DAY)), TWO_HOURS),
        silent("it expires in half an hour", CaseKind::Below, given(steady(HOUR))),
        pending(given(steady(-DAY)), FIVE_MINUTES),
        missing(),
    ]
}

fn edge_expiring() -> Alert {
    Alert {
        name: "LookoutCertsEdgeExpiring",
        expression: format!("{EDGE_NOT_AFTER} - time() < {EDGE_SOON} and {EDGE_NOT_AFTER} - time() >= 0"),
        hold: QUARTER_HOUR,
        keep_firing_for: BRIDGE_RESTART,
        severity: Severity::Warning,
        owner: Owner::Platform,
        summary: "The certificate of a CDN or tunnel in front of the cluster is about to expire",
        description: format!(
            "What is served at the public name of {SUBJECT} expires in {VALUE}; it is the edge's own."
        ),
        runbook: include_str!("../../runbooks/LookoutCertsEdgeExpiring.md"),
        inhibits: &[],
        cases: vec![
            fires("six days are left", CaseKind::Fires, edge(steady(6 * DAY)), of_host(&[])),
            fires(
                "six days and a half are left",
                CaseKind::Other,
                edge(steady(6 * DAY + 12 * HOUR)),
                of_host(&[]),
            ),
            fires("half an hour is left", CaseKind::Other, edge(steady(HOUR)), of_host(&[])),
            silent_at("it is renewed", CaseKind::Clears, edge(changed(6 * DAY, 90 * DAY)), TWO_HOURS),
            silent("seven days and a half are left", CaseKind::Below, edge(steady(7 * DAY + 12 * HOUR))),
            silent("what has expired is another alert's matter", CaseKind::Other, edge(steady(-HOUR / 6))),
            pending(edge(steady(6 * DAY)), QUARTER_HOUR),
            missing(),
        ],
    }
}

fn edge_expired() -> Alert {
    Alert {
        name: "LookoutCertsEdgeExpired",
        expression: format!("time() - {EDGE_NOT_AFTER} > 0"),
        hold: FIVE_MINUTES,
        keep_firing_for: BRIDGE_RESTART,
        severity: Severity::Critical,
        owner: Owner::Platform,
        summary: "The certificate of a CDN or tunnel in front of the cluster has expired",
        description: format!(
            "What is served at the public name of {SUBJECT} expired {VALUE} ago; clients refuse it."
        ),
        runbook: include_str!("../../runbooks/LookoutCertsEdgeExpired.md"),
        inhibits: &[],
        cases: vec![
            fires("it expired a day ago", CaseKind::Fires, edge(steady(-DAY)), of_host(&[])),
            fires("it has just expired", CaseKind::Other, edge(steady(-HOUR / 6)), of_host(&[])),
            silent_at("it is renewed", CaseKind::Clears, edge(changed(-DAY, 90 * DAY)), TWO_HOURS),
            silent("it expires in half an hour", CaseKind::Below, edge(steady(HOUR))),
            pending(edge(steady(-DAY)), FIVE_MINUTES),
            missing(),
        ],
    }
}

fn edge(values: String) -> Vec<Given> {
    vec![Given::series(&EDGE_NOT_AFTER, ("shop", "Ingress", "shop", "shop.example"), values)]
}
