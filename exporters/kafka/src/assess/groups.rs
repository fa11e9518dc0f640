//! Groups of every type, and their lag.
//!
//! A group that is idle has no series. One whose state could not be read has none about its state, one whose commits could not be
//! read none about its commits: each keeps the others. The group with the empty name is [`UNNAMED`].

mod identity;
mod lag;
mod partitions;
mod topics;

use jiff::Timestamp;
use lookout_exposition::{Batch, Family};
use lookout_kafka_spec::config::GroupGranularity;
use lookout_kafka_spec::labels::LagMethod;
use lookout_kafka_spec::metrics::{CLUSTER_GROUPS, IDLE_GROUPS};

use super::View;
use super::runs::{Run, Runs};
use super::standing::{Standing, TopicStanding, lag_seconds, larger};
use crate::model::{Cycle, Group, Groups, LagSeconds};
use identity::Identity;
use lag::Lag;
use partitions::Partitions;
use topics::Topics;

/// Stands for the empty name, which Kafka takes for a group's: without a value, the label would not be there, and the row look like a
/// total of all groups.
const UNNAMED: &str = "<empty>";

/// The families of one pass over the groups.
struct Pass<'a> {
    cycle: &'a Cycle,
    view: &'a View,
    now: Timestamp,
    identity: Identity,
    lag: Lag,
    topics: Topics,
    partitions: Partitions,
    /// How many runs of commits have been passed: the index of [`Cycle::progress`].
    runs: usize,
}

/// Where a group stands in all its topics; none of what is not known of one of them.
struct Whole {
    lag: Option<u128>,
    seconds: Option<f64>,
    runs: usize,
}

/// Writes the series of each group, as far as they are not too many.
pub(super) fn assess(cycle: &Cycle, view: &View, now: Timestamp, batch: &mut Batch) {
    let Some(groups) = &cycle.groups else { return };
    count(groups, view, batch);
    let mut pass = Pass::new(cycle, groups, view, now);
    let has_unnamed = groups.groups.iter().any(|group| *group.name == *UNNAMED);
    for (index, group) in groups.groups.iter().enumerate() {
        let name = if group.name.is_empty() { UNNAMED } else { &group.name };
        let commits = groups.commits_of(group);
        let runs = commits.map(|(first, commits)| Runs::new(&cycle.topology, first, commits));
        // Two groups with one name would cost the whole scrape.
        if group.is_idle || (group.name.is_empty() && has_unnamed) {
            pass.runs += runs.map_or(0, Iterator::count);
            continue;
        }
        pass.identity.write(&view.kafka_cluster, name, group, cycle.rebalances.get(index).copied());
        if let Some(runs) = runs {
            pass.commits(name, group, runs, commits.map_or(0, |(first, _)| first));
        }
    }
    pass.identity.add_to(batch);
    pass.lag.add_to(batch);
    pass.topics.add_to(batch);
    pass.partitions.add_to(batch);
}

fn count(groups: &Groups, view: &View, batch: &mut Batch) {
    let idle = groups.groups.iter().filter(|group| group.is_idle).count();
    let shard = view.lookout_shard();
    for (metric, count) in [(&CLUSTER_GROUPS, groups.groups.len()), (&IDLE_GROUPS, idle)] {
        let mut family = Family::new(metric);
        family.set((&*view.kafka_cluster, &*shard), count as f64);
        batch.add(family);
    }
}

impl<'a> Pass<'a> {
    fn new(cycle: &'a Cycle, groups: &Groups, view: &'a View, now: Timestamp) -> Self {
        let level = view.granularity.groups;
        let reserved = |least, rows| if level >= least { rows } else { 0 };
        Self {
            cycle,
            view,
            now,
            identity: Identity::new(groups.groups.len()),
            lag: Lag::new(groups.groups.len()),
            topics: Topics::new(reserved(GroupGranularity::Topic, cycle.progress.len())),
            partitions: Partitions::new(reserved(GroupGranularity::Partition, groups.commits.len())),
            runs: 0,
        }
    }

    /// Writes the commits of a group, and what follows from them.
    fn commits(&mut self, name: &str, group: &Group, runs: Runs<'_>, first: usize) {
        let mut whole = Whole { lag: Some(0), seconds: Some(0.0), runs: 0 };
        for run in runs {
            let progress = self.cycle.progress.get(self.runs);
            self.runs += 1;
            let (standing, seconds) = self.run(name, group, &run, first);
            whole.add(&standing, seconds);
            if self.view.granularity.groups >= GroupGranularity::Topic {
                let labels = (&*self.view.kafka_cluster, name, &*run.topic.name);
                self.topics.write(labels, &standing, progress.copied());
                if let Some(progress) = progress.filter(|_| group.told_lags.is_none()) {
                    self.topics.write_consumed(labels, progress.consumed);
                }
                self.topics.write_seconds(labels, seconds);
            }
        }
        // A group that has committed nothing is not 0 behind, and nobody knows how far it is in topics that could not be read.
        if whole.runs > 0 && !group.is_partial {
            self.lag.write((&self.view.kafka_cluster, name), whole.lag, whole.seconds);
        }
    }

    /// Judges the commits of a group for one topic, and writes them if partitions have series.
    fn run(
        &mut self,
        name: &str,
        group: &Group,
        run: &Run<'_>,
        first: usize,
    ) -> (TopicStanding, Option<f64>) {
        let is_fine = self.view.granularity.groups >= GroupGranularity::Partition;
        let mut sum = TopicStanding::default();
        let mut largest = self.view.has_lag_seconds.then_some(0.0);
        for (index, partition, commit) in run.numbered() {
            let standing = Standing::of(self.cycle, group, index - first, commit);
            let seconds = self.lag_seconds(index);
            sum.add(commit.offset, &standing);
            largest = larger(largest, seconds.map(|(seconds, _)| seconds));
            if is_fine {
                let labels = (&*self.view.kafka_cluster, name, &*run.topic.name, partition);
                self.partitions.write(labels, commit.offset, standing.lag);
                self.partitions.write_seconds(labels, seconds);
            }
        }
        (sum, largest)
    }

    fn lag_seconds(&self, index: usize) -> Option<(f64, LagMethod)> {
        let known = self.cycle.lag_seconds.get(index).filter(|_| self.view.has_lag_seconds);
        lag_seconds(known.copied().unwrap_or(LagSeconds::Unknown), self.now)
    }
}

impl Whole {
    fn add(&mut self, standing: &TopicStanding, seconds: Option<f64>) {
        self.lag = self.lag.zip(standing.lag).map(|(sum, lag)| sum + lag);
        self.seconds = larger(self.seconds, seconds);
        self.runs += 1;
    }
}
