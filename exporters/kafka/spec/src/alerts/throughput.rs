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
        cases: [history_cases(), same_hour_cases(), baseline_cases(), present_cases()].concat(),
    }
}

/// Five minutes between values: a rate of 1 per second adds 300.
const INTERVAL: Duration = Duration::from_mins(5);

const DAY: u32 = 24 * 60;

fn look(name: &'static str, kind: CaseKind, given: Vec<Given>, minutes: u32, expect: Expectation) -> Case {
    Case { name, kind, interval: INTERVAL, given, at: super::MINUTE * minutes, expect }
}

fn produced(values: &str) -> Vec<Given> {
    part(WHOLE, values)
}

/// The part of one shard of Lookout.
fn part(shard: &str, values: &str) -> Vec<Given> {
    vec![Given::series(&CLUSTER_PRODUCED_RECORDS, (CLUSTER, shard), values)]
}

/// 10 per second for 30 hours, then the rate that adds `after` every five minutes.
fn after_30_hours(after: &str) -> Vec<Given> {
    produced(&format!("0+3000x360 1080000+{after}x100"))
}

fn history_cases() -> Vec<Case> {
    let over = after_30_hours("1485");
    let once = || Fires(vec![of_cluster()]);
    let drop = 30 * 60;
    // Two shards with half of it each; the first goes on as before, nearly.
    let shards = |second: &str| {
        let first = part("0", "0+1500x360 540000+1400x100");
        [first, part("1", &format!("0+1500x360 {second}"))].concat()
    };
    vec![
        look("a little less than half of yesterday", CaseKind::Fires, over.clone(), drop + 40, once()),
        look("two replicas of Lookout are one alert", CaseKind::Other, replicated(&over), drop + 40, once()),
        look(
            "it goes on for a little while",
            CaseKind::Other,
            produced("0+3000x360 1080000+300x12 1083600+3000x100"),
            drop + 75,
            once(),
        ),
        look(
            "it is as usual again",
            CaseKind::Clears,
            produced("0+3000x360 1080000+300x12 1083600+3000x100"),
            drop + 90,
            Expectation::Silent,
        ),
        look(
            "two shards have less together",
            CaseKind::Other,
            replicated(&shards("540000x100")),
            drop + 40,
            once(),
        ),
        look(
            "one shard has nearly all",
            CaseKind::Other,
            shards("540000+150x100"),
            drop + 120,
            Expectation::Silent,
        ),
        look("one of two shards is gone", CaseKind::Other, shards("_x100"), drop + 120, Expectation::Silent),
        look("half of yesterday", CaseKind::Below, after_30_hours("1500"), drop + 120, Expectation::Silent),
        look(
            "for fourteen minutes",
            CaseKind::Below,
            produced("0+3000x360 1080000+0x100"),
            drop + 19,
            Expectation::Silent,
        ),
        look(
            "what is usual is next to nothing",
            CaseKind::Other,
            produced("0+300x360 108000+0x100"),
            drop + 60,
            Expectation::Silent,
        ),
        look(
            "nothing is served",
            CaseKind::Missing,
            produced("0+3000x360 _x100"),
            drop + 120,
            Expectation::Silent,
        ),
    ]
}

