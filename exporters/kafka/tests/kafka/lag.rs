//! The lag in seconds, against logs that answer as Kafka does.

use core::ops::Range;
use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use lookout_declarations::Reason;
use lookout_kafka::configuration::{TopicConfiguration, TopicConfigurations};
use lookout_kafka::history::{History, Reading};
use lookout_kafka::lag::{self, Answer, Facts, LagMemory, ROUNDS, Search};
use lookout_kafka::model::{Commit, Commits, LagSeconds, Lookups, OffsetColumn, Slot, Topology};
use lookout_kafka_spec::Settings;
use lookout_kafka_spec::labels::LagMethod;

use crate::cluster;

mod budget;
mod exactness;
mod model_log;
mod odd_logs;
mod over_cycles;

use model_log::ModelLog;

/// The present of these tests, in milliseconds.
const NOW: i64 = 1_800_000_000_000;

const SECOND: i64 = 1000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;

/// A topic `t` with one partition for each log.
struct Cluster {
    logs: Vec<ModelLog>,
    topology: Arc<Topology>,
    settings: Settings,
    history: History,
    memory: LagMemory,
    configurations: Option<TopicConfigurations>,
    unsought: Vec<Range<u32>>,
}

/// What a search found, and what it took.
#[derive(Debug)]
struct Found {
    lags: Vec<LagSeconds>,
    lookups: Lookups,
    questions: usize,
    rounds: usize,
}

impl Cluster {
    fn new(logs: Vec<ModelLog>) -> Self {
        let partitions = logs.len().try_into().unwrap();
        let topology = Arc::new(cluster::topology(&[("t", 1, partitions)]));
        let (settings, history, memory) = (Settings::default(), History::default(), LagMemory::default());
        let (configurations, unsought) = (None, Vec::new());
        Self { logs, topology, settings, history, memory, configurations, unsought }
    }

    /// The topic is compacted, and that has been read.
    fn compacted(mut self) -> Self {
        let configuration = TopicConfiguration {
            min_in_sync_replicas: None,
            retention_millis: None,
            retention_bytes: None,
            cleanup_policy: "compact".into(),
        };
        self.configurations = Some(TopicConfigurations(BTreeMap::from([("t".into(), configuration)])));
        self
    }

    fn column(&self, of: impl Fn(&ModelLog) -> i64) -> OffsetColumn {
        let mut column = OffsetColumn::unknown(self.logs.len());
        for (slot, log) in (0..).zip(&self.logs) {
            column.set(slot, of(log));
        }
        column
    }

    /// Lets the history see the ends; groups have committed for every partition.
    fn observe(&mut self, now: i64) {
        let end = self.column(|log| log.end);
        let commits = (0..).zip(&self.logs).map(|(slot, _)| Commit { offset: 0, slot }).collect();
        let mut groups = cluster::groups(vec![("g", commits)]);
        self.history.observe(Reading {
            at: Timestamp::from_millisecond(now).unwrap(),
            topology: &self.topology,
            end: &end,
            low: None,
            groups: Some(&mut groups),
            record_sizes: &BTreeMap::new(),
            settings: &self.settings,
        });
    }

    /// Searches for (slot, offset)s, with answers of the logs.
    fn search(&mut self, now: i64, commits: &[(Slot, i64)]) -> Found {
        self.search_with(now, commits, |logs, slot, time| Ok(logs[slot as usize].at_or_after(time)))
    }

