//! Groups: where they stand, and what they have committed.

use core::ops::Range;

use super::{Topic, World};
use crate::kafka::clock::millis;
use crate::kafka::{Behaviour, GroupDescription};

/// A group.
pub(crate) struct Group {
    pub(crate) description: GroupDescription,
    /// The topic and how many of its partitions.
    pub(crate) subscriptions: Vec<(usize, usize)>,
    pub(crate) stand: Stand,
    /// A state that an event has given it.
    pub(crate) state: Option<String>,
    /// How often it has rebalanced.
    pub(crate) epoch: i32,
    /// Who coordinates it since an event.
    pub(crate) moved_to: Option<i32>,
}

/// Until when a group has consumed what arrived.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Stand {
    /// Until so many milliseconds ago.
    Behind(i64),
    /// Until `from` when it `began`, and since then by as many thousandths of the time that has passed.
    Since { from: i64, began: i64, manages: i64 },
    /// It has never committed.
    Never,
}

// === impl Stand ===

impl Stand {
    /// `from` is until when the group had consumed when it `began` to behave like this.
    fn new(behaviour: Behaviour, from: i64, began: i64) -> Self {
        match behaviour {
            Behaviour::KeepsUp { behind } => Self::Behind(millis(behind)),
            Behaviour::StandsStill { .. } => Self::Since { from, began, manages: 0 },
            Behaviour::FallsBehind { manages, .. } => {
                #[expect(clippy::cast_possible_truncation, reason = "a part of one, in thousandths")]
                let manages = (manages.clamp(0.0, 1.0) * 1_000.0).round() as i64;
                Self::Since { from, began, manages }
            }
            Behaviour::NeverCommitted => Self::Never,
        }
    }

    /// Until when the group has consumed, in milliseconds since 1970.
    pub(crate) fn until(self, now: i64) -> Option<i64> {
        match self {
            Self::Behind(behind) => Some(now.saturating_sub(behind)),
            Self::Since { from, began, manages } => {
                let passed = now.saturating_sub(began).max(0);
                Some(from.saturating_add(passed.saturating_mul(manages) / 1_000))
            }
            Self::Never => None,
        }
    }
}

// === impl Group ===

impl Group {
    pub(crate) fn state(&self) -> &str {
        match &self.state {
            Some(state) => state,
            None if self.description.members == 0 => "Empty",
            None => "Stable",
        }
    }
}

impl World {
    pub(crate) fn group(&self, name: &str) -> Option<(usize, &Group)> {
        let number = *self.groups_by_name.get(name)?;
        Some((number, self.groups.get(number)?))
    }

    pub(crate) fn group_mut(&mut self, name: &str) -> Option<(usize, &mut Group)> {
        let number = *self.groups_by_name.get(name)?;
        Some((number, self.groups.get_mut(number)?))
    }

    pub(crate) fn groups(&self) -> impl Iterator<Item = &Group> {
        self.groups.iter().filter(|group| self.groups_by_name.contains_key(&group.description.name))
    }

    pub(crate) fn create_group(&mut self, description: GroupDescription, now: i64) {
        let lasted = match description.behaviour {
            Behaviour::StandsStill { since } | Behaviour::FallsBehind { since, .. } => millis(since),
            Behaviour::KeepsUp { .. } | Behaviour::NeverCommitted => 0,
        };
        let began = now.saturating_sub(lasted);
        let subscriptions = description.topics.iter().filter_map(|subscription| {
            let (number, topic) = self.topic(&subscription.topic)?;
            let limit = subscription.partitions.unwrap_or(u32::MAX);
            Some((number, topic.partitions().min(usize::try_from(limit).ok()?)))
        });
        let group = Group {
            subscriptions: subscriptions.collect(),
            stand: Stand::new(description.behaviour, began, began),
            state: None,
            epoch: 1,
            moved_to: None,
            description,
        };
        self.groups_by_name.insert(group.description.name.clone(), self.groups.len());
        self.groups.push(group);
    }

    /// Says whether it was there.
    pub(crate) fn delete_group(&mut self, name: &str) -> bool {
        let removed = self.groups_by_name.remove(name);
        self.pinned.retain(|(group, _), _| Some(*group) != removed);
        removed.is_some()
    }

    /// Gets on like this from now on; all pinned commits are let go.
    pub(crate) fn change_behaviour(&mut self, name: &str, behaviour: Behaviour, now: i64) -> bool {
        let Some((number, group)) = self.group_mut(name) else { return false };
        let from = group.stand.until(now).unwrap_or(now);
        group.stand = Stand::new(behaviour, from, now);
        group.description.behaviour = behaviour;
        self.pinned.retain(|(group, _), _| *group != number);
        true
    }

    /// What it has committed.
    pub(crate) fn commit(&self, number: usize, topic: &Topic, slot: usize, now: i64) -> Option<i64> {
        if let Some(pinned) = self.pinned.get(&(number, slot)) {
            return Some(*pinned);
        }
        let until = self.groups.get(number)?.stand.until(now)?;
        // A commit is of the topic as it is now, not of one of that name before it.
        (until >= topic.created).then(|| topic.commit_of(self.log(topic, slot).end(until)))
    }

    /// The slots that a group reads of a topic.
    pub(crate) fn slots_read(topic: &Topic, partitions: usize) -> Range<usize> {
        let slots = topic.slots();
        slots.start..slots.end.min(slots.start + partitions)
    }

    /// Keeps the commits of everybody in this partition as they are.
    pub(crate) fn pin_commits(&mut self, topic: usize, slot: usize, now: i64) {
        let Some(entry) = self.topics.get(topic) else { return };
        let reads = |group: &Group| {
            let mut subscriptions = group.subscriptions.iter();
            subscriptions
                .any(|(number, count)| *number == topic && Self::slots_read(entry, *count).contains(&slot))
        };
        let readers = self.groups.iter().enumerate().filter(|(_, group)| reads(group));
        let commits =
            readers.filter_map(|(number, _)| Some(((number, slot), self.commit(number, entry, slot, now)?)));
        let commits: Vec<_> = commits.collect();
        self.pinned.extend(commits);
    }

    pub(super) fn move_subscriptions(&mut self, name: &str, number: usize) {
        let Some(partitions) = self.topics.get(number).map(Topic::partitions) else { return };
        let topics = &self.topics;
        let is_it = |old: usize| topics.get(old).is_some_and(|topic| topic.description.name == name);
        for group in &mut self.groups {
            for subscription in group.subscriptions.iter_mut().filter(|(old, _)| is_it(*old)) {
                *subscription = (number, subscription.1.min(partitions));
            }
        }
    }
}
