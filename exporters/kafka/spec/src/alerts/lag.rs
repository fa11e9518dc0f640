//! The alert about a group that is too late.
//!
//! It looks at each topic of a group and speaks once for the group. Where groups have no series by topic (coarse granularity),
//! it looks at the group as a whole; markers of transactions cannot be told there, so the lag in records has to move.
//!
//! A lag that shrinks is left alone, but only if it shrinks by a tenth in ten minutes: the lag in seconds is measured to
//! a twentieth, and a lag that stays where it is must not look as if it shrank.

use lookout_declarations::Expectation::Fires;
use lookout_declarations::{Alert, Case, CaseKind, Given, Owner, Severity};

use super::backlog::{WINDOW, markers};
use super::samples::{CLUSTER, GROUP, TOPIC, case, fires, held, of_group, replicated, silent};
use super::{KEEP_FIRING, OF_CLUSTER, across};
use crate::config::AlertSettings;
use crate::labels::Topic;
use crate::metrics::{
    GROUP_CONSUMED_RECORDS, GROUP_LAG_SUM, GROUP_MAX_LAG_SECONDS, GROUP_TOPIC_LAG_SECONDS, GROUP_TOTAL_LAG,
    TOPIC_PARTITIONS, TOPIC_PRODUCED_RECORDS,
};

/// What must be left of a lag after ten minutes for it not to have shrunk.
const NOT_SHRUNK: f64 = 0.9;

pub(super) fn alerts(settings: &AlertSettings) -> Vec<Alert> {
    vec![high(settings)]
}

/// Above the target, and not shrinking.
fn late(lag: &str, settings: &AlertSettings) -> String {
    let (now, before) = (across(lag), across(format!("{lag} offset 10m")));
    format!("{now} > {} unless {now} < {NOT_SHRUNK} * {before}", settings.lag.as_secs_f64())
}

fn high(settings: &AlertSettings) -> Alert {
    let by_topic = late(&GROUP_TOPIC_LAG_SECONDS.to_string(), settings);
    let whole = late(&GROUP_MAX_LAG_SECONDS.to_string(), settings);
    let moves = across(format!("changes({GROUP_TOTAL_LAG}[{WINDOW}])"));
    let has_topics = format!("max without ({Topic}, instance, pod) ({GROUP_TOPIC_LAG_SECONDS})");
    let lags = Lags { target: settings.lag.as_secs_f64() };
    Alert {
        name: "LookoutKafkaLagHigh",
        expression: format!(
            "max without ({Topic}) ({by_topic} unless {}) or ({whole} and {moves} > 0 unless {has_topics})",
            markers()
        ),
        hold: held(10),
        keep_firing_for: KEEP_FIRING,
        severity: Severity::Warning,
        owner: Owner::Data,
        summary: "A Kafka consumer group is late and does not catch up",
        description: format!(
            "The oldest record that the group {{{{ $labels.consumergroup }}}}{OF_CLUSTER} has not read is \
             {{{{ $value | humanizeDuration }}}} old, and the group does not catch up."
        ),
        runbook: include_str!("../../runbooks/LookoutKafkaLagHigh.md"),
        inhibits: &[],
        cases: [by_topic_cases(&lags), marker_cases(&lags), whole_cases(&lags)].concat(),
    }
}

/// Lags in seconds, a value a minute, around the target that is in force.
struct Lags {
    target: f64,
}

impl Lags {
    /// The target, times `factor`.
    fn times(&self, factor: f64) -> String {
        format!("{}x300", self.target * factor)
    }

    /// It is late for 20 minutes and then has caught up.
    fn ends(&self) -> String {
        format!("{}x20 {}x100", self.target * 1.2, self.target / 100.0)
    }

    /// It grows, and was far above the target from the beginning.
    fn grows(&self) -> String {
        format!("{}+60x300", self.target * 150.0)
    }

