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
    let found = Cluster::new(vec![log]).search(NOW, &[(0, 17)]);
    assert_eq!(
        (&found.lags[..], &found.lookups.unread),
        (&[LagSeconds::Unknown][..], &[(Reason::Empty, 1)].into())
    );
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
fn records_that_were_deleted_by_request_hide_nothing_before_their_segment_goes() {
    // Kafka Streams deletes so from its own topics every 30 s.
    for (low, commit) in
        [(3_000, 3_000), (3_000, 17), (3_000, 4_000), (2_999, 5_000), (3_001, 9_000), (9_990, 9_995)]
    {
        let mut log = EVERY_SECOND();
        log.delete_to(low, 1_000);
        let truth = log.first_from(commit).unwrap();
        let mut cluster = Cluster::new(vec![log]);
        let found = cluster.search(NOW, &[(0, commit)]);
        let (timestamp, method) = since(found.lags[0]);
        assert!(is_exact(NOW, timestamp, truth), "{low} {commit}: {} {}", NOW - timestamp, NOW - truth);
        assert_eq!(method == LagMethod::FirstRetained, commit < low, "{low} {commit}");
        assert!(found.lookups.unread.is_empty() && found.rounds < ROUNDS, "{found:?}");
        assert_eq!(cluster.search(NOW + SECOND, &[(0, commit)]).questions, 0, "{low} {commit}");
    }
}

#[test]
fn what_is_deleted_while_a_group_stands_does_not_change_what_is_known_of_it() {
    let mut cluster = Cluster::new(vec![EVERY_SECOND()]);
    let truth = cluster.logs[0].first_from(6_000).unwrap();
    for cycle in 0..10 {
        let now = NOW + cycle * 15 * SECOND;
        let found = cluster.search(now, &[(0, 6_000)]);
        assert!(is_exact(now, since(found.lags[0]).0, truth), "{cycle}: {found:?}");
        // And of one that comes behind it.
        let near = cluster.search(now, &[(0, 6_000), (0, 6_000 + 100 * cycle)]);
        let behind = cluster.logs[0].first_from(6_000 + 100 * cycle).unwrap();
        assert!(is_exact(now, since(near.lags[1]).0, behind), "{cycle}: {near:?}");
        cluster.logs[0].delete_to(600 * cycle, 500);
    }
}

#[test]
fn a_broker_that_does_not_know_the_largest_timestamp_leaves_it_unknown_and_counted() {
    let mut log = EVERY_SECOND();
    log.delete_to(3_000, 1_000);
    let old = |logs: &[ModelLog], slot: Slot, time: i64| match time {
        lag::Question::LARGEST => Err(Reason::Unexpected),
        time => Ok(logs[slot as usize].at_or_after(time)),
    };
    let found = Cluster::new(vec![log]).search_with(NOW, &[(0, 3_000)], old);
    assert_eq!(found.lags, [LagSeconds::Unknown]);
    assert_eq!(found.lookups.unread, [(Reason::Unexpected, 1)].into());
}

#[test]
fn a_record_from_the_future_is_not_older_than_now() {
    let log = ModelLog::new([NOW - HOUR, NOW + MINUTE]);
    assert_eq!(since(Cluster::new(vec![log]).search(NOW, &[(0, 1)]).lags[0]).0, NOW);
    let fast_clock = ModelLog::new((0..100).map(|index| NOW - 95 * SECOND + index * SECOND));
    let (timestamp, _) = since(Cluster::new(vec![fast_clock]).search(NOW, &[(0, 99)]).lags[0]);
    assert!((NOW - SECOND..=NOW).contains(&timestamp));
}

#[test]
fn at_and_behind_a_record_of_the_far_future_the_lag_is_what_was_seen() {
    let year = 365 * 24 * HOUR;
    let mut cluster = Cluster::new(vec![ModelLog::new([NOW + year, NOW - 5 * MINUTE, NOW - 5 * MINUTE])]);
    let at_and_behind = [(0, 0), (0, 1)];
    cluster.observe(NOW);
    let first = cluster.search(NOW, &at_and_behind);
    assert_eq!(first.lags, [LagSeconds::Unknown; 2], "0 would say that they are nearly done");
    assert_eq!(first.lookups.unread, [(Reason::Unexpected, 2)].into());
    // It is at least so long, however long they stand, and no question more.
    for cycle in 1..100 {
        let now = NOW + cycle * 15 * SECOND;
        cluster.logs[0].append(now);
        cluster.observe(now);
        let found = cluster.search(now, &at_and_behind);
        assert_eq!(found.lags.iter().map(|lag| since(*lag)).collect::<Vec<_>>(), [(NOW, LagMethod::Seen); 2]);
        assert_eq!((found.questions, found.lookups.unread), (0, [(Reason::Unexpected, 2)].into()), "{cycle}");
    }
    // Also when its time has come.
    let then = NOW + year;
    assert_eq!(since(cluster.search(then, &[(0, 0)]).lags[0]), (NOW, LagMethod::Seen));
}

#[test]
fn behind_a_record_of_the_far_future_nothing_is_known() {
    let log = ModelLog::new([NOW - HOUR, NOW + 400 * 24 * HOUR, NOW - MINUTE, NOW - SECOND]);
    let mut cluster = Cluster::new(vec![log]);
    let found = cluster.search(NOW, &[(0, 3)]);
    assert_eq!((&found.lags[..], found.lookups.deferred), (&[LagSeconds::Unknown][..], 0));
    assert_eq!(found.lookups.unread, [(Reason::Unexpected, 1)].into());
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
