//! The alert about too little being produced.
//!
//! What is usual is the median of the same hour one day, two days and seven days ago: one odd day, a holiday or a
//! load test, decides nothing, and after a day there is something to compare with. Where a baseline is configured, the
//! rate is held against it too.
//!
//! Shards of Lookout are added up. One that is not there would look like a drop: so of its past nothing counts, and each
//! brings its own part of the baseline. Another number of shards begins without a past where a shard is new.

use core::time::Duration;

use lookout_declarations::Expectation::Fires;
use lookout_declarations::{Alert, Case, CaseKind, Expectation, Given, Owner, Severity};

use super::rates::{Counter, Rates};
use super::samples::{CLUSTER, WHOLE, fires, held, of_cluster, replicated, silent};
use super::{KEEP_FIRING, OF_CLUSTER, across, added_up};
use crate::config::AlertSettings;
use crate::labels::LookoutShard;
use crate::metrics::{BASELINE_RECORDS, CLUSTER_PRODUCED_RECORDS};

/// The hours whose middle was as long ago as one, two and seven days: half an hour less, because the window ends there.
const SAME_HOUR: [(&str, &str); 3] = [("1", "23h30m"), ("2", "47h30m"), ("7", "167h30m")];

pub(super) fn alerts(settings: &AlertSettings) -> Vec<Alert> {
    vec![dropped(settings)]
}

fn dropped(settings: &AlertSettings) -> Alert {
    let rate = |window: &str| across(format!("rate({CLUSTER_PRODUCED_RECORDS}{window})"));
    let present = rate("[10m]");
    let days = SAME_HOUR.map(|(day, offset)| {
        let rate = rate(&format!("[1h] offset {offset}"));
        let sum = format!("sum without ({LookoutShard}) ({rate} and {present})");
        format!("label_replace({sum}, \"day\", \"{day}\", \"\", \"\")")
    });
    let usual = format!("quantile without (day) (0.5, {})", days.join(" or "));
    let now = format!("sum without ({LookoutShard}) ({present})");
    let (share, floor) = (settings.throughput_drop.get(), settings.throughput_floor);
    let rates = Rates::new(settings);
    Alert {
        name: "LookoutKafkaThroughputDropped",
        expression: format!(
            "{now} < {share} * ({usual} > {floor}) \
             or {now} < {share} * ({} > {floor})",
            added_up(BASELINE_RECORDS)
        ),
        hold: held(15),
        keep_firing_for: KEEP_FIRING,
        severity: Severity::Warning,
        owner: Owner::Data,
        summary: "Far less is produced to Kafka than usual",
        description: format!(
            "{{{{ $value | humanize }}}} records per second are produced to the topics{OF_CLUSTER}, less than {share} of what is \
             usual at this hour, or of the configured baseline."
        ),
        runbook: include_str!("../../runbooks/LookoutKafkaThroughputDropped.md"),
        inhibits: &[],
        cases: [
            history_cases(&rates),
            same_hour_cases(&rates),
            baseline_cases(&rates),
            present_cases(&rates),
        ]
        .concat(),
    }
}

/// Five minutes between values: a rate of 1 per second adds 300.
const INTERVAL: Duration = Duration::from_mins(5);

const DAY: u32 = 24 * 60;

fn look(name: &'static str, kind: CaseKind, given: Vec<Given>, minutes: u32, expect: Expectation) -> Case {
    Case { name, kind, interval: INTERVAL, given, at: super::MINUTE * minutes, expect }
}

fn counter() -> Counter {
    Counter::default()
}

fn produced(counter: &Counter) -> Vec<Given> {
    part(WHOLE, counter)
}

/// The part of one shard of Lookout.
fn part(shard: &str, counter: &Counter) -> Vec<Given> {
    vec![Given::series(&CLUSTER_PRODUCED_RECORDS, (CLUSTER, shard), counter.values())]
}

