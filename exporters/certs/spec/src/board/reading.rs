//! Why: what is not trusted, not shown, not readable, not reloaded.

use lookout_declarations::{Panel, PanelKind, PanelUnit, Query, ReasonLabel, Row};

use super::{NONE_KNOWN, holds, once};
use crate::labels::{
    Endpoint, FingerprintSha256, Issuer, KubeResource, Position, ServerName, SourceKindLabel, SourceName,
    StoredReasonLabel, Subject, Verification, VerificationLabel,
};
use crate::metrics::{
    COLLISIONS, ENDPOINT_CHAIN_SEEN, ENDPOINT_FAILURE, ENDPOINT_UP, ENDPOINT_VERIFIED, FILE_FAULTS,
    OBJECT_FAULTS, SERVED_INFO, SOURCE_ERRORS, SOURCE_UP, STORED_INFO, TRANSPORT_ERRORS, WATCH_RESYNCS,
};

pub(super) fn row() -> Row {
    Row { title: "Why?", panels: vec![untrusted(), failed(), nowhere(), unusable(), places(), errors()] }
}

fn untrusted() -> Panel {
    Panel::new(
        "Chains that are not trusted",
        "The result of verification, by server.",
        PanelKind::Table,
        vec![holds(ENDPOINT_VERIFIED.not_at(VerificationLabel, Verification::Trusted), "")],
    )
    .width(8)
}

fn failed() -> Panel {
    let age = format!("time() - ({} and {} == 0)", once(ENDPOINT_CHAIN_SEEN), once(ENDPOINT_UP));
    Panel::new(
        "Attempts that failed",
        "Why the last attempt failed, by server; and where nothing is shown any more, how long ago the chain was seen that the dates \
         are taken from.",
        PanelKind::Table,
        vec![
            holds(ENDPOINT_FAILURE, ""),
            Query::new(age, "chain last seen").unit(PanelUnit::Seconds).when_empty(NONE_KNOWN),
        ],
    )
    .width(8)
}

fn nowhere() -> Panel {
    let served = SERVED_INFO.at(Position, 0);
    Panel::new(
        "Served, but stored nowhere that is watched",
        "Servers whose certificate is in no watched place: not reloaded after a renewal, or stored elsewhere.",
        PanelKind::Table,
        vec![
            Query::new(
                format!("max by ({Endpoint}, {ServerName}, {Subject}, {Issuer}) ({served} unless on ({FingerprintSha256}) {STORED_INFO})"),
                "",
            )
                .when_empty(NONE_KNOWN),
        ],
    )
    .width(8)
}

fn unusable() -> Panel {
    let faulty =
        |series: String, legend| Query::new(format!("{} > 0", once(series)), legend).when_empty(NONE_KNOWN);
    Panel::new(
        "Items that cannot be used",
        "Paths, Secrets, ConfigMaps and `caBundle`s with something that is no readable certificate, by reason.",
        PanelKind::Table,
        vec![faulty(FILE_FAULTS.to_string(), "in files"), faulty(OBJECT_FAULTS.to_string(), "in objects")],
    )
    .unit(PanelUnit::Number)
    .width(8)
}

fn places() -> Panel {
    Panel::new(
        "Places that can be read",
        "Whether each configured path, and each resource of the cluster, could be read or listed.",
        PanelKind::StateTimeline,
        vec![
            Query::new(once(SOURCE_UP), "{{source_kind}} {{source_name}}").when_empty("no place is watched"),
        ],
    )
    .unit(PanelUnit::Yes)
    .width(8)
}

fn errors() -> Panel {
    let each = |counter: &str| once(format!("increase({counter}[$__rate_interval])"));
    let by = |labels: &str, counter: String| format!("sum by ({labels}) ({}) > 0", each(&counter));
    Panel::new(
        "Errors while reading",
        "In each interval: errors of watched places by reason (one that stands is counted in every cycle), failures of the Kubernetes \
         API, lists that had to be made again, and certificates that only a discriminator tells apart, counted when they appear.",
        PanelKind::TimeSeries,
        vec![
            Query::new(
                by(&format!("{SourceName}, {StoredReasonLabel}"), SOURCE_ERRORS.to_string()),
                "{{source_name}}: {{reason}}",
            )
            .when_empty(NONE_KNOWN),
            Query::new(
                by(&format!("{KubeResource}, {ReasonLabel}"), TRANSPORT_ERRORS.to_string()),
                "API, {{resource}}: {{reason}}",
            )
            .when_empty(NONE_KNOWN),
            Query::new(by(&KubeResource.to_string(), WATCH_RESYNCS.to_string()), "listed again: {{resource}}")
                .when_empty(NONE_KNOWN),
            Query::new(by(&SourceKindLabel.to_string(), COLLISIONS.to_string()), "alike: {{source_kind}}")
                .when_empty(NONE_KNOWN),
        ],
    )
    .unit(PanelUnit::Number)
    .width(8)
}
