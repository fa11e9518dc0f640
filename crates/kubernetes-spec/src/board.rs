//! The board of the Kubernetes client: what is not allowed first, then what reading costs.

use lookout_declarations::{Board, Panel, PanelKind, Query, Row};

use crate::metrics::{
    Code, EventLabel, LISTS, ListCauseLabel, NeededBy, OBJECTS, OBJECTS_UNREADABLE, PERMISSION_GRANTED,
    RECEIVED_BYTES, REQUEST_DURATION, REQUEST_FAILURES, REQUESTS, REQUESTS_LIMIT, REQUESTS_WAITING,
    ResourceLabel, ResourceNamespace, SERVER_INFO, ServerVersion, VerbLabel, WAITED, WATCH_EVENTS,
    WATCH_RESUMES, WATCHES, WaitCauseLabel,
};

/// The board.
pub fn board() -> Board {
    Board {
        slug: "kubernetes",
        title: "Kubernetes API",
        question: "May Lookout read the Kubernetes API, and what does that cost it?",
        rows: vec![rights(), watching(), cost()],
    }
}

fn rights() -> Row {
    Row {
        title: "What is not allowed",
        panels: vec![
            panel(
                "Missing rights",
                "How many rights the exporters need and do not have. Zero is healthy.",
                PanelKind::Stat,
                format!(
                    "count(min by ({NeededBy}, {VerbLabel}, {ResourceLabel}, {ResourceNamespace}) ({PERMISSION_GRANTED}) == 0) or vector(0)"
                ),
                "missing",
            ),
            panel(
                "Which rights are missing",
                "Each right that an exporter needs and does not have. The runbook says how to grant it.",
                PanelKind::Table,
                format!(
                    "min by ({NeededBy}, {VerbLabel}, {ResourceLabel}, {ResourceNamespace}) ({PERMISSION_GRANTED}) == 0"
                ),
                "{{exporter}}: {{verb}} {{resource}} {{resource_namespace}}",
            ),
            panel(
                "Failed requests",
                "Requests that failed, by reason.",
                PanelKind::TimeSeries,
                format!(
                    "sum by ({VerbLabel}, {ResourceLabel}, reason) (rate({REQUEST_FAILURES}[$__rate_interval])) > 0"
                ),
                "{{verb}} {{resource}}: {{reason}}",
            ),
        ],
    }
}

fn watching() -> Row {
    Row {
        title: "Whether changes are seen",
        panels: vec![
            panel(
                "Open watches",
                "Watches that are open. A resource at zero for minutes is not watched; its source says why.",
                PanelKind::TimeSeries,
                format!("max by ({ResourceLabel}) ({WATCHES})"),
                "{{resource}}",
            ),
            panel(
                "Changes seen",
                "Events of watches, by resource and event. Bookmarks alone mean that nothing changes.",
                PanelKind::TimeSeries,
                format!(
                    "sum by ({ResourceLabel}, {EventLabel}) (rate({WATCH_EVENTS}[$__rate_interval])) > 0"
                ),
                "{{resource}}: {{event}}",
            ),
            panel(
                "Watches resumed",
                "Watches that went on where the one before had ended, as they should every half minute.",
                PanelKind::TimeSeries,
                format!("sum by ({ResourceLabel}) (rate({WATCH_RESUMES}[$__rate_interval]))"),
                "{{resource}}",
            ),
            panel(
                "Lists from the beginning",
                "Whole lists that were read, by cause. After the start there should be next to none.",
                PanelKind::TimeSeries,
                format!("sum by ({ResourceLabel}, {ListCauseLabel}) (increase({LISTS}[1h])) > 0"),
                "{{resource}}: {{cause}}",
            ),
        ],
    }
}

fn cost() -> Row {
    Row {
        title: "What it costs",
        panels: vec![
            panel(
                "API server",
                "The version of the API server.",
                PanelKind::Stat,
                format!("max by ({ServerVersion}) ({SERVER_INFO})"),
                "{{version}}",
            ),
            panel(
                "Requests",
                "Requests by verb, resource and status code.",
                PanelKind::TimeSeries,
                format!(
                    "sum by ({VerbLabel}, {ResourceLabel}, {Code}) (rate({REQUESTS}[$__rate_interval])) > 0"
                ),
                "{{verb}} {{resource}} {{code}}",
            ),
            Panel {
                title: "Time to an answer",
                description: "How long the API server takes for an answer: the median, and what one in a hundred exceeds.",
                kind: PanelKind::TimeSeries,
                queries: vec![quantile("0.5", "{{verb}} half"), quantile("0.99", "{{verb}} 99 of 100")],
            },
            panel(
                "Bytes read",
                "Bytes of answers by resource.",
                PanelKind::TimeSeries,
                format!("sum by ({ResourceLabel}) (rate({RECEIVED_BYTES}[$__rate_interval]))"),
                "{{resource}}",
            ),
            Panel {
                title: "Requests under way",
                description: "Requests that wait for their answer, and how many may.",
                kind: PanelKind::TimeSeries,
                queries: vec![
                    Query { expression: format!("max({REQUESTS_WAITING})"), legend: "under way" },
                    Query { expression: format!("max({REQUESTS_LIMIT})"), legend: "limit" },
                ],
            },
            panel(
                "Waiting before requests",
                "Seconds that all requests together wait in each second before they are sent: for the configured budget, or because the server asks for it.",
                PanelKind::TimeSeries,
                format!("max by ({WaitCauseLabel}) (rate({WAITED}[$__rate_interval]))"),
                "{{cause}}",
            ),
            panel(
                "Objects held",
                "Objects in memory, by resource.",
                PanelKind::TimeSeries,
                format!("max by ({ResourceLabel}) ({OBJECTS})"),
                "{{resource}}",
            ),
            panel(
                "Objects left out",
                "Objects that could not be read because they are too large or no objects.",
                PanelKind::TimeSeries,
                format!("sum by ({ResourceLabel}) (increase({OBJECTS_UNREADABLE}[1h])) > 0"),
                "{{resource}}",
            ),
        ],
    }
}

/// The quantile of the time to an answer by verb.
fn quantile(quantile: &str, legend: &'static str) -> Query {
    let bucket = REQUEST_DURATION.bucket();
    Query {
        expression: format!(
            "histogram_quantile({quantile}, sum by ({VerbLabel}, le) (rate({bucket}[$__rate_interval])))"
        ),
        legend,
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
