//! All groups: every broker is asked for those that it coordinates.
//!
//! Invariant: a broker that does not list its groups takes nothing from the others; how many are missing is what it had when it
//! was last heard of, and one if it never was.

use core::time::Duration;
use std::collections::BTreeMap;
use std::sync::Arc;

use lookout_declarations::Reason;
use lookout_kafka_spec::labels::Stage;
use lookout_kafka_wire::Cluster;

use super::groups::{self, Coordinated, GroupPlan};
use super::merge::merge;
use super::missed::Missed;
use super::round::Round;
use super::tasks;
use crate::model::Groups;

/// How many groups each broker had when it last listed them.
pub type Coordinators = BTreeMap<i32, u64>;

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
    let mut coordinators = Coordinators::new();
    for (id, told) in &told {
        for missed in &told.missed {
            round.miss(*id, missed);
        }
        took = (took.0.max(told.groups_took), took.1.max(told.commits_took));
        let had = before.get(id).copied();
        if told.has_listed {
            coordinators.insert(*id, told.groups.len() as u64);
        } else {
            let reason = told.missed.first().map_or(Reason::Unexpected, |missed| missed.reason);
            *missing.entry(reason).or_default() += had.unwrap_or(1);
            coordinators.extend(had.map(|had| (*id, had)));
        }
    }
    *before = coordinators;
    *round.stages.entry(Stage::Groups).or_default() += took.0;
    *round.stages.entry(Stage::Commits).or_default() += took.1;
    let (groups, mut unread) = merge(&mut told, &mut round.faults);
    for (reason, count) in missing {
        *unread.entry(reason).or_default() += count;
    }
    (groups, unread)
}