    /// It shrinks, and stays far above the target. From 10 to 30 minutes after the start 829 is less than a tenth in ten minutes,
    /// and at 15 minutes 1050 is more.
    fn shrinks(&self, step: f64) -> String {
        let unit = self.target / 500.0;
        format!("{}-{}x60", unit * 100_000.0, unit * step)
    }

    /// After 15 minutes it has shrunk by a tenth and no more. Of a power of two, nine tenths are those of the rule to the last bit.
    fn shrinks_by_a_tenth(&self) -> String {
        let before = (self.target * 2.0).log2().ceil().exp2();
        format!("{before}x15 {}x100", before * NOT_SHRUNK)
    }
}

/// The lag in seconds, and a thousand records of lag.
fn by_topic(seconds: &str) -> Vec<Given> {
    let labels = (CLUSTER, GROUP, TOPIC);
    vec![
        Given::series(&GROUP_TOPIC_LAG_SECONDS, labels, seconds),
        Given::series(&GROUP_MAX_LAG_SECONDS, (CLUSTER, GROUP), seconds),
        Given::series(&GROUP_LAG_SUM, labels, "1000x300"),
        Given::series(&TOPIC_PARTITIONS, (CLUSTER, TOPIC), "4x300"),
    ]
}

fn by_topic_cases(lags: &Lags) -> Vec<Case> {
    let late = by_topic(&lags.times(1.01));
    let shrinks = by_topic(&lags.shrinks(1050.0));
    let two_topics: Vec<Given> = late
        .iter()
        .cloned()
        .chain([Given::series(&GROUP_TOPIC_LAG_SECONDS, (CLUSTER, GROUP, "refunds"), lags.times(1.5))])
        .collect();
    vec![
        case("it stays just above the target", CaseKind::Fires, late.clone(), 10, Fires(vec![of_group()])),
        fires("two replicas of Lookout are one alert", replicated(&late), 10, of_group()),
        fires("two topics are one alert", two_topics, 30, of_group()),
        fires("it shrinks by less than a tenth", by_topic(&lags.shrinks(829.0)), 30, of_group()),
        fires("it has shrunk by a tenth and no more", by_topic(&lags.shrinks_by_a_tenth()), 30, of_group()),
        fires("what it was is not known", late[..1].to_vec(), 10, of_group()),
        fires("it goes on for a little while", by_topic(&lags.ends()), 25, of_group()),
        silent("it has caught up", CaseKind::Clears, by_topic(&lags.ends()), 27),
        silent("it is well below the target", CaseKind::Other, by_topic(&lags.times(0.01)), 60),
        silent("it shrinks, and two replicas of Lookout", CaseKind::Other, replicated(&shrinks), 15),
        silent("it is at the target", CaseKind::Below, by_topic(&lags.times(1.0)), 60),
        silent("for nine minutes", CaseKind::Below, late, 9),
        silent("it shrinks by more than a tenth", CaseKind::Below, shrinks, 15),
        silent("nothing is served", CaseKind::Missing, by_topic("_x300"), 60),
    ]
}

/// A lag far above the target and few offsets, with what the topic was given and the group has read.
fn few(seconds: &str, lag: &str, produced: &str, consumed: &str) -> Vec<Given> {
    let labels = (CLUSTER, GROUP, TOPIC);
    vec![
        Given::series(&GROUP_TOPIC_LAG_SECONDS, labels, seconds),
        Given::series(&GROUP_MAX_LAG_SECONDS, (CLUSTER, GROUP), seconds),
        Given::series(&GROUP_TOTAL_LAG, (CLUSTER, GROUP), lag),
        Given::series(&GROUP_LAG_SUM, labels, lag),
        Given::series(&TOPIC_PARTITIONS, (CLUSTER, TOPIC), "4x300"),
        Given::series(&TOPIC_PRODUCED_RECORDS, (CLUSTER, TOPIC), produced),
        Given::series(&GROUP_CONSUMED_RECORDS, labels, consumed),
    ]
}

