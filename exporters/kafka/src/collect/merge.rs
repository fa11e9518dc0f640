//! The groups of all brokers as one list: each once, sorted by name, their commits in one column.
//!
//! A group that is moving may be told by its old and its new coordinator. The one that still answers for it is believed; the
//! other row is dropped, because duplicate series would cost the whole scrape.

use std::collections::BTreeMap;

use lookout_declarations::Reason;

use super::faults::Faults;
use super::groups::{Coordinated, Told};
use crate::model::{Commit, Commits, Groups};

/// The groups, and how many could not be read, by reason. No groups if no broker has listed any.
pub fn merge(
    brokers: &mut [(i32, Coordinated)],
    faults: &mut Faults,
) -> (Option<Groups>, BTreeMap<Reason, u64>) {
    let mut unread = BTreeMap::new();
    if !brokers.iter().any(|(_, told)| told.has_listed) {
        return (None, unread);
    }
    let mut told: Vec<(usize, Told)> =
        Vec::with_capacity(brokers.iter().map(|(_, told)| told.groups.len()).sum());
    for (place, (_, broker)) in brokers.iter_mut().enumerate() {
        let groups = core::mem::take(&mut broker.groups);
        told.extend(groups.into_iter().filter(|told| !told.is_deleted).map(|group| (place, group)));
    }
    told.sort_by(|(_, one), (_, other)| {
        let rank = |told: &Told| (told.has_moved, told.unread.is_some());
        one.group.name.cmp(&other.group.name).then_with(|| rank(one).cmp(&rank(other)))
    });
    told.dedup_by(|(_, next), (_, one)| next.group.name == one.group.name);
    let mut groups = Groups::default();
    groups.groups.reserve_exact(told.len());
    groups.commits.reserve_exact(brokers.iter().map(|(_, broker)| broker.commits.len()).sum());
    for (place, mut told) in told {
        if let Some(reason) = told.unread {
            *unread.entry(reason).or_default() += 1;
            let coordinator = told.group.coordinator;
            faults.items("consumer groups", reason, 1, &told.group.name, || {
                format!("coordinator {coordinator}")
            });
        }
        if let Commits::Read(range) = &mut told.group.commits {
            let of_broker = brokers.get(place).map(|(_, broker)| &*broker.commits).unwrap_or_default();
            *range = append(
                &mut groups.commits,
                of_broker.get(range.start as usize..range.end as usize).unwrap_or_default(),
            );
        }
        groups.groups.push(told.group);
    }
    (Some(groups), unread)
}

/// Appends commits; where they are then.
fn append(all: &mut Vec<Commit>, commits: &[Commit]) -> core::ops::Range<u32> {
    let place = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
    let start = place(all.len());
    all.extend_from_slice(commits);
    start..place(all.len())
}
