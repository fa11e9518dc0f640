//! From cycle to cycle: the ring, what is remembered, groups that move.

use super::*;

const PERIOD: i64 = 15 * SECOND;

/// A producer of one record each 100 ms that has been watched for so many cycles before [`NOW`].
fn watched(cycles: i64) -> Cluster {
    let begin = NOW - cycles * PERIOD;
    let mut cluster = Cluster::new(vec![ModelLog::new((0..36_000).map(|index| begin - HOUR + index * 100))]);
    for cycle in 0..=cycles {
        produce_until(&mut cluster, begin + cycle * PERIOD, 100);
        cluster.observe(begin + cycle * PERIOD);
    }
    cluster
}

fn produce_until(cluster: &mut Cluster, time: i64, gap: i64) {
    let log = &mut cluster.logs[0];
    let mut next = log.first_from(log.end - 1).unwrap() + gap;
    while next <= time {
        log.append(next);
        next += gap;
    }
}

#[test]
fn small_lags_of_a_steady_producer_are_exact_without_a_question() {
    let mut cluster = watched(20);
    let end = cluster.logs[0].end;
    for behind in [1, 2, 149, 150, 151, 600, 1_500] {
        let found = cluster.search(NOW, &[(0, end - behind)]);
        let (timestamp, method) = since(found.lags[0]);
        assert_eq!((found.questions, method), (0, LagMethod::Interpolated));
        let truth = cluster.logs[0].first_from(end - behind).unwrap();
        assert!((timestamp - truth).abs() <= SECOND, "{behind}: {}", timestamp - truth);
    }
}

#[test]
fn the_rate_of_the_ring_is_a_good_first_guess() {
    let mut cluster = watched(20);
    let offset = cluster.logs[0].end - 20_000;
    let found = cluster.search(NOW, &[(0, offset)]);
    assert!(found.rounds <= 3, "{found:?}");
    assert!(is_exact(NOW, since(found.lags[0]).0, cluster.logs[0].first_from(offset).unwrap()));
}

#[test]
fn a_group_that_has_stopped_is_asked_for_once() {
    let mut cluster = watched(20);
    let (mut questions, offset) = (0, cluster.logs[0].end - 40);
    let truth = cluster.logs[0].first_from(offset).unwrap();
    for cycle in 0..60 {
        let now = NOW + cycle * PERIOD;
        produce_until(&mut cluster, now, 100);
        if cycle > 0 {
            cluster.observe(now);
        }
        let found = cluster.search(now, &[(0, offset)]);
        questions += found.questions;
        assert_eq!(since(found.lags[0]).1, LagMethod::Interpolated, "{cycle}");
        assert!((since(found.lags[0]).0 - truth).abs() <= SECOND);
    }
    assert_eq!(questions, 1, "whether timestamps agree, before the ring forgets it");
}

#[test]
fn what_is_back_filled_is_as_old_as_its_timestamps_say_before_it_is_old_by_arrival() {
    let month = 30 * 24 * HOUR;
    let mut cluster = Cluster::new(vec![ModelLog::new([])]);
    cluster.observe(NOW - PERIOD);
    (0..500).for_each(|index| cluster.logs[0].append(NOW - month + index));
    let mut methods = Vec::new();
    for cycle in 0..40 {
        let now = NOW + cycle * PERIOD;
        cluster.observe(now);
        let (timestamp, method) = since(cluster.search(now, &[(0, 100)]).lags[0]);
        let by_arrival = (NOW - PERIOD..=NOW).contains(&timestamp);
        assert!(by_arrival == (method == LagMethod::Interpolated), "{cycle}");
        assert!(by_arrival || is_exact(now, timestamp, NOW - month + 100), "{cycle}: {}", now - timestamp);
        methods.push(method);
    }
    // Within the minutes of the ring it is said when it came; from then on every replica says the same.
    let changed = methods.iter().filter(|method| **method == LagMethod::Interpolated).count();
    assert!(
        (1..=13).contains(&changed)
            && methods[changed..].iter().all(|method| *method == LagMethod::Timestamp)
    );
}

#[test]
fn what_could_not_be_checked_is_said_and_not_kept() {
    let mut cluster = watched(20);
    let offset = cluster.logs[0].end - 40;
    let mut now = NOW;
    while cluster.memory.is_empty() && now < NOW + HOUR {
        let found = cluster.search_with(now, &[(0, offset)], |_, _, _| Err(Reason::Timeout));
        let is_known = found.lags[0] != LagSeconds::Unknown;
        assert_eq!(is_known, found.lookups.unread.is_empty());
        assert!(!is_known || since(found.lags[0]).1 == LagMethod::Interpolated);
        if !is_known {
            // The ring has forgotten it.
            return;
        }
        now += PERIOD;
        produce_until(&mut cluster, now, 100);
        cluster.observe(now);
    }
    panic!("it was kept for longer than it was known");
}

