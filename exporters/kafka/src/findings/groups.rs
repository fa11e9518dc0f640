//! Groups that lose records, and groups with a lag that nobody reads.
//!
//! Jobs that commit without being members (Flink, Spark) are behind by what they have read since their last commit. So a group is
//! forsaken only if none of its commits was seen moving for half an hour, and what it has not read is older than that, if its age is
//! known; and if that is more than an offset per partition, which may be the markers of transactions. As the alert has it.

use lookout_kafka_spec::labels::GroupState;
use lookout_runtime::Finding;

use super::alerts::{GROUP_WITHOUT_MEMBERS, RECORDS_LOST};
use super::{Bounded, counted};
use crate::assess::runs::Runs;
use crate::assess::standing::{Standing, TopicStanding, lag_seconds};
use crate::model::{Cycle, Group};

const RETAIN_LONGER: &str = "what is gone is gone: make the group faster or raise the topic's retention, and see whether the records can be produced again";
const START_MEMBERS: &str = "start its members, or delete the group if it is not needed any more";

/// Who commits without being a member does so within this time.
const FORSAKEN_AFTER_SECONDS: f64 = 30.0 * 60.0;

pub(super) fn findings(cycle: &Cycle, probe_topic: &str) -> Vec<Finding> {
    let (mut losing, mut forsaken) = (Bounded::new(), Bounded::new());
    let Some(groups) = &cycle.groups else { return Vec::new() };
    for group in groups.groups.iter().filter(|group| !group.is_idle) {
        let Some((first, commits)) = groups.commits_of(group) else { continue };
        // What is known of its lag: enough to say that there is one.
        let mut known_lag = 0_u128;
        let mut is_young = true;
        for run in Runs::new(&cycle.topology, first, commits) {
            let mut sum = TopicStanding::default();
            let (mut topic_lag, mut is_topic_young) = (0_u128, true);
            for (index, commit) in (run.first..).zip(run.commits) {
                let standing = Standing::of(cycle, group, index - first, commit);
                let lag = standing.lag.unwrap_or(0);
                topic_lag += u128::from(lag);
                is_topic_young &= lag == 0 || is_younger(cycle, index);
                sum.add(commit.offset, &standing);
            }
            if topic_lag > u128::from(run.topic.partitions) && *run.topic.name != *probe_topic {
                known_lag += topic_lag;
                is_young &= is_topic_young;
            }
            if let Some(lost) = sum.lost.filter(|lost| *lost > 0) {
                losing.add(|| lost_records(group, &run.topic.name, lost));
            }
        }
        let is_forsaken = known_lag > 0 && !group.has_moved && !is_young;
        if group.state == Some(GroupState::Empty) && is_forsaken {
            forsaken.add(|| without_members(group, known_lag));
        }
    }
    let kind = "topics of groups with records lost";
    let mut findings = losing.into_findings("groups", kind, RETAIN_LONGER, RECORDS_LOST);
    let kind = "groups without members that are behind";
    findings.extend(forsaken.into_findings("groups", kind, START_MEMBERS, GROUP_WITHOUT_MEMBERS));
    findings
}

/// Whether it is known that what a commit has not read is not older than a job takes to commit.
fn is_younger(cycle: &Cycle, index: usize) -> bool {
    let known = cycle.lag_seconds.get(index).and_then(|lag| lag_seconds(*lag, cycle.at));
    known.is_some_and(|(seconds, _)| seconds < FORSAKEN_AFTER_SECONDS)
}

fn lost_records(group: &Group, topic: &str, lost: u128) -> Finding {
    let records = counted(lost, "record");
    Finding {
        subject: format!("group {}", group.name),
        message: format!("{records} of topic {topic} deleted before the group had read them"),
        remedy: RETAIN_LONGER.to_owned(),
        alert: Some(RECORDS_LOST),
    }
}

fn without_members(group: &Group, lag: u128) -> Finding {
    Finding {
        subject: format!("group {}", group.name),
        message: format!("no members, and at least {} behind", counted(lag, "record")),
        remedy: START_MEMBERS.to_owned(),
        alert: Some(GROUP_WITHOUT_MEMBERS),
    }
}
