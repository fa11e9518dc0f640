//! What is not written because it was written before: pure bookkeeping, without a clock, a lock or a writer.
//!
//! Two bounds, both per window of a minute:
//! - the **same line** (one place in the code, one body) is written a few times, then counted;
//! - **one place** in the code writes so many lines for one source, whatever they say, then they are counted: a peer
//!   that sends another message each time is bounded too, and takes no line from another source (`places.rs`).
//!
//! When a window in which lines were counted ends, one [`Summary`] says how many they were.
//!
//! Invariants:
//! - Each line is either written or counted, and each count becomes a summary, once.
//! - The first of equal lines is never counted against the line, only against the place.
//! - Debug and trace lines know only the second bound: who switches them on follows a sequence of events, in which the
//!   tenth equal line says as much as the first.
//! - When the table is full or has no room for a body, a line that is not in it is not remembered: it is written, as
//!   often as its place may. When there is no room for another source, its lines count with their place alone.
//!
//! How to get it wrong: letting a window begin anew with each line. Then a line that comes every second is never
//! summed up.

use core::time::Duration;
use std::collections::{HashMap, VecDeque};

use tokio::time::Instant;
use tracing::Level;

use super::places::{Origin, Places};
use super::policy::Policy;

/// What becomes of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is written.
    Write,
    /// It is counted. It is the first of its kind in this window if `first`, so somebody has to wait for the end of
    /// the window.
    Count {
        /// Whether it is the first.
        first: bool,
    },
}

/// What was counted in a window that has ended.
#[derive(Debug)]
pub(super) struct Summary {
    /// What was counted.
    pub(super) subject: Subject,
    /// How many lines.
    pub(super) count: u64,
    /// From the first line of the window, written or not, until now or the end of the window.
    pub(super) time: Duration,
}

/// What a count is of.
#[derive(Debug)]
pub(super) enum Subject {
    /// Lines with this body.
    Body(Box<str>),
    /// Different lines of this place, of this source if it has one.
    Place(Origin),
}

/// The table.
#[derive(Debug)]
pub(super) struct Repeats {
    policy: Policy,
    lines: HashMap<u64, SameLine>,
    places: Places,
    /// Everything in both, with the beginning of its window. All windows have the same length, so they end in the
    /// order in which they began.
    order: VecDeque<(Instant, Key)>,
    kept: usize,
}

#[derive(Debug)]
enum Key {
    Line(u64),
    Place(Origin),
}

#[derive(Debug)]
struct SameLine {
    written: u64,
    counted: u64,
    /// Kept from the first line on that is not written.
    body: Option<Box<str>>,
}

impl Repeats {
    /// An empty table.
    pub(super) fn new(policy: Policy) -> Self {
        let places = Places::new(policy.places, policy.names);
        Self { policy, lines: HashMap::new(), places, order: VecDeque::new(), kept: 0 }
    }

    /// Decides about a line of `origin`, whose body has the hash `identity`. Call [`Self::ended`] with
    /// the same `now` before, or a window lasts too long.
    pub(super) fn admit(&mut self, now: Instant, origin: &Origin, identity: u64, body: &str) -> Verdict {
        let detailed = *origin.metadata.level() > Level::INFO;
        if !detailed && let Some(first) = self.count_line(identity, body) {
            return Verdict::Count { first };
        }
        let limit = if detailed { self.policy.per_detailed_place } else { self.policy.per_place };
        let seat = self.places.seat(origin);
        let (place, new) = self.places.count(&seat);
        if new {
            self.order.push_back((now, Key::Place(seat)));
        }
        if place.written >= limit {
            place.counted += 1;
            return Verdict::Count { first: place.counted == 1 };
        }
        place.written += 1;
        if !detailed {
            self.remember(now, identity);
        }
        Verdict::Write
    }

    /// Counts the line if it was written often enough and there is room for its body; says whether it is the first.
    fn count_line(&mut self, identity: u64, body: &str) -> Option<bool> {
        let line = self.lines.get_mut(&identity).filter(|line| line.written >= self.policy.per_line)?;
        if line.body.is_none() {
            if self.kept + body.len() > self.policy.kept {
                return None;
            }
            self.kept += body.len();
            line.body = Some(body.into());
        }
        line.counted += 1;
        Some(line.counted == 1)
    }

    fn remember(&mut self, now: Instant, identity: u64) {
        if let Some(line) = self.lines.get_mut(&identity) {
            line.written += 1;
        } else if self.lines.len() < self.policy.lines {
            self.lines.insert(identity, SameLine { written: 1, counted: 0, body: None });
            self.order.push_back((now, Key::Line(identity)));
        }
    }

