//! Retention, compaction, markers, strange timestamps, failures.

use super::*;

const EVERY_SECOND: fn() -> ModelLog =
    || ModelLog::new((0..10_000).map(|index| NOW - 10_000 * SECOND + index * SECOND));

#[test]
fn below_the_low_watermark_it_is_the_first_record_that_is_left_for_one_question() {
    let log = EVERY_SECOND().retain_from(4_000);
    let truth = log.first_from(4_000).unwrap();
    let found = Cluster::new(vec![log]).search(NOW, &[(0, 17), (0, 3_999)]);
    assert_eq!((found.questions, found.rounds), (1, 1));
    assert!(found.lags.iter().all(|lag| since(*lag) == (truth, LagMethod::FirstRetained)));
}

#[test]
fn retention_that_we_have_not_read_yet_is_found_out() {
    let mut log = EVERY_SECOND().retain_from(4_000);
    log.low = 10;
    let truth = log.first_from(4_000).unwrap();
    let found = Cluster::new(vec![log]).search(NOW, &[(0, 17)]);
    assert_eq!(since(found.lags[0]), (truth, LagMethod::FirstRetained));
}

#[test]
fn when_nothing_is_left_to_read_it_is_unknown() {
    let log = EVERY_SECOND().retain_from(10_000);
    assert_eq!(Cluster::new(vec![log]).search(NOW, &[(0, 17)]).lags, [LagSeconds::Unknown]);
    let mut log = EVERY_SECOND().without(|_| true);
    log.low = 0;
    assert_eq!(Cluster::new(vec![log]).search(NOW, &[(0, 17)]).lags, [LagSeconds::Unknown]);
}

#[test]
fn a_compacted_record_is_the_next_one_that_is_left() {
    // Stopped behind 100; everything up to 5,000 has been replaced since.
    let log = EVERY_SECOND().without(|offset| (101..5_000).contains(&offset));
    let truth = log.first_from(101).unwrap();
    let mut cluster = Cluster::new(vec![log]).compacted();
    // The last record before the gap has to be found exactly, which may take more than one cycle.
    cluster.search(NOW - 15 * SECOND, &[(0, 101)]);
    let found = cluster.search(NOW, &[(0, 101)]);
    assert_eq!(since(found.lags[0]), (truth, LagMethod::FirstRetained));
    assert_eq!(cluster.search(NOW + 15 * SECOND, &[(0, 101)]).questions, 0);
}

#[test]
fn compacted_topics_are_as_exact_where_records_are_left() {
    let log = EVERY_SECOND().without(|offset| offset < 9_000 && offset % 7 != 0);
    for offset in [0, 1, 700, 701, 4_321, 8_999, 9_500] {
        let truth = log.first_from(offset).unwrap();
        let found = Cluster::new(vec![log.clone()]).compacted().search(NOW, &[(0, offset)]);
        let (timestamp, _) = since(found.lags[0]);
        assert!(is_exact(NOW, timestamp, truth), "{offset}: {} {}", NOW - timestamp, NOW - truth);
    }
}

#[test]
fn a_group_that_stands_before_a_marker_is_as_old_as_the_marker() {
    // The last offset is the marker of a transaction: brokers give it out like a record.
    let log = ModelLog::new([NOW - 2 * HOUR, NOW - 2 * HOUR + 40, NOW - 2 * HOUR + 90]);
    let found = Cluster::new(vec![log]).search(NOW, &[(0, 2)]);
    let (timestamp, method) = since(found.lags[0]);
    assert!(is_exact(NOW, timestamp, NOW - 2 * HOUR + 90) && method == LagMethod::Timestamp);
}

#[test]
fn a_record_from_the_future_is_not_older_than_now() {
    let log = ModelLog::new([NOW - HOUR, NOW + HOUR]);
    assert_eq!(since(Cluster::new(vec![log]).search(NOW, &[(0, 1)]).lags[0]).0, NOW);
    let fast_clock = ModelLog::new((0..100).map(|index| NOW - 95 * SECOND + index * SECOND));
    let (timestamp, _) = since(Cluster::new(vec![fast_clock]).search(NOW, &[(0, 99)]).lags[0]);
    assert!((NOW - SECOND..=NOW).contains(&timestamp));
}

#[test]
fn behind_a_record_of_the_far_future_nothing_is_known() {
    let log = ModelLog::new([NOW - HOUR, NOW + 400 * 24 * HOUR, NOW - MINUTE, NOW - SECOND]);
    let mut cluster = Cluster::new(vec![log]);
    let found = cluster.search(NOW, &[(0, 3)]);
    assert_eq!((&found.lags[..], found.lookups.deferred), (&[LagSeconds::Unknown][..], 0));
}

#[test]
fn records_without_timestamps_are_passed_over() {
    let log = ModelLog::new([-1, -1, -1, NOW - HOUR, NOW - MINUTE]);
    let found = Cluster::new(vec![log]).search(NOW, &[(0, 1)]);
    assert_eq!(since(found.lags[0]), (NOW - HOUR, LagMethod::FirstRetained));
    let mut cluster = Cluster::new(vec![ModelLog::new([-1, -1, -1])]);
    let none = cluster.search(NOW, &[(0, 1)]);
    assert_eq!((&none.lags[..], none.lookups.deferred), (&[LagSeconds::Unknown][..], 0));
    // Until one with a timestamp comes.
    cluster.logs[0].append(NOW + SECOND);
    assert_eq!(since(cluster.search(NOW + MINUTE, &[(0, 1)]).lags[0]).0, NOW + SECOND);
}

#[test]
fn a_failed_question_takes_only_its_own_partition() {
    let mut cluster = Cluster::new(vec![EVERY_SECOND(), EVERY_SECOND()]);
    let failing = |logs: &[ModelLog], slot: Slot, time: i64| {
        if slot == 0 { Err(Reason::Timeout) } else { Ok(logs[slot as usize].at_or_after(time)) }
    };
    let found = cluster.search_with(NOW, &[(0, 500), (1, 500)], failing);
    assert_eq!((found.lags[0], found.lookups.deferred), (LagSeconds::Unknown, 0));
    assert!(is_exact(NOW, since(found.lags[1]).0, cluster.logs[1].first_from(500).unwrap()));
    let again = cluster.search(NOW, &[(0, 500), (1, 500)]);
    assert!(is_exact(NOW, since(again.lags[0]).0, cluster.logs[0].first_from(500).unwrap()));
}
