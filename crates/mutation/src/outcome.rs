//! What promtool says of a round: which rules came out otherwise than the case expects, and which could not be evaluated.
//!
//! Its answer is text for people. Two lines of it are read, and both name the rule: `expr: "ALERTS{alertname=\"NAME\",…`
//! of an expectation that was not met, and `rule: NAME, time: …, err: …` of an evaluation that failed. The second ends
//! the test that it happens in, so what else was in that test must be played again without this rule.
//!
//! How to get it wrong: taking an answer in which nothing is found for "all came out as expected". The exit code must say
//! so too; see [`Outcome::is_unread`].

use std::collections::BTreeSet;

use lookout_declarations::Alert;

use crate::mutant::name;

/// What one round showed.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The numbers of the mutants that a case noticed.
    pub noticed: BTreeSet<usize>,
    /// The numbers of those that could not be evaluated on the data of a case, which an engine reports: noticed, too.
    pub refused: BTreeSet<usize>,
}

impl Outcome {
    /// Reads promtool's answer, standard output and standard error together.
    pub fn read(alert: &Alert, answer: &str) -> Self {
        let prefix = name(alert.name, 0);
        let prefix = prefix.trim_end_matches('0');
        let mut outcome = Self::default();
        for line in answer.lines().map(str::trim_start) {
            let number = |rest: &str| {
                let digits = rest.split(|next: char| !next.is_ascii_digit()).next()?;
                digits.parse::<usize>().ok()
            };
            let after = |start: &str| line.strip_prefix(start)?.strip_prefix(prefix).and_then(number);
            outcome.noticed.extend(after(r#"expr: "ALERTS{alertname=\""#));
            outcome.refused.extend(after("rule: "));
        }
        outcome
    }

    /// Whether the tester failed for a reason that is not understood.
    pub fn is_unread(&self, succeeded: bool) -> bool {
        !succeeded && self.noticed.is_empty() && self.refused.is_empty()
    }

    /// Whether the alert itself did not come out as its case expects.
    pub fn contradicts_alert(&self) -> bool {
        self.noticed.contains(&0) || self.refused.contains(&0)
    }
}
