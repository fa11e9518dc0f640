//! Why a Certificate is not issued or renewed: the newest of its requests, and what that one's steps say. Pure.
//!
//! The steps know their owners by `uid`, so a step of an object of the same name that is gone belongs to nobody. The
//! narrowest step speaks first: a Challenge knows that it met a login page where its Order only knows that it is
//! invalid. What says nothing that is known leaves the word to the next.
//!
//! How to get it wrong: looking at all steps that exist. Those of earlier attempts stay for a while, and tell of what has
//! been mended since.

use std::collections::HashMap;

use lookout_certs_spec::labels::{FailureCause, RequestState};
use lookout_kubernetes::{Entry, View};

use super::condition::ConditionStatus;
use super::failure::classify;
use super::model::CertManager;
use super::objects::{CertificateObject, IssuerObject, IssuerReference, Step};

/// How long an attempt may take before it counts as failing though nothing failed outright, in seconds. cert-manager
/// repeats its own check of a challenge for as long as the Order lives, which is days; a check that will pass does so
/// within seconds, and a DNS record is there within minutes.
const STUCK_AFTER: i64 = 15 * 60;

/// A Certificate that is not issued or renewed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failing {
    /// Since when at the latest, in seconds since 1970-01-01T00:00:00Z.
    pub since: i64,
    /// Why.
    pub cause: FailureCause,
    /// What that was told from; empty if nothing says anything.
    pub text: Box<str>,
}

/// Which step follows from which, for one model.
#[derive(Debug)]
pub struct Lineage<'a> {
    model: &'a CertManager,
    requests: ByOwner<'a>,
    orders: ByOwner<'a>,
    challenges: ByOwner<'a>,
}

/// Steps by the `uid` of their owner, the newest first.
type ByOwner<'a> = HashMap<&'a str, Vec<&'a Step>>;

impl<'a> Lineage<'a> {
    /// The lineage of every step of `model`.
    pub fn new(model: &'a CertManager) -> Self {
        let (requests, orders) = (by_owner(&model.requests), by_owner(&model.orders));
        Self { model, requests, orders, challenges: by_owner(&model.challenges) }
    }

    /// Whether and why issuing `certificate` fails at `now`, in seconds since 1970-01-01T00:00:00Z.
    pub fn failing(&self, certificate: &Entry<CertificateObject>, now: i64) -> Option<Failing> {
        let object = &certificate.object;
        let issuing = object.issuing.as_ref().filter(|issuing| issuing.status == ConditionStatus::True);
        let started = issuing.and_then(|issuing| issuing.changed);
        let stuck = started.filter(|started| now.saturating_sub(*started) >= STUCK_AFTER);
        let since = object.last_failure.into_iter().chain(stuck).min()?;
        let (cause, text) = self.cause(certificate);
        Some(Failing { since, cause, text })
    }

    fn cause(&self, certificate: &Entry<CertificateObject>) -> (FailureCause, Box<str>) {
        let object = &certificate.object;
        let request = self.requests.get(&*object.uid).and_then(|requests| requests.first());
        let texts = request.map(|request| self.texts(request)).unwrap_or_default();
        let known = |text: &&str| classify(text) != FailureCause::Other;
        // Only what failed: while a request is under way, the message says why it was begun.
        let issuing = object.issuing.as_ref().filter(|issuing| issuing.status == ConditionStatus::False);
        let issuing = issuing.map(|issuing| &*issuing.message);
        let mut texts = texts.into_iter().chain(issuing).filter(|text| !text.is_empty());
        let first = texts.next();
        let issuer = || self.unready_issuer(&certificate.key.namespace, &object.issuer);
        if let Some(text) = first.into_iter().chain(texts).find(known) {
            let cause = classify(text);
            // A request says that its issuer is not ready; why, the issuer says.
            let said = (cause == FailureCause::IssuerNotReady).then(issuer).flatten();
            return (cause, said.unwrap_or_else(|| text.into()));
        }
        let text = first.unwrap_or_default();
        match request.map(|request| request.state) {
            Some(RequestState::Denied) => (FailureCause::Denied, text.into()),
            Some(RequestState::Invalid) => (FailureCause::Invalid, text.into()),
            _ => match issuer() {
                Some(said) => (FailureCause::IssuerNotReady, said),
                None => (FailureCause::Other, text.into()),
            },
        }
    }

    /// What the steps of a request say that did not succeed, the narrowest first.
    fn texts(&self, request: &'a Step) -> Vec<&'a str> {
        let orders = self.orders.get(&*request.uid).map(Vec::as_slice).unwrap_or_default();
        let challenges = orders.iter().filter_map(|order| self.challenges.get(&*order.uid)).flatten();
        let steps = challenges.chain(orders).chain(core::iter::once(&request));
        let is_open = |step: &&&Step| !matches!(step.state, RequestState::Valid | RequestState::Ready);
        steps.filter(is_open).map(|step| &*step.text).collect()
    }

    /// What an issuer says that is not ready; nothing if it is, or is none of cert-manager's own.
    fn unready_issuer(&self, namespace: &str, reference: &IssuerReference) -> Option<Box<str>> {
        if &*reference.group != "cert-manager.io" {
            return None;
        }
        let issuer: &Entry<IssuerObject> = match &*reference.kind {
            "Issuer" => self.model.issuers.get(namespace, &reference.name)?,
            "ClusterIssuer" => self.model.cluster_issuers.get("", &reference.name)?,
            _ => return None,
        };
        let ready = issuer.object.ready.as_ref()?;
        (ready.status == ConditionStatus::False).then(|| ready.message.clone())
    }
}

fn by_owner(view: &View<Step>) -> ByOwner<'_> {
    let mut by_owner = ByOwner::new();
    for entry in view.iter().filter(|entry| !entry.object.owner.is_empty()) {
        by_owner.entry(&*entry.object.owner).or_default().push(&entry.object);
    }
    for steps in by_owner.values_mut() {
        // Of two that were made in one second, the one that comes later in the alphabet: names end in a number.
        steps.reverse();
        steps.sort_by_key(|step| core::cmp::Reverse(step.created));
    }
    by_owner
}
