//! What is wrong with what is served, in words for the person who can mend it: pure.

use jiff::Timestamp;
use lookout_certs_spec::labels::ServedResult;
use lookout_runtime::Finding;

use super::compare::compare;
use super::probe::Outcome;
use super::source::Served;
use crate::finding_alerts as alerts;

/// What is wrong with what controllers serve at `now`.
pub fn findings(served: &Served, now: Timestamp) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, asks) in &served.plan.controllers {
        let Some(judged) = served.hosts.judged.get(*index) else { continue };
        let claim = &judged.claim;
        for ask in asks {
            let outcome = served.asked.get(ask).map(|asked| &asked.outcome);
            let differs = compare(judged, &served.hosts, outcome) == ServedResult::Differs;
            let has_expired =
                matches!(outcome, Some(Outcome::Shown(shown)) if shown.not_after < now.as_second());
            let (what, remedy, alert) = match (differs, has_expired) {
                (true, true) => {
                    let what = "a certificate that has expired, and another one is stored";
                    (what, RELOAD, alerts::HOST_SERVED_EXPIRED)
                }
                (true, false) => ("another certificate than the stored one", RELOAD, alerts::SERVED_DIFFERS),
                (false, true) => ("a certificate that has expired", "renew it", alerts::HOST_SERVED_EXPIRED),
                (false, false) => continue,
            };
            let (host, endpoint) = (claim.host.escape_debug(), ask.endpoint());
            findings.push(Finding {
                subject: format!("{} {}", claim.kind.as_str(), claim.key),
                message: format!("for `{host}`, the controller at {endpoint} serves {what}"),
                remedy: remedy.to_owned(),
                alert: Some(alert),
            });
        }
    }
    findings
}

/// What helps where a controller does not serve what is stored.
const RELOAD: &str = "see in the controller's log why it does not take the Secret, and have it reload; if the address is not \
                      that of the controller, write the right one under `ingress_addresses`";
