//! How well the cluster could be read, and what that cost it.

use lookout_declarations::{PanelKind, Row};

use super::{now, panel, rate};
use crate::metrics::{
    CLIENT_RECEIVED_BYTES, CLIENT_REQUESTS, CLIENT_SENT_BYTES, GRANULARITY, GRANULARITY_DEGRADED,
    STAGE_DURATION, TIMESTAMP_LOOKUPS, TIMESTAMP_LOOKUPS_DEFERRED, UNREAD_GROUPS, UNREAD_LAGS,
    UNREAD_PARTITIONS,
};

pub(super) fn row() -> Row {
    use PanelKind::{Table, TimeSeries};
    Row {
        title: "How well can it be read?",
        panels: vec![
            panel(
                "Not read",
                "Partitions and groups that could not be read in the last cycle, and lags in seconds that could not be found, by \
                 reason: they have no rows.",
                TimeSeries,
                vec![
                    now(UNREAD_PARTITIONS, "partitions: {{reason}}"),
                    now(UNREAD_GROUPS, "groups: {{reason}}"),
                    now(UNREAD_LAGS, "lags: {{reason}}"),
                ],
            ),
            panel(
                "Duration of a cycle by part",
                "Which part of a cycle takes how long. Their sum has to stay below the deadline.",
                TimeSeries,
                vec![now(STAGE_DURATION, "{{stage}} {{kafka_cluster}}")],
            ),
            panel(
                "Requests and bytes per second",
                "What reading costs the brokers, without the probe.",
                TimeSeries,
                vec![
                    now(rate(CLIENT_REQUESTS), "requests {{kafka_cluster}}"),
                    now(rate(CLIENT_SENT_BYTES), "bytes sent {{kafka_cluster}}"),
                    now(rate(CLIENT_RECEIVED_BYTES), "bytes received {{kafka_cluster}}"),
                ],
            ),
            panel(
                "Questions for timestamps",
                "Offsets asked for by timestamp per second, and partitions of groups whose lag in seconds had to wait.",
                TimeSeries,
                vec![
                    now(rate(TIMESTAMP_LOOKUPS), "asked {{kafka_cluster}}"),
                    now(TIMESTAMP_LOOKUPS_DEFERRED, "waiting {{kafka_cluster}}"),
                ],
            ),
            panel(
                "Granularity",
                "The smallest thing that has series of its own, and whether the series budget made it coarser (1).",
                Table,
                vec![now(GRANULARITY, "granularity"), now(GRANULARITY_DEGRADED, "degraded")],
            ),
        ],
    }
}
