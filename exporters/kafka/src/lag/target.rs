//! An offset that is searched: what is known of it before, what is asked, and what can be said in the end.
//!
//! Of an offset that the ring has seen come there is a claim. It is checked by one question: whether the log has a record up to it that
//! is so late. If so, it holds, and is remembered; if not, the log is searched; if there is no answer, it is said in this cycle only.

use lookout_declarations::Reason;
use lookout_kafka_spec::labels::LagMethod;

use super::bracket::{Asked, Bracket, Sought, Verdict};
use super::memory::{Entry, Known};
use super::precision::Precision;
use super::{Answer, Facts, LagMemory, Question};
use crate::history::ring::Appended;
use crate::model::{LagSeconds, Slot};

/// An offset that is searched.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) slot: Slot,
    pub(super) sought: Sought,
    bracket: Bracket,
    pub(super) state: State,
    asked: Asked,
    /// When it came as the ring has it, which is to be checked.
    claim: Option<Claim>,
    /// It was there at this time, in milliseconds since 1970.
    seen: Option<i64>,
}

/// When a record came as the ring has it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Claim {
    timestamp: i64,
    /// A record up to it is of this time or later, if timestamps are those of arrivals.
    earliest: i64,
    /// Whether the ring may forget it soon.
    pub(super) is_old: bool,
}

/// How far a target is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum State {
    Open,
    /// This time was asked for, and the answer is awaited.
    Asked(i64),
    Found(LagSeconds),
    /// Not known in this cycle: the question failed, or was not answered.
    Unknown(Reason),
    /// Timestamps do not tell it.
    Hidden,
}

/// Brackets of the ring are not exactly as wide as the period.
const PERIODS: f64 = 1.5;

/// Nothing is guessed about what is older: the rate of the last minutes says nothing about it.
const MAX_GUESS_MILLIS: f64 = 30.0 * 86_400e3;

// === impl Target ===

impl Target {
    /// An offset, with what is known of it and of its neighbours from before.
    pub(super) fn new(
        slot: Slot,
        mut sought: Sought,
        facts: &Facts<'_>,
        precision: &Precision,
        memory: &LagMemory,
        from: &mut usize,
    ) -> Self {
        let mut bracket = Bracket::EMPTY;
        let (mut state, mut claim) = (State::Open, None);
        let mut seen = match facts.ring.find(slot, sought.offset, sought.end) {
            Some(Appended::Between { until: time, .. } | Appended::Before { time, .. }) => Some(time),
            None => None,
        };
        let (exact, below, above) = memory.find(slot, sought.offset, from);
        match exact.map(|entry| entry.known) {
            Some(Known::Asked(known)) => bracket = known,
            Some(Known::Came(timestamp)) => {
                let method = if sought.is_first { LagMethod::FirstRetained } else { LagMethod::Interpolated };
                state = State::Found(LagSeconds::Since { timestamp, method });
            }
            Some(Known::Hidden { seen: before, low, low_offset }) => {
                bracket = Bracket::above(low, low_offset);
                seen = Some(seen.map_or(before, |seen| seen.min(before)));
            }
            None => claim = Claim::of(facts, slot, sought.offset, sought.end, precision),
        }
        if exact.is_none() && !sought.is_first {
            sought.guess = guess(slot, &sought, facts);
            match below.map(|entry| entry.known) {
                Some(Known::Asked(known)) => bracket.inherit_below(&known),
                Some(Known::Hidden { low, low_offset, .. }) => {
                    bracket.inherit_below(&Bracket::above(low, low_offset));
                }
                Some(Known::Came(timestamp)) => sought.guess = Some(timestamp),
                None => {}
            }
            if let Some((above, Known::Asked(known))) = above.map(|entry| (entry, entry.known)) {
                bracket.inherit_above(above.offset, &known);
            }
        }
        Self { slot, sought, bracket, state, asked: Asked::default(), claim, seen }
    }

    /// Takes in what is known, and says whether that is enough.
    pub(super) fn settle(&mut self, precision: &Precision) -> Option<i64> {
        if self.state != State::Open {
            return None;
        }
        if let Some(claim) = self.claim {
            match self.bracket.reaches(claim.earliest) {
                None => return Some(claim.earliest),
                Some(true) => {
                    self.state = State::Found(claim.lag(self.sought.is_first));
                    return None;
                }
                Some(false) => self.claim = None,
            }
        }
        match self.bracket.judge(&self.sought, precision, self.asked) {
            Verdict::Found { timestamp, is_gone } => {
                let method = if is_gone { LagMethod::FirstRetained } else { LagMethod::Timestamp };
                self.state = State::Found(LagSeconds::Since { timestamp, method });
                None
            }
            Verdict::Unknowable => {
                self.state = State::Hidden;
                None
            }
            Verdict::Ask(timestamp) => Some(timestamp),
            Verdict::AskLargest => Some(Question::LARGEST),
        }
    }

