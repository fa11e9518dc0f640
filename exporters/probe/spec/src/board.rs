//! The board of the probe exporter: what fails and why, then where the time goes, then what there is.
//!
//! The series have no label of ours that says which target they are about: the scraper puts `instance` on. So legends name `instance`,
//! and nothing is taken over it.

use lookout_declarations::{Board, Panel, PanelKind, PanelUnit, Query, Row};

use crate::Settings;
use crate::labels::{PhaseLabel, TlsCipher, TlsVersion};
use crate::metrics::{
    DNS_LOOKUP_TIME, DURATION, FAILED_DUE_TO_REGEX, FAILURE, HTTP_BODY_CLIPPED, HTTP_BODY_LENGTH,
    HTTP_DOWNGRADED, HTTP_DURATION, HTTP_REDIRECTS, HTTP_SSL, HTTP_STATUS_CODE, HTTP_VERSION, IP_PROTOCOL,
    SSL_EARLIEST_EXPIRY, SSL_LAST_CHAIN_EXPIRY, SUCCESS, TLS_CIPHER, TLS_VERSION,
};

/// What an empty panel means where every probe has a value.
const NO_PROBE: &str = "nothing is probed";

/// What an empty list of faults means.
const NONE_KNOWN: &str = "none known";

/// The board for `settings`.
pub fn board(settings: &Settings) -> Board {
    Board::new(
        "probe",
        "Probes",
        "Does this target answer, now, seen from here?",
        vec![
            Row { title: "What fails?", panels: what_fails(settings) },
            Row { title: "Where does the time go?", panels: where_the_time_goes() },
            Row { title: "What do they answer?", panels: what_they_answer() },
        ],
    )
}

/// The end of the trusted path, or of the chain that is shown where none is trusted.
fn end() -> String {
    format!("({SSL_LAST_CHAIN_EXPIRY} or {SSL_EARLIEST_EXPIRY})")
}

fn what_fails(settings: &Settings) -> Vec<Panel> {
    use PanelKind::{Stat, StateTimeline, Table};
    let seconds = settings.alerts.certificate_remaining.get().as_secs();
    let near = format!("sum({} - time() < bool {seconds})", end());
    vec![
        Panel::new(
            "Targets that fail",
            "Targets whose last probe failed, and how many are probed. Zero is healthy.",
            Stat,
            vec![
                Query::new(format!("sum({SUCCESS} == bool 0)"), "failing").when_empty(NO_PROBE),
                Query::new(format!("count({SUCCESS})"), "probed").when_empty(NO_PROBE),
            ],
        )
        .unit(PanelUnit::Number)
        .bounds_of(&["LookoutProbeFailing"])
        .width(6),
        Panel::new(
            "Certificates near their end",
            "Targets whose certificate has less time left than the alert's threshold; expired ones too.",
            Stat,
            vec![Query::new(near, "near their end").when_empty("no target shows a certificate")],
        )
        .unit(PanelUnit::Number)
        .bounds_of(&["LookoutProbeCertificateExpiresSoon"])
        .width(5),
        Panel::new(
            "Why they fail",
            "The reason of each failure, by target; and whether it is for a text of the body that must not be there, or one that must.",
            Table,
            vec![
                Query::new(format!("{FAILURE} == 1"), "").when_empty(NONE_KNOWN),
                Query::new(format!("{FAILED_DUE_TO_REGEX} == 1"), "for its text").unit(PanelUnit::Fault).when_empty(NONE_KNOWN),
            ],
        )
        .width(13),
        Panel::new(
            "Answers",
            "Each target over time: whether it answered as expected. A gap means that it was not asked.",
            StateTimeline,
            vec![Query::new(SUCCESS.to_string(), "{{instance}}").when_empty(NO_PROBE)],
        )
        .unit(PanelUnit::Yes)
        .width(24),
    ]
}

fn where_the_time_goes() -> Vec<Panel> {
    use PanelKind::TimeSeries;
    vec![
        Panel::new(
            "Probes",
            "How long whole probes took, slowest first.",
            TimeSeries,
            vec![Query::new(format!("topk(20, {DURATION})"), "{{instance}}").when_empty(NO_PROBE)],
        )
        .unit(PanelUnit::Seconds),
        Panel::new(
            "Phases of requests",
            "The mean over all targets, by phase.",
            TimeSeries,
            vec![
                Query::new(format!("avg by ({PhaseLabel}) ({HTTP_DURATION})"), "{{phase}}")
                    .when_empty("nothing is probed over HTTP"),
            ],
        )
        .unit(PanelUnit::Seconds),
        Panel::new(
            "Name resolution",
            "How long resolving the name of each target took, slowest first.",
            TimeSeries,
            vec![Query::new(format!("topk(20, {DNS_LOOKUP_TIME})"), "{{instance}}").when_empty(NO_PROBE)],
        )
        .unit(PanelUnit::Seconds),
    ]
}

fn what_they_answer() -> Vec<Panel> {
    use PanelKind::Table;
    let faults = |expression: String, legend| {
        Query::new(expression, legend).unit(PanelUnit::Fault).when_empty(NONE_KNOWN)
    };
    vec![
        Panel::new(
            "By target",
            "The status of the last answer (0: there was none), redirects that were followed, bytes of the body that were read, and the time \
             until the certificate ends: that of the trusted path, else of the chain that was shown.",
            Table,
            vec![
                Query::new(HTTP_STATUS_CODE.to_string(), "status")
                    .unit(PanelUnit::Number)
                    .when_empty("nothing is probed over HTTP"),
                Query::new(HTTP_REDIRECTS.to_string(), "redirects")
                    .unit(PanelUnit::Number)
                    .when_empty("nothing is probed over HTTP"),
                Query::new(HTTP_BODY_LENGTH.to_string(), "body")
                    .unit(PanelUnit::Bytes)
                    .when_empty("nothing is probed over HTTP"),
                Query::new(format!("{} - time()", end()), "certificate ends")
                    .unit(PanelUnit::Seconds)
                    .when_empty("no target shows a certificate"),
            ],
        )
        .width(14),
        Panel::new(
            "Not as safe or complete as it could be",
            "Targets whose last answer came in clear, where a redirect leads from https to http, or whose body is longer than what is read \
             of it.",
            Table,
            vec![
                faults(format!("{HTTP_SSL} == bool 0 == 1"), "in clear"),
                faults(format!("{HTTP_DOWNGRADED} == 1"), "led out of TLS"),
                faults(format!("{HTTP_BODY_CLIPPED} == 1"), "body clipped"),
            ],
        )
        .width(10),
        Panel::new(
            "TLS: versions and cipher suites",
            "How many targets speak which.",
            PanelKind::BarGauge,
            vec![
                Query::new(format!("count by ({TlsVersion}) ({TLS_VERSION})"), "{{version}}")
                    .when_empty("no target speaks TLS"),
                Query::new(format!("count by ({TlsCipher}) ({TLS_CIPHER})"), "{{cipher}}")
                    .when_empty("no target speaks TLS"),
            ],
        )
        .unit(PanelUnit::Number)
        .width(14),
        Panel::new(
            "Versions of HTTP and IP",
            "How many targets answer over which.",
            PanelKind::BarGauge,
            vec![
                Query::new(format!("count_values(\"http\", {HTTP_VERSION})"), "HTTP {{http}}")
                    .when_empty("nothing is probed over HTTP"),
                Query::new(format!("count_values(\"ip\", {IP_PROTOCOL})"), "IPv{{ip}}").when_empty(NO_PROBE),
            ],
        )
        .unit(PanelUnit::Number)
        .width(10),
    ]
}
