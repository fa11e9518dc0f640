//! Who is late, whether they catch up, and why.

use lookout_declarations::{Panel, PanelKind, PanelUnit, Query, Row};

use super::{LARGEST, faulty, largest};
use crate::across::across;
use crate::metrics::{
    GROUP_COMMITS_BEYOND_END, GROUP_DRAIN_TIME, GROUP_LAG, GROUP_LAG_SECONDS, GROUP_LAG_SUM,
    GROUP_LAG_VELOCITY, GROUP_LOST_RECORDS, GROUP_MAX_LAG_SECONDS, GROUP_OFFSET, GROUP_RETENTION_USED,
    GROUP_TOPIC_LAG_SECONDS,
};

pub(super) fn row() -> Row {
    Row { title: "Who is late?", panels: vec![by_group(), retention(), by_topic(), by_partition()] }
}

fn by_group() -> Panel {
    Panel::new(
        "Lag by group",
        "Age of the oldest record that the group has not read: how late its results are.",
        PanelKind::TimeSeries,
        vec![largest(GROUP_MAX_LAG_SECONDS, "{{consumergroup}}")],
    )
    .unit(PanelUnit::Seconds)
    .bounds_of(&["LookoutKafkaLagHigh"])
    .width(12)
}

fn retention() -> Panel {
    Panel::new(
        "Nearest to losing records",
        "Share of what a topic retains that the group has not read, in its worst partition. At 1 it loses records next.",
        PanelKind::TimeSeries,
        vec![largest(GROUP_RETENTION_USED, "{{consumergroup}} {{topic}}")],
    )
    .unit(PanelUnit::Ratio)
    .bounds_of(&["LookoutKafkaRetentionRisk"])
    .width(12)
}

/// How long until lags are gone that will be within ten days; what hardly shrinks is not about to be gone.
fn soon() -> Query {
    const TEN_DAYS: u32 = 10 * 24 * 60 * 60;
    Query::new(format!("topk({LARGEST}, {} < {TEN_DAYS})", across(GROUP_DRAIN_TIME)), "until drained")
}

fn by_topic() -> Panel {
    Panel::new(
        "Lag by topic",
        "Age of the oldest unread record, records that wait, records per second by which they grow (above 0) or shrink, and the time \
         until they are gone if they shrink; records that were deleted before they were read, and partitions with a commit beyond the \
         end, where there are any.",
        PanelKind::Table,
        vec![
            largest(GROUP_TOPIC_LAG_SECONDS, "lag").unit(PanelUnit::Seconds),
            largest(GROUP_LAG_SUM, "records").unit(PanelUnit::Number),
            largest(GROUP_LAG_VELOCITY, "growth per second").unit(PanelUnit::Number),
            soon().unit(PanelUnit::Seconds).when_empty("no lag shrinks"),
            faulty(GROUP_LOST_RECORDS, "records lost").unit(PanelUnit::Number),
            faulty(GROUP_COMMITS_BEYOND_END, "partitions beyond the end").unit(PanelUnit::Number),
        ],
    )
    .width(24)
}

fn by_partition() -> Panel {
    let moved = format!(
        "{} and topk({LARGEST}, {})",
        across(format!("delta({GROUP_OFFSET}[5m])")),
        across(GROUP_LAG)
    );
    Panel::new(
        "Partitions furthest behind",
        "One partition far behind the others of a group: a record that cannot be processed, or a hot key. The last column is how far the \
         commit has moved within five minutes.",
        PanelKind::Table,
        vec![
            largest(GROUP_LAG_SECONDS, "lag").unit(PanelUnit::Seconds),
            largest(GROUP_LAG, "records").unit(PanelUnit::Number),
            Query::new(moved, "committed in five minutes").unit(PanelUnit::Number),
        ],
    )
    .width(24)
}
