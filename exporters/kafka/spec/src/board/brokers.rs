//! Brokers, their disks, and the controllers.

use lookout_declarations::{PanelKind, Row};

use super::{now, panel, query};
use crate::across::across;
use crate::metrics::{
    BROKER_INFO, BROKER_LEADERS, BROKER_LOG_SIZE, BROKER_PREFERRED_LEADERS, BROKER_RACK, BROKER_REACHABLE,
    BROKER_REPLICAS, CLUSTER_INFO, CONTROLLER, DIRECTORY_CAPACITY, DIRECTORY_LOG_SIZE, DIRECTORY_OFFLINE,
    DIRECTORY_USABLE, QUORUM_LEADER_EPOCH, QUORUM_REPLICA_LAG, QUORUM_REPLICA_LAG_SECONDS,
};

pub(super) fn row() -> Row {
    use PanelKind::{Table, TimeSeries};
    Row {
        title: "Do brokers share the work?",
        panels: vec![
            panel(
                "Brokers",
                "Where they are, and whether they answer Lookout (1) or not (0).",
                Table,
                vec![
                    now(BROKER_INFO, "address"),
                    now(BROKER_RACK, "rack"),
                    now(BROKER_REACHABLE, "answers"),
                    now(CLUSTER_INFO, "cluster"),
                ],
            ),
            panel(
                "Leaders by broker",
                "Partitions that each broker leads, and those that it would lead if all were well. Leaders do the work.",
                TimeSeries,
                vec![
                    now(BROKER_LEADERS, "leads {{kafka_cluster}} {{broker}}"),
                    now(BROKER_PREFERRED_LEADERS, "should lead {{kafka_cluster}} {{broker}}"),
                ],
            ),
            panel(
                "Replicas by broker",
                "Replicas that are assigned to each broker, brokers that are down included.",
                TimeSeries,
                vec![now(BROKER_REPLICAS, "{{kafka_cluster}} {{broker}}")],
            ),
            panel(
                "Bytes on disk by broker",
                "All replicas on the broker.",
                TimeSeries,
                vec![now(BROKER_LOG_SIZE, "{{kafka_cluster}} {{broker}}")],
            ),
            panel(
                "Free share of log directories",
                "Of the volume; what else lies there counts. Nothing where the broker does not say (before Kafka 3.3).",
                TimeSeries,
                vec![query(
                    across(format!("{DIRECTORY_USABLE} / {DIRECTORY_CAPACITY}")),
                    "{{kafka_cluster}} {{broker}} {{directory}}",
                )],
            ),
            panel(
                "Log directories",
                "Bytes of the replicas in each, bytes that are free, and whether it is offline (1).",
                Table,
                vec![
                    now(DIRECTORY_LOG_SIZE, "replicas"),
                    now(DIRECTORY_USABLE, "free"),
                    now(DIRECTORY_OFFLINE, "offline"),
                ],
            ),
        ],
    }
}

pub(super) fn controllers() -> Row {
    use PanelKind::{Stat, Table, TimeSeries};
    Row {
        title: "Who decides?",
        panels: vec![
            panel(
                "Active controller",
                "Its node identifier; −1 while there is none.",
                Stat,
                vec![now(CONTROLLER, "{{kafka_cluster}}")],
            ),
            panel(
                "Elections of the controller within an hour",
                "How often the epoch of the quorum's leader changed. KRaft only.",
                TimeSeries,
                vec![now(format!("changes({QUORUM_LEADER_EPOCH}[1h])"), "{{kafka_cluster}}")],
            ),
            panel(
                "Nodes behind the controllers' log",
                "Time since the node had all of the metadata log, and the records that it lacks. KRaft only.",
                Table,
                vec![now(QUORUM_REPLICA_LAG_SECONDS, "seconds"), now(QUORUM_REPLICA_LAG, "records")],
            ),
        ],
    }
}
