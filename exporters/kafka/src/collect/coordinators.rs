//! All groups: every broker is asked for those that it coordinates.
//!
//! Invariants:
//! - A broker that does not list its groups takes nothing from the others; how many are missing is what it had when it was last
//!   heard of, and one if it never was.
//! - A group whose coordinator has left the cluster has not been deleted because of it: while nobody lists it, it is missing, for
//!   [`MISSED_FOR`].

use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use lookout_declarations::Reason;
use lookout_kafka_spec::labels::Stage;
use lookout_kafka_wire::Cluster;
use tokio::time::Instant;

use super::faults::Faults;
use super::groups::{self, Coordinated, GroupPlan, MAX_GROUPS};
use super::merge::merge;
use super::missed::Missed;
use super::round::Round;
use super::tasks;
use crate::model::Groups;

/// How long groups are missed whose coordinator has left the cluster and that nobody lists: longer than a broker needs to come
/// back. After that they are forgotten, because they may have been deleted meanwhile.
pub const MISSED_FOR: Duration = Duration::from_mins(10);

/// What is remembered of the groups from one cycle to the next.
#[derive(Debug, Default)]
pub struct Coordinators {
    /// How many groups each broker had when it last listed them.
    had: BTreeMap<i32, u64>,
    /// The groups themselves, in no order.
    known: Vec<Known>,
}

/// A group that was listed.
#[derive(Debug)]
struct Known {
    name: Arc<str>,
    coordinator: i32,
    /// Since when its coordinator is not there any more, and nobody lists it.
    missed_since: Option<Instant>,
}

/// The groups, and how many could not be read, by reason. No groups if not even one broker has listed them.
pub async fn read(
    round: &mut Round,
    cluster: &Cluster,
    plan: &Arc<GroupPlan>,
    before: &mut Coordinators,
) -> (Option<Groups>, BTreeMap<Reason, u64>) {
    let (mut told, mut tasks) = (Vec::new(), Vec::new());
    for broker in cluster.brokers() {
        match round.gone(broker.id()) {
            Some(missed) => told
                .push((broker.id(), Coordinated { missed: vec![missed.clone()], ..Coordinated::default() })),
            None => tasks.push((broker.id(), groups::read(Arc::clone(broker), Arc::clone(plan)))),
        }
    }
    let ids: Vec<i32> = tasks.iter().map(|(id, _)| *id).collect();
    told.extend(tasks::each(tasks).await);
    for id in ids {
        if !told.iter().any(|(told, _)| *told == id) {
            told.push((id, Coordinated { missed: vec![Missed::lost()], ..Coordinated::default() }));
        }
    }
    let mut missing: BTreeMap<Reason, u64> = BTreeMap::new();
    let mut took = (Duration::ZERO, Duration::ZERO);
    let (mut had_now, mut listed) = (BTreeMap::new(), BTreeSet::new());
    for (id, told) in &told {
        for missed in &told.missed {
            round.miss(*id, missed);
        }
        took = (took.0.max(told.groups_took), took.1.max(told.commits_took));
        let had = before.had.get(id).copied();
        if told.left_out > 0 {
            *missing.entry(Reason::TooMany).or_default() += told.left_out;
            let detail = || format!("more than {MAX_GROUPS}; watch a part, by `groups` or by shards");
            round.faults.items(
                "consumer groups",
                Reason::TooMany,
                told.left_out,
                &format!("of broker {id}"),
                detail,
            );
        }
        if told.has_listed {
            listed.insert(*id);
            had_now.insert(*id, told.groups.len() as u64 + told.left_out);
        } else {
            let reason = told.missed.first().map_or(Reason::Unexpected, |missed| missed.reason);
            *missing.entry(reason).or_default() += had.unwrap_or(1);
            had_now.extend(had.map(|had| (*id, had)));
        }
    }
    before.had = had_now;
    *round.stages.entry(Stage::Groups).or_default() += took.0;
    *round.stages.entry(Stage::Commits).or_default() += took.1;
    let (groups, mut unread) = merge(&mut told, &mut round.faults);
    let place_of = |coordinator: i32| match cluster.broker(coordinator) {
        Ok(_) if listed.contains(&coordinator) => Place::Heard,
        Ok(_) => Place::Silent,
        Err(_) => Place::Gone,
    };
    let missed = before.follow(groups.as_ref(), place_of, Instant::now(), &mut round.faults);
    if missed > 0 {
        missing.entry(Reason::Server).and_modify(|count| *count += missed).or_insert(missed);
    }
    for (reason, count) in missing {
        *unread.entry(reason).or_default() += count;
    }
    (groups, unread)
}

/// Where the coordinator of a group is that nobody lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// It is there, and has listed its groups: the group has been deleted.
    Heard,
    /// It is there, and has not listed them: they are counted as what it had.
    Silent,
    /// It has left the cluster.
    Gone,
}

// === impl Coordinators ===

impl Coordinators {
    /// Follows the groups of a cycle; how many are missed because their coordinator has gone.
    fn follow(
        &mut self,
        groups: Option<&Groups>,
        place_of: impl Fn(i32) -> Place,
        now: Instant,
        faults: &mut Faults,
    ) -> u64 {
        let told = groups.map(|groups| &*groups.groups).unwrap_or_default();
        let mut missed = 0;
        let before = core::mem::take(&mut self.known);
        let is_told = |known: &Known| told.binary_search_by(|group| group.name.cmp(&known.name)).is_ok();
        self.known.reserve_exact(told.len());
        self.known.extend(told.iter().map(|group| Known {
            name: Arc::clone(&group.name),
            coordinator: group.coordinator,
            missed_since: None,
        }));
        for mut known in before.into_iter().filter(|known| !is_told(known)) {
            match place_of(known.coordinator) {
                Place::Heard => continue,
                Place::Silent => known.missed_since = None,
                Place::Gone => {
                    let since = *known.missed_since.get_or_insert(now);
                    if now.saturating_duration_since(since) >= MISSED_FOR {
                        continue;
                    }
                    missed += 1;
                    faults.items("consumer groups", Reason::Server, 1, &known.name, || {
                        format!(
                            "their coordinator {} has left the cluster, and nobody lists them",
                            known.coordinator
                        )
                    });
                }
            }
            self.known.push(known);
        }
        missed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_missed_for_a_while_when_their_coordinator_has_gone_and_nobody_lists_them() {
        let begun = Instant::now();
        let known = |name: &str| Known { name: name.into(), coordinator: 2, missed_since: None };
        let mut coordinators =
            Coordinators { known: vec![known("a"), known("b")], ..Coordinators::default() };
        let mut follow = |place, after| {
            let groups = Groups::default();
            coordinators.follow(Some(&groups), |_| place, begun + after, &mut Faults::default())
        };
        let minute = Duration::from_mins(1);
        assert_eq!(follow(Place::Silent, Duration::ZERO), 0);
        assert_eq!(follow(Place::Gone, minute), 2);
        assert_eq!(follow(Place::Gone, minute * 10), 2);
        assert_eq!(follow(Place::Gone, minute * 11), 0);
        coordinators.known = vec![known("a")];
        let mut follow = |place| {
            let groups = Groups::default();
            coordinators.follow(Some(&groups), |_| place, begun, &mut Faults::default())
        };
        // It is back, and does not list the group any more: somebody has deleted it.
        assert_eq!([Place::Gone, Place::Heard, Place::Gone].map(&mut follow), [1, 0, 0]);
    }
}
