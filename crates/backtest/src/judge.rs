//! One alert before the history: what it would have done.

use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet};

use lookout_declarations::Alert;
use lookout_promql::{Expression, name_of};

use crate::{Answered, AskServer, Episode, Holds, Movable, Proposal, Row, Server, Window, episodes, propose};

/// What an alert would have done.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// The alert.
    pub alert: &'static str,
    /// What follows for it.
    pub judgement: Judgement,
}

/// Whether there was anything to judge by.
#[derive(Clone, Debug, PartialEq)]
pub enum Judgement {
    /// The server had none of the series that it reads, which are named: it could not have fired, and that says nothing.
    Blind(Vec<String>),
    /// It fires always, on purpose: there is nothing to judge.
    Always,
    /// The server could evaluate it.
    Seen {
        /// The label sets for which it would have fired, the longest first; empty if it never would.
        firings: Vec<Firing>,
        /// The series that it reads and the server never had, if others were there.
        absent: Vec<String>,
        /// The threshold it has, where it rests on one.
        threshold: Option<Threshold>,
    },
}

/// The threshold on which an alert rests.
#[derive(Clone, Debug, PartialEq)]
pub struct Threshold {
    /// The threshold.
    pub movable: Movable,
    /// The one at which the alert would have been quiet enough, where it fired and there are values; or why there is none.
    pub proposal: Result<Option<Proposal>, String>,
}

/// All the times that the alert would have fired for one label set.
#[derive(Clone, Debug, PartialEq)]
pub struct Firing {
    /// The labels, without `alertname`, `severity` and `owner`.
    pub labels: BTreeMap<String, String>,
    /// When, ascending.
    pub episodes: Vec<Episode>,
    /// How long altogether.
    pub total: Duration,
}

/// Judges alerts, and remembers which series the server has.
#[derive(Debug)]
pub struct Judge<'a> {
    server: &'a Server,
    window: Window,
    /// Whether the server had a series of this name at any looked-at moment.
    known: BTreeMap<String, bool>,
    warnings: BTreeSet<String>,
}

/// How many different warnings of a server are kept.
const WARNINGS: usize = 20;

/// How many moments are looked at for whether there are series at all.
const LOOKS: i64 = 500;

impl<'a> Judge<'a> {
    /// A judge over `window`.
    pub fn new(server: &'a Server, window: Window) -> Self {
        Self { server, window, known: BTreeMap::new(), warnings: BTreeSet::new() }
    }

    /// What `alert` would have done.
    ///
    /// # Errors
    /// [`AskServer`], where the server could not be asked: it then says nothing about the alert.
    pub fn judge(&mut self, alert: &Alert) -> Result<Verdict, AskServer> {
        let judgement = if alert.fires_always() { Judgement::Always } else { self.seen(alert)? };
        Ok(Verdict { alert: alert.name, judgement })
    }

    /// What the server has said of its own answers so far, each once.
    pub fn warnings(&self) -> impl Iterator<Item = &str> {
        self.warnings.iter().map(String::as_str)
    }

    fn seen(&mut self, alert: &Alert) -> Result<Judgement, AskServer> {
        let (absent, n_present) = self.absent(&alert.expression)?;
        if n_present == 0 && !absent.is_empty() {
            return Ok(Judgement::Blind(absent));
        }
        let holds = Holds { hold: alert.hold, keep_firing_for: alert.keep_firing_for };
        let rows = self.ask(&alert.expression, self.window)?;
        let mut firings: Vec<Firing> = rows.into_iter().filter_map(|row| self.firing(row, holds)).collect();
        firings.sort_by(|left, right| {
            (right.total, right.episodes.len(), &left.labels).cmp(&(
                left.total,
                left.episodes.len(),
                &right.labels,
            ))
        });
        let threshold = match Movable::of(&alert.expression) {
            Some(movable) => {
                let proposal = if firings.is_empty() { Ok(None) } else { self.propose(&movable, holds)? };
                Some(Threshold { movable, proposal })
            }
            None => None,
        };
        Ok(Judgement::Seen { firings, absent, threshold })
    }

    /// A better threshold; or why the values that it would follow from cannot be had, which says nothing against what is known
    /// of the alert.
    fn propose(
        &mut self,
        movable: &Movable,
        holds: Holds,
    ) -> Result<Result<Option<Proposal>, String>, AskServer> {
        match self.ask(&movable.without_bound, self.window) {
            Ok(rows) => Ok(Ok(propose(&rows, movable, holds, &self.window))),
            Err(error) if error.concerns_every_question() => Err(error),
            Err(error) => Ok(Err(error.to_string())),
        }
    }

    fn ask(&mut self, expression: &str, window: Window) -> Result<Vec<Row>, AskServer> {
        let Answered { rows, warnings } = self.server.range(expression, &window)?;
        let n_more = WARNINGS.saturating_sub(self.warnings.len());
        self.warnings.extend(warnings.into_iter().take(n_more));
        Ok(rows)
    }

    fn firing(&self, row: Row, holds: Holds) -> Option<Firing> {
        // A value that is no number is a result too: the condition held.
        let held: Vec<i64> = row.samples.iter().map(|sample| sample.at).collect();
        let episodes = episodes(&held, holds, &self.window);
        let total = episodes.iter().map(|episode| episode.length(&self.window)).sum();
        (!episodes.is_empty()).then_some(Firing { labels: row.labels, episodes, total })
    }

    /// The series that `expression` reads and the server never had, and how many it had.
    fn absent(&mut self, expression: &str) -> Result<(Vec<String>, usize), AskServer> {
        let parsed = Expression::parse(expression).ok();
        let selectors = parsed.as_ref().map(Expression::selectors).unwrap_or_default();
        let names: BTreeSet<&str> = selectors.into_iter().filter_map(name_of).collect();
        let mut absent = Vec::new();
        let mut n_present = 0;
        for name in names {
            let is_known = if let Some(known) = self.known.get(name) {
                *known
            } else {
                let known = self.has(name)?;
                self.known.insert(name.to_owned(), known);
                known
            };
            if is_known {
                n_present += 1;
            } else {
                absent.push(name.to_owned());
            }
        }
        Ok((absent, n_present))
    }

    /// Whether the server had a series called `name`. Looked at from time to time, each look over all the time since the one
    /// before.
    fn has(&mut self, name: &str) -> Result<bool, AskServer> {
        let coarse = self.window.coarse(LOOKS);
        let question = format!("count(last_over_time({name}[{}s]))", coarse.step());
        match self.ask(&question, coarse) {
            Ok(rows) => Ok(!rows.is_empty()),
            Err(AskServer::Refuse { url, refusal }) => {
                Err(AskServer::Refuse { url, refusal: refusal.of_simplest_question() })
            }
            Err(error) => Err(error),
        }
    }
}
