//! The search of one cycle: which offsets have to be asked for, in which order, and what is found.
//!
//! Invariants:
//! - Groups that are behind at one offset share one search; an answer serves every search of its partition.
//! - No more questions than `timestamp_lookups`, no more rounds than [`ROUNDS`]. What is open then is unknown and counted;
//!   what it has learnt stays, and the next cycle begins there.
//! - A question that fails, or is not answered, makes its search unknown for this cycle, and no other.
//!
//! The budget is spent in depth: if it does not suffice for all, some are searched to the end, in turn. To spread it over all
//! would leave everything half known, for as many cycles as a search has rounds.

use lookout_declarations::Reason;
use lookout_kafka_spec::labels::LagMethod;

use super::bracket::{Bracket, Precision, Sought, Verdict};
use super::memory::{Entry, Known};
use super::{Answer, Facts, LagMemory, Question, budget};
use crate::configuration::TopicConfiguration;
use crate::history::ring::Appended;
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
    /// What the ring will forget soon.
    kept: Vec<Entry>,
    questions: Vec<Question>,
    /// How many more may be asked.
    budget: usize,
    rounds_left: usize,
}

/// An offset that is searched.
#[derive(Debug)]
struct Target {
    slot: Slot,
    sought: Sought,
    bracket: Bracket,
    state: State,
    answers: u8,
    has_stalled: bool,
}

/// How far a target is.
#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    Open,
    /// This time was asked for, and the answer is awaited.
    Asked(i64),
    Found(LagSeconds),
    /// Not known in this cycle: the question failed, or there is no answer.
    Unknown,
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

/// How many rounds of questions one cycle has: a typical search needs two to four, the worst
/// that was seen eleven.
pub const ROUNDS: usize = 12;

/// Brackets of the ring are not exactly as wide as the period.
const PERIODS: f64 = 1.5;