/// With ten per second as what is usual, for 30 hours.
fn history_cases(rates: &Rates) -> Vec<Case> {
    let usual = counter().grows(rates.usual(3000.0), 360);
    let then = |step: f64| produced(&usual.clone().grows(step, 100));
    let over = then(rates.left(2970.0));
    let dropped = usual.clone().grows(rates.left(600.0), 12);
    let dropped = produced(&dropped.grows(rates.usual(3000.0), 100));
    let small = counter().grows(300.0 * rates.at_floor(), 360).stays(100);
    let once = || Fires(vec![of_cluster()]);
    let drop = 30 * 60;
    // Two shards with half of it each; the first goes on with nearly all that is left.
    let half = counter().grows(rates.usual(1500.0), 360);
    let shards = |second: &Counter| {
        [part("0", &half.clone().grows(rates.left(2800.0), 100)), part("1", second)].concat()
    };
    let few = half.clone().grows(rates.left(300.0), 100);
    vec![
        look("a little less than the share of yesterday", CaseKind::Fires, over.clone(), drop + 40, once()),
        look("two replicas of Lookout are one alert", CaseKind::Other, replicated(&over), drop + 40, once()),
        look("it goes on for a little while", CaseKind::Other, dropped.clone(), drop + 75, once()),
        look("it is as usual again", CaseKind::Clears, dropped, drop + 90, Expectation::Silent),
        look(
            "two shards have less together",
            CaseKind::Other,
            replicated(&shards(&half.clone().stays(100))),
            drop + 40,
            once(),
        ),
        look("one shard has nearly all", CaseKind::Other, shards(&few), drop + 120, Expectation::Silent),
        look(
            "one of two shards is gone",
            CaseKind::Other,
            shards(&half.clone().vanishes(100)),
            drop + 120,
            Expectation::Silent,
        ),
        look(
            "as much as the share of yesterday",
            CaseKind::Below,
            then(rates.just_enough(3000.0)),
            drop + 120,
            Expectation::Silent,
        ),
        look("for fourteen minutes", CaseKind::Below, then(0.0), drop + 19, Expectation::Silent),
        look(
            "what is usual is next to nothing",
            CaseKind::Other,
            produced(&small),
            drop + 60,
            Expectation::Silent,
        ),
        look(
            "nothing is served",
            CaseKind::Missing,
            produced(&usual.clone().vanishes(100)),
            drop + 120,
            Expectation::Silent,
        ),
    ]
}

/// What is compared with what: the cases have values only around the hours that count, because a week of them takes long.
///
/// An hour that counts has all its records in the half hour from its begin on, and the hour before has none: the last half of it
/// and two hours have less per second than the hour.
fn same_hour_cases(rates: &Rates) -> Vec<Case> {
    let once = || Fires(vec![of_cluster()]);
    // Ten per second in the hour that counts, then four fifths of what the share leaves of them.
    let hour = counter().stays(12).goes_on(rates.usual(6000.0), 5).stays(7).vanishes(261);
    let hour = hour.grows(rates.left(2400.0), 30);
    // A little more than the floor, then none.
    let floor = counter().grows(300.0 * rates.above_floor(), 24).vanishes(264).stays(30);
    // Thirty per second two days ago and ten yesterday, so that twenty are usual.
    let days = counter().grows(rates.usual(9000.0), 36).vanishes(263).grows(rates.usual(3000.0), 30);
    let unlike = |now: f64| produced(&days.clone().vanishes(245).grows(rates.left(now), 30));
    // Half of twelve per second seven days ago, of ten two days ago, of one yesterday, and of eight as the share leaves them now: ten
    // are usual, and with one of the greater days lower or left out no more than eight.
    let week = counter().stays(12).goes_on(rates.usual(3600.0), 5).stays(7).vanishes(1413);
    let week = week.stays(12).goes_on(rates.usual(3000.0), 5).stays(7).vanishes(261);
    let week = week.grows(rates.usual(150.0), 30).vanishes(257).grows(rates.left(1200.0), 30);
    let odd = replicated(&[part("0", &week), part("1", &week)].concat());
    // Of seven and of two days ago; the second is gone since.
    let both = |step: f64| counter().grows(rates.usual(step), 26).vanishes(1413).grows(rates.usual(step), 26);
    let stays = part("0", &both(1500.0).vanishes(549).grows(rates.left(2400.0), 30));
    let gone = part("1", &both(15_000.0));
    vec![
        look("an hour of yesterday counts", CaseKind::Other, produced(&hour), DAY + 90, once()),
        look("what is usual is just worth it", CaseKind::Other, produced(&floor), DAY + 90, once()),
        look(
            "less than the share of the mean of two days",
            CaseKind::Other,
            unlike(5880.0),
            2 * DAY + 120,
            once(),
        ),
        look(
            "more than the share of the mean of two days",
            CaseKind::Other,
            unlike(6120.0),
            2 * DAY + 120,
            Expectation::Silent,
        ),
        look("one odd day in three decides nothing", CaseKind::Other, odd, 7 * DAY + 90, once()),
        look(
            "the past of a shard that is gone",
            CaseKind::Other,
            [stays, gone].concat(),
            7 * DAY + 90,
            Expectation::Silent,
        ),
    ]
}

