//! How many mutants the cases noticed, and what is to be said of the others.
//!
//! A mutant that nobody notices is a case that is missing, or a fault that makes no difference. The second is declared,
//! with its reason, in the `equivalents` of the exporter's spec; a declaration that explains nothing is a fault itself,
//! because it would hide the next one.

use std::collections::BTreeMap;

use lookout_declarations::Equivalent;
use serde::Serialize;

use crate::Mutant;

/// A mutant that no case noticed.
#[derive(Clone, Debug, Serialize)]
pub struct Survivor {
    /// The mutant.
    #[serde(flatten)]
    pub mutant: Mutant,
    /// Why it is no fault, if that is declared.
    pub why: Option<&'static str>,
}

/// The score of one exporter.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Score {
    /// How many mutants there are.
    pub n_mutants: usize,
    /// How many of them a case noticed.
    pub n_noticed: usize,
    /// Those that none noticed.
    pub survivors: Vec<Survivor>,
    /// What is declared to make no difference, and fits no survivor: alert and part.
    pub idle: Vec<(&'static str, &'static str)>,
}

impl Score {
    /// The score from the mutants and those of them that survived. `alerts` are those that were played.
    pub fn new(
        n_mutants: usize,
        survivors: Vec<Mutant>,
        alerts: &[&str],
        equivalents: &'static [Equivalent],
    ) -> Self {
        let mut used: BTreeMap<usize, usize> = BTreeMap::new();
        let n_noticed = n_mutants.saturating_sub(survivors.len());
        let survivors = survivors
            .into_iter()
            .map(|mutant| {
                let text = mutant.to_string();
                let fits = |equivalent: &&Equivalent| {
                    equivalent.alerts.contains(&mutant.alert) && text.contains(equivalent.part)
                };
                let found = equivalents.iter().enumerate().find(|(_, equivalent)| fits(equivalent));
                if let Some((index, _)) = found {
                    *used.entry(index).or_default() += 1;
                }
                Survivor { mutant, why: found.map(|(_, equivalent)| equivalent.why) }
            })
            .collect();
        let played = |equivalent: &Equivalent| equivalent.alerts.iter().all(|alert| alerts.contains(alert));
        let idle = equivalents
            .iter()
            .enumerate()
            .filter(|(index, equivalent)| !used.contains_key(index) && played(equivalent))
            .map(|(_, equivalent)| (equivalent.alerts.first().copied().unwrap_or_default(), equivalent.part))
            .collect();
        Self { n_mutants, n_noticed, survivors, idle }
    }

    /// The survivors that nothing explains.
    pub fn unexplained(&self) -> impl Iterator<Item = &Survivor> {
        self.survivors.iter().filter(|survivor| survivor.why.is_none())
    }
}
