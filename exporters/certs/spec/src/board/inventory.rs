//! What there is: lives, keys, places, and what servers agree to.

use lookout_declarations::{Panel, PanelKind, PanelUnit, Query, Row};

use super::{NO_SERVER, NO_STORE, NONE_KNOWN, SHOWN, holds, once};
use crate::labels::{KeyAlgorithmLabel, RoleLabel};
use crate::metrics::{
    ENDPOINT_HANDSHAKE_DURATION, ENDPOINT_OCSP_STAPLED, ENDPOINT_TLS_INFO, ENDPOINT_VERIFIED_NOT_AFTER,
    EXPIRED, NOT_AFTER, NOT_BEFORE, SERVED_LIFE_USED, SOURCE_BUNDLES, STORED_INFO, STORED_LIFE_USED,
};

pub(super) fn row() -> Row {
    Row {
        title: "What there is",
        panels: vec![served_life(), stored_life(), servers(), places(), keys(), lifetimes(), expired()],
    }
}

/// How to read a life.
const LIFE: &str =
    "Share of the validity that is over. A renewal falls back to 0; a line that reaches 1 has expired.";

fn served_life() -> Panel {
    let oldest = format!("topk({SHOWN}, {})", once(SERVED_LIFE_USED));
    Panel::new(
        "Life used by served certificates",
        LIFE,
        PanelKind::TimeSeries,
        vec![Query::new(oldest, "{{endpoint}} {{server_name}} {{position}}").when_empty(NO_SERVER)],
    )
    .unit(PanelUnit::Ratio)
    .width(12)
}

fn stored_life() -> Panel {
    let oldest = format!("topk({SHOWN}, {})", once(STORED_LIFE_USED));
    Panel::new(
        "Life used by stored certificates",
        LIFE,
        PanelKind::TimeSeries,
        vec![Query::new(oldest, "{{subject_CN}} {{filepath}}{{secret_name}}").when_empty(NO_STORE)],
    )
    .unit(PanelUnit::Ratio)
    .width(12)
}

fn servers() -> Panel {
    let of_servers =
        |series: String, legend, unit| Query::new(series, legend).unit(unit).when_empty(NO_SERVER);
    Panel::new(
        "Servers",
        "The TLS version and cipher suite that each agreed on with us, the time that the last handshake took, whether an OCSP response was \
         stapled, and the time until the first certificate of the path that verified ends, its trusted root included.",
        PanelKind::Table,
        vec![
            Query::new(once(ENDPOINT_TLS_INFO), "").when_empty(NO_SERVER),
            of_servers(once(ENDPOINT_HANDSHAKE_DURATION), "handshake", PanelUnit::Seconds),
            of_servers(once(ENDPOINT_OCSP_STAPLED), "OCSP stapled", PanelUnit::Yes),
            of_servers(format!("{} - time()", once(ENDPOINT_VERIFIED_NOT_AFTER)), "path ends", PanelUnit::Seconds),
        ],
    )
    .width(16)
}

fn places() -> Panel {
    Panel::new(
        "Places with certificates",
        "Files by configured path, and objects by resource; a fall means that they went away or became unreadable.",
        PanelKind::TimeSeries,
        vec![Query::new(once(SOURCE_BUNDLES), "{{source_kind}} {{source_name}}").when_empty(NO_STORE)],
    )
    .unit(PanelUnit::Number)
    .width(8)
}

fn keys() -> Panel {
    Panel::new(
        "Stored certificates by role and key",
        "How many certificates there are of each role and key algorithm.",
        PanelKind::BarGauge,
        vec![
            Query::new(
                format!("count by ({RoleLabel}, {KeyAlgorithmLabel}) ({})", once(STORED_INFO)),
                "{{role}}, {{key_algorithm}}",
            )
            .when_empty(NO_STORE),
        ],
    )
    .unit(PanelUnit::Number)
    .width(6)
}

fn lifetimes() -> Panel {
    let shortest = format!("sort(bottomk({SHOWN}, {}))", once(format!("{NOT_AFTER} - {NOT_BEFORE}")));
    Panel::new(
        "Shortest lifetimes",
        "The lifetimes that certificates were issued for, shortest first: who must be renewed most often.",
        PanelKind::Table,
        vec![Query::new(shortest, "lifetime").when_empty(NO_STORE)],
    )
    .unit(PanelUnit::Seconds)
    .width(9)
}

fn expired() -> Panel {
    Panel::new(
        "Expired stored certificates",
        "Everything that has expired, roots in trust bundles too.",
        PanelKind::Table,
        vec![holds(EXPIRED, "").when_empty(NONE_KNOWN)],
    )
    .width(9)
}
