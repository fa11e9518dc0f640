//! The alerts of the Kubernetes client: a right is missing, reading is slowed down, lists are read again and again.
//!
//! That the API server cannot be reached is reported by the alerts of Lookout itself, as for every source.

use core::time::Duration;

use lookout_declarations::{Alert, Case, CaseKind, Expectation, Given, Owner, Severity, expected};

use crate::metrics::{
    LISTS, ListCause, ListCauseLabel, NeededBy, PERMISSION_GRANTED, ResourceLabel, ResourceNamespace, Verb,
    VerbLabel, WAITED, WaitCause, WaitCauseLabel,
};

/// A minute: the distance between two values in the cases, and the unit of the holds.
const MINUTE: Duration = Duration::from_mins(1);

/// Bridges a restart of the exporter, in which its series are gone for a scrape or two.
const KEEP_FIRING: Duration = Duration::from_mins(5);

/// How long a right may be missing while somebody is about to grant it, in minutes.
const PERMISSION_HOLD: u32 = 5;

/// How long all requests together may wait in each second: above a tenth of it, changes are seen late. It is a sum, so that many that
/// wait at once make more than a second.
const WAITING_SHARE: f64 = 0.1;

/// How long requests may wait so much, in minutes: longer than a first list takes.
const WAITING_HOLD: u32 = 15;

/// Lists that expire in an hour: one is a restart or a compaction, more are a habit.
const EXPIRED_LISTS: u32 = 6;

/// Every alert, the gravest first.
pub fn alerts() -> Vec<Alert> {
    vec![permission_missing(), requests_wait(), lists_repeated()]
}

fn permission_missing() -> Alert {
    let labels = ("certs", Verb::List, "secrets", "");
    let fires = vec![expected::<(NeededBy, VerbLabel, ResourceLabel, ResourceNamespace)>(labels)];
    let once = fires.clone();
    let given = |values: &str| vec![Given::series(&PERMISSION_GRANTED, labels, values)];
    Alert {
        name: "LookoutKubernetesPermissionMissing",
        expression: format!(
            "min without (instance, pod) ({PERMISSION_GRANTED}) == 0"
        ),
        hold: MINUTE * PERMISSION_HOLD,
        keep_firing_for: KEEP_FIRING,
        severity: Severity::Warning,
        owner: Owner::Platform,
        summary: "Lookout lacks a right in Kubernetes",
        description: "The API server does not let Lookout {{ $labels.verb }} {{ $labels.resource }}{{ with \
                      $labels.resource_namespace }} in namespace {{ . }}{{ end }}, which {{ $labels.exporter }} needs. What \
                      belongs to it is not watched."
            .to_owned(),
        runbook: include_str!("../runbooks/LookoutKubernetesPermissionMissing.md"),
        inhibits: &[],
        cases: vec![
            case("the right is missing", CaseKind::Fires, given("0x60"), 5, Expectation::Fires(fires)),
            case("it is granted", CaseKind::Clears, given("0x10 1x60"), 40, Expectation::Silent),
            case("missing for four minutes", CaseKind::Below, given("0x60"), 4, Expectation::Silent),
            case("two replicas of Lookout are one alert", CaseKind::Other, replicated(&given("0x60")), 10, Expectation::Fires(once.clone())),
            case("it could not be reviewed", CaseKind::Missing, given("_x60"), 30, Expectation::Silent),
        ],
    }
}

fn requests_wait() -> Alert {
    let labels = (WaitCause::Server,);
    let fires = vec![expected::<(WaitCauseLabel,)>(labels)];
    let once = fires.clone();
    let given = |values: &str| vec![Given::series(&WAITED, labels, values)];
    Alert {
        name: "LookoutKubernetesRequestsWait",
        expression: format!("max without (instance, pod) (rate({WAITED}[10m])) > {WAITING_SHARE}"),
        hold: MINUTE * WAITING_HOLD,
        keep_firing_for: KEEP_FIRING,
        severity: Severity::Info,
        owner: Owner::Platform,
        summary: "Lookout's requests to the Kubernetes API have to wait",
        description: "All requests together wait {{ $value | humanize }} s in each second before they are sent; they wait for: \
                      {{ $labels.cause }}. Changes are seen late."
            .to_owned(),
        runbook: include_str!("../runbooks/LookoutKubernetesRequestsWait.md"),
        inhibits: &[],
        cases: vec![
            // It begins when the window is filled: engines differ in the rate of less. Five of its ten minutes make more than a tenth.
            case("a fifth of the time", CaseKind::Fires, given("0x10 13+13x90"), 30, Expectation::Fires(fires)),
            case("for fourteen minutes", CaseKind::Below, given("0x10 13+13x90"), 29, Expectation::Silent),
            case("a little more than a tenth", CaseKind::Other, given("0+6.3x90"), 60, Expectation::Fires(once.clone())),
            case("a wait every eight minutes", CaseKind::Other, given(&waits_each_eight_minutes()), 60, Expectation::Fires(once.clone())),
            case("it goes on for a little while", CaseKind::Other, given("0+12x40 480x60"), 47, Expectation::Fires(once.clone())),
            case("two replicas of Lookout are one alert", CaseKind::Other, replicated(&given("0+12x90")), 40, Expectation::Fires(once.clone())),
            case("it ends", CaseKind::Clears, given("0+12x40 480x60"), 80, Expectation::Silent),
            case("exactly a tenth of the time", CaseKind::Below, given("0+6x90"), 60, Expectation::Silent),
            case("only while it starts", CaseKind::Other, given("0+12x8 96x60"), 30, Expectation::Silent),
            case("Lookout is gone", CaseKind::Missing, given("_x90"), 60, Expectation::Silent),
        ],
    }
}

