//! Alerts about stored certificates, roots excepted.
//!
//! A cluster is full of Secrets that nobody uses any more, and nobody gets up for one of those. So of a Secret that is about to
//! end, people are paged where a host is served with it or a workload uses it, and told in working hours where none is known
//! to: Traefik's, Istio's and Contour's own objects, and whatever asks the API, are not seen. Where nothing is known of any, because
//! neither hosts nor workloads are watched, every Secret counts as used.
//!
//! What is known of uses is matched with [`OF_SCRAPE`]: another cluster has Secrets of the same names.

use lookout_declarations::{Alert, Case, CaseKind, Gauge, Given, Owner, Severity};

use super::samples::{
    DAY, Dates, ExpectedLabels, HOUR, Place, SECRET, TWO_HOURS, elsewhere, fires_each, host, missing,
    other_workloads, pending, silent, silent_at, steady, workload,
};
use super::zones::Zones;
use super::{BRIDGE_RESTART, OF_SCRAPE, QUARTER_HOUR, VALUE, across, cases};
use crate::config::{AlertSettings, ExpiryThreshold};
use crate::labels::{
    FingerprintSha256, HostResult, KeyAlgorithmLabel, KeyBits, Role, RoleLabel, SecretName, SecretNamespace,
    StoredCertificate, Workload, WorkloadKind,
};
use crate::metrics::{HOST_CERTIFICATE, NOT_AFTER, NOT_BEFORE, SECRET_WORKLOAD, STORED_INFO};

pub(super) fn alerts(settings: &AlertSettings) -> Vec<Alert> {
    vec![expiring(settings), expiring_soon(settings), expired(), expired_unused(), not_yet_valid()]
}

/// Which certificate it is, and where.
pub(super) const SUBJECT: &str = "The certificate {{ $labels.serial_number }} of {{ $labels.subject_CN }}\
     {{ with $labels.filepath }} in {{ . }}{{ end }}\
     {{ with $labels.secret_name }} in the Secret {{ $labels.secret_namespace }}/{{ . }}{{ end }}\
     {{ with $labels.configmap_name }} in the ConfigMap {{ $labels.configmap_namespace }}/{{ . }}{{ end }}\
     {{ with $labels.cabundle_resource_name }} in the caBundle of {{ $labels.cabundle_resource_kind }} {{ . }}{{ end }}";

/// Which workloads use the Secret, for the end of a description.
fn affected() -> String {
    let of_scrape = OF_SCRAPE.split(", ");
    let matchers = of_scrape.clone().map(|label| format!("{label}=%q,")).collect::<Vec<_>>().concat();
    let values = of_scrape.map(|label| format!("$labels.{label} ")).collect::<Vec<_>>().concat();
    let uses = across(format!("{SECRET_WORKLOAD}{{{matchers}{SecretNamespace}=%q,{SecretName}=%q}}"));
    format!(
        "{{{{ with $labels.secret_name }}}}{{{{ range printf \"{uses}\" {values}$labels.{SecretNamespace} . | query }}}} \
         The {{{{ .Labels.{WorkloadKind} }}}} {{{{ .Labels.{Workload} }}}} uses it.{{{{ end }}}}{{{{ end }}}}"
    )
}

/// How a condition on stored certificates is matched with what they are.
pub(super) fn ignoring_info() -> String {
    format!("ignoring ({FingerprintSha256}, {RoleLabel}, {KeyAlgorithmLabel}, {KeyBits})")
}

/// What takes the roots out of a condition. A certificate whose role is not known stays in.
fn but_roots() -> String {
    format!("unless {} {}", ignoring_info(), STORED_INFO.at(RoleLabel, Role::Root))
}

/// Which certificates a condition is about.
#[derive(Clone, Copy, Debug)]
enum Of {
    /// All.
    All,
    /// Those in Secrets.
    Secrets,
    /// Those in files, ConfigMaps and `caBundle`s.
    Others,
}

impl Of {
    fn series(self, metric: &Gauge<StoredCertificate<'static>>) -> String {
        match self {
            Self::All => metric.to_string(),
            Self::Secrets => metric.not_at(SecretName, "").to_string(),
            Self::Others => metric.at(SecretName, "").to_string(),
        }
    }
}

/// Valid now, and less is left than `threshold` allows.
fn within(of: Of, threshold: &ExpiryThreshold) -> String {
    let (seconds, share) = (threshold.remaining_seconds(), threshold.life_left.get());
    let (not_after, not_before) = (of.series(&NOT_AFTER), of.series(&NOT_BEFORE));
    format!(
        "({not_after} - time() < {seconds} and {not_after} - time() >= 0 \
         and {not_after} - time() < {share} * ({not_after} - {not_before}))"
    )
}

fn over(of: Of) -> String {
    format!("(time() - {} > 0)", of.series(&NOT_AFTER))
}

/// Secrets that a host is served with, or that a workload uses.
fn in_use() -> String {
    let hosts = HOST_CERTIFICATE.not_at(SecretName, "");
    let by = format!("group by ({OF_SCRAPE}, {SecretNamespace}, {SecretName})");
    format!("({by} ({hosts} == 1) or {by} ({SECRET_WORKLOAD}))")
}