    /// Forgets every window that has ended by `now`, and returns what was counted in them.
    pub(super) fn ended(&mut self, now: Instant) -> Vec<Summary> {
        let mut summaries = Vec::new();
        while let Some((began, _)) = self.order.front()
            && *began + self.policy.window <= now
        {
            self.forget_first(now, &mut summaries);
        }
        summaries
    }

    /// Forgets everything, and returns what was counted.
    pub(super) fn all(&mut self, now: Instant) -> Vec<Summary> {
        let mut summaries = Vec::new();
        while !self.order.is_empty() {
            self.forget_first(now, &mut summaries);
        }
        summaries
    }

    /// When the first window ends in which something was counted.
    pub(super) fn due(&self) -> Option<Instant> {
        let counted = |key: &Key| match key {
            Key::Line(identity) => self.lines.get(identity).is_some_and(|line| line.counted > 0),
            Key::Place(origin) => self.places.has_counted(origin),
        };
        self.order.iter().find(|(_, key)| counted(key)).map(|(began, _)| *began + self.policy.window)
    }

    fn forget_first(&mut self, now: Instant, summaries: &mut Vec<Summary>) {
        let Some((began, key)) = self.order.pop_front() else { return };
        let (subject, count) = match key {
            Key::Line(identity) => {
                let Some(SameLine { counted, body: Some(body), .. }) = self.lines.remove(&identity) else {
                    return;
                };
                self.kept -= body.len();
                (Subject::Body(body), counted)
            }
            Key::Place(origin) => match self.places.remove(&origin) {
                0 => return,
                counted => (Subject::Place(origin), counted),
            },
        };
        let time = now.saturating_duration_since(began).min(self.policy.window);
        summaries.push(Summary { subject, count, time });
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use tracing::{Event, Metadata, Subscriber};
    use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};

    use super::*;

    const SMALL: Policy = Policy {
        window: Duration::from_mins(1),
        per_line: 3,
        per_place: 6,
        per_detailed_place: 20,
        places: 6,
        names: 10,
        lines: 4,
        kept: 64,
    };

    type Place = &'static Metadata<'static>;

    #[derive(Clone, Default)]
    struct Places(Arc<Mutex<Vec<Place>>>);

