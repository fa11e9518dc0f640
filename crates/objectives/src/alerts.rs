//! The alerts on objectives.
//!
//! A budget that burns is judged over two windows each, a long one that says it matters and a short one that says it goes on (The
//! Site Reliability Workbook, chapter 5). The rates follow from the window of the objectives: two hundredths of the budget in an
//! hour and five in six hours are worth getting up for, a tenth in one or three days is a ticket.
//!
//! How to get it wrong: an alert on the share of errors alone. Where nothing is measured there is no share, and silence would pass
//! for availability; see [`measured`].

mod burn;
mod criticals;
mod health;
mod measured;
mod samples;

use core::time::Duration;

use lookout_declarations::Alert;

use crate::Settings;

/// The alerts for `settings`, the gravest first.
pub fn alerts(settings: &Settings) -> Vec<Alert> {
    let mut alerts = burn::alerts(settings);
    alerts.extend(measured::alerts(settings));
    alerts.extend(health::alerts(settings));
    alerts.extend(criticals::alerts(settings));
    alerts
}

/// A minute: the distance between two values in the cases.
const MINUTE: Duration = Duration::from_mins(1);

/// How long an alert goes on after its condition ended, so that what flaps is one notification.
const KEEP_FIRING: Duration = Duration::from_mins(5);

/// The same for an alert that mutes others, which end a little later than it does.
const KEEP_MUTING: Duration = Duration::from_mins(10);
