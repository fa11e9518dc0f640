//! The alert that fires always: it is noticed when it stays away.
//!
//! It passes through everything that every other alert needs: rules that are evaluated, Alertmanager, the receiver. So its
//! absence says what no alert can say, that alerting itself has stopped.
//!
//! How to get it wrong: letting it read a metric. It would then stay away for two reasons, and whoever is called by the
//! service outside would not know which; that Lookout is gone is said by an alert of its own.

use core::time::Duration;

use lookout_declarations::{Alert, CaseKind, Expectation, Given, Owner, Severity};

use super::case;
use crate::metrics::BUILD_INFO;

/// Alerting works, from the rules to the receiver.
pub(super) fn watchdog() -> Alert {
    let fires = || Expectation::Fires(vec![vec![]]);
    let build = |values: &str| vec![Given::series(&BUILD_INFO, ("0.1.0", "4f1c2d3", "1.95.0"), values)];
    Alert {
        name: "LookoutWatchdog",
        expression: Alert::ALWAYS.to_owned(),
        hold: Duration::ZERO,
        keep_firing_for: Duration::ZERO,
        severity: Severity::Info,
        owner: Owner::Platform,
        summary: "Alerting works: this alert fires always, and is noticed when it stays away",
        description: "It fires for as long as rules are evaluated and notifications are delivered. Nothing has to be done \
                      about it; who receives it must notice its absence."
            .to_owned(),
        runbook: include_str!("../../runbooks/LookoutWatchdog.md"),
        inhibits: &[],
        cases: vec![
            case("from the first evaluation on", CaseKind::Fires, build("1x20"), 0, fires()),
            case("Lookout is gone, which another alert says", CaseKind::Other, build("1x4 _x40"), 7, fires()),
            case(
                "nothing at all is scraped",
                CaseKind::Missing,
                vec![Given::raw("up{job=\"another\"}", "_x20")],
                10,
                fires(),
            ),
        ],
    }
}
