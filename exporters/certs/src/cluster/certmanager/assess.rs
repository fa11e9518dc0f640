//! What is exposed of cert-manager's objects.

use std::collections::BTreeMap;

use jiff::Timestamp;
use lookout_certs_spec::labels::{CertificateInfo, FailureCause, Readiness, RequestKind, RequestState};
use lookout_certs_spec::metrics::{
    CERTIFICATE_FAILED_ATTEMPTS, CERTIFICATE_FAILING_SINCE, CERTIFICATE_FAILURE, CERTIFICATE_INFO,
    CERTIFICATE_NEVER_ISSUED, CERTIFICATE_NOT_AFTER, CERTIFICATE_READY, CERTIFICATE_RENEWAL,
    CERTIFICATE_REVISION, ISSUER_READY, REQUESTS,
};
use lookout_exposition::{Batch, Family};
use lookout_kubernetes::{Entry, View};
use lookout_runtime::Shard;

use super::condition::{Condition, ConditionStatus};
use super::model::CertManager;
use super::objects::{CertificateObject, IssuerObject, Step};
use super::renewal::Lineage;

/// Writes what is known at `now` of the objects that belong to `shard`.
pub fn assess(model: &CertManager, shard: Shard, now: Timestamp, batch: &mut Batch) {
    let owned =
        || model.certificates.iter().filter(|entry| shard.owns(&entry.key.to_string())).map(|entry| &**entry);
    descriptions(owned(), batch);
    dates(owned(), batch);
    failures(model, owned(), now.as_second(), batch);
    issuers(model, shard, batch);
    requests(model, shard, batch);
}

fn labels(entry: &Entry<CertificateObject>) -> (&str, &str) {
    (&entry.key.namespace, &entry.key.name)
}

fn descriptions<'a>(entries: impl Iterator<Item = &'a Entry<CertificateObject>>, batch: &mut Batch) {
    let mut info = Family::new(&CERTIFICATE_INFO);
    let mut ready = Family::new(&CERTIFICATE_READY);
    for entry in entries {
        let (namespace, certificate) = labels(entry);
        let object = &entry.object;
        info.present(CertificateInfo {
            resource_namespace: namespace,
            certificate,
            secret_name: &object.secret_name,
            issuer_kind: &object.issuer.kind,
            issuer: &object.issuer.name,
            issuer_group: &object.issuer.group,
        });
        let actual = readiness(object.ready.as_ref());
        for status in Readiness::ALL {
            ready.set((namespace, certificate, *status), truth(actual == *status));
        }
    }
    batch.add(info);
    batch.add(ready);
}

fn dates<'a>(entries: impl Iterator<Item = &'a Entry<CertificateObject>>, batch: &mut Batch) {
    let mut never_issued = Family::new(&CERTIFICATE_NEVER_ISSUED);
    let mut not_after = Family::new(&CERTIFICATE_NOT_AFTER);
    let mut renewal = Family::new(&CERTIFICATE_RENEWAL);
    let mut revision = Family::new(&CERTIFICATE_REVISION);
    for entry in entries {
        let (labels, object) = (labels(entry), &entry.object);
        never_issued.set(labels, truth(object.was_never_issued()));
        if let Some(end) = object.not_after {
            not_after.set(labels, end as f64);
        }
        if let Some(moment) = object.renewal {
            renewal.set(labels, moment as f64);
        }
        if let Some(count) = object.revision {
            revision.set(labels, count as f64);
        }
    }
    batch.add(never_issued);
    batch.add(not_after);
    batch.add(renewal);
    batch.add(revision);
}

fn failures<'a>(
    model: &CertManager,
    entries: impl Iterator<Item = &'a Entry<CertificateObject>>,
    now: i64,
    batch: &mut Batch,
) {
    let mut since = Family::new(&CERTIFICATE_FAILING_SINCE);
    let mut attempts = Family::new(&CERTIFICATE_FAILED_ATTEMPTS);
    let mut failure = Family::new(&CERTIFICATE_FAILURE);
    let lineage = Lineage::new(model);
    for entry in entries {
        let (namespace, certificate) = labels(entry);
        if let Some(count) = entry.object.failed_attempts {
            attempts.set((namespace, certificate), count as f64);
        }
        let Some(failing) = lineage.failing(entry, now) else { continue };
        let seen = model.failing_since.get(&entry.object.uid).copied().unwrap_or(failing.since);
        since.set((namespace, certificate), failing.since.min(seen) as f64);
        for cause in FailureCause::ALL {
            failure.set((namespace, certificate, *cause), truth(failing.cause == *cause));
        }
    }
    batch.add(since);
    batch.add(attempts);
    batch.add(failure);
}

fn issuers(model: &CertManager, shard: Shard, batch: &mut Batch) {
    let mut ready = Family::new(&ISSUER_READY);
    let mut add = |kind: &str, view: &View<IssuerObject>| {
        for entry in view.iter().filter(|entry| shard.owns(&entry.key.to_string())) {
            let actual = readiness(entry.object.ready.as_ref());
            for status in Readiness::ALL {
                ready.set((&entry.key.namespace, kind, &entry.key.name, *status), truth(actual == *status));
            }
        }
    };
    add("Issuer", &model.issuers);
    add("ClusterIssuer", &model.cluster_issuers);
    batch.add(ready);
}

/// A namespace is counted by the shard that owns its name, so that no two count it.
fn requests(model: &CertManager, shard: Shard, batch: &mut Batch) {
    let mut family = Family::new(&REQUESTS);
    let mut add = |kind: RequestKind, view: &View<Step>| {
        let mut counts = BTreeMap::<(&str, RequestState), usize>::new();
        for entry in view.iter().filter(|entry| shard.owns(&entry.key.namespace)) {
            *counts.entry((&entry.key.namespace, entry.object.state)).or_default() += 1;
        }
        for ((namespace, state), count) in counts {
            family.set((namespace, kind, state), count as f64);
        }
    };
    add(RequestKind::CertificateRequest, &model.requests);
    add(RequestKind::Order, &model.orders);
    add(RequestKind::Challenge, &model.challenges);
    batch.add(family);
}

fn readiness(ready: Option<&Condition>) -> Readiness {
    match ready.map(|ready| ready.status) {
        Some(ConditionStatus::True) => Readiness::True,
        Some(ConditionStatus::False) => Readiness::False,
        Some(ConditionStatus::Unknown) | None => Readiness::Unknown,
    }
}

fn truth(holds: bool) -> f64 {
    f64::from(u8::from(holds))
}
