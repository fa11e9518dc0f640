//! Records consumed, and how the lag moves.

use super::*;

fn look(watch: &mut Watch, topology: &Arc<Topology>, ends: &[i64], of: Vec<(&str, Vec<Commit>)>) -> Observed {
    watch.look(topology, ends, Some(&mut cluster::groups(of)))
}

fn consumed(observed: &Observed) -> Vec<u64> {
    observed.progress.iter().map(|progress| progress.consumed).collect()
}

#[test]
fn the_growth_of_commits_counts_by_group_and_topic() {
    let (mut watch, topics) = (Watch::new(), topology(&[("a", 1, 2), ("b", 2, 1)]));
    let ends = [1_000; 3];
    let first = vec![("g", commits(&[(0, 10), (1, 20), (2, 30)])), ("h", commits(&[(2, 5)]))];
    assert_eq!(consumed(&look(&mut watch, &topics, &ends, first)), [0, 0, 0]);
    let second = vec![("g", commits(&[(0, 15), (1, 21), (2, 30)])), ("h", commits(&[(2, 9)]))];
    let observed = look(&mut watch, &topics, &ends, second);
    assert_eq!((consumed(&observed), observed.totals.consumed_records), (vec![6, 0, 4], 10));
}

#[test]
fn a_reset_adds_nothing_and_a_new_partition_begins_at_its_first_commit() {
    let (mut watch, topics) = (Watch::new(), topology(&[("a", 1, 3)]));
    let ends = [1_000; 3];
    look(&mut watch, &topics, &ends, vec![("g", commits(&[(0, 500)]))]);
    assert_eq!(consumed(&look(&mut watch, &topics, &ends, vec![("g", commits(&[(0, 100), (2, 900)]))])), [0]);
    assert_eq!(
        consumed(&look(&mut watch, &topics, &ends, vec![("g", commits(&[(0, 150), (2, 901)]))])),
        [51]
    );
    // A commit that expires takes nothing away.
    assert_eq!(consumed(&look(&mut watch, &topics, &ends, vec![("g", commits(&[(2, 902)]))])), [52]);
}

#[test]
fn what_could_not_be_read_changes_nothing_and_catches_up() {
    let (mut watch, topics) = (Watch::new(), topology(&[("a", 1, 1)]));
    look(&mut watch, &topics, &[1_000], vec![("g", commits(&[(0, 100)]))]);
    let mut unread = cluster::groups(vec![("g", Vec::new())]);
    unread.groups[0].commits = Commits::Unread(lookout_declarations::Reason::Timeout);
    assert_eq!(watch.look(&topics, &[1_000], Some(&mut unread)).progress, []);
    // Its coordinator is down: nobody lists it. No broker lists any.
    look(&mut watch, &topics, &[1_000], Vec::new());
    watch.look(&topics, &[1_000], None);
    assert_eq!(consumed(&look(&mut watch, &topics, &[1_000], vec![("g", commits(&[(0, 160)]))])), [60]);
}

#[test]
fn what_was_consumed_survives_the_re_creation_of_the_topic() {
    let mut watch = Watch::new();
    let (first, without, second) = (
        topology(&[("a", 1, 1), ("b", 1, 1)]),
        topology(&[("b", 1, 1)]),
        topology(&[("a", 2, 1), ("b", 1, 1)]),
    );
    look(&mut watch, &first, &[100, 100], vec![("g", commits(&[(0, 10), (1, 10)]))]);
    look(&mut watch, &first, &[100, 100], vec![("g", commits(&[(0, 40), (1, 10)]))]);
    assert_eq!(consumed(&look(&mut watch, &without, &[100], vec![("g", commits(&[(0, 11)]))])), [1]);
    let observed = look(&mut watch, &second, &[5, 100], vec![("g", commits(&[(0, 2), (1, 11)]))]);
    assert_eq!(consumed(&observed), [30, 1]);
    let observed = look(&mut watch, &second, &[5, 100], vec![("g", commits(&[(0, 5), (1, 11)]))]);
    assert_eq!(consumed(&observed), [33, 1]);
}

#[test]
fn the_velocity_is_the_slope_of_the_lag_and_needs_half_the_window() {
    let (mut watch, topics) = (Watch::new(), topology(&[("a", 1, 2)]));
    for cycle in 0..30 {
        // 600 records come in 15 s, 450 are read.
        let ends = [1_000 + 400 * cycle, 1_000 + 200 * cycle];
        let of = vec![("g", commits(&[(0, 300 * cycle), (1, 150 * cycle)]))];
        let velocity = look(&mut watch, &topics, &ends, of).progress[0].lag_velocity;
        assert_eq!(velocity.is_some(), cycle >= 4);
        assert!(velocity.is_none_or(|velocity| (velocity - 10.0).abs() < 0.01), "{velocity:?}");
    }
}

