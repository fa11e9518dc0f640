//! cert-manager: what is not renewed and why, what is renewed next, and what is on its way.

use lookout_declarations::{Panel, PanelKind, PanelUnit, Query, Row};

use super::{NO_CERTMANAGER, NONE_KNOWN, SHOWN, holds, once, soonest};
use crate::labels::{
    CertificateName, IssuerKind, IssuerName, Readiness, ReadinessLabel, RequestKindLabel, RequestStateLabel,
    ResourceNamespace, Signer, SigningStateLabel,
};
use crate::metrics::{
    CERTIFICATE_FAILED_ATTEMPTS, CERTIFICATE_FAILING_SINCE, CERTIFICATE_FAILURE, CERTIFICATE_INFO,
    CERTIFICATE_NOT_AFTER, CERTIFICATE_READY, CERTIFICATE_RENEWAL, CERTIFICATE_REVISION, ISSUER_READY,
    REQUESTS, SIGNING_REQUEST_OLDEST_PENDING, SIGNING_REQUESTS,
};

pub(super) fn row() -> Row {
    Row {
        title: "cert-manager, and requests that are to be signed",
        panels: vec![failures(), next(), issuers(), not_ready(), on_the_way(), pending()],
    }
}

fn failures() -> Panel {
    Panel::new(
        "Why renewals fail",
        "The cause, as told from what the authority and cert-manager say; for how long it has failed, as far as is known; and how many \
         attempts have failed in a row. cert-manager waits longer after each.",
        PanelKind::Table,
        vec![
            holds(CERTIFICATE_FAILURE, ""),
            Query::new(format!("time() - {}", once(CERTIFICATE_FAILING_SINCE)), "for")
                .unit(PanelUnit::Seconds)
                .when_empty(NONE_KNOWN),
            Query::new(format!("{} > 0", once(CERTIFICATE_FAILED_ATTEMPTS)), "attempts")
                .unit(PanelUnit::Number)
                .when_empty(NONE_KNOWN),
        ],
    )
    .width(12)
}

fn next() -> Panel {
    Panel::new(
        "Next renewals",
        "Time until cert-manager is to renew and until the certificate ends, as cert-manager has it: also where no Secret may be read. \
         Negative means overdue, or expired.",
        PanelKind::Table,
        vec![
            Query::new(soonest(CERTIFICATE_RENEWAL), "until renewal").when_empty(NO_CERTMANAGER),
            Query::new(soonest(CERTIFICATE_NOT_AFTER), "until the end").when_empty(NO_CERTMANAGER),
        ],
    )
    .unit(PanelUnit::Seconds)
    .width(12)
}

fn issuers() -> Panel {
    let by = format!("on ({ResourceNamespace}, {CertificateName})");
    let count = |series: &str| format!("count by ({IssuerKind}, {IssuerName}) ({series})");
    let (info, ready) = (
        once(CERTIFICATE_INFO),
        format!("{} == 1", once(CERTIFICATE_READY.at(ReadinessLabel, Readiness::True))),
    );
    Panel::new(
        "Certificates by issuer",
        "How many Certificates name each issuer, and how many of them are ready.",
        PanelKind::Table,
        vec![
            Query::new(count(&info), "Certificates").when_empty(NO_CERTMANAGER),
            Query::new(count(&format!("{info} and {by} ({ready})")), "ready").when_empty(NO_CERTMANAGER),
        ],
    )
    .unit(PanelUnit::Number)
    .width(8)
}

fn not_ready() -> Panel {
    let ready = ISSUER_READY.at(ReadinessLabel, Readiness::True);
    Panel::new(
        "Issuers that are not ready",
        "Nothing that names them is issued or renewed.",
        PanelKind::Table,
        vec![Query::new(format!("{} == 0", once(ready)), "ready").when_empty(NONE_KNOWN)],
    )
    .unit(PanelUnit::Yes)
    .width(8)
}

fn on_the_way() -> Panel {
    let issues =
        format!("sum by ({ResourceNamespace}) ({}) > 0", once(format!("delta({CERTIFICATE_REVISION}[1d])")));
    let requests = format!("sum by ({RequestKindLabel}, {RequestStateLabel}) ({})", once(REQUESTS));
    Panel::new(
        "Requests, and issues in a day",
        "CertificateRequests, Orders and Challenges by state, and how often certificates were issued within a day, by namespace: a burst \
         uses up an authority's limit.",
        PanelKind::TimeSeries,
        vec![
            Query::new(requests, "{{kind}} {{state}}").when_empty(NO_CERTMANAGER),
            Query::new(issues, "issued in {{resource_namespace}}").when_empty(NONE_KNOWN),
        ],
    )
    .unit(PanelUnit::Number)
    .width(8)
}

fn pending() -> Panel {
    let states = format!("sum by ({Signer}, {SigningStateLabel}) ({}) > 0", once(SIGNING_REQUESTS));
    let oldest = format!("topk({SHOWN}, time() - {})", once(SIGNING_REQUEST_OLDEST_PENDING));
    Panel::new(
        "CertificateSigningRequests",
        "How many there are by signer and state, and for how long the oldest has waited for an approval.",
        PanelKind::Table,
        vec![
            Query::new(states, "requests").unit(PanelUnit::Number).when_empty(NONE_KNOWN),
            Query::new(oldest, "oldest waits").unit(PanelUnit::Seconds).when_empty(NONE_KNOWN),
        ],
    )
    .bounds_of(&["LookoutCertsSigningRequestPending"])
    .width(24)
}