/// Nothing is guessed about what is older: the rate of the last minutes says nothing about it.
const MAX_GUESS_MILLIS: f64 = 30.0 * 86_400e3;

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
            kept: Vec::new(),
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
                target.state = State::Unknown;
            }
        }
        if self.rounds_left > 0 {
            let width = budget::width(self.budget, self.rounds_left);
            self.rounds_left -= 1;
            let first = self.targets.partition_point(|target| target.slot < self.memory.cursor);
            let (before, after) = self.targets.split_at_mut(first);
            let mut asked = 0;
            for target in after.iter_mut().chain(before) {
                if asked == width {
                    break;
                }
                if let Some(timestamp) = target.next(&self.precision) {
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
            match target.state {
                State::Found(lag) => {
                    if let Some(place) = self.found.get_mut(waiting.commit as usize) {
                        *place = lag;
                    }
                }
                // Asked, and not answered: the time was over.
                State::Open | State::Asked(_) => {
                    deferred += 1;
                    // Go on where this cycle stopped, and come round to what is before it.
                    let turn = (target.slot < self.memory.cursor, target.slot);
                    first_deferred = Some(first_deferred.map_or(turn, |first: (bool, Slot)| first.min(turn)));
                }
                State::Unknown => {}
            }
        }
        self.memory.cursor = first_deferred.map_or(0, |(_, slot)| slot);
        let mut entries = self.kept;
        entries.extend(self.targets.iter().filter_map(Target::remembered));
        self.memory.replace(entries);
        (self.found, Lookups { asked: self.memory.asked, deferred })
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
            return LagSeconds::Unknown;
        }
        let is_first = committed < low;
        let method = if is_first { LagMethod::FirstRetained } else { LagMethod::Interpolated };
        if let Some(Appended::Between { after, until, interpolated, is_old }) =
            facts.ring.find(slot, offset, end)
        {
            let period = facts.settings.period.as_secs_f64() * 1000.0 * PERIODS;
            let width = until - after;
            if width as f64 <= period || width <= self.precision.at(self.precision.now - until) {
                if is_old {
                    self.kept.push(Entry { slot, offset, known: Known::Came(interpolated) });
                }
                return LagSeconds::Since { timestamp: interpolated, method };
            }
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
            let sought = Sought { offset, end, is_first, is_compacted: topic_until.1, guess: None };
            self.targets.push(Target::new(slot, sought, facts, self.memory, &mut from));
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

// === impl Target ===

impl Target {
    /// An offset, with what is known of it and of its neighbours from before.
    fn new(slot: Slot, mut sought: Sought, facts: &Facts<'_>, memory: &LagMemory, from: &mut usize) -> Self {
        let mut bracket = Bracket::EMPTY;
        let mut state = State::Open;
        let (exact, below, above) = memory.find(slot, sought.offset, from);
        match exact.map(|entry| entry.known) {
            Some(Known::Asked(known)) => bracket = known,
            Some(Known::Came(timestamp)) => {
                let method = if sought.is_first { LagMethod::FirstRetained } else { LagMethod::Interpolated };
                state = State::Found(LagSeconds::Since { timestamp, method });
            }
            None => {}
        }
        if exact.is_none() && !sought.is_first {
            sought.guess = guess(slot, &sought, facts);
            match below.map(|entry| entry.known) {
                Some(Known::Asked(known)) => bracket.inherit_below(&known),
                Some(Known::Came(timestamp)) => sought.guess = Some(timestamp),
                None => {}
            }
            if let Some((above, Known::Asked(known))) = above.map(|entry| (entry, entry.known)) {
                bracket.inherit_above(above.offset, &known);
            }
        }
        Self { slot, sought, bracket, state, answers: 0, has_stalled: false }
    }

    /// Takes in what is known, and says whether that is enough.
    fn settle(&mut self, precision: &Precision) -> Option<i64> {
        if self.state != State::Open {
            return None;
        }
        match self.bracket.judge(&self.sought, precision, self.answers, self.has_stalled) {
            Verdict::Found { timestamp, is_gone } => {
                let method = if is_gone { LagMethod::FirstRetained } else { LagMethod::Timestamp };
                self.state = State::Found(LagSeconds::Since { timestamp, method });
                None
            }
            Verdict::Unknowable => {
                self.state = State::Unknown;
                None
            }
            Verdict::Ask(timestamp) => Some(timestamp),
        }
    }

    /// The next question, if there is one.
    fn next(&mut self, precision: &Precision) -> Option<i64> {
        let timestamp = self.settle(precision)?;
        self.state = State::Asked(timestamp);
        Some(timestamp)
    }

    /// Takes in an answer about its partition, to its own question or another's.
    fn take(&mut self, time: i64, answer: Result<Option<Answer>, Reason>, precision: &Precision) {
        let is_own = self.state == State::Asked(time);
        match answer {
            Ok(answer) if is_own || matches!(self.state, State::Open | State::Asked(_)) => {
                let before = self.bracket.openness(precision);
                let answer = answer.map(|answer| (answer.offset, answer.timestamp));
                self.bracket.take(self.sought.offset, time, answer);
                if is_own {
                    self.answers = self.answers.saturating_add(1);
                    self.has_stalled = self.bracket.openness(precision) > before / 2.0;
                    self.state = State::Open;
                }
            }
            Err(_) if is_own => self.state = State::Unknown,
            Ok(_) | Err(_) => {}
        }
    }

    /// What the next cycle should know.
    fn remembered(&self) -> Option<Entry> {
        let (slot, offset) = (self.slot, self.sought.offset);
        if self.bracket.is_hopeless() {
            return None;
        }
        if !self.bracket.is_empty() {
            return Some(Entry { slot, offset, known: Known::Asked(self.bracket) });
        }
        match self.state {
            State::Found(LagSeconds::Since { timestamp, .. }) => {
                Some(Entry { slot, offset, known: Known::Came(timestamp) })
            }
            _ => None,
        }
    }
}

/// When a record came if records came as quickly as within the ring, and a little earlier, which is the better side to begin
/// from.
fn guess(slot: Slot, sought: &Sought, facts: &Facts<'_>) -> Option<i64> {
    let now = facts.at.as_millisecond();
    match facts.ring.find(slot, sought.offset, sought.end)? {
        Appended::Between { interpolated, .. } => Some(interpolated),
        Appended::Before { time, end } => {
            let rate = (sought.end - end) as f64 / (now - time) as f64;
            let older = (end - sought.offset) as f64 / rate * 1.02;
            #[expect(clippy::cast_possible_truncation, reason = "a month at most")]
            (older.is_finite() && older < MAX_GUESS_MILLIS).then(|| time - older as i64)
        }
    }
}