/// What is compared with what: the cases have values only around the hours that count, because a week of them takes long.
///
/// An hour that counts has all its records in the half hour from its begin on, and the hour before has none: the last half of it
/// and two hours have less per second than the hour.
fn same_hour_cases() -> Vec<Case> {
    let once = || Fires(vec![of_cluster()]);
    // Ten per second in the hour that counts, then four.
    let hour = produced("0x12 6000+6000x5 36000x7 _x261 36000+1200x30");
    // Three halves per second, then none.
    let floor = produced("0+450x24 _x264 10800x30");
    // Thirty per second two days ago and ten yesterday, so that twenty are usual.
    let unlike = |now| produced(&format!("0+9000x36 _x263 324000+3000x30 _x245 414000+{now}x30"));
    // Half of twelve per second seven days ago, of ten two days ago, of one yesterday, and of four now: ten are usual, and with one
    // of the greater days lower or left out less than eight.
    let week =
        "0x12 3600+3600x5 21600x7 _x1413 21600x12 24600+3000x5 39600x7 _x261 39600+150x30 _x257 44100+600x30";
    let odd = replicated(&[part("0", week), part("1", week)].concat());
    // Of seven and of two days ago; the second is gone since.
    let stays = part("0", "0+1500x26 _x1413 39000+1500x26 _x549 78000+1200x30");
    let gone = part("1", "0+15000x26 _x1413 390000+15000x26");
    vec![
        look("an hour of yesterday counts", CaseKind::Other, hour, DAY + 90, once()),
        look("what is usual is just worth it", CaseKind::Other, floor, DAY + 90, once()),
        look(
            "less than half of the mean of two days",
            CaseKind::Other,
            unlike("2940"),
            2 * DAY + 120,
            once(),
        ),
        look(
            "more than half of the mean of two days",
            CaseKind::Other,
            unlike("3060"),
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

/// A baseline of 10 per second, and no history.
fn baseline(values: &str) -> Vec<Given> {
    let mut given = produced(values);
    given.push(Given::series(&BASELINE_RECORDS, (CLUSTER, WHOLE), "10x100"));
    given
}

fn baseline_cases() -> Vec<Case> {
    let over = baseline("0+1485x100");
    let once = || Fires(vec![of_cluster()]);
    // Ten per second are usual for all, so five for each.
    let shard = |shard, values: &str| {
        let mut given = part(shard, values);
        given.push(Given::series(&BASELINE_RECORDS, (CLUSTER, shard), "5x100"));
        given
    };
    let shards = |one: &str, other: &str| [shard("0", one), shard("1", other)].concat();
    let mut small = produced("0+3x100");
    small.push(Given::series(&BASELINE_RECORDS, (CLUSTER, WHOLE), "1x100"));
    vec![
        look("a little less than half of the baseline", CaseKind::Other, over.clone(), 60, once()),
        look("the baseline, and two replicas of Lookout", CaseKind::Other, replicated(&over), 60, once()),
        look("half of the baseline", CaseKind::Other, baseline("0+1500x100"), 60, Expectation::Silent),
        look(
            "the shards together have less",
            CaseKind::Other,
            replicated(&shards("0+1485x100", "0x100")),
            60,
            once(),
        ),
        look(
            "one shard has all of it",
            CaseKind::Other,
            shards("0+1503x100", "0x100"),
            60,
            Expectation::Silent,
        ),
        look(
            "one of two shards is not there",
            CaseKind::Other,
            shard("0", "0+900x100"),
            60,
            Expectation::Silent,
        ),
        look("the baseline is next to nothing", CaseKind::Other, small, 60, Expectation::Silent),
    ]
}

/// What counts as now, with a value a minute: 3000 records in ten minutes are half of the baseline.
fn present_cases() -> Vec<Case> {
    // Four per second, all ten minutes at once; more than five in any five minutes with a batch.
    let batches = baseline("0x9 2400x9 4800x9 7200x9 9600x9");
    // Less than four per second, all twenty minutes at once; more than seven in ten minutes with a batch.
    let rare = baseline("0x9 4500x19 9000x19 13500x19");
    let mut worth = produced("0x60");
    worth.push(Given::series(&BASELINE_RECORDS, (CLUSTER, WHOLE), "1.5x60"));
    vec![
        fires("nothing for fifteen minutes", baseline("0x60"), 16, of_cluster()),
        silent("nothing for fourteen minutes", CaseKind::Below, baseline("0x60"), 15),
        fires("the baseline is just worth it", worth, 20, of_cluster()),
        fires("a batch every ten minutes, and too little", batches, 40, of_cluster()),
        silent("a batch every twenty minutes, and half of the time enough", CaseKind::Other, rare, 40),
    ]
}
