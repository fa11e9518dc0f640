//! The rows about serving: how Lookout is read, and which configuration it reads by.

use lookout_declarations::{PanelKind, Row};

use super::{panel, query};
use crate::metrics::{
    AuthenticationLabel, CONFIGURATION_LAST_RELOAD_SUCCESS, CONFIGURATION_LAST_RELOAD_SUCCESSFUL,
    CONFIGURATION_RELOADS, CloseReasonLabel, CodeLabel, ConfigurationLabel, HTTP_AUTHENTICATIONS,
    HTTP_CERTIFICATE_NOT_AFTER, HTTP_CONNECTIONS, HTTP_CONNECTIONS_CLOSED, HTTP_CONNECTIONS_LIMIT,
    HTTP_PROBES, HTTP_PROBES_LIMIT, HTTP_REQUEST_DURATION, HTTP_REQUESTS, HTTP_RESPONSE_BYTES, HTTP_SCRAPES,
    HTTP_SCRAPES_LIMIT, PathLabel, ReloadResultLabel,
};

pub(super) fn http() -> Row {
    let buckets = HTTP_REQUEST_DURATION.bucket();
    Row {
        title: "How is it read?",
        panels: vec![
            panel(
                "Requests",
                "Requests answered per second.",
                PanelKind::TimeSeries,
                vec![query(
                    format!(
                        "sum by ({PathLabel}, {CodeLabel}) (rate({HTTP_REQUESTS}[$__rate_interval])) > 0"
                    ),
                    "{{path}} {{code}}",
                )],
            ),
            panel(
                "Slowest hundredth of requests",
                "The time within which 99 of 100 answers are handed over. Slow readers count with their slowness.",
                PanelKind::TimeSeries,
                vec![query(
                    format!(
                        "histogram_quantile(0.99, sum by ({PathLabel}, le) (rate({buckets}[$__rate_interval])))"
                    ),
                    "{{path}}",
                )],
            ),
            panel(
                "Bytes sent",
                "Bytes of response bodies per second.",
                PanelKind::TimeSeries,
                vec![query(format!("sum(rate({HTTP_RESPONSE_BYTES}[$__rate_interval]))"), "bytes")],
            ),
            panel(
                "Connections over limit",
                "At 1 the connection that has kept Lookout waiting longest makes room for a new one.",
                PanelKind::TimeSeries,
                vec![query(format!("{HTTP_CONNECTIONS} / {HTTP_CONNECTIONS_LIMIT}"), "connections")],
            ),
            panel(
                "Connections closed by Lookout",
                "Per second, by reason. Connections that ended in order do not count; idle ones are no trouble.",
                PanelKind::TimeSeries,
                vec![query(
                    format!(
                        "sum by ({CloseReasonLabel}) (rate({HTTP_CONNECTIONS_CLOSED}[$__rate_interval])) > 0"
                    ),
                    "{{reason}}",
                )],
            ),
            panel(
                "Scrapes and probes over limit",
                "Answers that are being sent, and probes that are under way. At 1 further ones are refused with 503.",
                PanelKind::TimeSeries,
                vec![
                    query(format!("{HTTP_SCRAPES} / {HTTP_SCRAPES_LIMIT}"), "scrapes"),
                    query(format!("{HTTP_PROBES} / {HTTP_PROBES_LIMIT}"), "probes"),
                ],
            ),
            panel(
                "Logins",
                "Requests per second by what became of their user and password. A browser's first request is refused by design.",
                PanelKind::TimeSeries,
                vec![query(
                    format!(
                        "sum by ({AuthenticationLabel}) (rate({HTTP_AUTHENTICATIONS}[$__rate_interval])) > 0"
                    ),
                    "{{result}}",
                )],
            ),
            panel(
                "Own certificate",
                "Time until the certificate expires that Lookout serves its own pages with. Nothing without TLS.",
                PanelKind::Stat,
                vec![query(format!("{HTTP_CERTIFICATE_NOT_AFTER} - time()"), "{{instance}}")],
            ),
        ],
    }
}

pub(super) fn configuration() -> Row {
    Row {
        title: "Which configuration is in force?",
        panels: vec![
            panel(
                "Last reading in force",
                "1 where the configuration that was last read is in force, 0 where it is wrong and an older one is.",
                PanelKind::Table,
                vec![query(
                    format!("min by ({ConfigurationLabel}) ({CONFIGURATION_LAST_RELOAD_SUCCESSFUL})"),
                    "{{configuration}}",
                )],
            ),
            panel(
                "In force for",
                "Time since the configuration that is in force was read.",
                PanelKind::TimeSeries,
                vec![query(
                    format!("time() - {CONFIGURATION_LAST_RELOAD_SUCCESS}"),
                    "{{instance}} {{configuration}}",
                )],
            ),
            panel(
                "Readings",
                "How often a configuration was read within an hour, by result.",
                PanelKind::TimeSeries,
                vec![query(
                    format!(
                        "sum by ({ConfigurationLabel}, {ReloadResultLabel}) (increase({CONFIGURATION_RELOADS}[1h]))"
                    ),
                    "{{configuration}}: {{result}}",
                )],
            ),
        ],
    }
}
