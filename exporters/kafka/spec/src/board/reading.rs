//! How well the cluster could be read, and what that cost it.

use lookout_declarations::{Panel, PanelKind, PanelUnit, Row};

use super::{NONE_KNOWN, now, rate, total};
use crate::metrics::{
    CLIENT_RECEIVED_BYTES, CLIENT_REQUESTS, CLIENT_SENT_BYTES, CLUSTER_GROUPS, CLUSTER_PARTITIONS,
    CLUSTER_TOPICS, GRANULARITY, GRANULARITY_DEGRADED, IDLE_GROUPS, STAGE_DURATION, TIMESTAMP_LOOKUPS,
    TIMESTAMP_LOOKUPS_DEFERRED, UNREAD_GROUPS, UNREAD_LAGS, UNREAD_PARTITIONS,
};

pub(super) fn row() -> Row {
    Row { title: "How well can it be read?", panels: vec![unread(), stages(), cost(), granularity()] }
}

fn unread() -> Panel {
    Panel::new(
        "Not read",
        "Partitions and groups that could not be read in the last cycle, lags in seconds that could not be found, by reason, and those that \
         had to wait because the budget of questions is spent: they have no rows.",
        PanelKind::TimeSeries,
        vec![
            now(UNREAD_PARTITIONS, "partitions: {{reason}}").when_empty(NONE_KNOWN),
            now(UNREAD_GROUPS, "groups: {{reason}}").when_empty(NONE_KNOWN),
            now(UNREAD_LAGS, "lags: {{reason}}").when_empty(NONE_KNOWN),
            now(TIMESTAMP_LOOKUPS_DEFERRED, "waiting {{kafka_cluster}}"),
        ],
    )
    .unit(PanelUnit::Number)
    .width(12)
}

fn stages() -> Panel {
    Panel::new(
        "Duration of a cycle by part",
        "Which part of a cycle takes how long. Their sum has to stay below the deadline.",
        PanelKind::TimeSeries,
        vec![now(STAGE_DURATION, "{{stage}} {{kafka_cluster}}")],
    )
    .unit(PanelUnit::Seconds)
    .width(12)
}

fn cost() -> Panel {
    Panel::new(
        "What is watched, and what that costs",
        "Topics, partitions, groups, and groups without series because they were idle for too long; and what reading them costs the \
         brokers in each second, without the probe.",
        PanelKind::Table,
        vec![
            total(CLUSTER_TOPICS, "topics").unit(PanelUnit::Number),
            total(CLUSTER_PARTITIONS, "partitions").unit(PanelUnit::Number),
            total(CLUSTER_GROUPS, "groups").unit(PanelUnit::Number),
            total(IDLE_GROUPS, "idle groups").unit(PanelUnit::Number),
            now(rate(CLIENT_REQUESTS), "requests").unit(PanelUnit::PerSecond),
            now(rate(CLIENT_SENT_BYTES), "sent").unit(PanelUnit::BytesPerSecond),
            now(rate(CLIENT_RECEIVED_BYTES), "received").unit(PanelUnit::BytesPerSecond),
            now(rate(TIMESTAMP_LOOKUPS), "questions for timestamps").unit(PanelUnit::PerSecond),
        ],
    )
    .width(16)
}

fn granularity() -> Panel {
    Panel::new(
        "Granularity",
        "The smallest thing that has series of its own, and whether the series budget made it coarser.",
        PanelKind::Table,
        vec![
            now(GRANULARITY, ""),
            now(GRANULARITY_DEGRADED, "coarser than configured").unit(PanelUnit::Fault),
        ],
    )
    .width(8)
}