/// With a baseline of so much per second, and no history.
fn with_baseline(shard: &str, counter: &Counter, baseline: f64) -> Vec<Given> {
    let mut given = part(shard, counter);
    given.push(Given::series(&BASELINE_RECORDS, (CLUSTER, shard), format!("{baseline}x100")));
    given
}

fn baseline_cases(rates: &Rates) -> Vec<Case> {
    let baseline = |step: f64| with_baseline(WHOLE, &counter().grows(step, 100), rates.usual(10.0));
    let over = baseline(rates.left(2970.0));
    let once = || Fires(vec![of_cluster()]);
    // Ten per second are usual for all, so five for each.
    let shard = |shard, step: f64| with_baseline(shard, &counter().grows(step, 100), rates.usual(5.0));
    let shards = |first: f64| [shard("0", rates.left(first)), shard("1", 0.0)].concat();
    let small = counter().grows(rates.left_of_floor(0.02), 100);
    let small = with_baseline(WHOLE, &small, rates.at_floor());
    vec![
        look("a little less than the share of the baseline", CaseKind::Other, over.clone(), 60, once()),
        look("the baseline, and two replicas of Lookout", CaseKind::Other, replicated(&over), 60, once()),
        look(
            "as much as the share of the baseline",
            CaseKind::Other,
            baseline(rates.just_enough(3000.0)),
            60,
            Expectation::Silent,
        ),
        look("the shards together have less", CaseKind::Other, replicated(&shards(2970.0)), 60, once()),
        look("one shard has all of it", CaseKind::Other, shards(3006.0), 60, Expectation::Silent),
        look(
            "one of two shards is not there",
            CaseKind::Other,
            shard("0", rates.left(1800.0)),
            60,
            Expectation::Silent,
        ),
        look("the baseline is next to nothing", CaseKind::Other, small, 60, Expectation::Silent),
    ]
}

/// What counts as now, with a value a minute: 6000 records in ten minutes are the baseline.
fn present_cases(rates: &Rates) -> Vec<Case> {
    let baseline = |counter: &Counter| with_baseline(WHOLE, counter, rates.usual(10.0));
    let every = |records: f64, minutes: u32| {
        let jump = |counter: Counter, _| counter.jumps(rates.left(records), minutes - 1);
        (0..60 / minutes).fold(counter().stays(9), jump)
    };
    // Four fifths of what the share leaves, all ten minutes at once; more than it leaves in any five minutes with a batch.
    let batches = baseline(&every(4800.0, 10));
    // Less than the share leaves, all twenty minutes at once; more in ten minutes with a batch.
    let rare = baseline(&every(9000.0, 20));
    let none = baseline(&counter().stays(60));
    let worth = with_baseline(WHOLE, &counter().stays(60), rates.above_floor());
    vec![
        fires("nothing for fifteen minutes", none.clone(), 16, of_cluster()),
        silent("nothing for fourteen minutes", CaseKind::Below, none, 15),
        fires("the baseline is just worth it", worth, 20, of_cluster()),
        fires("a batch every ten minutes, and too little", batches, 40, of_cluster()),
        silent("a batch every twenty minutes, and half of the time enough", CaseKind::Other, rare, 40),
    ]
}
