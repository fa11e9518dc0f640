//! Groups that lose records, and groups with a lag that nobody reads.

use lookout_kafka_spec::labels::GroupState;
use lookout_runtime::Finding;

use super::{Bounded, counted};
use crate::assess::runs::Runs;
use crate::assess::standing::{Standing, TopicStanding};
use crate::model::{Cycle, Group};

const RETAIN_LONGER: &str = "what is gone is gone: make the group faster or raise the topic's retention, and see whether the records can be produced again";
const START_MEMBERS: &str = "start its members, or delete the group if it is not needed any more";

pub(super) fn findings(cycle: &Cycle) -> Vec<Finding> {
    let (mut losing, mut forsaken) = (Bounded::new(), Bounded::new());
    let Some(groups) = &cycle.groups else { return Vec::new() };
    for group in groups.groups.iter().filter(|group| !group.is_idle) {
        let Some((first, commits)) = groups.commits_of(group) else { continue };
        // What is known of its lag: enough to say that there is one.
        let mut known_lag = 0_u128;
        for run in Runs::new(&cycle.topology, first, commits) {
            let mut sum = TopicStanding::default();
            for (index, commit) in (run.first - first..).zip(run.commits) {
                let standing = Standing::of(cycle, group, index, commit);
                known_lag += u128::from(standing.lag.unwrap_or(0));
                sum.add(commit.offset, &standing);
            }
            if let Some(lost) = sum.lost.filter(|lost| *lost > 0) {
                losing.add(|| lost_records(group, &run.topic.name, lost));
            }
        }
        if group.state == Some(GroupState::Empty) && known_lag > 0 {
            forsaken.add(|| without_members(group, known_lag));
        }
    }
    let mut findings = losing.into_findings("groups", "topics of groups with records lost", RETAIN_LONGER);
    findings.extend(forsaken.into_findings(
        "groups",
        "groups without members that are behind",
        START_MEMBERS,
    ));
    findings
}

fn lost_records(group: &Group, topic: &str, lost: u128) -> Finding {
    let records = counted(lost, "record");
    Finding {
        subject: format!("group {}", group.name),
        message: format!("{records} of topic {topic} deleted before the group had read them"),
        remedy: RETAIN_LONGER.to_owned(),
    }
}

fn without_members(group: &Group, lag: u128) -> Finding {
    Finding {
        subject: format!("group {}", group.name),
        message: format!("no members, and at least {} behind", counted(lag, "record")),
        remedy: START_MEMBERS.to_owned(),
    }
}