    /// The next question, if there is one.
    pub(super) fn next(&mut self, precision: &Precision, rounds_left: usize) -> Option<i64> {
        self.asked.rounds_left = rounds_left;
        let timestamp = self.settle(precision)?;
        self.state = State::Asked(timestamp);
        Some(timestamp)
    }

    /// Takes in an answer about its partition, to its own question or another's.
    pub(super) fn take(&mut self, time: i64, answer: Result<Option<Answer>, Reason>, precision: &Precision) {
        let is_own = self.state == State::Asked(time);
        match answer {
            Ok(answer) if is_own || matches!(self.state, State::Open | State::Asked(_)) => {
                let before = self.bracket.openness(precision);
                let answer = answer.map(|answer| (answer.offset, answer.timestamp));
                match (time, answer) {
                    // As if that had been asked for.
                    (Question::LARGEST, Some((_, largest))) => {
                        self.bracket.take(&self.sought, largest.max(0), answer);
                    }
                    (Question::LARGEST, None) => {}
                    _ => self.bracket.take(&self.sought, time, answer),
                }
                self.asked.has_largest |= time == Question::LARGEST;
                if is_own {
                    self.asked.answers = self.asked.answers.saturating_add(1);
                    self.asked.has_stalled = self.bracket.openness(precision) > before / 2.0;
                    self.state = State::Open;
                }
            }
            Err(reason) if is_own => self.state = State::Unknown(reason),
            Ok(_) | Err(_) => {}
        }
    }

    /// What can be said of it.
    pub(super) fn lag(&self, now: i64) -> LagSeconds {
        match (self.state, self.claim, self.seen) {
            // A clock that was far ahead: the record was there before the time that it tells.
            (State::Found(LagSeconds::Since { timestamp, .. }), None, Some(seen)) if seen < timestamp => {
                LagSeconds::Since { timestamp: seen, method: LagMethod::Seen }
            }
            (State::Found(lag), ..) => lag,
            (State::Hidden, _, Some(seen)) if seen < now => {
                LagSeconds::Since { timestamp: seen, method: LagMethod::Seen }
            }
            (State::Hidden, ..) | (_, None, _) => LagSeconds::Unknown,
            (_, Some(claim), _) => claim.lag(self.sought.is_first),
        }
    }

    /// What the next cycle should know.
    pub(super) fn remembered(&self) -> Option<Entry> {
        let (slot, offset) = (self.slot, self.sought.offset);
        if let (State::Hidden, Some(seen)) = (self.state, self.seen) {
            let (low, low_offset) = self.bracket.low();
            return Some(Entry { slot, offset, known: Known::Hidden { seen, low, low_offset } });
        }
        if let (Some(claim), State::Found(_)) = (self.claim, self.state) {
            return Some(Entry { slot, offset, known: Known::Came(claim.timestamp) });
        }
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

// === impl Claim ===

impl Claim {
    /// When the record at an offset came, if the ring knows it exactly enough.
    pub(super) fn of(
        facts: &Facts<'_>,
        slot: Slot,
        offset: i64,
        end: i64,
        precision: &Precision,
    ) -> Option<Self> {
        let Appended::Between { after, until, interpolated, is_old } = facts.ring.find(slot, offset, end)?
        else {
            return None;
        };
        let period = facts.settings.period.as_secs_f64() * 1000.0;
        let width = until - after;
        let is_exact = width as f64 <= period * PERIODS || width <= precision.at(precision.now - until);
        #[expect(clippy::cast_possible_truncation, reason = "a period in milliseconds")]
        let earliest = (after - period as i64).max(0);
        is_exact.then_some(Self { timestamp: interpolated, earliest, is_old })
    }

    pub(super) fn lag(&self, is_first: bool) -> LagSeconds {
        let method = if is_first { LagMethod::FirstRetained } else { LagMethod::Interpolated };
        LagSeconds::Since { timestamp: self.timestamp, method }
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
