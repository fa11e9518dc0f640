//! External Access: whether people get in from outside, where they are stopped, and for how long certificates still let them.

use lookout_certs_spec::labels::{
    Host, HostResult, HostResultLabel, ResourceNamespace, SecretName, ServedResult, ServedResultLabel,
    Verification, VerificationLabel,
};
use lookout_certs_spec::metrics::{
    EDGE_NOT_AFTER, ENDPOINT_UP, ENDPOINT_VERIFIED, HOST_CERTIFICATE, HOST_SERVED, HOST_SERVED_NOT_AFTER,
    SERVED_NOT_AFTER,
};
use lookout_declarations::{
    Board, Health, Layer, LayerLabel, Panel, PanelKind, PanelUnit, Query, Row, SystemLabel,
};
use lookout_probe_spec::labels::PhaseLabel;
use lookout_probe_spec::metrics::{
    DURATION, FAILURE, HTTP_DURATION, HTTP_STATUS_CODE, SSL_EARLIEST_EXPIRY, SSL_LAST_CHAIN_EXPIRY, SUCCESS,
};

use super::{NONE_KNOWN, once, promised};
use crate::labels::MeasuredAtLabel;
use crate::series::{BUDGET_LEFT, ERRORS_OVER, PARTS};

/// What an empty panel about probes means.
const NO_PROBE: &str = "nothing is probed";

/// What an empty panel about hosts means.
const NO_HOST: &str = "no host of a cluster is known";

pub(super) fn board() -> Board {
    Board::new(
        "external-access",
        "External Access",
        "Does everybody outside get in, and for how long will the certificates let them?",
        vec![answer(), stopped(), ends(), where_it_is_slow()],
    )
    .open_rows(3)
}

/// The certificates that anybody outside is shown, with the time that each has left.
fn time_left() -> String {
    let soonest = |series: String| format!("min({series} - time())");
    let probed = format!("({SSL_LAST_CHAIN_EXPIRY} or {SSL_EARLIEST_EXPIRY})");
    let ends =
        [EDGE_NOT_AFTER.to_string(), HOST_SERVED_NOT_AFTER.to_string(), SERVED_NOT_AFTER.to_string(), probed];
    let ends = ends.map(soonest);
    // A label for each, or equal times would be one row.
    let places = ["edge", "controller", "server", "probe"];
    let labelled = places
        .iter()
        .zip(ends)
        .map(|(place, end)| format!("label_replace({end}, \"place\", \"{place}\", \"\", \"\")"));
    labelled.collect::<Vec<_>>().join(" or ")
}

/// The answers of those targets that did not always answer: a list of all that did would hide them.
fn failed() -> String {
    format!("{SUCCESS} and (min_over_time({SUCCESS}[$__range] @ end()) == 0)")
}

fn answer() -> Row {
    use PanelKind::{BarGauge, Stat, StateTimeline};
    let hosts =
        |series: &str| format!("sum({series}{{{LayerLabel}=\"{}\",{SystemLabel}=\"hosts\"}})", Layer::Edge);
    let trusted = ENDPOINT_VERIFIED.at(VerificationLabel, Verification::Trusted);
    Row {
        title: "Do they get in?",
        panels: vec![
            Panel::new(
                "Targets that fail",
                "Probed targets that do not answer as expected.",
                Stat,
                vec![Query::new(format!("sum({SUCCESS} == bool 0)"), "failing").when_empty(NO_PROBE)],
            )
            .unit(PanelUnit::Number)
            .bounds_of(&["LookoutProbeFailing"])
            .width(4),
            Panel::new(
                "Hosts with a certificate, of all",
                "Hosts of Ingresses and Gateways whose Secret has a valid certificate for them.",
                Stat,
                vec![
                    Query::new(hosts(Health::HEALTHY), "with").when_empty(NO_HOST),
                    Query::new(hosts(PARTS), "of all").when_empty(NO_HOST),
                ],
            )
            .unit(PanelUnit::Number)
            .width(5),
            Panel::new(
                "Servers that clients refuse",
                "Watched servers whose chain is not trusted, or that show none.",
                Stat,
                vec![
                    Query::new(format!("sum({} == bool 0)", once(trusted)), "refused")
                        .when_empty("no server is watched"),
                    Query::new(format!("sum({} == bool 0)", once(ENDPOINT_UP)), "down")
                        .when_empty("no server is watched"),
                ],
            )
            .unit(PanelUnit::Number)
            .bounds_of(&["LookoutCertsEndpointUntrusted", "LookoutCertsEndpointDown"])
            .width(5),
            Panel::new(
                "Budget left, by where it is measured",
                "The worst objective seen from each place. Broken at the edge and kept at the origin: it is what stands between.",
                BarGauge,
                vec![promised(format!("min by ({MeasuredAtLabel}) ({BUDGET_LEFT})"), "{{measured_at}}")],
            )
            .unit(PanelUnit::Ratio)
            .width(5),
            Panel::new(
                "First certificate to end, by place",
                "Time that is left to the certificate that ends first at the edge, at the controllers, at watched servers, and at probed \
                 targets. Negative means expired.",
                BarGauge,
                vec![Query::new(time_left(), "{{place}}").when_empty("no certificate is seen")],
            )
            .unit(PanelUnit::Seconds)
            .bounds_of(&["LookoutCertsServedExpiring", "LookoutCertsServedExpiringSoon"])
            .width(5),
            Panel::new(
                "Targets that failed, over time",
                "Each probed target that failed within the time shown: whether it answered as expected. A gap means that it was not asked.",
                StateTimeline,
                vec![
                    Query::new(failed(), "{{job}} {{instance}}")
                        .when_empty("nothing is probed, or everything has answered"),
                ],
            )
            .unit(PanelUnit::Yes)
            .width(24),
        ],
    }
}

