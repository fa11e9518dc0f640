//! The board of the Kubernetes client: what is not allowed first, then whether changes are seen, then what reading costs.

use lookout_declarations::{Board, Panel, PanelKind, PanelUnit, Query, ReasonLabel, Row};

use crate::metrics::{
    Code, EventLabel, LISTS, ListCauseLabel, NeededBy, OBJECTS, OBJECTS_UNREADABLE, PERMISSION_GRANTED,
    RECEIVED_BYTES, REQUEST_DURATION, REQUEST_FAILURES, REQUESTS, REQUESTS_LIMIT, REQUESTS_WAITING,
    ResourceLabel, ResourceNamespace, SERVER_INFO, ServerVersion, VerbLabel, WAITED, WATCH_EVENTS,
    WATCH_RESUMES, WATCHES, WaitCauseLabel,
};

/// What an empty panel means where the API is not read.
const NOT_READ: &str = "no Kubernetes API is read";

/// What an empty list of faults means.
const NONE_KNOWN: &str = "none known";

/// The board.
pub fn board() -> Board {
    Board::new(
        "kubernetes",
        "Kubernetes API",
        "May Lookout read the Kubernetes API, and what does that cost it?",
        vec![rights(), watching(), cost()],
    )
}

fn rights() -> Row {
    let rights = format!(
        "min by ({NeededBy}, {VerbLabel}, {ResourceLabel}, {ResourceNamespace}) ({PERMISSION_GRANTED})"
    );
    let failures = format!(
        "sum by ({VerbLabel}, {ResourceLabel}, {ReasonLabel}) (rate({REQUEST_FAILURES}[$__rate_interval]))"
    );
    Row {
        title: "What is not allowed?",
        panels: vec![
            Panel::new(
                "Missing rights",
                "How many rights the exporters need and do not have, of how many. Zero is healthy; nothing at all means that none could be \
                 reviewed.",
                PanelKind::Stat,
                vec![
                    Query::new(format!("sum({rights} == bool 0)"), "missing").when_empty(NOT_READ),
                    Query::new(format!("count({rights})"), "needed").when_empty(NOT_READ),
                ],
            )
            .unit(PanelUnit::Number)
            .bounds_of(&["LookoutKubernetesPermissionMissing"])
            .width(6),
            Panel::new(
                "Which rights are missing",
                "Each right that an exporter needs and does not have. The runbook says how to grant it.",
                PanelKind::Table,
                vec![Query::new(format!("{rights} == 0"), "granted").unit(PanelUnit::Yes).when_empty(NONE_KNOWN)],
            )
            .width(10),
            Panel::new(
                "Failed requests",
                "Requests that failed in each second, by reason.",
                PanelKind::TimeSeries,
                vec![Query::new(format!("{failures} > 0"), "{{verb}} {{resource}}: {{reason}}").when_empty(NONE_KNOWN)],
            )
            .unit(PanelUnit::PerSecond)
            .width(8),
        ],
    }
}

fn watching() -> Row {
    let rate =
        |counter: &str, labels: String| format!("sum by ({labels}) (rate({counter}[$__rate_interval]))");
    let events = rate(&WATCH_EVENTS.to_string(), format!("{ResourceLabel}, {EventLabel}"));
    let lists = format!("sum by ({ResourceLabel}, {ListCauseLabel}) (increase({LISTS}[1h])) > 0");
    Row {
        title: "Are changes seen?",
        panels: vec![
            Panel::new(
                "Open watches",
                "Whether there is a watch for each resource. One that stays without is not watched; its source says why.",
                PanelKind::StateTimeline,
                vec![Query::new(format!("max by ({ResourceLabel}) ({WATCHES} > bool 0)"), "{{resource}}").when_empty(NOT_READ)],
            )
            .unit(PanelUnit::Yes)
            .width(8),
            Panel::new(
                "Changes seen",
                "Events of watches in each second. Bookmarks alone mean that nothing changes.",
                PanelKind::TimeSeries,
                vec![Query::new(format!("{events} > 0"), "{{resource}}: {{event}}").when_empty(NOT_READ)],
            )
            .unit(PanelUnit::PerSecond)
            .width(8),
            Panel::new(
                "Lists from the beginning within an hour",
                "Whole lists that were read, by cause; after the start there should be next to none.",
                PanelKind::TimeSeries,
                vec![Query::new(lists, "{{resource}}: {{cause}}").when_empty(NONE_KNOWN)],
            )
            .unit(PanelUnit::Number)
            .bounds_of(&["LookoutKubernetesListsRepeated"])
            .width(8),
        ],
    }
}

