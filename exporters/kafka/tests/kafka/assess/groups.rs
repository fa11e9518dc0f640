//! What is said of a group, judgement by judgement.

use lookout_kafka::assess::standing::{Standing, lag_seconds};
use lookout_kafka::model::{Cycle, Group, LagSeconds};
use lookout_kafka_spec::labels::{GroupState, LagMethod};

use super::world::{FINEST, World, fixed_now, group, partition, rows, scrape_of, view};
use lookout_kafka::assess::View;

#[test]
fn a_lag_is_the_end_minus_the_commit() {
    let scrape = World::new()
        .topic("t", &[partition(0, 100), partition(0, 50)])
        .group(group("g"), &[("t", 0, 90), ("t", 1, 50)])
        .scrape();
    assert_eq!(rows(&scrape, "kafka_consumergroup_lag"), ["g,t,0 10", "g,t,1 0"]);
    assert_eq!(rows(&scrape, "kafka_consumergroup_lag_sum"), ["g,t 10"]);
    assert_eq!(rows(&scrape, "kafka_consumergroup_total_lag"), ["g 10"]);
    assert_eq!(rows(&scrape, "kafka_consumergroup_current_offset_sum"), ["g,t 140"]);
}

#[test]
fn one_unread_end_takes_the_sum_of_its_topic_and_the_total_but_no_other_sum() {
    let scrape = World::new()
        .topic("known", &[partition(0, 100)])
        .topic("partly", &[partition(0, 100), partition(0, 100).unread()])
        .group(group("both"), &[("known", 0, 40), ("partly", 0, 60), ("partly", 1, 10)])
        .group(group("lucky"), &[("partly", 0, 99)])
        .scrape();
    assert_eq!(
        rows(&scrape, "kafka_consumergroup_lag"),
        ["both,known,0 60", "both,partly,0 40", "lucky,partly,0 1"]
    );
    assert_eq!(rows(&scrape, "kafka_consumergroup_lag_sum"), ["both,known 60", "lucky,partly 1"]);
    assert_eq!(rows(&scrape, "kafka_consumergroup_total_lag"), ["lucky 1"]);
    assert_eq!(
        rows(&scrape, "kafka_consumergroup_retention_used_ratio"),
        ["both,known 0.6", "lucky,partly 0.01"]
    );
    // The commits themselves were read.
    assert_eq!(rows(&scrape, "kafka_consumergroup_current_offset").len(), 4);
    assert_eq!(
        rows(&scrape, "kafka_consumergroup_current_offset_sum"),
        ["both,known 40", "both,partly 70", "lucky,partly 99"]
    );
}

#[test]
fn the_group_with_the_empty_name_does_not_look_like_a_total() {
    let world = || World::new().topic("t", &[partition(0, 100)]).group(group(""), &[("t", 0, 94)]);
    let scrape = world().group(group("g"), &[("t", 0, 90)]).scrape();
    assert_eq!(rows(&scrape, "kafka_consumergroup_lag"), ["<empty>,t,0 6", "g,t,0 10"]);
    assert_eq!(rows(&scrape, "kafka_consumergroup_total_lag"), ["<empty> 6", "g 10"]);
    assert_eq!(rows(&scrape, "kafka_consumergroup_members").len(), 2);
    // Two of one name would cost the whole scrape.
    let scrape = world().group(group("<empty>"), &[("t", 0, 90)]).scrape();
    assert_eq!(rows(&scrape, "kafka_consumergroup_total_lag"), ["<empty> 10"]);
}

#[test]
fn a_commit_beyond_the_end_has_no_lag_and_is_counted() {
    let scrape = World::new()
        .topic("t", &[partition(0, 20), partition(0, 20)])
        .group(group("ahead"), &[("t", 0, 100), ("t", 1, 15)])
        .group(group("well"), &[("t", 0, 20)])
        .scrape();
    assert_eq!(rows(&scrape, "kafka_consumergroup_lag_sum"), ["ahead,t 5", "well,t 0"]);
    assert_eq!(rows(&scrape, "kafka_consumergroup_commits_beyond_end"), ["ahead,t 1"]);
}

