//! The search of one cycle: which offsets have to be asked for, in which order, and what is found.
//!
//! Invariants:
//! - Groups that are behind at one offset share one search; an answer serves every search of its partition.
//! - No more questions than `timestamp_lookups`, no more rounds than [`ROUNDS`]. What is open then is unknown and counted;
//!   what it has learnt stays, and the next cycle begins there.
//! - A question that fails, or is not answered, makes its search unknown for this cycle, and no other.
//! - What was interpolated is not kept for longer than the ring knows it without a question whether timestamps agree. If there is no
//!   answer, it is said, and not kept.
//!
//! The budget is spent in depth: if it does not suffice for all, some are searched to the end, in turn. To spread it over all
//! would leave everything half known, for as many cycles as a search has rounds.

use std::collections::BTreeMap;

use lookout_declarations::Reason;

use super::bracket::Sought;
use super::precision::Precision;
use super::target::{Claim, State, Target};
use super::{Answer, Facts, LagMemory, Question, budget};
use crate::configuration::TopicConfiguration;
use crate::model::{LagSeconds, Lookups, Slot};

/// The search of one cycle: ask its [`questions`](Self::questions), give the [`answers`](Self::answer), until there are
/// none, then [`finish`](Self::finish).
#[derive(Debug)]
pub struct Search<'a> {
    memory: &'a mut LagMemory,
    precision: Precision,
    /// One for each commit.
    found: Vec<LagSeconds>,
    /// By slot and offset.
    targets: Vec<Target>,
    /// Which commits wait for which target.
    waiting: Vec<Waiting>,
    /// What is not known, by reason.
    unread: BTreeMap<Reason, u64>,
    questions: Vec<Question>,
    /// How many more may be asked.
    budget: usize,
    rounds_left: usize,
}

/// A commit that waits for a target.
#[derive(Clone, Copy, Debug)]
struct Waiting {
    slot: Slot,
    commit: u32,
    /// The first offset that was not read and is still there, as far as is known.
    offset: i64,
    is_first: bool,
}

/// How many rounds of questions one cycle has. A typical search needs two to four; the worst one a guess, the first record or the
/// largest timestamp, and nine halvings from 1970 to a second or 5 %.
pub const ROUNDS: usize = 12;

// === impl Search ===

impl<'a> Search<'a> {
    /// Looks through the commits. What the ring and the memory know needs no question.
    pub fn new(facts: Facts<'_>, memory: &'a mut LagMemory) -> Self {
        memory.follow(facts.topology, facts.ring.went_back());
        let settings = &facts.settings.lag;
        let precision = Precision {
            now: facts.at.as_millisecond(),
            millis: i64::try_from(settings.precision.get().as_millis()).unwrap_or(i64::MAX).max(1),
            relative: settings.relative_precision.get(),
        };
        let mut search = Self {
            memory,
            precision,
            found: Vec::with_capacity(facts.commits.len()),
            targets: Vec::new(),
            waiting: Vec::new(),
            unread: BTreeMap::new(),
            questions: Vec::new(),
            budget: settings.timestamp_lookups,
            rounds_left: ROUNDS,
        };
        let mut unsought = facts.unsought.iter().peekable();
        for (index, commit) in (0..).zip(facts.commits) {
            while unsought.next_if(|range| range.end <= index).is_some() {}
            let is_sought = !unsought.peek().is_some_and(|range| range.contains(&index));
            let found = if is_sought {
                search.look(&facts, index, commit.slot, commit.offset)
            } else {
                LagSeconds::Unknown
            };
            search.found.push(found);
        }
        search.aim(&facts);
        search
    }

    /// The questions of the next round: sorted by slot, each once; none when all is known, or the budget or the rounds are
    /// spent. What was not answered since the last round counts as failed.
    ///
    /// Two may be about one partition, with different times.
    pub fn questions(&mut self) -> &[Question] {
        self.questions.clear();
        for target in &mut self.targets {
            if matches!(target.state, State::Asked(_)) {
                target.state = State::Unknown(Reason::Timeout);
            }
        }
        if self.rounds_left > 0 {
            let rounds_left = self.rounds_left;
            let width = budget::width(self.budget, rounds_left);
            self.rounds_left -= 1;
            let first = self.targets.partition_point(|target| target.slot < self.memory.cursor);
            let (before, after) = self.targets.split_at_mut(first);
            let mut asked = 0;
            for target in after.iter_mut().chain(before) {
                if asked == width {
                    break;
                }
                if let Some(timestamp) = target.next(&self.precision, rounds_left) {
                    self.questions.push(Question { slot: target.slot, timestamp });
                    asked += 1;
                }
            }
            self.questions.sort_unstable();
            self.questions.dedup();
            self.budget -= self.questions.len().min(self.budget);
            self.memory.asked = self.memory.asked.saturating_add(self.questions.len() as u64);
        }
        &self.questions
    }

