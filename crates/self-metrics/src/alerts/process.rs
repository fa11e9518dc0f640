//! The alert for Lookout being gone altogether.

use lookout_declarations::{Alert, CaseKind, Expectation, Given, Owner, Severity};

use super::{KEEP_FIRING, MINUTE, case};
use crate::metrics::BUILD_INFO;

const BUILD: (&str, &str, &str) = ("0.1.0", "4f1c2d3", "1.95.0");

/// No Lookout is scraped: every other alert of the suite is silent for lack of data.
pub(super) fn down() -> Alert {
    let build = |values: &str| vec![Given::series(&BUILD_INFO, BUILD, values)];
    let fires = || Expectation::Fires(vec![vec![]]);
    Alert {
        name: "LookoutDown",
        expression: format!("absent({BUILD_INFO})"),
        hold: 10 * MINUTE,
        keep_firing_for: KEEP_FIRING,
        severity: Severity::Critical,
        owner: Owner::Platform,
        summary: "No Lookout is being scraped: nothing that it watches can raise an alert",
        description:
            "For ten minutes no target has exposed Lookout's build. It is down, it is not scraped, or it \
                      answers with an error. Every other alert of the suite is silent until it is back."
                .to_owned(),
        runbook: include_str!("../../runbooks/LookoutDown.md"),
        inhibits: &[],
        cases: vec![
            case("it vanishes", CaseKind::Fires, build("1x4 _x40"), 25, fires()),
            case("it comes back", CaseKind::Clears, build("1x4 _x20 1x20"), 40, Expectation::Silent),
            // The last value is good for five minutes, then the ten minutes of the hold begin.
            case(
                "a restart takes less than the hold",
                CaseKind::Below,
                build("1x4 _x40"),
                18,
                Expectation::Silent,
            ),
            case(
                "it was never there",
                CaseKind::Missing,
                vec![Given::raw("up{job=\"another\"}", "1x40")],
                15,
                fires(),
            ),
        ],
    }
}
