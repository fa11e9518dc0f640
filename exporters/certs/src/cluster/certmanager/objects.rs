//! How cert-manager's objects are read: what is kept of each.
//!
//! The fields and their meaning: `pkg/apis/certmanager/v1` and `pkg/apis/acme/v1` of cert-manager 1.21.

use jiff::Timestamp;
use lookout_certs_spec::labels::RequestState;
use lookout_kubernetes::{Json, ObjectJson, Reader, Resource};

use super::condition::{Condition, ConditionStatus, condition, message, seconds, short};

/// What of a Certificate is kept.
#[derive(Debug, PartialEq)]
pub struct CertificateObject {
    /// What its requests call their owner.
    pub uid: Box<str>,
    /// The Secret that it is kept in, of its namespace.
    pub secret_name: Box<str>,
    /// Who issues it.
    pub issuer: IssuerReference,
    /// The condition `Ready`.
    pub ready: Option<Condition>,
    /// The condition `Issuing`: present while a request is under way, and false after one failed.
    pub issuing: Option<Condition>,
    /// When the issued certificate ends, in seconds since 1970-01-01T00:00:00Z; none if there is none.
    pub not_after: Option<i64>,
    /// When cert-manager means to renew it, in seconds since 1970-01-01T00:00:00Z.
    pub renewal: Option<i64>,
    /// How often it was issued; none if never.
    pub revision: Option<i64>,
    /// When issuing it last failed, in seconds since 1970-01-01T00:00:00Z; none once it succeeded.
    pub last_failure: Option<i64>,
    /// How often in a row issuing it failed.
    pub failed_attempts: Option<i64>,
}

impl CertificateObject {
    /// Whether there has never been a certificate. One whose Secret was deleted has no end either, and was issued.
    pub fn was_never_issued(&self) -> bool {
        self.not_after.is_none() && self.revision.is_none_or(|revision| revision < 1)
    }
}

/// Who issues.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuerReference {
    /// `Issuer`, `ClusterIssuer`, or the kind of an external issuer.
    pub kind: Box<str>,
    /// Its name.
    pub name: Box<str>,
    /// Its API group.
    pub group: Box<str>,
}

/// What of an Issuer or ClusterIssuer is kept: the condition `Ready`.
#[derive(Debug, PartialEq)]
pub struct IssuerObject {
    /// The condition `Ready`; none before the controller looked at it.
    pub ready: Option<Condition>,
}

/// What of a CertificateRequest, an Order or a Challenge is kept: a step on the way to a certificate.
#[derive(Debug, PartialEq)]
pub struct Step {
    /// What the steps that follow from it call their owner.
    pub uid: Box<str>,
    /// The `uid` of what it was made for; empty if nothing owns it.
    pub owner: Box<str>,
    /// When it was made, in seconds since 1970-01-01T00:00:00Z.
    pub created: i64,
    /// How it stands.
    pub state: RequestState,
    /// What its status says for people, bounded.
    pub text: Box<str>,
}

/// The group of Certificates, requests and issuers.
const GROUP: &str = "cert-manager.io";

/// The group of Orders and Challenges.
const ACME_GROUP: &str = "acme.cert-manager.io";

const fn resource(
    group: &'static str,
    plural: &'static str,
    kind: &'static str,
    is_namespaced: bool,
) -> Resource {
    Resource { group, versions: &["v1"], plural, kind, is_namespaced }
}

/// Reads Certificates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateReader;

/// Reads Issuers or, over the cluster, ClusterIssuers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuerReader {
    /// Whether it reads ClusterIssuers.
    pub is_cluster_wide: bool,
}

/// Reads CertificateRequests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestReader;

/// Reads Orders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderReader;

/// Reads Challenges.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChallengeReader;

impl Reader for CertificateReader {
    type Object = CertificateObject;

    fn resource(&self) -> Resource {
        resource(GROUP, "certificates", "Certificate", true)
    }

