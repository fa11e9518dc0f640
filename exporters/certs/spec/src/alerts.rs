//! The alerts of the certs exporter.
//!
//! Expiry is judged against the certificate's own lifetime: a certificate of ninety days that is renewed at sixty
//! must not be reported for a month, and one of six days must be reported within hours. So a threshold holds when
//! less than a duration *and* less than a share of life is left, which is the smaller of the two.
//!
//! Invariants:
//! - For one certificate, at most one of expiring (warning), expiring soon (critical) and expired (critical) fires;
//!   the expressions exclude each other, so this needs no Alertmanager.
//! - Dates are compared with `time()` in the rule and not in the exporter: an exporter that stopped does not stop
//!   the clock.
//! - A root in a file is mostly one of a bundle that somebody else maintains, and a page for each would be noise:
//!   roots have alerts of their own that page nobody. What a dead root breaks is seen at the endpoints.

use core::time::Duration;

use lookout_declarations::Alert;

use crate::Settings;

mod cases;
mod certmanager;
mod cluster;
mod endpoint;
mod file;
mod hosts;
mod samples;
mod served;
mod stored;
mod stored_root;

/// The alerts for `settings`.
pub fn alerts(settings: &Settings) -> Vec<Alert> {
    let thresholds = &settings.alerts;
    let mut alerts = stored::alerts(thresholds);
    alerts.extend(stored_root::alerts(thresholds));
    alerts.extend(served::alerts(thresholds));
    alerts.extend(endpoint::alerts());
    alerts.extend(file::alerts());
    alerts.extend(hosts::alerts());
    alerts.extend(certmanager::alerts());
    alerts.extend(cluster::alerts());
    alerts
}

/// A quarter of an hour: what lasts for days may be looked at twice before somebody is told.
const QUARTER_HOUR: Duration = Duration::from_mins(15);

/// For what clients already suffer from.
const FIVE_MINUTES: Duration = Duration::from_mins(5);

/// Bridges a restart of the exporter, in which all its series are gone for a scrape or two.
const BRIDGE_RESTART: Duration = Duration::from_mins(10);

/// The part of a description that says how much time is left, or has passed.
const VALUE: &str = "{{ $value | humanizeDuration }}";
