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
//! - Two replicas of Lookout are one alert, see [`once`], [`across`] and [`everywhere`]. Where a replica that sees less than
//!   another would raise a false alert, the series are aggregated before they are compared.
//! - One cluster says nothing of another in the same Prometheus, where names are often the same. Joins keep every label that
//!   the scrape added, or name [`OF_SCRAPE`] where the labels of Secrets, which nobody here can know, stand in the way.
//! - A root in a file is mostly one of a bundle that somebody else maintains, and a page for each would be noise:
//!   roots have alerts of their own that page nobody. What a dead root breaks is seen at the endpoints.

use core::fmt::Display;
use core::time::Duration;

use lookout_declarations::{Alert, Case, CaseKind};

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
mod zones;

/// The alerts for `settings`.
pub fn alerts(settings: &Settings) -> Vec<Alert> {
    let thresholds = &settings.alerts;
    let mut alerts = stored::alerts(thresholds);
    alerts.extend(stored_root::alerts(thresholds));
    alerts.extend(served::alerts(thresholds));
    alerts = alerts.into_iter().map(once).collect();
    alerts.extend(endpoint::alerts());
    alerts.extend(file::alerts().into_iter().map(once));
    alerts.extend(hosts::alerts().into_iter().map(once));
    alerts.extend(certmanager::alerts());
    alerts.extend(cluster::alerts());
    alerts.into_iter().map(proven).collect()
}

/// What the scrape adds and tells clusters, or Lookouts that watch different ones, apart in one Prometheus.
const OF_SCRAPE: &str = "cluster, job";

/// The largest value of all replicas of Lookout, which `instance` and `pod` tell apart. All other labels stay, also those that the
/// scrape adds (a Kubernetes cluster, a namespace), which nobody here can know.
fn across(series: impl Display) -> String {
    format!("max without (instance, pod) ({series})")
}

/// The smallest value of all replicas of Lookout: of a fault, what none of them denies.
fn everywhere(series: impl Display) -> String {
    format!("min without (instance, pod) ({series})")
}

/// One alert from all replicas of Lookout, if one of them sees the condition.
fn once(alert: Alert) -> Alert {
    Alert { expression: across(&alert.expression), ..alert }
}

/// The alert with the cases that every alert here must pass.
fn proven(alert: Alert) -> Alert {
    let fires = alert.cases.iter().find(|case| case.kind == CaseKind::Fires);
    let replicated = fires.map(|case| Case {
        name: "two replicas of Lookout are one alert",
        kind: CaseKind::Other,
        given: samples::replicated(&case.given),
        ..case.clone()
    });
    // Only for what reads the clock; the rule tests have this of themselves for all others.
    let in_time = fires.filter(|_| alert.expression.contains("time()")).map(|case| Case {
        name: "it has held for just long enough",
        kind: CaseKind::Other,
        at: alert.hold,
        ..case.clone()
    });
    let cases = alert.cases.iter().cloned().chain(replicated).chain(in_time).collect();
    Alert { cases, ..alert }
}

/// A quarter of an hour: what lasts for days may be looked at twice before somebody is told.
const QUARTER_HOUR: Duration = Duration::from_mins(15);

/// For what clients already suffer from.
const FIVE_MINUTES: Duration = Duration::from_mins(5);

/// Bridges a restart of the exporter, in which all its series are gone for a scrape or two.
const BRIDGE_RESTART: Duration = Duration::from_mins(10);

/// The part of a description that says how much time is left, or has passed.
const VALUE: &str = "{{ $value | humanizeDuration }}";
