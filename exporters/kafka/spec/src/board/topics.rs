//! Topics: their traffic, and what keeps them safe.

use lookout_declarations::{Panel, PanelKind, PanelUnit, Query, Row};

use super::{NONE_KNOWN, faulty, largest, now, rate, total};
use crate::across::across;
use crate::labels::Partition;
use crate::metrics::{
    BASELINE_BYTES, CLUSTER_PRODUCED_BYTES, PARTITION_END, PARTITION_IN_SYNC, PARTITION_LEADER,
    PARTITION_LEADER_IS_PREFERRED, PARTITION_LOW, PARTITION_REPLICAS, PARTITION_UNDER_REPLICATED,
    TOPIC_CONFIG, TOPIC_HOT_PARTITION, TOPIC_LEADER_LOG_SIZE, TOPIC_LOG_SIZE, TOPIC_MIN_ISR,
    TOPIC_NON_PREFERRED_LEADERS, TOPIC_OFFLINE_PARTITIONS, TOPIC_PARTITIONS, TOPIC_PRODUCED_BYTES,
    TOPIC_PRODUCED_RECORDS, TOPIC_RECORD_SIZE, TOPIC_REPLICATION_FACTOR, TOPIC_RETAINED_RECORDS,
    TOPIC_RETENTION, TOPIC_RETENTION_BYTES, TOPIC_UNDER_MIN_ISR_PARTITIONS,
    TOPIC_UNDER_REPLICATED_PARTITIONS,
};

pub(super) fn traffic() -> Row {
    Row { title: "Which topics carry what?", panels: vec![records(), bytes(), weight()] }
}

fn records() -> Panel {
    Panel::new(
        "Records produced per second by topic",
        "The busiest topics.",
        PanelKind::TimeSeries,
        vec![largest(rate(TOPIC_PRODUCED_RECORDS), "{{topic}}")],
    )
    .unit(PanelUnit::PerSecond)
    .width(12)
}

fn bytes() -> Panel {
    Panel::new(
        "Bytes produced per second by topic (estimate)",
        "Records times the bytes that a record of the topic takes on disk, compressed. Brokers tell the true figure by JMX only.",
        PanelKind::TimeSeries,
        vec![
            largest(rate(TOPIC_PRODUCED_BYTES), "{{topic}}"),
            total(rate(CLUSTER_PRODUCED_BYTES), "all of {{kafka_cluster}}"),
            total(BASELINE_BYTES, "baseline {{kafka_cluster}}").when_empty("no baseline is configured"),
        ],
    )
    .unit(PanelUnit::BytesPerSecond)
    .width(12)
}

fn weight() -> Panel {
    let fullest =
        format!("max without ({Partition}) ({})", across(format!("{PARTITION_END} - {PARTITION_LOW}")));
    Panel::new(
        "Weight of topics",
        "Bytes on disk of all replicas and of the leaders alone, bytes of a record as it lies there, records retained and those of the \
         fullest partition, and how busy the busiest partition is as a multiple of the mean: 1 is even, high values mean keys of \
         uneven weight.",
        PanelKind::Table,
        vec![
            largest(TOPIC_LOG_SIZE, "on disk").unit(PanelUnit::Bytes),
            largest(TOPIC_LEADER_LOG_SIZE, "leaders alone").unit(PanelUnit::Bytes),
            largest(TOPIC_RECORD_SIZE, "per record").unit(PanelUnit::Bytes),
            largest(TOPIC_RETAINED_RECORDS, "records").unit(PanelUnit::Number),
            Query::new(format!("topk({}, {fullest})", super::LARGEST), "in the fullest partition")
                .unit(PanelUnit::Number),
            largest(TOPIC_HOT_PARTITION, "hot partition").unit(PanelUnit::Number).when_empty("nothing is produced"),
        ],
    )
    .width(24)
}

pub(super) fn durability() -> Row {
    Row { title: "Are topics safe?", panels: vec![at_risk(), not_as_meant(), configuration()] }
}

fn at_risk() -> Panel {
    Panel::new(
        "Topics at risk",
        "Partitions without a leader, with too few replicas in sync for safe producers, with fewer than meant, and led by another broker \
         than the preferred one.",
        PanelKind::Table,
        vec![
            faulty(TOPIC_OFFLINE_PARTITIONS, "offline"),
            faulty(TOPIC_UNDER_MIN_ISR_PARTITIONS, "under min ISR"),
            faulty(TOPIC_UNDER_REPLICATED_PARTITIONS, "under-replicated"),
            faulty(TOPIC_NON_PREFERRED_LEADERS, "led elsewhere"),
        ],
    )
    .unit(PanelUnit::Number)
    .width(12)
}

fn not_as_meant() -> Panel {
    let led = format!("{} and {} == 0", across(PARTITION_LEADER), across(PARTITION_LEADER_IS_PREFERRED));
    let lacking = format!("{} == 1", across(PARTITION_UNDER_REPLICATED));
    let of_lacking = |series, legend| {
        Query::new(format!("{} and {lacking}", across(series)), legend).when_empty(NONE_KNOWN)
    };
    Panel::new(
        "Partitions that are not as meant",
        "Those that lack a replica in sync, with their leader (−1: none), their replicas, and how many are in sync; and those that another \
         broker than their first replica leads.",
        PanelKind::Table,
        vec![
            of_lacking(&PARTITION_LEADER, "leader"),
            of_lacking(&PARTITION_REPLICAS, "replicas"),
            of_lacking(&PARTITION_IN_SYNC, "in sync"),
            Query::new(led, "led elsewhere, by").when_empty(NONE_KNOWN),
        ],
    )
    .unit(PanelUnit::Number)
    .width(12)
}

fn configuration() -> Panel {
    Panel::new(
        "Configuration of topics",
        "Partitions, replicas, how many must be in sync, and how long or how much is retained: no value means without limit.",
        PanelKind::Table,
        vec![
            now(TOPIC_PARTITIONS, "partitions").unit(PanelUnit::Number),
            now(TOPIC_REPLICATION_FACTOR, "replicas").unit(PanelUnit::Number),
            now(TOPIC_MIN_ISR, "min ISR").unit(PanelUnit::Number),
            now(TOPIC_RETENTION, "retention").unit(PanelUnit::Seconds),
            now(TOPIC_RETENTION_BYTES, "retention per partition")
                .unit(PanelUnit::Bytes)
                .when_empty("no limit in size"),
            now(TOPIC_CONFIG, ""),
        ],
    )
    .width(24)
}