#[test]
fn a_commit_below_the_low_watermark_has_lost_records_and_used_up_the_retention() {
    let scrape = World::new()
        .topic("t", &[partition(70, 100), partition(0, 100)])
        .group(group("g"), &[("t", 0, 50), ("t", 1, 90)])
        .scrape();
    assert_eq!(rows(&scrape, "kafka_consumergroup_lost_records"), ["g,t 20"]);
    assert_eq!(rows(&scrape, "kafka_consumergroup_retention_used_ratio"), ["g,t 1"]);
    // The lag is what `kafka_exporter` calls lag, deleted records included.
    assert_eq!(rows(&scrape, "kafka_consumergroup_lag_sum"), ["g,t 60"]);
}

#[test]
fn what_was_deleted_after_the_commits_were_read_is_not_lost() {
    let world = World::new().topic("t", &[partition(70, 100)]).group(group("g"), &[("t", 0, 50)]);
    let mut cycle = world.build();
    let lost = |cycle: &Cycle| rows(&scrape_of(cycle, &view("", FINEST)), "kafka_consumergroup_lost_records");
    cycle.low_before.set(0, 40);
    assert_eq!(lost(&cycle), ["g,t 0"]);
    cycle.low_before.set(0, 55);
    assert_eq!(lost(&cycle), ["g,t 5"]);
    cycle.low_before.set(0, -1);
    assert_eq!(lost(&cycle), [""; 0]);
}

#[test]
fn what_follows_from_a_low_watermark_has_no_row_without_it() {
    let scrape = World::new()
        .topic("t", &[partition(0, 100).without_low(), partition(0, 100)])
        .group(group("g"), &[("t", 0, 50), ("t", 1, 50)])
        .scrape();
    for family in [
        "kafka_consumergroup_lost_records",
        "kafka_consumergroup_retention_used_ratio",
        "kafka_topic_retained_records",
    ] {
        assert_eq!(rows(&scrape, family), [""; 0], "{family}");
    }
    assert_eq!(rows(&scrape, "kafka_consumergroup_lag_sum"), ["g,t 100"]);
}

#[test]
fn a_low_watermark_from_before_a_truncation_says_nothing() {
    let standing = Standing::new(5, Some(10), Some(90));
    assert_eq!(standing, Standing { lag: Some(5), is_beyond_end: false, lost: None, retention_used: None });
    let scrape = World::new().topic("t", &[partition(90, 10)]).scrape();
    assert_eq!(rows(&scrape, "kafka_topic_retained_records"), [""; 0]);
}

#[test]
fn the_retention_used_is_the_share_of_retained_records_that_is_unread() {
    let used = |commit, end, low| Standing::new(commit, Some(end), Some(low)).retention_used;
    assert_eq!(used(100, 100, 0), Some(0.0));
    assert_eq!(used(25, 100, 0), Some(0.75));
    assert_eq!(used(60, 100, 60), Some(1.0));
    // Nothing is retained, and nothing was lost.
    assert_eq!(used(60, 60, 60), Some(0.0));
    assert_eq!(used(70, 60, 60), Some(0.0));
    assert_eq!(used(59, 60, 60), Some(1.0));
}

#[test]
fn the_lag_in_seconds_grows_with_time_and_is_never_below_zero() {
    let millis = fixed_now().as_millisecond();
    let since = |timestamp| LagSeconds::Since { timestamp, method: LagMethod::Timestamp };
    let at = |lag, seconds: i64| {
        let now = fixed_now() + jiff::SignedDuration::from_secs(seconds);
        lag_seconds(lag, now).map(|(seconds, _)| seconds)
    };
    assert_eq!(at(since(millis - 1_500), 0), Some(1.5));
    assert_eq!(at(since(millis - 1_500), 60), Some(61.5));
    assert_eq!(at(since(millis + 10_000), 0), Some(0.0));
    assert_eq!(at(LagSeconds::CaughtUp, 60), Some(0.0));
    assert_eq!(at(LagSeconds::Unknown, 60), None);
    // "No timestamp", of messages of before Kafka 0.10.
    assert_eq!(at(since(-1), 0), None);
}