    impl<S: Subscriber> Layer<S> for Places {
        fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
            self.0.lock().unwrap().push(event.metadata());
        }
    }

    /// A warning, an error and a debug line: places as the program has them.
    fn places() -> [Place; 3] {
        let places = Places::default();
        let subscriber = tracing_subscriber::registry().with(places.clone());
        tracing::subscriber::with_default(subscriber, || {
            tracing::warn!("a warning");
            tracing::error!("an error");
            tracing::debug!("a detail");
        });
        places.0.lock().unwrap().as_slice().try_into().unwrap()
    }

    /// As the journal does it. The identity of a body is the body's length here.
    fn admit(repeats: &mut Repeats, now: Instant, place: Place, body: &str) -> (Vec<Summary>, Verdict) {
        let origin = Origin { metadata: place, source: None };
        (repeats.ended(now), repeats.admit(now, &origin, body.len() as u64, body))
    }

    fn written(verdict: Verdict) -> bool {
        verdict == Verdict::Write
    }

    fn text(summaries: &[Summary]) -> Vec<String> {
        let subject = |subject: &Subject| match subject {
            Subject::Body(body) => body.to_string(),
            Subject::Place(Origin { metadata, source }) => {
                format!("{}{}", metadata.level(), source.as_deref().unwrap_or_default())
            }
        };
        summaries
            .iter()
            .map(|one| format!("{} {} {}", subject(&one.subject), one.count, one.time.as_secs()))
            .collect()
    }

    #[test]
    fn the_first_of_equal_lines_are_written_and_the_others_summed_up_at_the_end_of_the_window() {
        let [warning, ..] = places();
        let mut repeats = Repeats::new(SMALL);
        let start = Instant::now();
        for second in 0..60 {
            let (ended, verdict) = admit(&mut repeats, start + Duration::from_secs(second), warning, "again");
            assert!(ended.is_empty());
            assert_eq!(written(verdict), second < 3, "after {second} s");
            assert_eq!(verdict == Verdict::Count { first: true }, second == 3);
        }
        assert_eq!(repeats.due(), Some(start + Duration::from_mins(1)));
        let (ended, verdict) = admit(&mut repeats, start + Duration::from_mins(1), warning, "again");
        assert_eq!(text(&ended), ["again 57 60"]);
        assert!(written(verdict), "a new window begins with a line, not with a count");
        assert_eq!(repeats.due(), None);
        assert!(repeats.ended(start + Duration::from_hours(1)).is_empty(), "nothing was counted in it");
        assert!(repeats.order.is_empty() && repeats.lines.is_empty() && repeats.places.len() == 0);
    }

    #[test]
    fn a_place_with_ever_different_lines_is_bounded_and_takes_nothing_from_another() {
        let [warning, error, _] = places();
        let mut repeats = Repeats::new(SMALL);
        let start = Instant::now();
        let bodies: Vec<String> = (1..=10).map(|length| "x".repeat(length)).collect();
        let of = |place, repeats: &mut Repeats| {
            bodies.iter().filter(|body| written(admit(repeats, start, place, body).1)).count()
        };
        assert_eq!(of(warning, &mut repeats), 6);
        assert!(written(admit(&mut repeats, start, error, "the first error").1));
        assert_eq!(text(&repeats.ended(start + SMALL.window)), ["WARN 4 60"]);
    }

    #[test]
    fn details_are_a_sequence_and_are_not_taken_for_repeats_but_bounded() {
        let [.., detail] = places();
        let mut repeats = Repeats::new(SMALL);
        let start = Instant::now();
        let count = (0..50).filter(|_| written(admit(&mut repeats, start, detail, "poll").1)).count();
        assert_eq!(count, 20);
        assert_eq!(text(&repeats.all(start + Duration::from_secs(7))), ["DEBUG 30 7"]);
    }

    #[test]
    fn what_the_table_has_no_room_for_is_written_as_often_as_its_place_may() {
        let [warning, error, _] = places();
        let start = Instant::now();
        let mut full = Repeats::new(SMALL);
        for length in 1..=SMALL.lines {
            assert!(written(admit(&mut full, start, warning, &"x".repeat(length)).1));
        }
        let count = (0..9).filter(|_| written(admit(&mut full, start, error, "not remembered").1)).count();
        assert_eq!(count, 6, "the bound of the place, not that of a line");
        assert_eq!(full.lines.len(), SMALL.lines);
        assert_eq!(text(&full.all(start)), ["ERROR 3 0"]);

        let mut heavy = Repeats::new(SMALL);
        let body = "x".repeat(SMALL.kept + 1);
        let count = (0..9).filter(|_| written(admit(&mut heavy, start, error, &body).1)).count();
        assert_eq!((count, heavy.kept), (6, 0));
    }

    #[test]
    fn whatever_comes_is_written_or_counted_and_summed_up_once() {
        let places = places();
        let mut repeats = Repeats::new(SMALL);
        let mut now = Instant::now();
        let (mut total, mut total_written, mut total_summed) = (0_u64, 0_u64, 0_u64);
        // A linear congruential generator: the same lines in each run, in no order.
        let mut random = 1_u64;
        let mut next = |below: u64| {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (random >> 33) % below
        };
        let mut sum = |summaries: &[Summary]| {
            assert!(summaries.iter().all(|summary| summary.count > 0));
            total_summed += summaries.iter().map(|summary| summary.count).sum::<u64>();
        };
        for _ in 0..20_000 {
            now += Duration::from_millis(next(3_000));
            let place = places[usize::try_from(next(3)).unwrap()];
            // Bodies differ by place, as the identities of the journal do.
            let body = "x".repeat(usize::try_from(next(7)).unwrap() + place.level().as_str().len() * 10);
            let source = ["a", "bb", "ccc", "dddddd"].get(usize::try_from(next(5)).unwrap());
            let origin = Origin { metadata: place, source: source.map(|&name| name.into()) };
            sum(&repeats.ended(now));
            let verdict = repeats.admit(now, &origin, body.len() as u64, &body);
            total += 1;
            total_written += u64::from(written(verdict));
            assert!(repeats.lines.len() <= SMALL.lines && repeats.kept <= SMALL.kept);
            assert!(
                repeats.places.len() <= SMALL.places + places.len() && repeats.places.named() <= SMALL.names
            );
            assert_eq!(repeats.order.len(), repeats.lines.len() + repeats.places.len());
            assert!(repeats.due().is_none_or(|due| due > now), "what is due was summed up");
        }
        sum(&repeats.all(now));
        assert_eq!(total_written + total_summed, total);
        assert!(total_summed > 1_000 && total_written > 1_000, "{total_summed} of {total} were counted");
        assert_eq!((repeats.kept, repeats.places.named(), repeats.order.len()), (0, 0, 0));
    }
}
