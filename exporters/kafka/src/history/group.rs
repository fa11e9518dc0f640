//! One group from cycle to cycle: what it has consumed of each topic, how its lag moves, whether it is idle.
//!
//! What counts as consumed is the growth of commits. A commit that goes back (a reset) adds nothing; a partition begins at
//! its first commit; one whose topic was created again begins anew. Share groups consume nothing here: their offsets are those of
//! the first record that is not settled, and how many behind it are is not known. Their lag is the one that they are told.
//!
//! The lag velocity is the slope of the lag over a topic. A sample needs the ends of all its partitions, as the lag itself
//! does. When a partition is added or goes, or a commit or an end goes back, the lag jumps for another reason than that it is read
//! slowly or quickly: the trend begins anew.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::consumers::{Look, Moved};
use super::rebalances::Rebalances;
use super::trend::Trend;
use crate::model::{Commit, Commits, Group, Progress, Topology};

/// A group from cycle to cycle.
#[derive(Debug)]
pub(super) struct GroupHistory {
    pub(super) name: Arc<str>,
    /// When it was last listed, in milliseconds since 1970.
    pub(super) seen_at: i64,
    /// When it last had members or moved a commit; when it was first seen, before that.
    active_at: i64,
    /// When a commit was last seen moving.
    moved_at: Option<i64>,
    has_no_members: bool,
    /// Whether its commits have been read before.
    has_commits: bool,
    pub(super) rebalances: Rebalances,
    /// As they were last read, by slot.
    pub(super) commits: Vec<Commit>,
    /// By topic.
    runs: Vec<Run>,
    /// When topics have vanished, and what it had consumed of them.
    departed: BTreeMap<Arc<str>, (i64, u64)>,
}

/// Within this time a group that commits without being a member does so: that of the alert on groups without members.
const MOVED_WITHIN_MILLIS: i64 = 30 * 60 * 1000;

/// A group's commits for a topic.
#[derive(Clone, Copy, Debug)]
struct Run {
    /// Its index in the topology.
    topic: u32,
    partitions: u32,
    consumed: u64,
    /// When the commits were last read.
    seen_at: i64,
    /// When the last sample of the lag was taken, and that sample.
    sampled_at: i64,
    lag: i64,
    trend: Trend,
}

/// What a look at the commits of one topic finds.
#[derive(Debug, Default)]
struct Step {
    partitions: u32,
    consumed: u64,
    /// None if an end is not known.
    lag: Option<i64>,
    /// Whether a commit went back, or came or went.
    is_broken: bool,
    has_moved: bool,
}

// === impl GroupHistory ===

impl GroupHistory {
    /// A group that is seen for the first time.
    pub(super) fn new(name: Arc<str>, now: i64) -> Self {
        Self {
            name,
            seen_at: now,
            active_at: now,
            moved_at: None,
            has_no_members: false,
            has_commits: false,
            rebalances: Rebalances::default(),
            commits: Vec::new(),
            runs: Vec::new(),
            departed: BTreeMap::new(),
        }
    }

    /// Takes in what a group is and has committed; adds its progress, one for each topic. Gives what it consumed.
    pub(super) fn observe(
        &mut self,
        group: &mut Group,
        commits: Option<&[Commit]>,
        look: &Look<'_>,
        progress: &mut Vec<Progress>,
    ) -> u64 {
        self.seen_at = look.now;
        self.rebalances.observe(group);
        if let Some(members) = group.members {
            self.has_no_members = members == 0;
        }
        let mut consumed = 0;
        if let Some(commits) = commits {
            let has_moved;
            (consumed, has_moved) = self.take(commits, group.told_lags.as_deref(), look, progress);
            if has_moved {
                self.active_at = look.now;
                // All are new at the first look.
                self.moved_at = self.has_commits.then_some(look.now).or(self.moved_at);
            }
            self.has_commits = true;
        }
        if !self.has_no_members {
            self.active_at = look.now;
        }
        group.has_moved = self.moved_at.is_some_and(|moved| look.now - moved < MOVED_WITHIN_MILLIS);
        group.is_idle = self.has_no_members && look.now - self.active_at >= look.idle_millis;
        consumed
    }

    /// Takes in the commits; gives what was consumed, and whether a commit has moved.
    fn take(
        &mut self,
        commits: &[Commit],
        told: Option<&[Option<u64>]>,
        look: &Look<'_>,
        progress: &mut Vec<Progress>,
    ) -> (u64, bool) {
        let (mut total, mut has_moved) = (0_u64, false);
        let (mut rest, mut before) = (commits, self.commits.as_slice());
        let mut runs = self.runs.iter().copied().peekable();
        let mut newer = Vec::with_capacity(self.runs.len());
        while let Some(first) = rest.first() {
            let index = look.topology.topic_of(first.slot);
            let Some(topic) = look.topology.topics.get(index) else { break };
            let behind = topic.first + topic.partitions;
            let length = rest.partition_point(|commit| commit.slot < behind);
            let here;
            (here, rest) = rest.split_at(length);
            before = &before[before.partition_point(|commit| commit.slot < topic.first)..];
            let were_here = &before[..before.partition_point(|commit| commit.slot < behind)];
            let index = u32::try_from(index).unwrap_or(u32::MAX);
            // Topics that it has no commits for any more.
            while let Some(run) = runs.next_if(|run| run.topic < index) {
                newer.push(run);
            }
            let known = runs.next_if(|run| run.topic == index);
            let mut run = known.unwrap_or_else(|| Run::new(index, self.departed_from(&topic.name)));
            let mut step = Step::between(were_here, here, look);
            if let Some(told) = told {
                let first = commits.len() - rest.len() - here.len();
                step.tell(told.get(first..first + here.len()).unwrap_or_default(), here.len());
            }
            run.take(&step, look);
            has_moved |= step.has_moved;
            total = total.saturating_add(step.consumed);
            let lag_velocity = run.velocity(look);
            progress.push(Progress { consumed: run.consumed, lag_velocity });
            newer.push(run);
        }
        newer.extend(runs);
        newer.retain(|run| look.now - run.seen_at < look.forget_millis);
        newer.shrink_to_fit();
        self.runs = newer;
        self.departed.retain(|_, (since, _)| look.now - *since < look.forget_millis);
        self.commits.clear();
        self.commits.reserve_exact(commits.len());
        self.commits.extend_from_slice(commits);
        (total, has_moved)
    }