    fn search_with(
        &mut self,
        now: i64,
        commits: &[(Slot, i64)],
        reply: impl Fn(&[ModelLog], Slot, i64) -> Result<Option<(i64, i64)>, Reason>,
    ) -> Found {
        let commits: Vec<_> =
            commits.iter().map(|(slot, offset)| Commit { offset: *offset, slot: *slot }).collect();
        let (end, low) = (self.column(|log| log.end), self.column(|log| log.low));
        let facts = Facts {
            at: Timestamp::from_millisecond(now).unwrap(),
            topology: &self.topology,
            end: &end,
            low: &low,
            commits: &commits,
            unsought: &self.unsought,
            ring: self.history.ring(),
            configurations: self.configurations.as_ref(),
            settings: &self.settings,
        };
        let mut search = Search::new(facts, &mut self.memory);
        let (mut questions, mut rounds) = (0, 0);
        loop {
            let round = search.questions().to_vec();
            if round.is_empty() {
                break;
            }
            assert!(round.is_sorted() && round.windows(2).all(|two| two[0] != two[1]), "{round:?}");
            (questions, rounds) = (questions + round.len(), rounds + 1);
            for (index, question) in round.iter().enumerate() {
                let answer = reply(&self.logs, question.slot, question.timestamp);
                let answer =
                    answer.map(|found| found.map(|(offset, timestamp)| Answer { offset, timestamp }));
                search.answer(index, answer);
            }
        }
        let (lags, lookups) = search.finish();
        assert_eq!(lags.len(), commits.len());
        Found { lags, lookups, questions, rounds }
    }
}

/// The timestamp and method of a lag that is known.
fn since(lag: LagSeconds) -> (i64, LagMethod) {
    match lag {
        LagSeconds::Since { timestamp, method } => (timestamp, method),
        other => panic!("{other:?}"),
    }
}

/// Whether the age of what was found is as exact as promised: a second, or 5 %.
fn is_exact(now: i64, found: i64, truth: i64) -> bool {
    let lag = (now - truth).max(0) as f64;
    ((found - truth.min(now)) as f64).abs() <= (lag * 0.05).max(1000.0)
}

#[test]
fn a_group_that_has_read_everything_is_caught_up_without_a_question() {
    let mut cluster = Cluster::new(vec![ModelLog::new([NOW - HOUR, NOW - MINUTE])]);
    let found = cluster.search(NOW, &[(0, 2), (0, 7)]);
    assert_eq!((found.lags, found.questions), (vec![LagSeconds::CaughtUp; 2], 0));
}

#[test]
fn a_partition_whose_end_is_not_known_has_no_lag() {
    let mut cluster = Cluster::new(vec![ModelLog::new([NOW - HOUR, NOW - MINUTE])]);
    cluster.logs[0].end = -1;
    assert_eq!(cluster.search(NOW, &[(0, 1)]).lags, [LagSeconds::Unknown]);
}

#[test]
fn groups_at_one_offset_share_a_search() {
    let log = ModelLog::new((0..10_000).map(|index| NOW - 10 * HOUR + index * 3 * SECOND));
    let alone = Cluster::new(vec![log.clone()]).search(NOW, &[(0, 5_000)]);
    let together = Cluster::new(vec![log]).search(NOW, &[(0, 5_000); 40]);
    assert_eq!(alone.questions, together.questions);
    assert!(together.lags.iter().all(|lag| *lag == alone.lags[0]));
}

#[test]
fn of_idle_groups_and_share_groups_nothing_is_asked() {
    let commits = || vec![Commit { offset: 5, slot: 0 }, Commit { offset: 6, slot: 1 }];
    let mut groups = cluster::groups(vec![
        ("busy", commits()),
        ("idle", commits()),
        ("share", commits()),
        ("unread", vec![]),
    ]);
    groups.groups[1].is_idle = true;
    groups.groups[2].told_lags = Some([Some(0), None].into());
    (groups.groups[3].is_idle, groups.groups[3].commits) = (true, Commits::Unread(Reason::Timeout));
    assert_eq!(lag::unsought(&groups), [2..4, 4..6]);
    let log = ModelLog::new((0..100).map(|index| NOW - HOUR + index * SECOND));
    let mut cluster = Cluster::new(vec![log.clone(), log]);
    cluster.settings.lag.timestamp_lookups = 1;
    let all: Vec<_> = groups.commits[2..].iter().map(|commit| (commit.slot, commit.offset)).collect();
    cluster.unsought = vec![0..2, 2..4];
    let found = cluster.search(NOW, &all);
    assert_eq!(
        (found.questions, found.lookups, found.lags),
        (0, Lookups::default(), vec![LagSeconds::Unknown; 4])
    );
}