#[test]
fn the_largest_lag_in_seconds_is_unknown_while_one_is() {
    let ago = |seconds| LagSeconds::Since {
        timestamp: (fixed_now().as_second() - seconds) * 1000,
        method: LagMethod::Timestamp,
    };
    let scrape = World::new()
        .topic("one", &[partition(0, 10), partition(0, 10)])
        .topic("two", &[partition(0, 10), partition(0, 10)])
        .group(group("g"), &[("one", 0, 1), ("one", 1, 2), ("two", 0, 3), ("two", 1, 4)])
        .since(&[ago(5), ago(50), ago(500), LagSeconds::Unknown])
        .group(group("h"), &[("one", 0, 1), ("two", 0, 3)])
        .since(&[ago(5), ago(500)])
        .scrape();
    assert_eq!(rows(&scrape, "kafka_consumergroup_topic_lag_seconds"), ["g,one 50", "h,one 5", "h,two 500"]);
    assert_eq!(rows(&scrape, "kafka_consumergroup_max_lag_seconds"), ["h 500"]);
    assert_eq!(rows(&scrape, "kafka_consumergroup_lag_seconds").len(), 5);
    assert_eq!(rows(&scrape, "kafka_consumergroup_lag_seconds_method_info")[0], "g,one,0,timestamp 1");
}

#[test]
fn without_lag_in_seconds_there_are_no_rows_of_it() {
    let cycle = World::new()
        .topic("t", &[partition(0, 10)])
        .group(group("g"), &[("t", 0, 1)])
        .since(&[LagSeconds::CaughtUp])
        .build();
    let scrape = scrape_of(&cycle, &View { has_lag_seconds: false, ..view("", FINEST) });
    let seconds: Vec<_> = scrape.samples().filter(|sample| sample.name.contains("lag_seconds")).collect();
    assert!(seconds.is_empty(), "{seconds:?}");
    assert_eq!(rows(&scrape, "kafka_timestamp_lookups_total"), [""; 0]);
    assert_eq!(rows(&scrape, "kafka_consumergroup_lag_sum"), ["g,t 9"]);
}

#[test]
fn a_shrinking_lag_has_a_time_to_drain() {
    let lagging = |lag: i64, velocity: Option<f64>| {
        let world = World::new().topic("t", &[partition(0, lag)]).group(group("g"), &[("t", 0, 0)]);
        rows(&world.progress(7, velocity).scrape(), "kafka_consumergroup_drain_time_seconds")
    };
    assert_eq!(lagging(100, Some(-4.0)), ["g,t 25"]);
    assert_eq!(lagging(0, None), ["g,t 0"]);
    assert_eq!(lagging(0, Some(3.0)), ["g,t 0"]);
    for velocity in [Some(4.0), Some(0.0), Some(-0.0), Some(f64::NAN), Some(-f64::MIN_POSITIVE), None] {
        let rows = lagging(i64::MAX, velocity);
        assert!(rows.is_empty(), "{velocity:?} {rows:?}");
    }
}

#[test]
fn progress_belongs_to_its_run_of_commits_idle_groups_before_it_included() {
    let idle = Group { is_idle: true, ..group("a-idle") };
    let scrape = World::new()
        .topic("one", &[partition(0, 10)])
        .topic("two", &[partition(0, 10)])
        .group(idle, &[("one", 0, 1), ("two", 0, 1)])
        .progress(99, Some(9.0))
        .group(group("b"), &[("one", 0, 1), ("two", 0, 1)])
        .progress(7, Some(-1.5))
        .scrape();
    assert_eq!(rows(&scrape, "kafka_consumergroup_consumed_records_total"), ["b,one 0", "b,two 7"]);
    assert_eq!(rows(&scrape, "kafka_consumergroup_lag_velocity"), ["b,two -1.5"]);
}

