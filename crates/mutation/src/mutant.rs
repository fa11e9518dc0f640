//! The mutants of an alert: the alert with one fault each, under names of their own.

use core::fmt;
use core::time::Duration;
use std::collections::BTreeSet;

use lookout_declarations::Alert;
use serde::Serialize;

use crate::Mutation;
use crate::change::changes;

/// How often rules are evaluated in the tests.
pub(crate) const EVALUATION: Duration = Duration::from_mins(1);

/// An alert with one fault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mutant {
    /// The alert that it was made from.
    pub alert: &'static str,
    /// Its number among the mutants of the alert, from 1 on.
    pub number: usize,
    /// The kind of the fault.
    pub mutation: Mutation,
    /// The part with the fault as it was.
    pub before: String,
    /// The part as it is.
    pub after: String,
    #[serde(skip)]
    pub(crate) expression: String,
    #[serde(skip)]
    pub(crate) hold: Duration,
    #[serde(skip)]
    pub(crate) keep_firing_for: Duration,
}

impl Mutant {
    /// The name under which it is played.
    pub fn name(&self) -> String {
        name(self.alert, self.number)
    }
}

impl fmt::Display for Mutant {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { mutation, before, after, .. } = self;
        write!(formatter, "{mutation}: {before} → {after}")
    }
}

/// The name under which number `number` of the mutants of `alert` is played; 0 is the alert itself.
pub(crate) fn name(alert: &str, number: usize) -> String {
    format!("{alert}__{number}")
}

/// Every mutant of `alert`. Faults that come out as the same rule are one.
///
/// An alert that fires always has no condition, and so no mutants. `proven` are the expressions of other alerts: where one is a
/// part of this alert, as what is critical is left out of what is a warning, it is not changed inside.
pub fn mutants(alert: &Alert, proven: &[&str]) -> Vec<Mutant> {
    if alert.fires_always() {
        return Vec::new();
    }
    let mut mutants = Vec::new();
    let mut seen = BTreeSet::from([(alert.expression.clone(), alert.hold, alert.keep_firing_for)]);
    let mut add = |mutation, before: String, after: String, expression: String, hold, keep_firing_for| {
        if seen.insert((expression.clone(), hold, keep_firing_for)) {
            mutants.push(Mutant {
                alert: alert.name,
                number: mutants.len() + 1,
                mutation,
                before,
                after,
                expression,
                hold,
                keep_firing_for,
            });
        }
    };
    for (change, text) in changes(&alert.expression, proven) {
        add(change.mutation, change.before, change.after, text, alert.hold, alert.keep_firing_for);
    }
    // One evaluation shorter is what only a case "just before `for`" notices.
    for hold in [Duration::ZERO, alert.hold.saturating_sub(EVALUATION), alert.hold * 2] {
        add(
            Mutation::Hold,
            seconds(alert.hold),
            seconds(hold),
            alert.expression.clone(),
            hold,
            alert.keep_firing_for,
        );
    }
    add(
        Mutation::KeepFiring,
        seconds(alert.keep_firing_for),
        seconds(Duration::ZERO),
        alert.expression.clone(),
        alert.hold,
        Duration::ZERO,
    );
    mutants
}

fn seconds(duration: Duration) -> String {
    format!("{}s", duration.as_secs())
}