    /// What it had consumed of a topic that had vanished, and is there again.
    fn departed_from(&self, topic: &str) -> u64 {
        self.departed.get(topic).map_or(0, |(_, consumed)| *consumed)
    }

    /// Lets the lag over these topics move anew.
    pub(super) fn forget_trends(&mut self, topics: &BTreeSet<u32>) {
        for run in self.runs.iter_mut().filter(|run| topics.contains(&run.topic)) {
            run.trend = Trend::default();
        }
    }

    /// Follows the topology.
    pub(super) fn carry(&mut self, moved: &Moved, older: &Topology, now: i64) {
        self.commits.retain_mut(|commit| {
            moved.slot(commit.slot).is_some_and(|slot| {
                commit.slot = slot;
                true
            })
        });
        let departed = &mut self.departed;
        self.runs.retain_mut(|run| match (moved.topic(run.topic), older.topics.get(run.topic as usize)) {
            (Some(topic), _) => {
                run.topic = topic;
                true
            }
            (None, Some(topic)) => {
                departed.insert(Arc::clone(&topic.name), (now, run.consumed));
                false
            }
            (None, None) => false,
        });
    }
}

// === impl Run ===

impl Run {
    fn new(topic: u32, consumed: u64) -> Self {
        Self { topic, partitions: 0, consumed, seen_at: 0, sampled_at: 0, lag: 0, trend: Trend::default() }
    }

    fn take(&mut self, step: &Step, look: &Look<'_>) {
        self.consumed = self.consumed.saturating_add(step.consumed);
        self.seen_at = look.now;
        if step.is_broken || step.partitions != self.partitions {
            self.partitions = step.partitions;
            self.trend = Trend::default();
        }
        if let Some(lag) = step.lag {
            let seconds = (look.now - self.sampled_at).max(0) as f32 / 1000.0;
            self.trend.add(seconds, (lag - self.lag) as f64, look.window_millis as f32 / 1000.0);
            (self.lag, self.sampled_at) = (lag, look.now);
        }
    }

    /// The slope of the lag; none if the last sample is older than the window.
    fn velocity(&self, look: &Look<'_>) -> Option<f64> {
        let is_recent = look.now - self.sampled_at <= look.window_millis;
        self.trend.slope(look.window_millis as f32 / 1000.0).filter(|_| is_recent)
    }
}

// === impl Step ===

impl Step {
    /// What has happened between two looks at the commits of one topic, both by slot.
    fn between(before: &[Commit], now: &[Commit], look: &Look<'_>) -> Self {
        let mut step = Self {
            partitions: u32::try_from(now.len()).unwrap_or(u32::MAX),
            lag: Some(0),
            is_broken: before.len() != now.len(),
            ..Self::default()
        };
        let mut before = before.iter().peekable();
        for commit in now {
            while before.next_if(|was| was.slot < commit.slot).is_some() {}
            if let Some(was) = before.next_if(|was| was.slot == commit.slot) {
                let growth = u64::try_from(commit.offset - was.offset).unwrap_or(0);
                step.consumed = step.consumed.saturating_add(growth);
                step.has_moved |= commit.offset != was.offset;
                step.is_broken |= commit.offset < was.offset;
            } else {
                (step.has_moved, step.is_broken) = (true, true);
            }
            let lag = look.end.get(commit.slot).map(|end| (end - commit.offset).max(0));
            step.lag = step.lag.zip(lag).map(|(sum, lag)| sum.saturating_add(lag));
        }
        step
    }
}

impl Step {
    /// Takes the lags that a share group is told instead of what its offsets say.
    fn tell(&mut self, lags: &[Option<u64>], commits: usize) {
        self.consumed = 0;
        let sum: Option<u64> = lags.iter().copied().sum();
        self.lag = sum.filter(|_| lags.len() == commits).and_then(|lag| i64::try_from(lag).ok());
    }
}

// === impl Group ===

/// The commits of a group; none if they were not read.
pub(super) fn commits_of<'a>(group: &Group, commits: &'a [Commit]) -> Option<&'a [Commit]> {
    match &group.commits {
        Commits::Read(range) => commits.get(range.start as usize..range.end as usize),
        Commits::Unread(_) => None,
    }
}
