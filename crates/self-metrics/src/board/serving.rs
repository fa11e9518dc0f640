//! The rows about serving: how Lookout is read, and which configuration it reads by.

use lookout_declarations::{Panel, PanelKind, PanelUnit, Query, Row};

use super::NONE_KNOWN;
use crate::metrics::{
    AuthenticationLabel, CONFIGURATION_LAST_RELOAD_SUCCESS, CONFIGURATION_LAST_RELOAD_SUCCESSFUL,
    CONFIGURATION_RELOADS, CloseReasonLabel, CodeLabel, ConfigurationLabel, HTTP_AUTHENTICATIONS,
    HTTP_CERTIFICATE_NOT_AFTER, HTTP_CONNECTIONS, HTTP_CONNECTIONS_CLOSED, HTTP_CONNECTIONS_LIMIT,
    HTTP_PROBES, HTTP_PROBES_LIMIT, HTTP_REQUEST_DURATION, HTTP_REQUESTS, HTTP_RESPONSE_BYTES, HTTP_SCRAPES,
    HTTP_SCRAPES_LIMIT, PathLabel, ReloadResultLabel,
};

pub(super) fn http() -> Row {
    Row {
        title: "How is it read?",
        panels: vec![requests(), slowest(), over_limit(), closed(), sent(), own_certificate()],
    }
}

fn requests() -> Panel {
    let answered = format!("sum by ({PathLabel}, {CodeLabel}) (rate({HTTP_REQUESTS}[$__rate_interval])) > 0");
    let logins =
        format!("sum by ({AuthenticationLabel}) (rate({HTTP_AUTHENTICATIONS}[$__rate_interval])) > 0");
    Panel::new(
        "Requests and logins",
        "Requests answered in each second, and what became of their users and passwords. A browser's first request is refused by design.",
        PanelKind::TimeSeries,
        vec![
            Query::new(answered, "{{path}} {{code}}"),
            Query::new(logins, "login {{result}}").when_empty("no login is asked for"),
        ],
    )
    .unit(PanelUnit::PerSecond)
    .width(8)
}

fn slowest() -> Panel {
    let buckets = HTTP_REQUEST_DURATION.bucket();
    let by_path = format!("sum by ({PathLabel}, le) (rate({buckets}[$__rate_interval]))");
    Panel::new(
        "Slowest hundredth of requests",
        "The time within which 99 of 100 answers are handed over. Slow readers count with their slowness.",
        PanelKind::TimeSeries,
        vec![Query::new(format!("histogram_quantile(0.99, {by_path})"), "{{path}}")],
    )
    .unit(PanelUnit::Seconds)
    .width(8)
}

fn over_limit() -> Panel {
    Panel::new(
        "Connections, scrapes and probes over limit",
        "At 1 the connection that has kept Lookout waiting longest makes room for a new one, and further scrapes and probes are refused with \
         503.",
        PanelKind::TimeSeries,
        vec![
            Query::new(format!("{HTTP_CONNECTIONS} / {HTTP_CONNECTIONS_LIMIT}"), "connections"),
            Query::new(format!("{HTTP_SCRAPES} / {HTTP_SCRAPES_LIMIT}"), "scrapes"),
            Query::new(format!("{HTTP_PROBES} / {HTTP_PROBES_LIMIT}"), "probes").when_empty("no probe is offered"),
        ],
    )
    .unit(PanelUnit::Ratio)
    .width(8)
}

fn closed() -> Panel {
    let by_reason =
        format!("sum by ({CloseReasonLabel}) (rate({HTTP_CONNECTIONS_CLOSED}[$__rate_interval])) > 0");
    Panel::new(
        "Connections closed by Lookout",
        "In each second, by reason. Connections that ended in order do not count; idle ones are no trouble.",
        PanelKind::TimeSeries,
        vec![Query::new(by_reason, "{{reason}}").when_empty(NONE_KNOWN)],
    )
    .unit(PanelUnit::PerSecond)
    .width(8)
}

fn sent() -> Panel {
    Panel::new(
        "Bytes sent",
        "Bytes of response bodies in each second.",
        PanelKind::TimeSeries,
        vec![Query::new(format!("sum(rate({HTTP_RESPONSE_BYTES}[$__rate_interval]))"), "sent")],
    )
    .unit(PanelUnit::BytesPerSecond)
    .width(8)
}

fn own_certificate() -> Panel {
    Panel::new(
        "Own certificate",
        "Time until the certificate expires that Lookout serves its own pages with.",
        PanelKind::Stat,
        vec![
            Query::new(format!("{HTTP_CERTIFICATE_NOT_AFTER} - time()"), "{{instance}}")
                .when_empty("served without TLS"),
        ],
    )
    .unit(PanelUnit::Seconds)
    .bounds_of(&["LookoutOwnCertificateExpires"])
    .width(8)
}

pub(super) fn configuration() -> Row {
    let readings =
        format!("sum by ({ConfigurationLabel}, {ReloadResultLabel}) (increase({CONFIGURATION_RELOADS}[1h]))");
    Row {
        title: "Which configuration is in force?",
        panels: vec![
            Panel::new(
                "In force",
                "Whether the configuration that was last read is in force, or wrong and an older one is; and for how long the one in force \
                 has been.",
                PanelKind::Table,
                vec![
                    Query::new(
                        format!("min by ({ConfigurationLabel}) ({CONFIGURATION_LAST_RELOAD_SUCCESSFUL})"),
                        "last reading in force",
                    )
                    .unit(PanelUnit::Yes)
                    .when_empty("there is no file"),
                    Query::new(
                        format!("time() - max by ({ConfigurationLabel}) ({CONFIGURATION_LAST_RELOAD_SUCCESS})"),
                        "in force for",
                    )
                    .unit(PanelUnit::Seconds)
                    .when_empty("there is no file"),
                ],
            )
            .width(12),
            Panel::new(
                "Readings within an hour",
                "How often a configuration was read, by result.",
                PanelKind::TimeSeries,
                vec![Query::new(readings, "{{configuration}}: {{result}}").when_empty("there is no file")],
            )
            .unit(PanelUnit::Number)
            .width(12),
        ],
    }
}
