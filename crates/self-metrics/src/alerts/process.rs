//! The alert for a Lookout that is gone.
//!
//! It speaks for each Lookout by itself: with two in one Prometheus, of two clusters or of two releases, the death of one is not
//! hidden by the other. Replicas and shards are one. Where there was none within a day, it speaks without saying which.
//!
//! How to get it wrong: keeping what else the scrape adds. With the node or the template's hash among the labels, each rollout would leave
//! behind a Lookout that is gone.

use core::time::Duration;

use lookout_declarations::{Alert, Case, CaseKind, Expectation, Given, Owner, Severity, duration};

use super::case;
use crate::metrics::BUILD_INFO;

const BUILD: (&str, &str, &str) = ("0.1.0", "4f1c2d3", "1.95.0");

/// How long no Lookout may be scraped. It is shorter, by an evaluation of the rules, than the hold of the alerts that fire
/// when data are gone (five minutes): what mutes others must fire before them.
const GONE: Duration = Duration::from_mins(4);

/// For how long a Lookout that is gone is remembered. An alert that is told as resolved while nothing was mended misleads whoever
/// was called, so it is more than a night.
const REMEMBERED: Duration = Duration::from_hours(24);

/// How long it goes on after Lookout is back. Longer than that of the alerts that it mutes, and the time in which their
/// data come back: else somebody would be told of lost data after the repair.
const ECHOING: Duration = Duration::from_mins(15);

/// No replica of a Lookout is scraped: every other alert on what it watches is silent for lack of data, and those on lost data are
/// its echo.
pub(super) fn down() -> Alert {
    let any = |series: String| format!("group by (cluster, namespace, job) ({series})");
    let remembered = format!("last_over_time({BUILD_INFO}[{}])", duration(REMEMBERED));
    Alert {
        name: "LookoutDown",
        expression: format!(
            "{} unless {} or absent({remembered})",
            any(remembered.clone()),
            any(BUILD_INFO.to_string())
        ),
        hold: GONE,
        keep_firing_for: ECHOING,
        severity: Severity::Critical,
        owner: Owner::Platform,
        summary: "Lookout is not being scraped: nothing that it watches can raise an alert",
        description: format!(
            "For {} no target{{{{ with $labels.job }}}} of the job {{{{ . }}}}{{{{ end }}}}{{{{ with $labels.cluster }}}} in the cluster {{{{ . }}}}\
             {{{{ end }}}} has exposed Lookout's build. It is down, it is not scraped, or it answers with an error. Every other alert on \
             what it watches is silent until it is back; this one ends after {} also if nothing was mended.",
            duration(GONE),
            duration(REMEMBERED)
        ),
        runbook: include_str!("../../runbooks/LookoutDown.md"),
        inhibits: &[
            "LookoutKafkaClusterUnseen",
            "LookoutKafkaLagUnseen",
            "LookoutPartsVanished",
            "LookoutPlatformHealthLow",
        ],
        cases: cases(),
    }
}

fn cases() -> Vec<Case> {
    let build = |values: &str| vec![Given::series(&BUILD_INFO, BUILD, values)];
    let of = |labels: &str, values: &str| Given::raw(format!("{BUILD_INFO}{{{labels}}}"), values);
    let fires = || Expectation::Fires(vec![vec![]]);
    let fires_for =
        |label: &str, value: &str| Expectation::Fires(vec![vec![(label.to_owned(), value.to_owned())]]);
    let replica = |instance, pod, version, revision, rustc, values| {
        let target = format!("instance=\"{instance}\",node=\"node-of-{pod}\",pod=\"{pod}\"");
        of(&format!("{target},version=\"{version}\",revision=\"{revision}\",rustc=\"{rustc}\""), values)
    };
    // An update changes all that tells one process from another.
    let updated = |before, after| {
        vec![
            replica("10.0.0.1:9000", "lookout-7d-x", "0.1.0", "4f1c2d3", "1.95.0", before),
            replica("10.0.0.2:9000", "lookout-9c-y", "0.2.0", "9a8b7c6", "1.96.0", after),
        ]
    };
    vec![
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
            "it was updated",
            CaseKind::Other,
            updated("1x4 stale _x40", "_x5 1x40"),
            25,
            Expectation::Silent,
        ),
        case(
            "two replicas are one alert",
            CaseKind::Other,
            updated("1x4 stale _x40", "1x5 stale _x40"),
            25,
            fires(),
        ),
        case(
            "that of another cluster is there",
            CaseKind::Other,
            vec![of("cluster=\"a\"", "1x4 stale _x40"), of("cluster=\"b\"", "1x40")],
            25,
            fires_for("cluster", "a"),
        ),
        case(
            "another release is there",
            CaseKind::Other,
            vec![of("job=\"lookout-edge\"", "1x4 stale _x40"), of("job=\"lookout\"", "1x40")],
            25,
            fires_for("job", "lookout-edge"),
        ),
        case(
            "that of another namespace is there",
            CaseKind::Other,
            vec![of("namespace=\"edge\"", "1x4 stale _x40"), of("namespace=\"core\"", "1x40")],
            25,
            fires_for("namespace", "edge"),
        ),
        case(
            "it vanished in the night",
            CaseKind::Other,
            vec![of("cluster=\"a\"", "1x4 stale _x1500"), of("cluster=\"b\"", "1x1500")],
            23 * 60,
            fires_for("cluster", "a"),
        ),
        case(
            "it was taken away on purpose, two days ago",
            CaseKind::Other,
            vec![of("cluster=\"a\"", "1x4 stale _x3000"), of("cluster=\"b\"", "1x3000")],
            48 * 60,
            Expectation::Silent,
        ),
        case(
            "it is gone for longer than it is remembered",
            CaseKind::Other,
            build("1x4 stale _x3000"),
            48 * 60,
            fires(),
        ),
        case(
            "it was never there",
            CaseKind::Missing,
            vec![Given::raw("up{job=\"another\"}", "1x40")],
            15,
            fires(),
        ),
    ]
}
