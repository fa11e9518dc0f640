//! Groups: what they are, in which state, and how much they read.

use lookout_declarations::{PanelKind, Row};

use super::{largest, now, panel, query, rate, total};
use crate::across::across;
use crate::labels::{ConsumerGroup, GroupState, GroupStateLabel, Topic};
use crate::metrics::{
    CLUSTER_GROUPS, GROUP_CONSUMED_RECORDS, GROUP_INFO, GROUP_MEMBERS, GROUP_OFFSET_SUM, GROUP_REBALANCES,
    GROUP_STATE, IDLE_GROUPS,
};

pub(super) fn row() -> Row {
    use PanelKind::{Table, TimeSeries};
    let unstable = GROUP_STATE.not_at(GroupStateLabel, GroupState::Stable);
    Row {
        title: "What are the groups doing?",
        panels: vec![
            panel(
                "Groups by state",
                "How many groups are in each state. Empty ones have no members.",
                TimeSeries,
                vec![query(
                    format!("sum without ({ConsumerGroup}) ({})", across(GROUP_STATE)),
                    "{{state}} {{kafka_cluster}}",
                )],
            ),
            panel(
                "Groups that are not stable",
                "Their state, and their members.",
                Table,
                vec![now(unstable, "state"), largest(GROUP_MEMBERS, "members")],
            ),
            panel(
                "Rebalances within an hour",
                "Rebalances that were seen. While a group rebalances, some or all of its members read nothing.",
                TimeSeries,
                vec![largest(format!("increase({GROUP_REBALANCES}[1h])"), "{{consumergroup}}")],
            ),
            panel(
                "Records read per second",
                "Growth of the commits, by group, over its topics.",
                TimeSeries,
                vec![query(
                    format!(
                        "topk({}, sum without ({Topic}) ({}))",
                        super::LARGEST,
                        across(rate(GROUP_CONSUMED_RECORDS))
                    ),
                    "{{consumergroup}}",
                )],
            ),
            panel(
                "What the groups are",
                "Type, protocol and assignor, and the sum of the offsets that they have committed by topic.",
                Table,
                vec![now(GROUP_INFO, "group"), largest(GROUP_OFFSET_SUM, "committed")],
            ),
            panel(
                "Groups",
                "Groups that are watched, and those without series because they have been idle for too long.",
                TimeSeries,
                vec![
                    total(CLUSTER_GROUPS, "watched {{kafka_cluster}}"),
                    total(IDLE_GROUPS, "idle {{kafka_cluster}}"),
                ],
            ),
        ],
    }
}