/// What of a condition somebody is paged for: what is in no Secret, what is in one that is used, and, where nothing is known of
/// any use, what is in any.
fn paged(condition: impl Fn(Of) -> String) -> String {
    let (elsewhere, secret, in_use) = (condition(Of::Others), condition(Of::Secrets), in_use());
    format!(
        "({elsewhere} or ({secret} and on ({OF_SCRAPE}, {SecretNamespace}, {SecretName}) {in_use}) \
         or ({secret} unless on ({OF_SCRAPE}) {in_use}))"
    )
}

fn expiring(settings: &AlertSettings) -> Alert {
    let warning = within(Of::All, &settings.warning);
    let critical = paged(|of| within(of, &settings.critical));
    Alert {
        name: "LookoutCertsStoredExpiring",
        expression: format!("{warning} unless {critical} {}", but_roots()),
        hold: QUARTER_HOUR,
        keep_firing_for: BRIDGE_RESTART,
        severity: Severity::Warning,
        owner: Owner::Security,
        summary: "A stored certificate should have been renewed by now",
        description: format!("{SUBJECT} expires in {VALUE}.{}", affected()),
        runbook: include_str!("../../runbooks/LookoutCertsStoredExpiring.md"),
        inhibits: &[],
        cases: expiring_cases(&Zones::new(settings)),
    }
}

fn expiring_cases(zones: &Zones) -> Vec<Case> {
    let mut cases = cases::expiring(Place::Stored, QUARTER_HOUR, zones);
    if let Some(due) = zones.short.just_due().or_else(|| zones.long.just_due()) {
        let info = STORED_INFO.to_string();
        let mut without_info = Place::Stored.given(Role::Leaf, &due);
        without_info.retain(|given| !given.series.starts_with(&info));
        let labels = Place::Stored.labels(Role::Leaf);
        let name = "it fires also where the role is not known";
        cases.push(fires_each(name, CaseKind::Other, without_info, labels));
    }
    let paged = Place::Secret.given(Role::Leaf, &zones.long.last_hour());
    let with = |others: Vec<_>| [paged.clone(), others].concat();
    let served = host(SECRET.1, HostResult::Covered, steady(1));
    cases.extend([
        fires_each(
            "what would be critical is in a Secret that nobody is known to use",
            CaseKind::Other,
            with(other_workloads()),
            secret(),
        ),
        silent(
            "what is critical of a Secret that a host is served with is not a warning too",
            CaseKind::Other,
            with(vec![served, workload("another")]),
        ),
        silent("nor of one of which nothing is known", CaseKind::Other, with(vec![served_with_default()])),
        fires_each(
            "what would be critical is used in another cluster only",
            CaseKind::Other,
            with(used_elsewhere()),
            secret(),
        ),
        silent(
            "uses are known of another cluster only",
            CaseKind::Other,
            with(elsewhere(&[workload("another")])),
        ),
    ]);
    cases
}

fn expiring_soon(settings: &AlertSettings) -> Alert {
    let critical = paged(|of| within(of, &settings.critical));
    let zones = Zones::new(settings);
    let mut cases = cases::expiring_soon(Place::Stored, QUARTER_HOUR, &zones);
    cases.extend(used_cases(&Place::Secret.given(Role::Leaf, &zones.long.last_hour())));
    Alert {
        name: "LookoutCertsStoredExpiringSoon",
        expression: format!("{critical} {}", but_roots()),
        hold: QUARTER_HOUR,
        keep_firing_for: BRIDGE_RESTART,
        severity: Severity::Critical,
        owner: Owner::Security,
        summary: "A stored certificate is about to expire",
        description: format!("{SUBJECT} expires in {VALUE}.{}", affected()),
        runbook: include_str!("../../runbooks/LookoutCertsStoredExpiringSoon.md"),
        inhibits: &[],
        cases,
    }
}

fn expired() -> Alert {
    let mut cases = cases::expired(Place::Stored, QUARTER_HOUR);
    cases.extend(used_cases(&Place::Secret.given(Role::Leaf, &Dates::left(90, -DAY))));
    Alert {
        name: "LookoutCertsStoredExpired",
        expression: format!("{} {}", paged(over), but_roots()),
        hold: QUARTER_HOUR,
        keep_firing_for: BRIDGE_RESTART,
        severity: Severity::Critical,
        owner: Owner::Security,
        summary: "A stored certificate has expired",
        description: format!("{SUBJECT} expired {VALUE} ago.{}", affected()),
        runbook: include_str!("../../runbooks/LookoutCertsStoredExpired.md"),
        inhibits: &[],
        cases,
    }
}

