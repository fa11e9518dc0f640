//! The model of cert-manager's objects, and what is remembered from cycle to cycle.

use std::collections::HashMap;

use jiff::Timestamp;
use lookout_kubernetes::View;

use super::objects::{CertificateObject, IssuerObject, Step};
use super::renewal::Lineage;

/// Everything that is known of cert-manager's objects.
#[derive(Clone, Debug, Default)]
pub struct CertManager {
    /// The Certificates.
    pub certificates: View<CertificateObject>,
    /// The issuers of a namespace.
    pub issuers: View<IssuerObject>,
    /// The issuers of the cluster.
    pub cluster_issuers: View<IssuerObject>,
    /// The CertificateRequests.
    pub requests: View<Step>,
    /// The Orders.
    pub orders: View<Step>,
    /// The Challenges.
    pub challenges: View<Step>,
    /// Since when a Certificate has been seen to fail, by its `uid`, in seconds since 1970-01-01T00:00:00Z.
    pub failing_since: HashMap<Box<str>, i64>,
}

/// Since when Certificates fail. cert-manager keeps the time of the last failure only, which moves with each attempt; so
/// the earliest one that was seen is remembered for as long as the failure stands.
#[derive(Debug, Default)]
pub struct Tally(HashMap<Box<str>, i64>);

impl Tally {
    /// What is remembered at `now`, after `model` was seen. Bounded by the number of Certificates.
    pub fn update(&mut self, model: &CertManager, now: Timestamp) -> HashMap<Box<str>, i64> {
        let lineage = Lineage::new(model);
        let before = std::mem::take(&mut self.0);
        for entry in model.certificates.iter() {
            let Some(failing) = lineage.failing(entry, now.as_second()) else { continue };
            let uid = entry.object.uid.clone();
            let since = before.get(&uid).map_or(failing.since, |before| failing.since.min(*before));
            self.0.insert(uid, since);
        }
        self.0.clone()
    }
}