#[test]
fn a_group_that_moves_far_behind_stays_exact_for_few_questions() {
    let mut cluster = watched(20);
    let mut offset = cluster.logs[0].end - 30_000;
    let mut questions = 0;
    for cycle in 0..40 {
        let now = NOW + cycle * PERIOD;
        produce_until(&mut cluster, now, 100);
        if cycle > 0 {
            cluster.observe(now);
        }
        offset += 120;
        let found = cluster.search(now, &[(0, offset)]);
        questions += found.questions;
        assert!(is_exact(now, since(found.lags[0]).0, cluster.logs[0].first_from(offset).unwrap()));
    }
    assert!(questions <= 3 * 40, "{questions}");
}

#[test]
fn after_a_restart_the_same_is_found_by_questions() {
    let mut watched = watched(20);
    let offset = watched.logs[0].end - 700;
    let before = since(watched.search(NOW, &[(0, offset)]).lags[0]);
    let mut restarted = Cluster::new(watched.logs.clone());
    let after = since(restarted.search(NOW, &[(0, offset)]).lags[0]);
    assert_eq!((before.1, after.1), (LagMethod::Interpolated, LagMethod::Timestamp));
    let truth = watched.logs[0].first_from(offset).unwrap();
    assert!(is_exact(NOW, before.0, truth) && is_exact(NOW, after.0, truth));
}

#[test]
fn what_is_known_of_one_group_helps_the_others() {
    let log = ModelLog::new((0..100_000).map(|index| NOW - 24 * HOUR + index * 800));
    let mut cluster = Cluster::new(vec![log]);
    let first = cluster.search(NOW, &[(0, 50_000), (0, 50_020)]);
    let second = cluster.search(NOW, &[(0, 50_000), (0, 50_010), (0, 50_020)]);
    assert!(first.questions > 0);
    assert_eq!(second.questions, 0, "the one between the two is as well known as they are");
}

#[test]
fn what_was_known_of_a_truncated_partition_is_void() {
    let mut cluster =
        Cluster::new(vec![ModelLog::new((0..1_000).map(|index| NOW - 5 * HOUR + index * SECOND))]);
    cluster.observe(NOW);
    cluster.search(NOW, &[(0, 900)]);
    assert_eq!(cluster.memory.len(), 1);
    // Truncated to 500; 450 others have come since, an hour ago.
    let mut log = ModelLog::new((0..500).map(|index| NOW - 5 * HOUR + index * SECOND));
    (0..450).for_each(|index| log.append(NOW - HOUR + index * SECOND));
    cluster.logs = vec![log];
    cluster.observe(NOW + PERIOD);
    let found = cluster.search(NOW + PERIOD, &[(0, 900)]);
    assert!(found.questions > 0);
    let truth = cluster.logs[0].first_from(900).unwrap();
    assert!(is_exact(NOW + PERIOD, since(found.lags[0]).0, truth));
}

#[test]
fn a_truncation_in_a_cycle_without_a_search_is_remembered() {
    let log = ModelLog::new((0..1_000).map(|index| NOW - 5 * HOUR + index * SECOND));
    let mut cluster = Cluster::new(vec![log]);
    cluster.observe(NOW);
    cluster.search(NOW, &[(0, 900)]);
    // Cut, filled again, and forgotten by the ring before groups could be read.
    let mut log = ModelLog::new((0..500).map(|index| NOW - 5 * HOUR + index * SECOND));
    let mut now = NOW;
    for cycle in 0..100 {
        now += PERIOD;
        if cycle == 1 {
            (0..500).for_each(|index| log.append(NOW - HOUR + index * SECOND));
        }
        cluster.logs = vec![log.clone()];
        cluster.observe(now);
        cluster.memory.follow(&cluster.topology, cluster.history.ring().went_back());
    }
    let found = cluster.search(now, &[(0, 900)]);
    let truth = cluster.logs[0].first_from(900).unwrap();
    assert!(found.questions > 0 && is_exact(now, since(found.lags[0]).0, truth), "{found:?}");
}

#[test]
fn the_memory_follows_the_topology() {
    let log = ModelLog::new((0..1_000).map(|index| NOW - 5 * HOUR + index * SECOND));
    let mut cluster = Cluster::new(vec![log.clone()]);
    cluster.search(NOW, &[(0, 900)]);
    // A topic before it moves the slots.
    cluster.topology = Arc::new(cluster::topology(&[("a", 7, 1), ("t", 1, 1)]));
    cluster.logs = vec![ModelLog::new([NOW - HOUR]), log.clone()];
    let found = cluster.search(NOW + PERIOD, &[(1, 900)]);
    assert_eq!((found.questions, cluster.memory.len()), (0, 1));
    // Created again: nothing is known.
    cluster.topology = Arc::new(cluster::topology(&[("a", 7, 1), ("t", 2, 1)]));
    let found = cluster.search(NOW + PERIOD, &[(1, 900)]);
    assert!(found.questions > 0);
    // Caught up: nothing is remembered.
    cluster.search(NOW + PERIOD, &[(1, 1_000)]);
    assert!(cluster.memory.is_empty());
}