/// That people are paged for a Secret where it is used, or where nothing is known of any use.
fn used_cases(secret_due: &[Given]) -> Vec<Case> {
    let with = |others: Vec<_>| [secret_due.to_vec(), others].concat();
    let host = |name, result| host(name, result, steady(1));
    let used_by_nobody = [vec![host("another", HostResult::Covered)], other_workloads()].concat();
    vec![
        fires_each(
            "it is in a Secret that a workload uses",
            CaseKind::Other,
            with(vec![workload(SECRET.1), host("another", HostResult::Covered)]),
            secret(),
        ),
        fires_each(
            "a host is served with it",
            CaseKind::Other,
            with(vec![host(SECRET.1, HostResult::Expired), workload("another")]),
            secret(),
        ),
        fires_each("neither hosts nor workloads are watched", CaseKind::Other, with(Vec::new()), secret()),
        fires_each(
            "a host with the controller's default says nothing of use",
            CaseKind::Other,
            with(vec![served_with_default()]),
            secret(),
        ),
        silent("it is in a Secret that nobody is known to use", CaseKind::Other, with(used_by_nobody)),
        silent("its namesake in another cluster is used", CaseKind::Other, with(used_elsewhere())),
        fires_each(
            "uses are known of another cluster only",
            CaseKind::Other,
            with(elsewhere(&[workload("another")])),
            secret(),
        ),
    ]
}

/// Here other Secrets are used, and in another cluster one of the same name.
fn used_elsewhere() -> Vec<Given> {
    let uses = [workload(SECRET.1), host(SECRET.1, HostResult::Covered, steady(1))];
    [other_workloads(), elsewhere(&uses)].concat()
}

/// A host that names no Secret.
fn served_with_default() -> Given {
    host("", HostResult::NoCertificate, steady(1))
}

fn secret() -> Vec<ExpectedLabels> {
    Place::Secret.labels(Role::Leaf)
}

fn expired_unused() -> Alert {
    let (expired, in_use) = (over(Of::Secrets), in_use());
    Alert {
        name: "LookoutCertsUnusedSecretExpired",
        expression: format!(
            "({expired} and on ({OF_SCRAPE}) {in_use}) unless on ({OF_SCRAPE}, {SecretNamespace}, {SecretName}) {in_use} {}",
            but_roots()
        ),
        hold: QUARTER_HOUR,
        keep_firing_for: BRIDGE_RESTART,
        // No less than before it expired: that nobody is known to use it does not mean that nobody does.
        severity: Severity::Warning,
        owner: Owner::Security,
        summary: "A certificate has expired in a Secret of which no use is known",
        description: format!(
            "{SUBJECT} expired {VALUE} ago. No use of it is known, but only Ingresses, Gateways, annotated Services and workloads are seen."
        ),
        runbook: include_str!("../../runbooks/LookoutCertsUnusedSecretExpired.md"),
        inhibits: &[],
        cases: expired_unused_cases(),
    }
}

fn expired_unused_cases() -> Vec<Case> {
    let in_secret =
        |role, dates: &Dates, others: Vec<Given>| [Place::Secret.given(role, dates), others].concat();
    let given = |dates| in_secret(Role::Leaf, &dates, other_workloads());
    let over = Dates::left(90, -DAY);
    let served = vec![host(SECRET.1, HostResult::Expired, steady(1)), workload("another")];
    vec![
        fires_each("it expired a day ago", CaseKind::Fires, given(over.clone()), secret()),
        fires_each("it has just expired", CaseKind::Other, given(Dates::left(90, -HOUR / 6)), secret()),
        fires_each(
            "its namesake in another cluster is used",
            CaseKind::Other,
            in_secret(Role::Leaf, &over, used_elsewhere()),
            secret(),
        ),
        silent(
            "uses are known of another cluster only",
            CaseKind::Other,
            in_secret(Role::Leaf, &over, elsewhere(&[workload("another")])),
        ),
        silent_at("it is renewed", CaseKind::Clears, given(Dates::left_and_renewed(90, -DAY)), TWO_HOURS),
        silent("it expires in half an hour", CaseKind::Below, given(Dates::left(90, HOUR))),
        pending(given(over.clone()), QUARTER_HOUR),
        silent(
            "what is in a file, or in a Secret that a workload uses, is another alert's matter",
            CaseKind::Other,
            Place::Stored.given(Role::Leaf, &over),
        ),
        silent(
            "one that a host is served with is another alert's matter",
            CaseKind::Other,
            in_secret(Role::Leaf, &over, served),
        ),
        silent(
            "where nothing is known of any use, it is another alert's matter",
            CaseKind::Other,
            in_secret(Role::Leaf, &over, vec![served_with_default()]),
        ),
        silent(
            "a root is another alert's matter",
            CaseKind::Other,
            in_secret(Role::Root, &over, other_workloads()),
        ),
        missing(),
    ]
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

#[cfg(test)]
mod tests {
    use lookout_declarations::Detail;

    use super::*;

    #[test]
    fn what_decides_who_is_paged_is_not_withheld_before_the_rest() {
        let alerts = alerts(&AlertSettings::default());
        let read = |name: &str| alerts.iter().any(|alert| alert.expression.contains(name));
        let families: Vec<_> = crate::SPEC.metrics.iter().filter(|family| read(family.name)).collect();
        assert_eq!(families.len(), 5);
        for family in families {
            assert_eq!(family.detail, Detail::Essential, "{}", family.name);
        }
    }
}
