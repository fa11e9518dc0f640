//! Asking the server what it lets us do.

use lookout_declarations::Reason;
use serde_json::json;

use crate::ask::Ask;
use crate::failure::Failure;
use crate::json::Json;
use crate::need::{Need, Reviewed, Verdict};
use crate::remedy::remedy;
use crate::resource::Resource;
use crate::server::{Server, now};

/// Where permissions are reviewed.
const ACCESS_REVIEWS: Resource = Resource {
    group: "authorization.k8s.io",
    versions: &["v1"],
    plural: "selfsubjectaccessreviews",
    kind: "SelfSubjectAccessReview",
    is_namespaced: false,
};

/// Where the server says who it takes us for, since 1.28.
const SELF_REVIEWS: Resource = Resource {
    group: "authentication.k8s.io",
    versions: &["v1"],
    plural: "selfsubjectreviews",
    kind: "SelfSubjectReview",
    is_namespaced: false,
};

// === impl Server ===

impl Server {
    /// Asks about one need, unless it was granted a short while ago and nothing has contradicted that since.
    pub(crate) async fn review(&self, need: Need) -> Reviewed {
        // Those of before: what is answered with newer ones is asked again.
        let renewals = self.renewals();
        if let Some(reviewed) = self.rights.believed(&need, renewals) {
            return reviewed;
        }
        let verdict = match self.is_allowed(&need).await {
            Ok(true) => Verdict::Allowed,
            Ok(false) => {
                let resource = need.resource.to_string();
                let user = self.user();
                Verdict::Denied {
                    remedy: remedy(need.verb, &resource, need.namespace.as_deref(), user.as_deref()),
                }
            }
            Err(Failure { reason, message, .. }) => Verdict::Unknown { reason, message },
        };
        let reviewed = Reviewed { need, verdict, when: now() };
        self.rights.enter(&reviewed, renewals);
        reviewed
    }

    /// Asks who we are, once. Servers that cannot say leave it open.
    pub(crate) async fn learn_user(&self) {
        if self.user().is_some() {
            return;
        }
        let body = json!({ "apiVersion": "authentication.k8s.io/v1", "kind": SELF_REVIEWS.kind });
        let ask = Ask::review(&SELF_REVIEWS, "v1", body.to_string().into_bytes());
        let Ok(whole) = self.ask_small(&ask).await else { return };
        let user = Json::check(whole.buffer.bytes())
            .ok()
            .and_then(|json| json.at(&["status", "userInfo", "username"]).text());
        if let Some(user) = user {
            self.set_user(&user);
        }
    }

    async fn is_allowed(&self, need: &Need) -> Result<bool, Failure> {
        let Need { verb, resource, namespace, .. } = need;
        let body = json!({
            "apiVersion": "authorization.k8s.io/v1",
            "kind": ACCESS_REVIEWS.kind,
            "spec": { "resourceAttributes": {
                "verb": verb.as_str(),
                "group": resource.group,
                "resource": resource.plural,
                "namespace": namespace.as_deref().unwrap_or_default(),
            } },
        });
        let ask = Ask::review(&ACCESS_REVIEWS, "v1", body.to_string().into_bytes());
        let whole = self.ask_small(&ask).await?;
        let json = Json::check(whole.buffer.bytes()).ok();
        let allowed = json.and_then(|json| json.at(&["status", "allowed"]).boolean());
        allowed.ok_or_else(|| self.note(&ask, Failure::new(Reason::Malformed, "the answer is no review")))
    }
}