    fn read(&self, object: &ObjectJson<'_>) -> Option<CertificateObject> {
        let (spec, status) = (object.get("spec"), object.get("status"));
        let (issuer, conditions) = (spec.get("issuerRef"), status.get("conditions"));
        let or = |text: Json<'_>, default: &str| {
            let text = short(text);
            if text.is_empty() { default.into() } else { text }
        };
        Some(CertificateObject {
            uid: uid(object),
            secret_name: short(spec.get("secretName")),
            issuer: IssuerReference {
                kind: or(issuer.get("kind"), "Issuer"),
                name: short(issuer.get("name")),
                group: or(issuer.get("group"), GROUP),
            },
            ready: condition(conditions, "Ready"),
            issuing: condition(conditions, "Issuing"),
            not_after: seconds(status.get("notAfter")),
            renewal: seconds(status.get("renewalTime")),
            revision: status.get("revision").integer(),
            last_failure: seconds(status.get("lastFailureTime")),
            failed_attempts: status.get("failedIssuanceAttempts").integer(),
        })
    }
}

impl Reader for IssuerReader {
    type Object = IssuerObject;

    fn resource(&self) -> Resource {
        if self.is_cluster_wide {
            resource(GROUP, "clusterissuers", "ClusterIssuer", false)
        } else {
            resource(GROUP, "issuers", "Issuer", true)
        }
    }

    fn read(&self, object: &ObjectJson<'_>) -> Option<IssuerObject> {
        Some(IssuerObject { ready: condition(object.get("status").get("conditions"), "Ready") })
    }
}

impl Reader for RequestReader {
    type Object = Step;

    fn resource(&self) -> Resource {
        resource(GROUP, "certificaterequests", "CertificateRequest", true)
    }

    fn read(&self, object: &ObjectJson<'_>) -> Option<Step> {
        let conditions = object.get("status").get("conditions");
        let holds = |kind: &str| {
            condition(conditions, kind).filter(|condition| condition.status == ConditionStatus::True)
        };
        let ready = condition(conditions, "Ready");
        let (state, said) = match (holds("Denied"), holds("InvalidRequest"), ready) {
            (Some(denied), _, _) => (RequestState::Denied, Some(denied)),
            (None, Some(invalid), _) => (RequestState::Invalid, Some(invalid)),
            (None, None, ready) => (of_ready(ready.as_ref()), ready),
        };
        Some(step(object, "Certificate", state, said.map(|condition| condition.message).unwrap_or_default()))
    }
}

/// A request by its condition `Ready`, whose reasons are a closed list.
fn of_ready(ready: Option<&Condition>) -> RequestState {
    let Some(ready) = ready else { return RequestState::Unknown };
    match (ready.status, &*ready.reason) {
        (ConditionStatus::True, _) => RequestState::Ready,
        (_, "Failed") => RequestState::Failed,
        (_, "Denied") => RequestState::Denied,
        _ => RequestState::Pending,
    }
}

impl Reader for OrderReader {
    type Object = Step;

    fn resource(&self) -> Resource {
        resource(ACME_GROUP, "orders", "Order", true)
    }

    fn read(&self, object: &ObjectJson<'_>) -> Option<Step> {
        Some(acme(object, "CertificateRequest"))
    }
}

impl Reader for ChallengeReader {
    type Object = Step;

    fn resource(&self) -> Resource {
        resource(ACME_GROUP, "challenges", "Challenge", true)
    }

    fn read(&self, object: &ObjectJson<'_>) -> Option<Step> {
        Some(acme(object, "Order"))
    }
}

/// An Order or a Challenge, whose status has one state (RFC 8555, 7.1.6) and one reason.
fn acme(object: &ObjectJson<'_>, owner: &str) -> Step {
    let status = object.get("status");
    let state = match status.get("state").text().as_deref() {
        Some("pending") => RequestState::Pending,
        Some("processing") => RequestState::Processing,
        Some("ready") => RequestState::Ready,
        Some("valid") => RequestState::Valid,
        Some("invalid") => RequestState::Invalid,
        Some("expired") => RequestState::Expired,
        Some("errored") => RequestState::Errored,
        _ => RequestState::Unknown,
    };
    step(object, owner, state, message(status.get("reason")))
}

fn step(object: &ObjectJson<'_>, owner: &str, state: RequestState, text: Box<str>) -> Step {
    let owners = object.metadata().get("ownerReferences");
    let owner = owners.items().find(|item| item.get("kind").text().is_some_and(|kind| kind == owner));
    Step {
        uid: uid(object),
        owner: owner.map(|owner| short(owner.get("uid"))).unwrap_or_default(),
        created: object.created().map(Timestamp::as_second).unwrap_or_default(),
        state,
        text,
    }
}

fn uid(object: &ObjectJson<'_>) -> Box<str> {
    short(object.metadata().get("uid"))
}
