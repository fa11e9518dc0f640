//! Who is told of a failing probe that an objective is measured by: whoever is called for the objective.
//!
//! Both alerts page, for one fault. The one on the objective says how much of the promise is being lost, fires first where the target
//! is high, and ends last; so it mutes the other, but for the probes of that very objective only. Where the budget is so large that a
//! failing probe does not burn it fast, the probe's own alert is told.
//!
//! How to get it wrong: muting by a latency objective. A probe that fails is no slow one, and that objective says nothing of it.

use lookout_declarations::{Label as _, Muting};

use crate::Settings;
use crate::labels::{Indicator, IndicatorLabel, Objective};

/// One for each objective on the availability of probes.
pub(crate) fn mutings(settings: &Settings) -> Vec<Muting> {
    let promised = settings.probes.iter().filter(|objective| objective.availability.is_some());
    promised
        .map(|objective| Muting {
            source: "LookoutObjectiveBudgetBurnsFast",
            labels: vec![
                (Objective::NAME.to_owned(), objective.name.clone()),
                (IndicatorLabel::NAME.to_owned(), Indicator::Availability.to_string()),
            ],
            target: "LookoutProbeFailing",
            patterns: objective.select.clone().into_iter().collect(),
        })
        .collect()
}
