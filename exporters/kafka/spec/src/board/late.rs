//! Who is late, whether they catch up, and why.

use lookout_declarations::{PanelKind, Row};

use super::{LARGEST, largest, panel, query, rate, total};
use crate::across::across;
use crate::metrics::{
    CLUSTER_CONSUMED_RECORDS, CLUSTER_PRODUCED_RECORDS, GROUP_COMMITS_BEYOND_END, GROUP_DRAIN_TIME,
    GROUP_LAG, GROUP_LAG_SECONDS, GROUP_LAG_SUM, GROUP_LAG_VELOCITY, GROUP_LOST_RECORDS,
    GROUP_MAX_LAG_SECONDS, GROUP_OFFSET, GROUP_RETENTION_USED, GROUP_TOPIC_LAG_SECONDS, GROUP_TOTAL_LAG,
};

pub(super) fn row() -> Row {
    use PanelKind::{Table, TimeSeries};
    Row {
        title: "Who is late?",
        panels: vec![
            panel(
                "Lag in seconds by group",
                "Age of the oldest record that the group has not read: how late its results are.",
                TimeSeries,
                vec![largest(GROUP_MAX_LAG_SECONDS, "{{consumergroup}}")],
            ),
            panel(
                "Lag in records by group",
                "Records that wait. A marker of a transaction counts as one, though nobody will read it.",
                TimeSeries,
                vec![largest(GROUP_TOTAL_LAG, "{{consumergroup}}")],
            ),
            panel(
                "Lag by topic",
                "Seconds, records, records per second by which it grows (above 0) or shrinks, and the time until it is gone.",
                Table,
                vec![
                    largest(GROUP_TOPIC_LAG_SECONDS, "seconds"),
                    largest(GROUP_LAG_SUM, "records"),
                    largest(GROUP_LAG_VELOCITY, "growth"),
                    largest(GROUP_DRAIN_TIME, "until drained"),
                ],
            ),
            panel(
                "Partitions furthest behind",
                "One partition far behind the others of a group: a record that cannot be processed, or a hot key. The last \
                 column is how far the commit has moved within five minutes.",
                Table,
                vec![
                    largest(GROUP_LAG_SECONDS, "seconds"),
                    largest(GROUP_LAG, "records"),
                    query(
                        format!(
                            "{} and topk({LARGEST}, {})",
                            across(format!("delta({GROUP_OFFSET}[5m])")),
                            across(GROUP_LAG)
                        ),
                        "committed in five minutes",
                    ),
                ],
            ),
            panel(
                "Produced against consumed",
                "Records per second. Consumed is the sum over all groups: with two groups that keep up it is twice the produced.",
                TimeSeries,
                vec![
                    total(rate(CLUSTER_PRODUCED_RECORDS), "produced {{kafka_cluster}}"),
                    total(rate(CLUSTER_CONSUMED_RECORDS), "consumed {{kafka_cluster}}"),
                ],
            ),
            panel(
                "Nearest to losing records",
                "Share of what a topic retains that the group has not read, in its worst partition. At 1 it loses records next.",
                TimeSeries,
                vec![largest(GROUP_RETENTION_USED, "{{consumergroup}} {{topic}}")],
            ),
            panel(
                "Commits outside the log",
                "Records that were deleted before they were read, and partitions with a commit beyond the end.",
                Table,
                vec![
                    query(format!("{} > 0", across(GROUP_LOST_RECORDS)), "records lost"),
                    query(format!("{} > 0", across(GROUP_COMMITS_BEYOND_END)), "partitions beyond the end"),
                ],
            ),
        ],
    }
}
