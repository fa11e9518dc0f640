//! Hosts of the cluster: what is wrong with them, what is served there, and whom a Secret concerns.

use lookout_declarations::{Panel, PanelKind, PanelUnit, Query, Row};

use super::{NO_HOST, NONE_KNOWN, SHOWN, holds, once, soonest};
use crate::Settings;
use crate::labels::{
    FingerprintSha256, HostResult, HostResultLabel, Issuer, SecretName, SecretNamespace, ServedResult,
    ServedResultLabel,
};
use crate::metrics::{
    EDGE_INFO, EDGE_NOT_AFTER, HOST_CERTIFICATE, HOST_SERVED, HOST_SERVED_NOT_AFTER, NOT_AFTER,
    SECRET_WORKLOAD,
};

pub(super) fn row(settings: &Settings) -> Row {
    Row {
        title: "Hosts of the cluster",
        panels: vec![wrong(), not_same(), served(), edge(), workloads(settings)],
    }
}

fn wrong() -> Panel {
    let wrong = HOST_CERTIFICATE
        .not_at(HostResultLabel, HostResult::Covered)
        .not_at(HostResultLabel, HostResult::Unknown)
        .not_at(SecretName, "");
    Panel::new(
        "What is wrong with hosts",
        "The host, the object that names it, and its Secret.",
        PanelKind::Table,
        vec![holds(wrong, "")],
    )
    .width(12)
}

fn not_same() -> Panel {
    let not_same = HOST_SERVED
        .not_at(ServedResultLabel, ServedResult::Same)
        .not_at(ServedResultLabel, ServedResult::NotProbed);
    Panel::new(
        "What controllers serve",
        "Hosts where the stored certificate is not known to be the served one.",
        PanelKind::Table,
        vec![holds(not_same, "")],
    )
    .width(12)
}

fn served() -> Panel {
    Panel::new(
        "Served by controllers, first to end",
        "Time left to what the controllers' own addresses serve, shortest first; negative means expired.",
        PanelKind::Table,
        vec![Query::new(soonest(HOST_SERVED_NOT_AFTER), "time left").when_empty(NO_HOST)],
    )
    .unit(PanelUnit::Seconds)
    .width(8)
}

fn edge() -> Panel {
    let issuer = format!("max without ({FingerprintSha256}) ({})", once(EDGE_INFO));
    let left = format!(
        "sort(bottomk({SHOWN}, ({} - time()) * ignoring ({Issuer}) group_right () {issuer}))",
        once(EDGE_NOT_AFTER)
    );
    Panel::new(
        "Served by the edge, first to end",
        "Time left to the own certificates of CDNs and tunnels in front of the cluster, and who issued them.",
        PanelKind::Table,
        vec![Query::new(left, "time left").when_empty("no edge is seen")],
    )
    .unit(PanelUnit::Seconds)
    .bounds_of(&["LookoutCertsEdgeExpiring"])
    .width(8)
}

fn workloads(settings: &Settings) -> Panel {
    let seconds = settings.alerts.warning.remaining_seconds();
    let near = format!("({} - time() < {seconds})", NOT_AFTER.not_at(SecretName, ""));
    Panel::new(
        "Whom the next Secrets concern",
        "The workloads that use Secrets with a certificate that has less time left than the warning threshold.",
        PanelKind::Table,
        vec![
            Query::new(
                format!("{} and on ({SecretNamespace}, {SecretName}) {near}", once(SECRET_WORKLOAD)),
                "",
            )
            .when_empty(NONE_KNOWN),
        ],
    )
    .width(8)
}