fn marker_cases(lags: &Lags) -> Vec<Case> {
    let few = |lag: &str, produced: &str, consumed: &str| few(&lags.grows(), lag, produced, consumed);
    let idle = |lag| few(lag, "7x300", "7x300");
    let slow = few("3x300", "7x40 8x300", "7x300");
    let once = few("3x300", "7+1x300", "7x40 8x300");
    let mut read_by_another = few("4x300", "7+1x300", "7x300");
    read_by_another.push(Given::series(&GROUP_CONSUMED_RECORDS, (CLUSTER, "audit", TOPIC), "7+1x300"));
    let mut beside_another = idle("4x300");
    "4+1x300".clone_into(&mut beside_another[2].values);
    let reads = few("3 4x300", "7+9x300", "7+9x300");
    let alert = |name, given, minutes| fires(name, given, minutes, of_group());
    let quiet = |name, given, minutes| silent(name, CaseKind::Other, given, minutes);
    vec![
        quiet("an offset per partition of an idle topic: markers", idle("4x300"), 60),
        quiet("an offset in one partition of an idle topic: a marker", idle("1x300"), 60),
        quiet("an offset per partition while the group reads on: markers", reads.clone(), 60),
        quiet("markers, and two replicas of Lookout", replicated(&reads), 60),
        quiet("busy with another topic, and two replicas of Lookout", replicated(&beside_another), 60),
        quiet("markers, and the group is busy with another topic", beside_another, 60),
        alert("one offset more than partitions", idle("5x300"), 60),
        alert("one offset more, and two replicas of Lookout", replicated(&idle("5x300")), 60),
        alert("a slow topic, and the group reads nothing", slow.clone(), 64),
        alert("a slow topic, and two replicas of Lookout", replicated(&slow), 64),
        quiet("a topic that has become idle", slow, 90),
        alert("what it reads is not known", few("3x300", "7x40 8x300", "_x300"), 60),
        quiet("it has read something within half an hour", once.clone(), 75),
        alert("it has read nothing for half an hour", once, 85),
        alert("another group reads on", read_by_another, 60),
    ]
}

/// A group without series by topic.
fn whole(seconds: &str, lag: &str) -> Vec<Given> {
    vec![
        Given::series(&GROUP_MAX_LAG_SECONDS, (CLUSTER, GROUP), seconds),
        Given::series(&GROUP_TOTAL_LAG, (CLUSTER, GROUP), lag),
    ]
}

fn whole_cases(lags: &Lags) -> Vec<Case> {
    let moving = |seconds: String| whole(&seconds, "1000+1x300");
    let growing = |lag| whole(&lags.grows(), lag);
    let (late, shrinks) = (moving(lags.times(1.01)), moving(lags.shrinks(1050.0)));
    vec![
        fires("as a whole: it stays just above the target", late.clone(), 20, of_group()),
        fires("as a whole: two replicas of Lookout are one alert", replicated(&late), 20, of_group()),
        fires("as a whole: it shrinks by less than a tenth", moving(lags.shrinks(829.0)), 30, of_group()),
        fires(
            "as a whole: it has shrunk by a tenth and no more",
            moving(lags.shrinks_by_a_tenth()),
            30,
            of_group(),
        ),
        fires("as a whole: the lag moved once", growing("1000x40 1001x300"), 64, of_group()),
        silent(
            "as a whole: the lag has not moved for long",
            CaseKind::Other,
            growing("1000x40 1001x300"),
            90,
        ),
        silent("as a whole: well below the target", CaseKind::Other, moving(lags.times(0.01)), 60),
        silent("as a whole: it shrinks, two replicas", CaseKind::Other, replicated(&shrinks), 15),
        silent("as a whole: at the target", CaseKind::Other, moving(lags.times(1.0)), 60),
        silent("as a whole: it shrinks", CaseKind::Other, shrinks, 15),
        silent("as a whole: the lag does not move", CaseKind::Other, growing("1000x300"), 60),
    ]
}