    /// Takes the answer to the question at this index of the last [`questions`](Self::questions): the first record so late,
    /// that there is none, or why there is no answer. A record without a timestamp is no answer.
    pub fn answer(&mut self, question: usize, answer: Result<Option<Answer>, Reason>) {
        let Some(Question { slot, timestamp }) = self.questions.get(question).copied() else { return };
        let first = self.targets.partition_point(|target| target.slot < slot);
        let targets = self.targets.get_mut(first..).unwrap_or_default();
        for target in targets.iter_mut().take_while(|target| target.slot == slot) {
            target.take(timestamp, answer, &self.precision);
        }
    }

    /// What was found, one for each commit. What was learnt goes into the memory.
    pub fn finish(mut self) -> (Vec<LagSeconds>, Lookups) {
        let mut deferred = 0;
        let mut first_deferred = None;
        let mut targets = self.targets.iter_mut().peekable();
        for waiting in &self.waiting {
            let key = (waiting.slot, waiting.offset);
            while targets.next_if(|target| (target.slot, target.sought.offset) < key).is_some() {}
            let Some(target) = targets.peek_mut() else { break };
            target.settle(&self.precision);
            let lag = target.lag(self.precision.now);
            if let Some(place) = self.found.get_mut(waiting.commit as usize) {
                *place = lag;
            }
            match target.state {
                State::Found(_) => {}
                // It could not be checked, and is known from the ring.
                _ if lag != LagSeconds::Unknown && target.state != State::Hidden => {}
                // Asked, and not answered: the time was over.
                State::Open | State::Asked(_) => {
                    deferred += 1;
                    // Go on where this cycle stopped, and come round to what is before it.
                    let turn = (target.slot < self.memory.cursor, target.slot);
                    first_deferred = Some(first_deferred.map_or(turn, |first: (bool, Slot)| first.min(turn)));
                }
                State::Unknown(reason) => *self.unread.entry(reason).or_default() += 1,
                State::Hidden => *self.unread.entry(Reason::Unexpected).or_default() += 1,
            }
        }
        self.memory.cursor = first_deferred.map_or(0, |(_, slot)| slot);
        self.memory.replace(self.targets.iter().filter_map(Target::remembered).collect());
        (self.found, Lookups { asked: self.memory.asked, deferred, unread: self.unread })
    }

    /// What is known of a commit without a question; else it waits for one.
    fn look(&mut self, facts: &Facts<'_>, commit: u32, slot: Slot, committed: i64) -> LagSeconds {
        let Some(end) = facts.end.get(slot) else { return LagSeconds::Unknown };
        if committed >= end {
            return LagSeconds::CaughtUp;
        }
        let low = facts.low.get(slot).unwrap_or(0);
        let offset = committed.max(low).max(0);
        if offset >= end {
            // Everything that it has not read is gone, and nothing has come since.
            *self.unread.entry(Reason::Empty).or_default() += 1;
            return LagSeconds::Unknown;
        }
        let is_first = committed < low;
        if let Some(claim) =
            Claim::of(facts, slot, offset, end, &self.precision).filter(|claim| !claim.is_old)
        {
            return claim.lag(is_first);
        }
        self.waiting.push(Waiting { slot, commit, offset, is_first });
        LagSeconds::Unknown
    }

    /// Makes one target for all commits that wait for the same offset.
    fn aim(&mut self, facts: &Facts<'_>) {
        self.waiting.sort_unstable_by_key(|waiting| (waiting.slot, waiting.offset));
        let (mut topic_until, mut from) = ((0, false), 0);
        for waiting in &self.waiting {
            let Waiting { slot, offset, is_first, .. } = *waiting;
            if let Some(last) =
                self.targets.last_mut().filter(|last| (last.slot, last.sought.offset) == (slot, offset))
            {
                // Somebody who stands exactly at the first record finds the same.
                last.sought.is_first |= is_first;
                continue;
            }
            if slot >= topic_until.0 {
                topic_until = compacted(facts, slot);
            }
            let end = facts.end.get(slot).unwrap_or(offset);
            let first = facts.low.get(slot).unwrap_or(0);
            let sought = Sought { offset, first, end, is_first, is_compacted: topic_until.1, guess: None };
            self.targets.push(Target::new(slot, sought, facts, &self.precision, self.memory, &mut from));
        }
        for target in &mut self.targets {
            target.settle(&self.precision);
        }
    }
}

/// The slot behind the topic that a slot belongs to, and whether that topic is compacted.
fn compacted(facts: &Facts<'_>, slot: Slot) -> (Slot, bool) {
    let Some(topic) = facts.topology.topics.get(facts.topology.topic_of(slot)) else {
        return (slot + 1, false);
    };
    let configuration = facts.configurations.and_then(|configurations| configurations.0.get(&topic.name));
    (topic.first + topic.partitions, configuration.is_some_and(TopicConfiguration::is_compacted))
}
