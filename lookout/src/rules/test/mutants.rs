//! The mutants of each alert, played on promtool until a case notices them or there is no further case.
//!
//! The cases of an alert are played a few at a time, against the mutants that are still alive: the first case notices most
//! of them, and a case costs as many evaluations as mutants are alive. Those that cost least come first for the same reason.

use core::cmp::Reverse;
use core::time::Duration;
use std::collections::BTreeMap;
use std::path::Path;

use lookout_declarations::{Alert, Case, CaseKind, Declared, Recording};
use lookout_mutation::{Mutant, Outcome, Round, Score, mutants};
use lookout_render::derived_cases;

use super::report::Report;
use super::tester::FoundTester;
use super::{Played, line, workers};
use crate::exit::{Failure, chain};

/// For how long, on the clock of the tests, the cases last that are played at once after the first.
const AT_ONCE: Duration = Duration::from_hours(3);

/// How many words are told of an answer that is not understood.
const SAID: usize = 60;

/// Plays the mutants of every alert that is meant.
pub(super) fn play(
    promtool: &FoundTester,
    catalogue: &[Declared],
    played: &Played,
    folder: &Path,
    report: &mut Report,
) -> Result<(), Failure> {
    let mut jobs: Vec<(&Declared, &Alert)> = catalogue
        .iter()
        .flat_map(|declared| declared.alerts.iter().map(move |alert| (declared, alert)))
        .filter(|(_, alert)| played.has(alert.name))
        .collect();
    // What takes long begins first, so that no worker is left alone with it at the end.
    jobs.sort_by_key(|(_, alert)| Reverse(cost(alert)));
    let results = workers::each("mutants", &jobs, |(declared, alert)| {
        let derived = derived_cases(alert, catalogue);
        let cases: Vec<&Case> = alert.cases.iter().chain(&derived).collect();
        let others =
            catalogue.iter().flat_map(|declared| &declared.alerts).filter(|other| other.name != alert.name);
        let proven: Vec<&str> = others.map(|other| other.expression.as_str()).collect();
        let stage =
            Stage { promtool, alert, recordings: &declared.recordings, folder: &folder.join(alert.name) };
        stage.play(&mutants(alert, &proven), cases)
    })?;
    let mut by_alert: BTreeMap<&str, Option<Survivors>> =
        jobs.iter().zip(results).map(|((_, alert), result)| (alert.name, result)).collect();
    for declared in catalogue {
        let (mut names, mut unplayed) = (Vec::new(), Vec::new());
        let (mut n_mutants, mut survivors) = (0, Vec::new());
        for alert in &declared.alerts {
            match by_alert.remove(alert.name) {
                Some(Some(of_alert)) => {
                    names.push(alert.name);
                    n_mutants += of_alert.n_mutants;
                    survivors.extend(of_alert.alive);
                }
                Some(None) => unplayed.push(alert.name),
                None => {}
            }
        }
        if let Some(line) = line(report, declared.spec.name) {
            line.mutants = Some(Score::new(n_mutants, survivors, &names, declared.spec.equivalents));
            line.unplayed = unplayed;
        }
    }
    Ok(())
}

/// What is left of the mutants of one alert.
struct Survivors {
    n_mutants: usize,
    alive: Vec<Mutant>,
}

/// One alert and where its mutants are played.
struct Stage<'a> {
    promtool: &'a FoundTester,
    alert: &'a Alert,
    recordings: &'a [Recording],
    folder: &'a Path,
}

impl Stage<'_> {
    /// Which mutants survive all cases; none if the alert itself does not pass its cases, which then prove nothing.
    fn play(&self, all: &[Mutant], cases: Vec<&Case>) -> Result<Option<Survivors>, Failure> {
        let mut alive: Vec<&Mutant> = all.iter().collect();
        std::fs::create_dir_all(self.folder).map_err(|error| self.unwritten(&error))?;
        for cases in batches(cases) {
            // Again without those that could not be evaluated: each ended the case that it was in.
            while !alive.is_empty() {
                let outcome = self.round(&alive, &cases)?;
                if outcome.contradicts_alert() {
                    return Ok(None);
                }
                alive.retain(|mutant| {
                    !outcome.noticed.contains(&mutant.number) && !outcome.refused.contains(&mutant.number)
                });
                if outcome.refused.is_empty() {
                    break;
                }
            }
        }
        Ok(Some(Survivors { n_mutants: all.len(), alive: alive.into_iter().cloned().collect() }))
    }

    fn round(&self, mutants: &[&Mutant], cases: &[&Case]) -> Result<Outcome, Failure> {
        let round = Round::new(self.alert, mutants, cases, self.recordings).map_err(|error| {
            Failure::Run(format!("cannot write the mutants of `{}`: {}", self.alert.name, chain(&error)))
        })?;
        for (name, text) in [(Round::RULES, &round.rules), (Round::TESTS, &round.tests)] {
            std::fs::write(self.folder.join(name), text).map_err(|error| self.unwritten(&error))?;
        }
        let answer = self.promtool.test(&[Round::TESTS.to_owned()], self.folder)?;
        let outcome = Outcome::read(self.alert, &answer.text);
        if outcome.is_unread(answer.succeeded) {
            let said: Vec<&str> = answer.text.split_whitespace().take(SAID).collect();
            return Err(Failure::Run(format!(
                "cannot play the mutants of `{}`: promtool fails and names no rule: {}",
                self.alert.name,
                said.join(" "),
            )));
        }
        Ok(outcome)
    }

    fn unwritten(&self, error: &std::io::Error) -> Failure {
        Failure::Run(format!(
            "cannot write the mutants of `{}` to `{}`: {error}",
            self.alert.name,
            self.folder.display()
        ))
    }
}

/// The cases in the order in which they are played: a short one that fires alone, then the others, short ones first and
/// together as long as they cost little.
fn batches(mut cases: Vec<&Case>) -> Vec<Vec<&Case>> {
    cases.sort_by_key(|case| (case.kind != CaseKind::Fires, case.at));
    let Some((first, others)) = cases.split_first_mut() else { return Vec::new() };
    others.sort_by_key(|case| case.at);
    let mut batches = vec![vec![*first]];
    let mut spent = AT_ONCE;
    for case in others {
        spent += case.at;
        match batches.last_mut() {
            // All cases of a round are evaluated at the same interval.
            Some(batch) if spent <= AT_ONCE && batch.iter().all(|other| other.interval == case.interval) => {
                batch.push(case);
            }
            _ => {
                batches.push(vec![case]);
                spent = case.at;
            }
        }
    }
    batches
}

/// About what it costs to play an alert: evaluations of a rule, if no case noticed anything.
fn cost(alert: &Alert) -> u128 {
    let evaluations =
        alert.cases.iter().map(|case| case.at.as_millis() / case.evaluation_interval().as_millis().max(1));
    evaluations.sum::<u128>() * alert.expression.len() as u128 * alert.expression.len() as u128
}
