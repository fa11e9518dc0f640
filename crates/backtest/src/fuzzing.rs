//! The entry of the fuzz target: what holds whatever a server answers.
//!
//! Only with the feature `fuzzing`, which nothing that ships enables: it panics where a property does not hold, as a fuzzer wants
//! it.
#![allow(clippy::panic, missing_docs, reason = "a fuzzer wants a panic")]

use core::time::Duration;

use jiff::Timestamp;

use crate::answer::Answer;
use crate::refusal::{Refusal, shortened};
use crate::{Direction, Episode, Holds, Movable, Row, Sample, Window, episodes, propose};

/// How many series are judged here: a fuzzer writes many small ones.
const MOST: usize = 8;

/// A body, as the values of an expression, and as what a refusing server says.
///
/// # Panics
/// If something does not hold.
pub fn check_answer(bytes: &[u8]) {
    let says = String::from_utf8_lossy(bytes);
    for status in [200, 302, 401, 404, 422, 503] {
        check_line(&Refusal::new(status, &says).to_string());
    }
    let Ok(answer) = Answer::read(bytes) else { return };
    answer.warnings.iter().flatten().for_each(|warning| check_line(&shortened(warning)));
    let Some(mut rows) = answer.rows() else { return };
    rows.truncate(MOST);
    // Half an hour before the first value there is, as far as it can be a moment.
    let first = rows.iter().flat_map(|row| &row.samples).next().map_or(0, |sample| sample.at);
    let Ok(end) = Timestamp::from_second(first.saturating_add(1_800)) else { return };
    let window = Window::before(end, Duration::from_hours(1), Duration::from_mins(1));
    for minutes in [0, 5] {
        let hold = Duration::from_mins(minutes);
        let holds = Holds { hold, keep_firing_for: hold };
        for row in &rows {
            check_row(row, holds, &window);
        }
        check_proposal(&rows, holds, &window);
    }
}

fn check_line(line: &str) {
    assert!(!line.contains(char::is_control), "{line:?} moves a cursor");
}

fn check_row(row: &Row, holds: Holds, window: &Window) {
    assert!(!row.labels.contains_key("__name__"));
    assert!(row.samples.is_sorted_by_key(|sample| sample.at));
    let held: Vec<i64> = row.samples.iter().map(|sample| sample.at).collect();
    let found = episodes(&held, holds, window);
    for Episode { start, end } in &found {
        assert!((window.start()..=window.end()).contains(start));
        assert!(end.is_none_or(|end| (*start..=window.end()).contains(&end)));
    }
    for pair in found.windows(2) {
        assert!(pair[0].end.is_some_and(|end| end <= pair[1].start), "they are apart");
    }
}

fn check_proposal(rows: &[Row], holds: Holds, window: &Window) {
    for (direction, is_inclusive) in [(Direction::Above, false), (Direction::Below, true)] {
        let movable = Movable { bound: 1.0, direction, is_inclusive, without_bound: String::new() };
        let Some(proposal) = propose(rows, &movable, holds, window) else { continue };
        assert!(proposal.quantiles.iter().all(|value| value.is_finite()));
        let Some(bound) = proposal.bound else { continue };
        assert!(proposal.n_episodes <= proposal.n_allowed && !proposal.is_quiet);
        assert!(if direction == Direction::Above { bound > 1.0 } else { bound < 1.0 }, "{bound} is milder");
        let counted: usize = rows.iter().map(|row| fired(row, &movable, bound, holds, window)).sum();
        assert_eq!(counted, proposal.n_episodes, "it is what would have been");
    }
}

fn fired(row: &Row, movable: &Movable, bound: f64, holds: Holds, window: &Window) -> usize {
    let is_bad = |sample: &&Sample| movable.is_bad(sample.value, bound);
    let held: Vec<i64> = row.samples.iter().filter(is_bad).map(|sample| sample.at).collect();
    episodes(&held, holds, window).len()
}
