//! Brokers, their disks, and the controllers.

use lookout_declarations::{Panel, PanelKind, PanelUnit, Query, Row};

use super::now;
use crate::across::{across, added_up};
use crate::metrics::{
    BROKER_INFO, BROKER_LEADERS, BROKER_LOG_SIZE, BROKER_PREFERRED_LEADERS, BROKER_RACK, BROKER_REPLICAS,
    CLUSTER_INFO, CLUSTER_NON_PREFERRED_LEADERS, CLUSTER_PARTITIONS, CONTROLLER, DIRECTORY_CAPACITY,
    DIRECTORY_LOG_SIZE, DIRECTORY_OFFLINE, DIRECTORY_USABLE, QUORUM_LEADER_EPOCH, QUORUM_REPLICA_LAG,
    QUORUM_REPLICA_LAG_SECONDS,
};

pub(super) fn row() -> Row {
    Row {
        title: "Do brokers share the work, and who decides?",
        panels: vec![load(), addresses(), away(), free(), directories(), controller(), behind()],
    }
}

fn load() -> Panel {
    Panel::new(
        "Load by broker",
        "Partitions that it leads and would lead if all were well (leaders do the work), its replicas, brokers that are down included, \
         and their bytes on disk.",
        PanelKind::Table,
        vec![
            now(BROKER_LEADERS, "leads").unit(PanelUnit::Number),
            now(BROKER_PREFERRED_LEADERS, "should lead").unit(PanelUnit::Number),
            now(BROKER_REPLICAS, "replicas").unit(PanelUnit::Number),
            now(BROKER_LOG_SIZE, "on disk").unit(PanelUnit::Bytes),
        ],
    )
    .width(8)
}

fn addresses() -> Panel {
    Panel::new(
        "Where brokers are",
        "The address of each broker that is alive, racks where brokers have some, and the cluster's own identifier.",
        PanelKind::Table,
        vec![
            now(BROKER_INFO, ""),
            now(BROKER_RACK, "").when_empty("no broker has a rack"),
            now(CLUSTER_INFO, ""),
        ],
    )
    .width(8)
}

fn away() -> Panel {
    let share = format!("{} / {}", added_up(CLUSTER_NON_PREFERRED_LEADERS), added_up(CLUSTER_PARTITIONS));
    Panel::new(
        "Leaders away from home",
        "Share of the partitions that another broker than the preferred one leads.",
        PanelKind::TimeSeries,
        vec![Query::new(share, "{{kafka_cluster}}")],
    )
    .unit(PanelUnit::Ratio)
    .bounds_of(&["LookoutKafkaPreferredLeaderSkew"])
    .width(8)
}

fn free() -> Panel {
    let share = across(format!("{DIRECTORY_USABLE} / {DIRECTORY_CAPACITY}"));
    Panel::new(
        "Free share of log directories",
        "Of the volume; what else lies there counts. Brokers say it from Kafka 3.3 on.",
        PanelKind::TimeSeries,
        vec![Query::new(share, "{{kafka_cluster}} {{broker}} {{directory}}").when_empty("no broker says it")],
    )
    .unit(PanelUnit::Ratio)
    .bounds_of(&["LookoutKafkaLogDirectoryNearlyFull"])
    .width(12)
}

fn directories() -> Panel {
    Panel::new(
        "Log directories",
        "Bytes of the replicas in each, bytes that are free, and whether it is offline.",
        PanelKind::Table,
        vec![
            now(DIRECTORY_LOG_SIZE, "replicas").unit(PanelUnit::Bytes),
            now(DIRECTORY_USABLE, "free").unit(PanelUnit::Bytes).when_empty("no broker says it"),
            now(DIRECTORY_OFFLINE, "offline").unit(PanelUnit::Fault),
        ],
    )
    .width(12)
}

fn controller() -> Panel {
    Panel::new(
        "Active controller",
        "The node identifier of the controller, −1 while there is none, and how often it was elected anew within an hour (KRaft only).",
        PanelKind::Stat,
        vec![
            now(CONTROLLER, "controller {{kafka_cluster}}"),
            now(format!("changes({QUORUM_LEADER_EPOCH}[1h])"), "elections {{kafka_cluster}}")
                .when_empty("no quorum is known"),
        ],
    )
    .unit(PanelUnit::Number)
    .width(8)
}

fn behind() -> Panel {
    Panel::new(
        "Nodes behind the controllers' log",
        "Time since the node had all of the metadata log, and the records that it lacks. KRaft only.",
        PanelKind::Table,
        vec![
            now(QUORUM_REPLICA_LAG_SECONDS, "behind")
                .unit(PanelUnit::Seconds)
                .when_empty("no quorum is known"),
            now(QUORUM_REPLICA_LAG, "records").unit(PanelUnit::Number).when_empty("no quorum is known"),
        ],
    )
    .bounds_of(&["LookoutKafkaQuorumReplicaBehind"])
    .width(16)
}
