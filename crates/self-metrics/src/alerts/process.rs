//! The alert for Lookout being gone altogether.

use core::time::Duration;

use lookout_declarations::{Alert, CaseKind, Expectation, Given, Owner, Severity};

use super::case;
use crate::metrics::BUILD_INFO;

const BUILD: (&str, &str, &str) = ("0.1.0", "4f1c2d3", "1.95.0");

/// How long no Lookout may be scraped. It is shorter, by an evaluation of the rules, than the hold of the alerts that fire
/// when data are gone (five minutes): what mutes others must fire before them.
const GONE: Duration = Duration::from_mins(4);

/// How long it goes on after Lookout is back. Longer than that of the alerts that it mutes, and the time in which their
/// data come back: else somebody would be told of lost data after the repair.
const ECHOING: Duration = Duration::from_mins(15);

/// No Lookout is scraped: every other alert of the suite is silent for lack of data, and those on lost data are its echo.
pub(super) fn down() -> Alert {
    let build = |values: &str| vec![Given::series(&BUILD_INFO, BUILD, values)];
    let fires = || Expectation::Fires(vec![vec![]]);
    Alert {
        name: "LookoutDown",
        expression: format!("absent({BUILD_INFO})"),
        hold: GONE,
        keep_firing_for: ECHOING,
        severity: Severity::Critical,
        owner: Owner::Platform,
        summary: "No Lookout is being scraped: nothing that it watches can raise an alert",
        description:
            "For four minutes no target has exposed Lookout's build. It is down, it is not scraped, or it \
                      answers with an error. Every other alert of the suite is silent until it is back."
                .to_owned(),
        runbook: include_str!("../../runbooks/LookoutDown.md"),
        inhibits: &[
            "LookoutKafkaClusterUnseen",
            "LookoutKafkaLagUnseen",
            "LookoutObjectiveUnmeasured",
            "LookoutPartsVanished",
            "LookoutPlatformHealthLow",
        ],
        cases: vec![
            case("it vanishes", CaseKind::Fires, build("1x4 _x40"), 25, fires()),
            case("it comes back", CaseKind::Clears, build("1x4 _x20 1x40"), 45, Expectation::Silent),
            case("it goes on while data come back", CaseKind::Other, build("1x4 _x20 1x40"), 38, fires()),
            // The last value is good for five minutes, then the four minutes of the hold begin.
            case(
                "a restart takes less than the hold",
                CaseKind::Below,
                build("1x4 _x40"),
                12,
                Expectation::Silent,
            ),
            // A target that fails is gone at once.
            case("just before its time", CaseKind::Below, build("1x4 stale _x40"), 8, Expectation::Silent),
            case("its scrape fails", CaseKind::Fires, build("1x4 stale _x40"), 9, fires()),
            case(
                "another replica is there",
                CaseKind::Other,
                vec![
                    Given::raw(format!("{BUILD_INFO}{{instance=\"a\"}}"), "1x4 stale _x40"),
                    Given::raw(format!("{BUILD_INFO}{{instance=\"b\"}}"), "1x40"),
                ],
                25,
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