fn stopped() -> Row {
    use PanelKind::Table;
    let wrong = HOST_CERTIFICATE.not_at(HostResultLabel, HostResult::Covered).not_at(SecretName, "");
    let not_same = HOST_SERVED
        .not_at(ServedResultLabel, ServedResult::Same)
        .not_at(ServedResultLabel, ServedResult::NotProbed);
    let untrusted = ENDPOINT_VERIFIED.not_at(VerificationLabel, Verification::Trusted);
    Row {
        title: "Where are they stopped?",
        panels: vec![
            Panel::new(
                "Why targets fail",
                "The reason of each failure, and the status code of the last answer (0: none came).",
                Table,
                vec![
                    Query::new(format!("{FAILURE} == 1"), "").when_empty(NONE_KNOWN),
                ],
            )
            .width(12),
            Panel::new(
                "Answers with an error",
                "The status code of targets that answer with 400 or above, whether that is expected or not.",
                Table,
                vec![Query::new(format!("{HTTP_STATUS_CODE} >= 400"), "status").when_empty(NONE_KNOWN)],
            )
            .unit(PanelUnit::Number)
            .width(12),
            Panel::new(
                "Hosts without a good certificate",
                "The host, the object that names it, and what is wrong with its Secret.",
                Table,
                vec![Query::new(format!("{} == 1", once(wrong)), "").when_empty(NONE_KNOWN)],
            )
            .width(24),
            Panel::new(
                "Servers that clients refuse",
                "Why the chain that each server shows is not trusted.",
                Table,
                vec![Query::new(format!("{} == 1", once(untrusted)), "").when_empty(NONE_KNOWN)],
            )
            .width(10),
            Panel::new(
                "Hosts that are not served what is stored",
                "What the controller's own address shows for the host: not reloaded, its default, or unreachable.",
                Table,
                vec![Query::new(format!("{} == 1", once(not_same)), "").when_empty(NONE_KNOWN)],
            )
            .width(14),
        ],
    }
}

fn ends() -> Row {
    use PanelKind::Table;
    let first = |series: String| format!("sort(bottomk(15, {series} - time()))");
    // What else there is to say of a host is on the board of the certificates.
    let of_host =
        |series: &dyn core::fmt::Display| first(format!("min by ({ResourceNamespace}, {Host}) ({series})"));
    Row {
        title: "How long will the certificates let them in?",
        panels: vec![
            Panel::new(
                "At the edge",
                "Time left to the certificates of CDNs and tunnels in front of the cluster, shortest first.",
                Table,
                vec![Query::new(of_host(&EDGE_NOT_AFTER), "time left").when_empty("no edge is seen")],
            )
            .unit(PanelUnit::Seconds)
            .bounds_of(&["LookoutCertsEdgeExpiring"])
            .width(8),
            Panel::new(
                "At the controllers",
                "Time left to what the controllers' own addresses serve for each host, shortest first.",
                Table,
                vec![Query::new(of_host(&HOST_SERVED_NOT_AFTER), "time left").when_empty(NO_HOST)],
            )
            .unit(PanelUnit::Seconds)
            .width(8),
            Panel::new(
                "At probed targets",
                "Time left to the trusted path, or to the chain that is shown where none is trusted, shortest first.",
                Table,
                vec![
                    Query::new(first(format!("({SSL_LAST_CHAIN_EXPIRY} or {SSL_EARLIEST_EXPIRY})")), "time left")
                        .when_empty("no target shows a certificate"),
                ],
            )
            .unit(PanelUnit::Seconds)
            .bounds_of(&["LookoutProbeCertificateExpiresSoon"])
            .width(8),
        ],
    }
}

fn where_it_is_slow() -> Row {
    use PanelKind::TimeSeries;
    let [(of_five_minutes, ..), ..] = ERRORS_OVER;
    Row {
        title: "Where is it slow?",
        panels: vec![
            Panel::new(
                "Share of errors, by where it is measured",
                "Of each objective, in five minutes. What is bad at the edge alone is not the service's fault.",
                TimeSeries,
                vec![promised(of_five_minutes, "{{objective}} {{indicator}}, {{measured_at}}")],
            )
            .unit(PanelUnit::Ratio),
            Panel::new(
                "Slowest targets",
                "How long whole probes took.",
                TimeSeries,
                vec![Query::new(format!("topk(10, {DURATION})"), "{{job}} {{instance}}").when_empty(NO_PROBE)],
            )
            .unit(PanelUnit::Seconds),
            Panel::new(
                "Where the time goes",
                "The mean over all targets of each phase: names, connections, TLS, the service itself, the transfer.",
                TimeSeries,
                vec![Query::new(format!("avg by (job, {PhaseLabel}) ({HTTP_DURATION})"), "{{job}} {{phase}}").when_empty(NO_PROBE)],
            )
            .unit(PanelUnit::Seconds),
        ],
    }
}
