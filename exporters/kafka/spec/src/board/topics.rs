//! Topics: their traffic, and what keeps them safe.

use lookout_declarations::{PanelKind, Row};

use super::{largest, now, panel, query, rate, total};
use crate::across::across;
use crate::metrics::{
    CLUSTER_TOPICS, PARTITION_END, PARTITION_IN_SYNC, PARTITION_LEADER, PARTITION_LEADER_IS_PREFERRED,
    PARTITION_LOW, PARTITION_REPLICAS, PARTITION_UNDER_REPLICATED, TOPIC_CONFIG, TOPIC_HOT_PARTITION,
    TOPIC_LEADER_LOG_SIZE, TOPIC_LOG_SIZE, TOPIC_MIN_ISR, TOPIC_NON_PREFERRED_LEADERS,
    TOPIC_OFFLINE_PARTITIONS, TOPIC_PARTITIONS, TOPIC_PRODUCED_BYTES, TOPIC_PRODUCED_RECORDS,
    TOPIC_RECORD_SIZE, TOPIC_REPLICATION_FACTOR, TOPIC_RETAINED_RECORDS, TOPIC_RETENTION,
    TOPIC_RETENTION_BYTES, TOPIC_UNDER_MIN_ISR_PARTITIONS, TOPIC_UNDER_REPLICATED_PARTITIONS,
};

pub(super) fn traffic() -> Row {
    use PanelKind::{Table, TimeSeries};
    Row {
        title: "Which topics carry what?",
        panels: vec![
            panel(
                "Records produced per second by topic",
                "The busiest topics.",
                TimeSeries,
                vec![largest(rate(TOPIC_PRODUCED_RECORDS), "{{topic}}")],
            ),
            panel(
                "Bytes produced per second by topic (estimate)",
                "Records times the bytes that a record of the topic takes on disk, compressed.",
                TimeSeries,
                vec![largest(rate(TOPIC_PRODUCED_BYTES), "{{topic}}")],
            ),
            panel(
                "Bytes per record (estimate)",
                "The topics with the largest records, as they lie on disk.",
                TimeSeries,
                vec![largest(TOPIC_RECORD_SIZE, "{{topic}}")],
            ),
            panel(
                "Hot partitions",
                "The busiest partition as a multiple of the topic's mean: 1 is even. High values mean keys of uneven weight.",
                TimeSeries,
                vec![largest(TOPIC_HOT_PARTITION, "{{topic}}")],
            ),
            panel(
                "Bytes on disk by topic",
                "All replicas, and the leaders' replicas alone.",
                Table,
                vec![largest(TOPIC_LOG_SIZE, "all replicas"), largest(TOPIC_LEADER_LOG_SIZE, "leaders")],
            ),
            panel(
                "Records retained",
                "By topic, and the partitions that hold most.",
                Table,
                vec![
                    largest(TOPIC_RETAINED_RECORDS, "by topic"),
                    largest(format!("{PARTITION_END} - {PARTITION_LOW}"), "by partition"),
                ],
            ),
        ],
    }
}

pub(super) fn durability() -> Row {
    use PanelKind::{Stat, Table};
    let lacking = format!("{} == 1", across(PARTITION_UNDER_REPLICATED));
    let of_lacking = |series: String, legend| query(format!("{series} and {lacking}"), legend);
    Row {
        title: "Are topics safe?",
        panels: vec![
            panel(
                "Topics at risk",
                "Partitions without a leader, with too few replicas in sync for safe producers, and with fewer than meant.",
                Table,
                vec![
                    query(format!("{} > 0", across(TOPIC_OFFLINE_PARTITIONS)), "offline"),
                    query(format!("{} > 0", across(TOPIC_UNDER_MIN_ISR_PARTITIONS)), "under min ISR"),
                    query(format!("{} > 0", across(TOPIC_UNDER_REPLICATED_PARTITIONS)), "under-replicated"),
                ],
            ),
            panel(
                "Partitions that lack a replica in sync",
                "Their leader (−1: none), their replicas, and how many are in sync.",
                Table,
                vec![
                    of_lacking(across(PARTITION_LEADER), "leader"),
                    of_lacking(across(PARTITION_REPLICAS), "replicas"),
                    of_lacking(across(PARTITION_IN_SYNC), "in sync"),
                ],
            ),
            panel(
                "Leaders away from home",
                "Partitions that another broker than the preferred one leads: how many by topic, and which.",
                Table,
                vec![
                    query(format!("{} > 0", across(TOPIC_NON_PREFERRED_LEADERS)), "partitions"),
                    query(
                        format!(
                            "{} and {} == 0",
                            across(PARTITION_LEADER),
                            across(PARTITION_LEADER_IS_PREFERRED)
                        ),
                        "leader",
                    ),
                ],
            ),
            panel(
                "Configuration of topics",
                "Partitions, replicas, how many must be in sync, and how long or how much is retained.",
                Table,
                vec![
                    now(TOPIC_PARTITIONS, "partitions"),
                    now(TOPIC_REPLICATION_FACTOR, "replicas"),
                    now(TOPIC_MIN_ISR, "min ISR"),
                    now(TOPIC_RETENTION, "retention"),
                    now(TOPIC_RETENTION_BYTES, "retention per partition"),
                    now(TOPIC_CONFIG, "cleanup"),
                ],
            ),
            panel(
                "Topics",
                "Topics that are watched.",
                Stat,
                vec![total(CLUSTER_TOPICS, "{{kafka_cluster}}")],
            ),
        ],
    }
}