#[test]
fn an_idle_group_has_no_series_and_is_counted() {
    let idle = Group { is_idle: true, state: Some(GroupState::Empty), ..group("idle") };
    let scrape = World::new().topic("t", &[partition(0, 10)]).group(idle, &[("t", 0, 1)]).scrape();
    assert!(scrape.samples().all(|sample| sample.label("consumergroup").is_none()));
    assert_eq!(rows(&scrape, "kafka_cluster_consumergroups"), [" 1"]);
    assert_eq!(rows(&scrape, "kafka_cluster_idle_consumergroups"), [" 1"]);
}

#[test]
fn groups_that_nobody_could_list_are_not_none() {
    let mut cycle = World::new().build();
    cycle.groups = None;
    let scrape = scrape_of(&cycle, &view("", FINEST));
    assert_eq!(rows(&scrape, "kafka_cluster_consumergroups"), [""; 0]);
}

#[test]
fn a_group_has_the_one_row_of_its_state() {
    let empty = Group { state: Some(GroupState::Empty), members: Some(0), ..group("g") };
    let scrape = World::new().group(empty, &[]).scrape();
    assert_eq!(rows(&scrape, "kafka_consumergroup_state"), ["g,Empty 1"]);
    assert_eq!(rows(&scrape, "kafka_consumergroup_members"), ["g 0"]);
}

#[test]
fn a_share_group_is_as_far_behind_as_it_is_told_and_nothing_follows_from_its_offsets() {
    let scrape = World::new()
        .topic("one", &[partition(0, 100), partition(70, 100)])
        .topic("two", &[partition(0, 100), partition(0, 100)])
        .group(group("classic"), &[("one", 0, 60)])
        .group(group("share"), &[("one", 0, 0), ("one", 1, 10), ("two", 0, 0), ("two", 1, 500)])
        .told(&[Some(0), Some(7), None, Some(3)])
        .since(&[LagSeconds::CaughtUp, LagSeconds::Unknown, LagSeconds::Unknown, LagSeconds::Unknown])
        .scrape();
    assert_eq!(
        rows(&scrape, "kafka_consumergroup_lag"),
        ["classic,one,0 40", "share,one,0 0", "share,one,1 7", "share,two,1 3"]
    );
    assert_eq!(rows(&scrape, "kafka_consumergroup_lag_sum"), ["classic,one 40", "share,one 7"]);
    assert_eq!(rows(&scrape, "kafka_consumergroup_total_lag"), ["classic 40"]);
    assert_eq!(rows(&scrape, "kafka_consumergroup_lag_seconds"), ["share,one,0 0"]);
    assert_eq!(rows(&scrape, "kafka_consumergroup_lost_records"), ["classic,one 0"]);
    assert_eq!(rows(&scrape, "kafka_consumergroup_retention_used_ratio"), ["classic,one 0.4"]);
    assert_eq!(rows(&scrape, "kafka_consumergroup_commits_beyond_end"), [""; 0]);
    assert_eq!(rows(&scrape, "kafka_consumergroup_consumed_records_total"), ["classic,one 0"]);
}

#[test]
fn a_group_with_a_topic_that_could_not_be_read_has_no_totals() {
    let partial = Group { is_partial: true, ..group("partial") };
    let scrape = World::new()
        .topic("t", &[partition(0, 10)])
        .group(partial, &[("t", 0, 4)])
        .since(&[LagSeconds::CaughtUp])
        .scrape();
    assert_eq!(rows(&scrape, "kafka_consumergroup_lag_sum"), ["partial,t 6"]);
    assert_eq!(rows(&scrape, "kafka_consumergroup_total_lag"), [""; 0]);
    assert_eq!(rows(&scrape, "kafka_consumergroup_max_lag_seconds"), [""; 0]);
}