fn lists_repeated() -> Alert {
    let labels = ("secrets", ListCause::Expired);
    let fires = vec![expected::<(ResourceLabel, ListCauseLabel)>(labels)];
    let once = fires.clone();
    let given = |values: &str| vec![Given::series(&LISTS, labels, values)];
    let starts = vec![Given::series(&LISTS, ("secrets", ListCause::Start), each_six_minutes())];
    let start = LISTS.not_at(ListCauseLabel, ListCause::Start);
    Alert {
        name: "LookoutKubernetesListsRepeated",
        expression: format!(
            "max without (instance, pod) (increase({start}[1h])) > {EXPIRED_LISTS}"
        ),
        hold: Duration::ZERO,
        keep_firing_for: KEEP_FIRING,
        severity: Severity::Info,
        owner: Owner::Platform,
        summary: "Lookout reads a whole list of Kubernetes objects again and again",
        description: "{{ $labels.resource }} were listed from the beginning {{ $value | humanize }} times within an hour ({{ \
                      $labels.cause }}), which costs the API server much more than a watch that goes on."
            .to_owned(),
        runbook: include_str!("../runbooks/LookoutKubernetesListsRepeated.md"),
        inhibits: &[],
        cases: vec![
            case("one in six minutes", CaseKind::Fires, given(&each_six_minutes()), 90, Expectation::Fires(fires)),
            case("two replicas of Lookout are one alert", CaseKind::Other, replicated(&given(&each_six_minutes())), 90, Expectation::Fires(once.clone())),
            case("seven within an hour", CaseKind::Other, given("0x20 7x120"), 60, Expectation::Fires(once.clone())),
            case("six within an hour", CaseKind::Below, given("0x20 6x120"), 60, Expectation::Silent),
            case("it goes on for a little while", CaseKind::Other, given("0+1x20 20x120"), 76, Expectation::Fires(once.clone())),
            case("Lookout was started again and again", CaseKind::Other, starts, 90, Expectation::Silent),
            case("it ends", CaseKind::Clears, given("0+1x20 20x120"), 120, Expectation::Silent),
            case("one in twenty minutes", CaseKind::Below, given("0x19 1x19 2x19 3x19 4x19 5x19"), 100, Expectation::Silent),
            case("Lookout is gone", CaseKind::Missing, given("_x90"), 60, Expectation::Silent),
        ],
    }
}

/// A counter of seconds that grows by 72 every eight minutes, for an hour and a half.
fn waits_each_eight_minutes() -> String {
    let steps: Vec<String> = (0..12).map(|count| format!("{}x7", count * 72)).collect();
    steps.join(" ")
}

/// A counter that grows by one every six minutes, for two hours.
fn each_six_minutes() -> String {
    let steps: Vec<String> = (0..20).map(|count| format!("{count}x5")).collect();
    steps.join(" ")
}

fn case(name: &'static str, kind: CaseKind, given: Vec<Given>, minutes: u32, expect: Expectation) -> Case {
    Case { name, kind, interval: MINUTE, given, at: MINUTE * minutes, expect }
}

/// The same series as two replicas of Lookout serve them.
fn replicated(given: &[Given]) -> Vec<Given> {
    let of = |replica: &'static str| {
        move |given: &Given| {
            let open = given.series.trim_end_matches('}');
            let series = format!("{open},instance=\"{replica}:9000\",pod=\"{replica}\"}}");
            Given::raw(series, given.values.clone())
        }
    };
    given.iter().map(of("lookout-0")).chain(given.iter().map(of("lookout-1"))).collect()
}
