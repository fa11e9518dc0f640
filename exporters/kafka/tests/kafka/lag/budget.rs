//! When there are more lags than questions.

use super::*;

fn crowd(partitions: i64) -> (Cluster, Vec<(Slot, i64)>) {
    let logs = (0..partitions)
        .map(|slot| ModelLog::new((0..2_000).map(|index| NOW - 9 * HOUR + slot + index * 9 * SECOND)));
    let cluster = Cluster::new(logs.collect());
    (
        cluster,
        (0..).take(usize::try_from(partitions).unwrap()).map(|slot| (slot, 700 + i64::from(slot))).collect(),
    )
}

fn known(found: &Found) -> usize {
    found.lags.iter().filter(|lag| **lag != LagSeconds::Unknown).count()
}

#[test]
fn no_more_is_asked_than_the_budget_and_the_rest_is_counted() {
    let (mut cluster, commits) = crowd(100);
    cluster.settings.lag.timestamp_lookups = 40;
    let found = cluster.search(NOW, &commits);
    assert!(found.questions <= 40);
    assert_eq!(found.lookups.asked, found.questions as u64);
    assert!(known(&found) >= 5, "searched to the end: {}", known(&found));
    assert_eq!(found.lookups.deferred, 100 - known(&found) as u64);
}

#[test]
fn everybody_has_a_turn_and_what_is_known_stays() {
    let (mut cluster, commits) = crowd(100);
    cluster.settings.lag.timestamp_lookups = 40;
    let mut last = 0;
    for cycle in 0..20 {
        let found = cluster.search(NOW + cycle * 15 * SECOND, &commits);
        assert!(known(&found) >= last, "{} after {last}", known(&found));
        last = known(&found);
    }
    assert_eq!(last, 100);
    assert_eq!(cluster.search(NOW + HOUR, &commits).questions, 0);
}

#[test]
fn groups_that_move_have_a_turn_too() {
    let (mut cluster, mut commits) = crowd(100);
    cluster.settings.lag.timestamp_lookups = 60;
    let mut seen = [false; 100];
    for cycle in 0..30 {
        let found = cluster.search(NOW + cycle * 15 * SECOND, &commits);
        assert!(found.questions <= 60);
        for (seen, lag) in seen.iter_mut().zip(&found.lags) {
            *seen |= *lag != LagSeconds::Unknown;
        }
        for (_, offset) in &mut commits {
            *offset += 3;
        }
    }
    assert!(seen.iter().all(|seen| *seen), "{seen:?}");
}

#[test]
fn a_budget_of_one_still_comes_to_an_end() {
    let (mut cluster, commits) = crowd(2);
    cluster.settings.lag.timestamp_lookups = 1;
    let cycles = (0..50).position(|_| known(&cluster.search(NOW, &commits)) == 2);
    assert!(cycles.is_some_and(|cycles| cycles < 20), "{cycles:?}");
}

#[test]
fn questions_that_the_time_did_not_suffice_for_are_deferred_and_those_that_failed_are_not() {
    let (mut cluster, commits) = crowd(10);
    let commits: Vec<_> =
        commits.iter().map(|(slot, offset)| Commit { offset: *offset, slot: *slot }).collect();
    let (end, low) = (cluster.column(|log| log.end), cluster.column(|log| log.low));
    let facts = Facts {
        at: Timestamp::from_millisecond(NOW).unwrap(),
        topology: &cluster.topology,
        end: &end,
        low: &low,
        commits: &commits,
        unsought: &[],
        ring: cluster.history.ring(),
        configurations: None,
        settings: &cluster.settings,
    };
    let mut search = Search::new(facts, &mut cluster.memory);
    assert_eq!(search.questions().len(), 10);
    search.answer(3, Err(Reason::Timeout));
    let (lags, lookups) = search.finish();
    let unread = [(Reason::Timeout, 1)].into();
    assert_eq!((lags, lookups), (vec![LagSeconds::Unknown; 10], Lookups { asked: 10, deferred: 9, unread }));
}