fn cost() -> Row {
    Row {
        title: "What does it cost?",
        panels: vec![requests(), answers(), waiting(), bytes(), objects(), server()],
    }
}

fn requests() -> Panel {
    let by =
        format!("sum by ({VerbLabel}, {ResourceLabel}, {Code}) (rate({REQUESTS}[$__rate_interval])) > 0");
    let resumes = format!("sum(rate({WATCH_RESUMES}[$__rate_interval]))");
    Panel::new(
        "Requests",
        "Requests in each second by verb, resource and status code; and watches that went on where the one before had ended, as each should \
         every half minute.",
        PanelKind::TimeSeries,
        vec![
            Query::new(by, "{{verb}} {{resource}} {{code}}").when_empty(NOT_READ),
            Query::new(resumes, "watches resumed").when_empty(NOT_READ),
        ],
    )
    .unit(PanelUnit::PerSecond)
    .width(8)
}

fn answers() -> Panel {
    let quantile = |share: &str, legend| {
        let bucket = REQUEST_DURATION.bucket();
        let buckets = format!("sum by ({VerbLabel}, le) (rate({bucket}[$__rate_interval]))");
        Query::new(format!("histogram_quantile({share}, {buckets})"), legend).when_empty(NOT_READ)
    };
    Panel::new(
        "Time to an answer",
        "How long the API server takes for an answer: the median, and what one in a hundred exceeds.",
        PanelKind::TimeSeries,
        vec![quantile("0.5", "p50 {{verb}}"), quantile("0.99", "p99 {{verb}}")],
    )
    .unit(PanelUnit::Seconds)
    .width(8)
}

fn waiting() -> Panel {
    Panel::new(
        "Waiting before requests",
        "Seconds that all requests together wait in each second before they are sent: for the configured budget, or because the server asks \
         for it. Beside it the requests under way, and how many may be.",
        PanelKind::TimeSeries,
        vec![
            Query::new(format!("max by ({WaitCauseLabel}) (rate({WAITED}[$__rate_interval]))"), "waiting: {{cause}}")
                .when_empty(NOT_READ),
            Query::new(format!("max({REQUESTS_WAITING})"), "under way").when_empty(NOT_READ),
            Query::new(format!("max({REQUESTS_LIMIT})"), "may be under way").when_empty(NOT_READ),
        ],
    )
    .unit(PanelUnit::Number)
    .width(8)
}

fn bytes() -> Panel {
    Panel::new(
        "Bytes read",
        "Bytes of answers in each second, by resource.",
        PanelKind::TimeSeries,
        vec![
            Query::new(
                format!("sum by ({ResourceLabel}) (rate({RECEIVED_BYTES}[$__rate_interval]))"),
                "{{resource}}",
            )
            .when_empty(NOT_READ),
        ],
    )
    .unit(PanelUnit::BytesPerSecond)
    .width(8)
}

fn objects() -> Panel {
    let unreadable = format!("sum by ({ResourceLabel}) (increase({OBJECTS_UNREADABLE}[1h])) > 0");
    Panel::new(
        "Objects",
        "Objects in memory by resource, and those that were left out within an hour because they are too large or no objects.",
        PanelKind::Table,
        vec![
            Query::new(format!("max by ({ResourceLabel}) ({OBJECTS})"), "held").when_empty(NOT_READ),
            Query::new(unreadable, "left out").when_empty(NONE_KNOWN),
        ],
    )
    .unit(PanelUnit::Number)
    .width(10)
}

fn server() -> Panel {
    Panel::new(
        "API server",
        "The version that the API server says of itself.",
        PanelKind::Table,
        vec![Query::new(format!("max by ({ServerVersion}) ({SERVER_INFO})"), "").when_empty(NOT_READ)],
    )
    .width(6)
}
