//! Groups: what they are, in which state, and how much they read.

use lookout_declarations::{Panel, PanelKind, PanelUnit, Query, Row};

use super::{LARGEST, largest, now, rate, total};
use crate::across::across;
use crate::labels::{ConsumerGroup, Topic};
use crate::metrics::{
    CLUSTER_CONSUMED_RECORDS, CLUSTER_PRODUCED_RECORDS, GROUP_CONSUMED_RECORDS, GROUP_INFO, GROUP_MEMBERS,
    GROUP_OFFSET_SUM, GROUP_REBALANCES, GROUP_STATE,
};

pub(super) fn row() -> Row {
    Row { title: "What are the groups doing?", panels: vec![groups(), states(), read_by_group()] }
}

fn groups() -> Panel {
    let committed = format!("sum without ({Topic}) ({})", across(GROUP_OFFSET_SUM));
    Panel::new(
        "Groups",
        "State, members, rebalances seen within an hour, and the sum of the offsets that are committed; beside them type, protocol and \
         assignor. While a group rebalances, some or all of its members read nothing.",
        PanelKind::Table,
        vec![
            now(GROUP_STATE, ""),
            now(GROUP_INFO, ""),
            largest(GROUP_MEMBERS, "members"),
            largest(format!("increase({GROUP_REBALANCES}[1h])"), "rebalances within an hour"),
            Query::new(format!("topk({LARGEST}, {committed})"), "committed"),
        ],
    )
    .unit(PanelUnit::Number)
    .width(24)
}

fn states() -> Panel {
    let by_state = format!("sum without ({ConsumerGroup}) ({})", across(GROUP_STATE));
    Panel::new(
        "Groups by state",
        "How many groups are in each state. Empty ones have no members.",
        PanelKind::TimeSeries,
        vec![Query::new(by_state, "{{state}} {{kafka_cluster}}")],
    )
    .unit(PanelUnit::Number)
    .width(8)
}

fn read_by_group() -> Panel {
    let by_group =
        format!("topk({LARGEST}, sum without ({Topic}) ({}))", across(rate(GROUP_CONSUMED_RECORDS)));
    Panel::new(
        "Records read per second",
        "Growth of the commits, by group, over its topics; and what all groups together read of what is produced. With two groups that \
         keep up, that is twice as much.",
        PanelKind::TimeSeries,
        vec![
            Query::new(by_group, "{{consumergroup}}"),
            total(rate(CLUSTER_CONSUMED_RECORDS), "all groups {{kafka_cluster}}"),
            total(rate(CLUSTER_PRODUCED_RECORDS), "produced {{kafka_cluster}}"),
        ],
    )
    .unit(PanelUnit::PerSecond)
    .width(16)
}
