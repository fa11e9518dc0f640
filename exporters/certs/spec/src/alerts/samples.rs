//! The certificates of which the cases of the alerts are made.
//!
//! The clock of the rule testers starts at 0, so the dates are seconds around 0 and `not_before` is mostly negative.

use core::time::Duration;

use lookout_declarations::{Case, CaseKind, Expectation, Given, expected};

use crate::labels::{HostCertificate, HostResult, KeyAlgorithm, Role, StoredCertificate};
use crate::metrics::{
    HOST_CERTIFICATE, NOT_AFTER, NOT_BEFORE, SECRET_WORKLOAD, SERVED_NOT_AFTER, SERVED_NOT_BEFORE,
    STORED_INFO,
};

/// The distance between two samples.
pub(super) const INTERVAL: Duration = Duration::from_mins(5);

/// The distance between two evaluations.
pub(super) const MINUTE: Duration = Duration::from_mins(1);

/// Half an hour: after every `for`.
pub(super) const HALF_HOUR: Duration = Duration::from_mins(30);

/// Two hours: long after what changes after one hour, see [`changed`].
pub(super) const TWO_HOURS: Duration = Duration::from_hours(2);

pub(super) const HOUR: i64 = 60 * 60;
pub(super) const DAY: i64 = 24 * HOUR;

/// The labels of an alert, as they are expected.
pub(super) type ExpectedLabels = Vec<(String, String)>;

/// The endpoint of the served samples.
pub(super) const ENDPOINT: (&str, &str) = ("shop.example:443", "shop.example");

/// One value, three hours long.
pub(super) fn steady(value: i64) -> String {
    format!("{value}x36")
}

/// The times, in minutes, between which something must begin to be told of after half an hour, where it must hold for a
/// quarter of an hour; likewise after three quarters, where it must hold for half an hour.
pub(super) const IN_TIME: i64 = 12;
pub(super) const TOO_LATE: i64 = 18;

/// The moment that is `threshold` seconds ago `minutes` after the start.
pub(super) fn passes(threshold: i64, minutes: i64) -> i64 {
    minutes * 60 - threshold
}

/// One value for an hour, then another.
pub(super) fn changed(before: i64, after: i64) -> String {
    format!("{before}x11 {after}x24")
}

/// The validity of a sample, as values of the two dates.
#[derive(Clone, Debug)]
pub(super) struct Dates {
    pub(super) not_before: String,
    pub(super) not_after: String,
}

impl Dates {
    /// A lifetime of `days` of which `left` seconds are left at time 0.
    pub(super) fn left(days: i64, left: i64) -> Self {
        Self::left_of(days * DAY, left)
    }

    /// A lifetime of `life` seconds of which `left` seconds are left at time 0.
    pub(super) fn left_of(life: i64, left: i64) -> Self {
        Self { not_before: steady(left - life), not_after: steady(left) }
    }

    /// A lifetime of `days` of which `left` seconds are left at time 0, renewed after an hour.
    pub(super) fn left_and_renewed(days: i64, left: i64) -> Self {
        Self::left_of_and_renewed(days * DAY, left)
    }

    /// The same of a lifetime of `life` seconds.
    pub(super) fn left_of_and_renewed(life: i64, left: i64) -> Self {
        Self { not_before: changed(left - life, 0), not_after: changed(left, life) }
    }

    /// Valid from `start` on, for 90 days.
    pub(super) fn from(start: i64) -> Self {
        Self { not_before: steady(start), not_after: steady(start + 90 * DAY) }
    }
}

/// Where a sample certificate is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place {
    /// In a file, and in a Secret that a workload uses.
    Stored,
    /// In a Secret, of which nothing says that it is used.
    Secret,
    Served,
}

impl Place {
    /// The series of a certificate of the given role and validity.
    pub(super) fn given(self, role: Role, dates: &Dates) -> Vec<Given> {
        let Dates { not_before, not_after } = dates;
        match self {
            Self::Stored => {
                let mut given = stored(&file_labels(), role, dates);
                given.extend(Self::Secret.given(role, dates));
                given.push(workload(SECRET.1));
                given
            }
            Self::Secret => stored(&secret_labels(), role, dates),
            Self::Served => {
                let labels = (ENDPOINT.0, ENDPOINT.1, 0, role);
                vec![
                    Given::series(&SERVED_NOT_BEFORE, labels, not_before),
                    Given::series(&SERVED_NOT_AFTER, labels, not_after),
                ]
            }
        }
    }

    /// The labels of each alert about that certificate.
    pub(super) fn labels(self, role: Role) -> Vec<ExpectedLabels> {
        match self {
            Self::Stored => {
                [file_labels(), secret_labels()].map(expected::<StoredCertificate<'static>>).to_vec()
            }
            Self::Secret => vec![expected::<StoredCertificate<'static>>(secret_labels())],
            Self::Served => {
                let (endpoint, server_name) = ENDPOINT;
                let labels = [
                    ("endpoint", endpoint),
                    ("server_name", server_name),
                    ("position", "0"),
                    ("role", role.as_str()),
                ];
                vec![labels.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()]
            }
        }
    }
}

/// The series of a stored certificate.
fn stored(
    labels: &StoredCertificate<'static>,
    role: Role,
    Dates { not_before, not_after }: &Dates,
) -> Vec<Given> {
    let info = labels.with_info("ab01", role, KeyAlgorithm::Ecdsa, 256);
    vec![
        Given::series(&NOT_BEFORE, *labels, not_before),
        Given::series(&NOT_AFTER, *labels, not_after),
        Given::series(&STORED_INFO, info, steady(1)),
    ]
}

fn file_labels() -> StoredCertificate<'static> {
    StoredCertificate {
        serial_number: "4711",
        subject_common_name: "shop.example",
        issuer_common_name: "Example CA",
        filename: "tls.pem",
        filepath: "/etc/shop/tls.pem",
        ..StoredCertificate::default()
    }
}

fn secret_labels() -> StoredCertificate<'static> {
    StoredCertificate {
        serial_number: "4711",
        subject_common_name: "shop.example",
        issuer_common_name: "Example CA",
        secret_namespace: SECRET.0,
        secret_name: SECRET.1,
        secret_key: "tls.crt",
        ..StoredCertificate::default()
    }
}

