//! From "the condition held at these moments" to "the alert fired from here to there".
//!
//! The rules are those of Prometheus (`rules/alerting.go`, `Eval`): an alert is pending from the first moment at which the
//! condition holds, fires at the first at which it has held for the hold, and ends at the first at which it does not, or,
//! with `keep_firing_for`, once that has passed since then.
//!
//! How to get it wrong: counting a hold of ten minutes as ten evaluations. It is eleven: the first begins the hold.

use core::time::Duration;

use crate::Window;

/// One time that an alert fired, in seconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Episode {
    /// The first evaluation at which it fires.
    pub start: i64,
    /// The first evaluation at which it does not any more; none if it fires at the end of the window.
    pub end: Option<i64>,
}

/// What stands between a condition and its alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holds {
    /// How long the condition must hold (`for`).
    pub hold: Duration,
    /// How long the alert goes on after that.
    pub keep_firing_for: Duration,
}

enum State {
    Inactive,
    Pending { since: i64 },
    Firing { since: i64, ended: Option<i64> },
}

/// The episodes of one series within `window`. `held` are the moments of the window at which its condition holds, ascending.
/// What was before the window is not known: a condition that holds at its start begins there.
pub fn episodes(held: &[i64], holds: Holds, window: &Window) -> Vec<Episode> {
    let seconds = |duration: Duration| i64::try_from(duration.as_secs()).unwrap_or(i64::MAX);
    let (required, keep) = (seconds(holds.hold), seconds(holds.keep_firing_for));
    let mut held = held.iter().copied().peekable();
    let mut state = State::Inactive;
    let mut episodes = Vec::new();
    for now in window.moments() {
        while held.next_if(|moment| *moment < now).is_some() {}
        let does_hold = held.next_if_eq(&now).is_some();
        state = match (state, does_hold) {
            (State::Inactive | State::Pending { .. }, false) => State::Inactive,
            (State::Inactive, true) => pending_or_firing(now, now, required),
            (State::Pending { since }, true) => pending_or_firing(since, now, required),
            (State::Firing { since, .. }, true) => State::Firing { since, ended: None },
            (State::Firing { since, ended }, false) => {
                let ended = ended.unwrap_or(now);
                if now - ended < keep {
                    State::Firing { since, ended: Some(ended) }
                } else {
                    episodes.push(Episode { start: since, end: Some(now) });
                    State::Inactive
                }
            }
        };
    }
    if let State::Firing { since, .. } = state {
        episodes.push(Episode { start: since, end: None });
    }
    episodes
}

fn pending_or_firing(since: i64, now: i64, required: i64) -> State {
    if now - since >= required { State::Firing { since: now, ended: None } } else { State::Pending { since } }
}

impl Episode {
    /// How long it lasts, up to the end of `window` where it has not ended.
    pub fn length(&self, window: &Window) -> Duration {
        let end = self.end.unwrap_or_else(|| window.end());
        Duration::from_secs(u64::try_from(end - self.start).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::*;

    const MINUTE: i64 = 60;

    fn hour() -> Window {
        Window::before(
            Timestamp::from_second(3_600).expect("a moment"),
            Duration::from_hours(1),
            Duration::from_mins(1),
        )
    }

    fn holds(hold: u64, keep: u64) -> Holds {
        Holds { hold: Duration::from_mins(hold), keep_firing_for: Duration::from_mins(keep) }
    }

    #[track_caller]
    fn check(minutes: &[(i64, i64)], holds: Holds, expected: &[(i64, Option<i64>)]) {
        let held: Vec<i64> =
            minutes.iter().flat_map(|(from, to)| *from..=*to).map(|minute| minute * MINUTE).collect();
        let found: Vec<_> = episodes(&held, holds, &hour())
            .into_iter()
            .map(|episode| (episode.start / MINUTE, episode.end.map(|end| end / MINUTE)))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn it_fires_once_the_hold_has_passed_and_not_a_moment_before() {
        check(&[(5, 15)], holds(10, 0), &[(15, Some(16))]);
        check(&[(5, 14)], holds(10, 0), &[]);
        check(&[(5, 5)], holds(0, 0), &[(5, Some(6))]);
    }

    #[test]
    fn a_gap_begins_the_hold_anew_but_not_while_it_keeps_firing() {
        check(&[(5, 12), (14, 30)], holds(10, 0), &[(24, Some(31))]);
        check(&[(5, 20), (23, 30)], holds(10, 5), &[(15, Some(36))]);
        check(&[(5, 20), (27, 30)], holds(10, 5), &[(15, Some(26))]);
    }

    #[test]
    fn what_fires_at_the_end_has_no_end() {
        check(&[(50, 60)], holds(5, 0), &[(55, None)]);
        check(&[(50, 58)], holds(5, 5), &[(55, None)]);
    }

    proptest! {
        #[test]
        fn episodes_are_apart_and_a_longer_hold_never_fires_for_longer(
            bits in prop::collection::vec(any::<bool>(), 61), hold in 0_u64..20, keep in 0_u64..20,
        ) {
            let window = hour();
            let held: Vec<i64> = window.moments().zip(&bits).filter(|(_, on)| **on).map(|(at, _)| at).collect();
            let total = |hold: u64| {
                let found = episodes(&held, holds(hold, keep), &window);
                for pair in found.windows(2) {
                    assert!(pair[0].end.is_some_and(|end| end <= pair[1].start), "{found:?}");
                }
                found.iter().map(|episode| episode.length(&window)).sum::<Duration>()
            };
            prop_assert!(total(hold + 1) <= total(hold));
        }
    }
}
