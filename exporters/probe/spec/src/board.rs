//! The board of the probe exporter: what fails and why, then where the time goes, then what there is.

use lookout_declarations::{Board, Panel, PanelKind, Query, Row};

use crate::Settings;
use crate::labels::{PhaseLabel, TlsCipher, TlsVersion};
use crate::metrics::{
    DNS_LOOKUP_TIME, DURATION, FAILED_DUE_TO_REGEX, FAILURE, HTTP_BODY_CLIPPED, HTTP_BODY_LENGTH,
    HTTP_DOWNGRADED, HTTP_DURATION, HTTP_REDIRECTS, HTTP_SSL, HTTP_STATUS_CODE, HTTP_VERSION, IP_PROTOCOL,
    SSL_EARLIEST_EXPIRY, SSL_LAST_CHAIN_EXPIRY, SUCCESS, TLS_CIPHER, TLS_VERSION,
};

/// The board for `settings`.
pub fn board(settings: &Settings) -> Board {
    Board {
        slug: "probe",
        title: "Probes",
        question: "Does this target answer, now, seen from here?",
        rows: vec![
            Row { title: "What fails", panels: what_fails(settings) },
            Row { title: "Where the time goes", panels: where_the_time_goes() },
            Row { title: "What they answer", panels: what_they_answer() },
        ],
    }
}

/// A panel with one query.
fn panel(
    title: &'static str,
    description: &'static str,
    kind: PanelKind,
    expression: String,
    legend: &'static str,
) -> Panel {
    Panel { title, description, kind, queries: vec![Query { expression, legend }] }
}

fn what_fails(settings: &Settings) -> Vec<Panel> {
    use PanelKind::{Stat, Table, TimeSeries};
    let seconds = settings.alerts.certificate_remaining.get().as_secs();
    let end = format!("({SSL_LAST_CHAIN_EXPIRY} or {SSL_EARLIEST_EXPIRY})");
    vec![
        panel(
            "Targets that fail",
            "Targets whose last probe failed. Zero is healthy.",
            Stat,
            format!("sum({SUCCESS} == bool 0)"),
            "failing",
        ),
        panel(
            "Certificates near their end",
            "Targets whose certificate has less time left than the alert's threshold; expired ones too.",
            Stat,
            format!("sum({end} - time() < bool {seconds})"),
            "near their end",
        ),
        panel(
            "Why they fail",
            "The reason of each failure, by target.",
            Table,
            format!("{FAILURE} == 1"),
            "",
        ),
        panel(
            "For what is in the body",
            "Targets that answer, with a text that must not be there or without one that must.",
            Table,
            format!("{FAILED_DUE_TO_REGEX} == 1"),
            "",
        ),
        panel(
            "Time left of certificates",
            "Shortest first; of the trusted path where there is one, else of the chain that was shown.",
            Table,
            format!("sort(bottomk(20, {end} - time()))"),
            "",
        ),
        panel(
            "Success",
            "1 where the target answered as expected.",
            TimeSeries,
            format!("{SUCCESS}"),
            "{{instance}}",
        ),
    ]
}

fn where_the_time_goes() -> Vec<Panel> {
    use PanelKind::TimeSeries;
    vec![
        panel("Probes", "How long whole probes took.", TimeSeries, format!("{DURATION}"), "{{instance}}"),
        panel(
            "Phases of requests",
            "The mean over all targets, by phase.",
            TimeSeries,
            format!("avg by ({PhaseLabel}) ({HTTP_DURATION})"),
            "{{phase}}",
        ),
        panel(
            "Name resolution",
            "How long resolving the name of each target took.",
            TimeSeries,
            format!("{DNS_LOOKUP_TIME}"),
            "{{instance}}",
        ),
    ]
}

fn what_they_answer() -> Vec<Panel> {
    use PanelKind::{Table, TimeSeries};
    vec![
        panel(
            "Status codes",
            "The status of the last answer; 0 where there was none.",
            TimeSeries,
            format!("{HTTP_STATUS_CODE}"),
            "{{instance}}",
        ),
        panel(
            "Redirects",
            "Redirects that were followed.",
            TimeSeries,
            format!("{HTTP_REDIRECTS}"),
            "{{instance}}",
        ),
        panel(
            "Not over TLS",
            "Targets whose last answer came in clear.",
            Table,
            format!("{HTTP_SSL} == 0"),
            "",
        ),
        panel(
            "Led out of TLS",
            "Targets where a redirect leads from https to http.",
            Table,
            format!("{HTTP_DOWNGRADED} == 1"),
            "",
        ),
        panel(
            "Versions of TLS",
            "How many targets speak which.",
            Table,
            format!("count by ({TlsVersion}) ({TLS_VERSION})"),
            "",
        ),
        panel(
            "Cipher suites",
            "How many targets agree on which.",
            Table,
            format!("count by ({TlsCipher}) ({TLS_CIPHER})"),
            "",
        ),
        panel(
            "Versions of HTTP and IP",
            "By target: HTTP 1.0 and IP version 4 where more was hoped for.",
            Table,
            format!("{HTTP_VERSION} < 1.1 or {IP_PROTOCOL} < 6"),
            "",
        ),
        panel(
            "Bytes of bodies",
            "What was read; a clipped one was longer.",
            TimeSeries,
            format!("{HTTP_BODY_LENGTH}"),
            "{{instance}}",
        ),
        panel(
            "Clipped bodies",
            "Targets whose body is longer than what is read of it.",
            Table,
            format!("{HTTP_BODY_CLIPPED} == 1"),
            "",
        ),
    ]
}
