//! The series of which the cases of the alerts are made, and the cases that every alert on one value has.

use core::fmt::Display;
use core::time::Duration;

use lookout_config::Ratio;
use lookout_declarations::{Case, CaseKind, Expectation, Given, expected};

use super::{KEEP_FIRING, KEEP_MUTING, MINUTE};
use crate::labels::{ConsumerGroup, KafkaCluster, Topic};

pub(super) const CLUSTER: &str = "main";
/// The shard of a Lookout that watches all.
pub(super) const WHOLE: &str = "";
pub(super) const GROUP: &str = "billing";
pub(super) const TOPIC: &str = "orders";

/// The labels of an alert, as they are expected.
pub(super) type ExpectedLabels = Vec<(String, String)>;

pub(super) fn of_cluster() -> ExpectedLabels {
    expected::<(KafkaCluster,)>((CLUSTER,))
}

pub(super) fn of_group() -> ExpectedLabels {
    expected::<(KafkaCluster, ConsumerGroup)>((CLUSTER, GROUP))
}

pub(super) fn of_group_topic() -> ExpectedLabels {
    expected::<(KafkaCluster, ConsumerGroup, Topic)>((CLUSTER, GROUP, TOPIC))
}

/// A case with one value a minute, looked at after `minutes`.
pub(super) fn case(
    name: &'static str,
    kind: CaseKind,
    given: Vec<Given>,
    minutes: u32,
    expect: Expectation,
) -> Case {
    Case { name, kind, interval: MINUTE, given, at: MINUTE * minutes, expect }
}

/// A case of a kind of its own in which the alert fires once.
pub(super) fn fires(name: &'static str, given: Vec<Given>, minutes: u32, labels: ExpectedLabels) -> Case {
    case(name, CaseKind::Other, given, minutes, Expectation::Fires(vec![labels]))
}

/// A case in which the alert is silent.
pub(super) fn silent(name: &'static str, kind: CaseKind, given: Vec<Given>, minutes: u32) -> Case {
    case(name, kind, given, minutes, Expectation::Silent)
}

/// The same series as two replicas of Lookout serve them.
pub(super) fn replicated(given: &[Given]) -> Vec<Given> {
    differing(given, given)
}

/// The series of two replicas of Lookout that do not agree.
pub(super) fn differing(one: &[Given], other: &[Given]) -> Vec<Given> {
    let of = |replica: &'static str| {
        move |given: &Given| {
            let target = format!("instance=\"{replica}:9000\",pod=\"{replica}\"}}");
            let series = match given.series.strip_suffix('}') {
                Some(open) => format!("{open},{target}"),
                None => format!("{}{{{target}", given.series),
            };
            Given::raw(series, given.values.clone())
        }
    };
    one.iter().map(of("lookout-0")).chain(other.iter().map(of("lookout-1"))).collect()
}

/// How long the series of the cases are, in minutes: longer than any case looks.
const LONG: u32 = 200;

/// An alert on a value that is past its threshold, or not.
pub(super) struct OnValue<F, V> {
    /// The series with the given values.
    pub(super) given: F,
    /// The labels of the alert.
    pub(super) labels: ExpectedLabels,
    /// The `for`, in minutes.
    pub(super) hold: u32,
    /// The value nearest to the threshold for which it fires.
    pub(super) past: V,
    /// The value nearest to the threshold for which it does not.
    pub(super) within: V,
    /// A value that nobody would think about.
    pub(super) well: V,
}

impl<F: Fn(&str) -> Vec<Given>, V: Display> OnValue<F, V> {
    /// Both sides of the threshold, of the `for`, and of the time that it goes on; two replicas; nothing.
    pub(super) fn cases(self) -> Vec<Case> {
        self.cases_kept(KEEP_FIRING)
    }

    /// The same for an alert that mutes others.
    pub(super) fn muting_cases(self) -> Vec<Case> {
        self.cases_kept(KEEP_MUTING)
    }

    fn cases_kept(self, keep: Duration) -> Vec<Case> {
        let keep = u32::try_from(keep.as_secs() / 60).unwrap_or(u32::MAX);
        let Self { given, labels, hold, .. } = self;
        let [past, within, well] = [self.past, self.within, self.well].map(|value| value.to_string());
        let steady = |value: &str| given(&format!("{value}x{LONG}"));
        let (lasting, fine) = (steady(&past), steady(&within));
        let ended = hold + 11;
        let ends = given(&format!("{past}x{} {within}x{LONG}", ended - 1));
        let fires_at = |name, kind, given, minutes| {
            case(name, kind, given, minutes, Expectation::Fires(vec![labels.clone()]))
        };
        let mut cases = vec![
            fires_at("it lasts", CaseKind::Fires, lasting.clone(), hold),
            fires_at("two replicas of Lookout are one alert", CaseKind::Other, replicated(&lasting), hold),
            fires_at("it goes on for a little while", CaseKind::Other, ends.clone(), ended + keep - 1),
            silent("it is over", CaseKind::Clears, ends, ended + keep + 1),
            silent("the value is within", CaseKind::Below, fine.clone(), hold + 40),
            silent("two replicas are within", CaseKind::Other, replicated(&fine), hold + 40),
            silent("all is well", CaseKind::Other, steady(&well), hold + 40),
            silent("nothing is served", CaseKind::Missing, steady("_"), hold + 40),
            silent(
                "it has not lasted for long enough",
                CaseKind::Below,
                lasting.clone(),
                hold.saturating_sub(1),
            ),
        ];
        // The greater value of the two counts.
        let differ = differing(&lasting, &fine);
        let above = past.parse::<f64>().ok() > within.parse::<f64>().ok();
        cases.push(if above {
            fires_at("one of two replicas sees it", CaseKind::Other, differ, hold)
        } else {
            silent("only one of two replicas sees it", CaseKind::Other, differ, hold + 40)
        });
        cases
    }
}

/// A share as a part of a whole, both whole numbers, so that their quotient is the share to the last bit, as an engine reads it.
/// A thousandth of the part is still a whole number.
pub(super) struct Fraction {
    pub(super) part: u64,
    pub(super) whole: u64,
}

impl Fraction {
    pub(super) fn of(share: Ratio) -> Self {
        let text = share.to_string();
        let (units, decimals) = text.split_once('.').unwrap_or((&text, ""));
        let decimals = &decimals[..decimals.len().min(MOST_DIGITS)];
        let n_digits = (decimals.len() + 3).min(MOST_DIGITS);
        let whole = (0..n_digits).fold(1, |whole, _| whole * 10);
        // The digits themselves are the number, so that nothing is rounded.
        Self { part: format!("{units}{decimals:0<n_digits$}").parse().unwrap_or(whole), whole }
    }
}

/// Whole numbers of so many digits are exact in an engine.
const MOST_DIGITS: usize = 15;

/// `minutes` as the `for` of an alert.
pub(super) fn held(minutes: u32) -> Duration {
    MINUTE * minutes
}