#[test]
fn a_jump_of_the_lag_is_no_velocity() {
    let (mut watch, topics) = (Watch::new(), topology(&[("a", 1, 2)]));
    let ends = [1_000_000; 2];
    for cycle in 0..10 {
        look(&mut watch, &topics, &ends, vec![("g", commits(&[(0, 900_000 + cycle)]))]);
    }
    let reset = look(&mut watch, &topics, &ends, vec![("g", commits(&[(0, 0)]))]);
    assert_eq!(reset.progress[0].lag_velocity, None);
    for cycle in 0..10 {
        look(&mut watch, &topics, &ends, vec![("g", commits(&[(0, 15 * cycle)]))]);
    }
    let added = look(&mut watch, &topics, &ends, vec![("g", commits(&[(0, 150), (1, 0)]))]);
    assert_eq!(added.progress[0].lag_velocity, None);
}

#[test]
fn an_end_that_goes_back_is_no_velocity_also_while_the_group_cannot_be_read() {
    let topics = topology(&[("a", 1, 1), ("b", 2, 1)]);
    let of = |cycle| vec![("g", commits(&[(0, cycle), (1, cycle)]))];
    for is_read in [true, false] {
        let mut watch = Watch::new();
        for cycle in 0..20 {
            look(&mut watch, &topics, &[100_000 + cycle, 100_000 + cycle], of(cycle));
        }
        // The first topic lost its tail.
        let ends = [60_020, 100_020];
        let mut observed =
            if is_read { look(&mut watch, &topics, &ends, of(20)) } else { watch.look(&topics, &ends, None) };
        if !is_read {
            observed = look(&mut watch, &topics, &ends, of(20));
        }
        let [cut, whole] = observed.progress[..] else { panic!("{observed:?}") };
        assert_eq!((cut.lag_velocity, whole.lag_velocity.is_some()), (None, true), "{is_read}");
        for cycle in 21..40 {
            let ends = [60_000 + cycle, 100_000 + cycle];
            let velocity = look(&mut watch, &topics, &ends, of(cycle)).progress[0].lag_velocity;
            assert!(velocity.is_none_or(|velocity| velocity.abs() < 0.01), "{velocity:?}");
        }
    }
}

#[test]
fn what_was_consumed_of_many_topics_is_kept_when_none_is_shown() {
    let names: Vec<String> = (0..3_000).map(|topic| format!("t-{topic:05}")).collect();
    let all: Vec<_> = names.iter().map(|name| (name.as_str(), 1, 1)).collect();
    let (mut watch, all, none) = (Watch::new(), topology(&all), topology(&[]));
    let at = |offset| vec![("g", (0..3_000).map(|slot| Commit { offset, slot }).collect())];
    let ends = vec![100; 3_000];
    look(&mut watch, &all, &ends, at(10));
    look(&mut watch, &all, &ends, at(17));
    watch.look(&none, &[], None);
    assert!(consumed(&look(&mut watch, &all, &ends, at(20))).iter().all(|consumed| *consumed == 7));
}

#[test]
fn an_end_that_is_not_known_leaves_a_gap_and_no_wrong_slope() {
    let (mut watch, topics) = (Watch::new(), topology(&[("a", 1, 2)]));
    for cycle in 0..40 {
        let second = if cycle % 3 == 0 { -1 } else { 15 * cycle };
        let of = vec![("g", commits(&[(0, 0), (1, 0)]))];
        let velocity = look(&mut watch, &topics, &[15 * cycle, second], of).progress[0].lag_velocity;
        assert!(velocity.is_none_or(|velocity| (velocity - 2.0).abs() < 0.01), "{velocity:?}");
        assert!(velocity.is_some() || cycle < 8);
    }
    // Not known for longer than the window: nothing is said.
    let mut last = Some(0.0);
    for cycle in 40..50 {
        let of = vec![("g", commits(&[(0, 0), (1, 0)]))];
        last = look(&mut watch, &topics, &[15 * cycle, -1], of).progress[0].lag_velocity;
    }
    assert_eq!(last, None);
}

#[test]
fn a_share_group_consumes_nothing_that_is_known_and_its_lag_moves_as_it_is_told() {
    let mut watch = Watch::new();
    let topology = topology(&[("t", 1, 1)]);
    let mut last = Observed::default();
    for step in 0..8 {
        let mut groups = cluster::groups(vec![("share", commits(&[(0, 10 * step)]))]);
        groups.groups[0].told_lags = Some([u64::try_from(1_000 - 30 * step).ok()].into());
        last = watch.look(&topology, &[10_000], Some(&mut groups));
    }
    assert_eq!((last.progress[0].consumed, last.totals.consumed_records), (0, 0));
    let velocity = last.progress[0].lag_velocity.unwrap();
    assert!((velocity + 2.0).abs() < 1e-3, "{velocity}");
    for _ in 0..40 {
        let mut groups = cluster::groups(vec![("share", commits(&[(0, 70)]))]);
        groups.groups[0].told_lags = Some([None].into());
        last = watch.look(&topology, &[10_000], Some(&mut groups));
    }
    assert_eq!(last.progress[0].lag_velocity, None);
}
