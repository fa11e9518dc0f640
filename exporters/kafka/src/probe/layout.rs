//! Which partition is probed for which broker, and what the topic lacks. Pure.
//!
//! Every broker must lead a partition. Who leads cannot be commanded through librdkafka's safe interface, but a partition
//! can be added whose first replica is the broker in question, which then leads it. So a new broker gets a partition, when it has
//! stayed for some minutes. One that comes back has one already and becomes its leader again by itself, as brokers are told by
//! default to every five minutes (`auto.leader.rebalance.enable`); only when that does not happen is one more added, up to a limit.
//!
//! Invariants: nothing is ever taken away; several instances that plan at the same time want the same thing, and the broker
//! accepts it once, because a number of partitions that has been reached already is refused. There are at most
//! [`MAX_PREFERRED`] partitions for each broker that is alive.
//!
//! How to get it wrong: adding a partition at once for each broker that leads none. Then each restart of a broker adds one, and a
//! broker that was there for half a minute leaves replicas behind that nobody will ever have in sync again.

use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet};

/// How long a broker has to be there, and how long it may take to lead again what it is the preferred leader of: the default period
/// of that is five minutes. A broker that has been away for longer is not just being restarted.
pub(super) const PATIENCE: Duration = Duration::from_mins(7);

/// How many partitions one broker may be the preferred leader of before no more are added for it.
const MAX_PREFERRED: usize = 4;

/// How many brokers are probed; more are left uncovered. No cluster known has half as many.
const MAX_BROKERS: usize = 1_000;

/// What the cluster says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct View {
    /// The node identifiers of the brokers that are alive.
    pub brokers: BTreeSet<i32>,
    /// The topic's partitions by number, without gaps; none if there is no topic.
    pub partitions: Option<Vec<PartitionView>>,
}

/// One partition of the topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartitionView {
    /// Who leads it; −1 is nobody.
    pub leader: i32,
    /// Its replicas, the preferred leader first.
    pub replicas: Vec<i32>,
}

/// What follows from it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    /// The partition that is probed for each broker, which leads it.
    pub targets: BTreeMap<i32, i32>,
    /// Brokers that lead no partition.
    pub uncovered: BTreeSet<i32>,
    /// Brokers that have replicas of the topic, and have been away for longer than a restart takes.
    pub departed: BTreeSet<i32>,
    /// How many partitions there are: all are read.
    pub partitions: i32,
    /// What is to be done.
    pub repair: Repair,
}

/// What is to be done about the topic.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Repair {
    /// Nothing.
    #[default]
    Nothing,
    /// Make the topic, with the replicas of each partition.
    Create(Vec<Vec<i32>>),
    /// Add partitions.
    Extend {
        /// How many there are to be in the end.
        count: usize,
        /// The replicas of each that is new.
        added: Vec<Vec<i32>>,
    },
    /// Partitions are missing, and cannot be added now.
    Wait(&'static str),
}

/// Plans, and remembers how long it has waited for brokers to lead again.
#[derive(Clone, Debug)]
pub struct Planner {
    replication_factor: usize,
    /// Brokers that lead nothing, and since when, or when a partition was last added for them.
    waiting: BTreeMap<i32, Duration>,
    /// Brokers that have replicas and are not alive, and since when.
    away: BTreeMap<i32, Duration>,
}

// === impl Planner ===

impl Planner {
    /// A planner of a topic whose partitions are to have so many replicas.
    pub fn new(replication_factor: u16) -> Self {
        Self {
            replication_factor: usize::from(replication_factor).max(1),
            waiting: BTreeMap::new(),
            away: BTreeMap::new(),
        }
    }

    /// What follows from `view`. `now` is of any clock that is never set.
    pub fn plan(&mut self, view: &View, now: Duration) -> Layout {
        let Some(partitions) = &view.partitions else {
            let repair = self.creation(view);
            return Layout { uncovered: view.brokers.clone(), repair, ..Layout::default() };
        };
        let mut targets = BTreeMap::new();
        for (number, partition) in (0_i32..).zip(partitions) {
            let is_alive = view.brokers.contains(&partition.leader);
            if is_alive && (targets.len() < MAX_BROKERS || targets.contains_key(&partition.leader)) {
                targets.entry(partition.leader).or_insert(number);
            }
        }
        let uncovered = view.brokers.iter().copied().filter(|broker| !targets.contains_key(broker));
        let uncovered: BTreeSet<i32> = uncovered.collect();
        let repair = self.extension(view, partitions, &uncovered, now);
        let departed = self.departed(view, partitions, now);
        let partitions = i32::try_from(partitions.len()).unwrap_or(i32::MAX);
        Layout { targets, uncovered, departed, partitions, repair }
    }

    fn departed(&mut self, view: &View, partitions: &[PartitionView], now: Duration) -> BTreeSet<i32> {
        let replicas = partitions.iter().flat_map(|partition| &partition.replicas).copied();
        let gone: BTreeSet<i32> = replicas.filter(|broker| !view.brokers.contains(broker)).collect();
        self.away.retain(|broker, _| gone.contains(broker));
        for broker in gone {
            self.away.entry(broker).or_insert(now);
        }
        let long = self.away.iter().filter(|(_, since)| now.saturating_sub(**since) >= PATIENCE);
        long.map(|(broker, _)| *broker).collect()
    }

    fn creation(&self, view: &View) -> Repair {
        let factor = self.replication_factor.min(view.brokers.len());
        let leaders = view.brokers.iter().take(MAX_BROKERS);
        let assignment: Vec<_> = leaders.map(|leader| replicas(*leader, &view.brokers, factor)).collect();
        if assignment.is_empty() { Repair::Wait("no broker is alive") } else { Repair::Create(assignment) }
    }

    fn extension(
        &mut self,
        view: &View,
        partitions: &[PartitionView],
        uncovered: &BTreeSet<i32>,
        now: Duration,
    ) -> Repair {
        self.waiting.retain(|broker, _| uncovered.contains(broker));
        let mut lacking = Vec::new();
        for broker in uncovered.iter().take(MAX_BROKERS) {
            let preferred = partitions.iter().filter(|partition| partition.replicas.first() == Some(broker));
            let preferred = preferred.count();
            let since = *self.waiting.entry(*broker).or_insert(now);
            if now.saturating_sub(since) >= PATIENCE && preferred < MAX_PREFERRED {
                lacking.push(*broker);
                self.waiting.insert(*broker, now);
            }
        }
        if lacking.is_empty() {
            return Repair::Nothing;
        }
        if partitions.len() + lacking.len() > MAX_PREFERRED * view.brokers.len() {
            return Repair::Wait(
                "it has many partitions that were made for brokers which are gone; delete it, and it is made anew",
            );
        }
        // Brokers want all partitions of a topic to have equally many replicas.
        let factor = partitions.first().map_or(self.replication_factor, |first| first.replicas.len()).max(1);
        if view.brokers.len() < factor {
            return Repair::Wait("fewer brokers are alive than the topic has replicas");
        }
        let count = partitions.len() + lacking.len();
        let added = lacking.iter().map(|leader| replicas(*leader, &view.brokers, factor)).collect();
        Repair::Extend { count, added }
    }
}

/// `leader` first, then those behind it in a ring, so that followers are spread too.
fn replicas(leader: i32, brokers: &BTreeSet<i32>, factor: usize) -> Vec<i32> {
    let behind = brokers.range(leader + 1..).chain(brokers.range(..leader));
    core::iter::once(leader).chain(behind.copied()).take(factor).collect()
}