/// The namespace and name of the sampled Secret.
pub(super) const SECRET: (&str, &str) = ("shop", "shop-tls");

/// The series by which a host, with this result, is served with a Secret of that name.
pub(super) fn host(secret_name: &'static str, result: HostResult, values: impl Into<String>) -> Given {
    let (resource_namespace, kind, name) = ("shop", "Ingress", "shop");
    let labels = HostCertificate {
        resource_namespace,
        kind,
        name,
        host: "shop.example",
        secret_namespace: SECRET.0,
        secret_name,
        result,
    };
    Given::series(&HOST_CERTIFICATE, labels, values)
}

/// The series by which a workload uses a Secret of that name.
pub(super) fn workload(secret_name: &'static str) -> Given {
    workload_of((SECRET.0, secret_name))
}

/// The series by which workloads use other Secrets: another one of the namespace, and one of the same name in another.
pub(super) fn other_workloads() -> Vec<Given> {
    others(SECRET).map(workload_of).to_vec()
}

fn workload_of((namespace, name): (&'static str, &'static str)) -> Given {
    Given::series(&SECRET_WORKLOAD, (namespace, name, "Deployment", "shop"), steady(1))
}

/// What is mistaken for an object where only its namespace or only its name is looked at.
pub(super) fn others((namespace, name): (&'static str, &'static str)) -> [(&'static str, &'static str); 2] {
    [(namespace, "another"), ("another", name)]
}

/// The end of a certificate under a key of a Secret, of which `left` seconds are left.
pub(super) fn end_in(
    (secret_namespace, secret_name): (&'static str, &'static str),
    secret_key: &'static str,
    left: i64,
) -> Given {
    let labels = StoredCertificate { secret_namespace, secret_name, secret_key, ..secret_labels() };
    Given::series(&NOT_AFTER, labels, steady(left))
}

/// The same series as two replicas of Lookout serve them.
pub(super) fn replicated(given: &[Given]) -> Vec<Given> {
    differing(given, given)
}

/// The series of two replicas of Lookout that do not agree.
pub(super) fn differing(one: &[Given], other: &[Given]) -> Vec<Given> {
    let of = |replica: &str, given| scraped(given, &format!("instance=\"{replica}:9000\",pod=\"{replica}\""));
    [of("lookout-0", one), of("lookout-1", other)].concat()
}

/// The same series as they are in the same Prometheus of another cluster, or of a Lookout that is scraped as another job.
pub(super) fn elsewhere(given: &[Given]) -> Vec<Given> {
    [scraped(given, "cluster=\"another\""), scraped(given, "job=\"another\"")].concat()
}

/// Series with labels that a scrape adds.
fn scraped(given: &[Given], labels: &str) -> Vec<Given> {
    let with = |given: &Given| {
        let series = match given.series.strip_suffix('}') {
            Some(open) => format!("{open},{labels}}}"),
            None => format!("{}{{{labels}}}", given.series),
        };
        Given::raw(series, given.values.clone())
    };
    given.iter().map(with).collect()
}

/// A case in which the alert fires once, half an hour after the start.
pub(super) fn fires(name: &'static str, kind: CaseKind, given: Vec<Given>, labels: ExpectedLabels) -> Case {
    fires_each(name, kind, given, vec![labels])
}

/// The same, once for each of these label sets.
pub(super) fn fires_each(
    name: &'static str,
    kind: CaseKind,
    given: Vec<Given>,
    labels: Vec<ExpectedLabels>,
) -> Case {
    Case { name, kind, interval: INTERVAL, given, at: HALF_HOUR, expect: Expectation::Fires(labels) }
}

/// A case in which the alert is silent at `at`.
pub(super) fn silent_at(name: &'static str, kind: CaseKind, given: Vec<Given>, at: Duration) -> Case {
    Case { name, kind, interval: INTERVAL, given, at, expect: Expectation::Silent }
}

/// A case in which the alert is silent half an hour after the start.
pub(super) fn silent(name: &'static str, kind: CaseKind, given: Vec<Given>) -> Case {
    silent_at(name, kind, given, HALF_HOUR)
}

/// A case in which the condition holds, but not for as long as `hold` yet: it lacks one evaluation. So there is a value for
/// each, of one that does not change.
pub(super) fn pending(given: Vec<Given>, hold: Duration) -> Case {
    let at = hold.saturating_sub(MINUTE);
    let case = silent_at("it has not held for long enough", CaseKind::Below, given, at);
    Case { interval: MINUTE, ..case }
}

/// The case that nothing is given.
pub(super) fn missing() -> Case {
    silent("without data it is silent; the exporter's own alerts speak then", CaseKind::Missing, Vec::new())
}
