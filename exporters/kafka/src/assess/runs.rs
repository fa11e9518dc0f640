//! The commits of a group, topic by topic.

use crate::model::{Commit, Topic, Topology};

/// What a group has committed for one topic.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run<'a> {
    /// The topic.
    pub(crate) topic: &'a Topic,
    /// The index of the first commit among those of all groups.
    pub(crate) first: usize,
    /// The commits, by slot; at least one.
    pub(crate) commits: &'a [Commit],
}

/// The runs of a group, in the order of their topics.
#[derive(Clone, Debug)]
pub(crate) struct Runs<'a> {
    topology: &'a Topology,
    first: usize,
    rest: &'a [Commit],
}

impl<'a> Runs<'a> {
    /// Divides the commits of one group, of which the first is at index `first` among those of all.
    pub(crate) fn new(topology: &'a Topology, first: usize, commits: &'a [Commit]) -> Self {
        Self { topology, first, rest: commits }
    }
}

impl<'a> Iterator for Runs<'a> {
    type Item = Run<'a>;

    fn next(&mut self) -> Option<Run<'a>> {
        let slot = self.rest.first()?.slot;
        let topic = self.topology.topics.get(self.topology.topic_of(slot))?;
        let beyond = topic.first + topic.partitions;
        let length = self.rest.iter().take_while(|commit| commit.slot < beyond).count();
        let (commits, rest) = self.rest.split_at(length.max(1));
        let run = Run { topic, first: self.first, commits };
        self.first += commits.len();
        self.rest = rest;
        Some(run)
    }
}

impl Run<'_> {
    /// The commits, each with its index among those of all groups and the number of its partition.
    pub(crate) fn numbered(&self) -> impl Iterator<Item = (usize, i32, &Commit)> {
        let number =
            |commit: &Commit| i32::try_from(commit.slot.saturating_sub(self.topic.first)).unwrap_or(i32::MAX);
        (self.first..).zip(self.commits).map(move |(index, commit)| (index, number(commit), commit))
    }
}
