//! Directly after a restart: no ring, nothing remembered.

use proptest::prelude::*;

use super::*;

/// How records come: the gaps between them, in milliseconds.
#[derive(Clone, Debug)]
enum Rhythm {
    Steady(i64),
    /// So many in the same millisecond, then nothing for so long.
    Bursts(i64, i64),
    /// A day and a night: the second gap is for every other half day.
    Tides(i64, i64),
    /// One record after the other, each gap by itself.
    Any(Vec<i64>),
}

fn timestamps(rhythm: &Rhythm, count: i64, last_age: i64) -> Vec<i64> {
    let mut time = 0;
    let mut times = Vec::new();
    for index in 0..count {
        let gap = match rhythm {
            Rhythm::Steady(gap) => *gap,
            Rhythm::Bursts(many, pause) => i64::from(index % many == 0) * pause,
            Rhythm::Tides(day, night) => {
                if (time / (12 * HOUR)) % 2 == 0 {
                    *day
                } else {
                    *night
                }
            }
            Rhythm::Any(gaps) => gaps[usize::try_from(index).unwrap() % gaps.len()],
        };
        time += gap;
        times.push(time);
    }
    let shift = NOW - last_age - time;
    times.into_iter().map(|time| time + shift).filter(|time| *time >= 0).collect()
}

fn rhythm() -> impl Strategy<Value = Rhythm> {
    prop_oneof![
        (1..20_000_i64).prop_map(Rhythm::Steady),
        (1..500_i64, 1..HOUR).prop_map(|(many, pause)| Rhythm::Bursts(many, pause)),
        (1..200_i64, 1..30_000_i64).prop_map(|(day, night)| Rhythm::Tides(day, night)),
        prop::collection::vec(prop_oneof![4 => 0..5_i64, 4 => 0..2_000_i64, 1 => 0..5 * HOUR], 1..60)
            .prop_map(Rhythm::Any),
    ]
}

proptest! {
    #[test]
    fn the_error_is_below_a_second_or_five_percent(
        rhythm in rhythm(),
        count in 2..20_000_i64,
        last_age in 0..2 * MINUTE,
        shares in prop::collection::vec(0.0..1.0_f64, 1..6),
    ) {
        let log = ModelLog::new(timestamps(&rhythm, count, last_age));
        prop_assume!(log.end > 0);
        #[expect(clippy::cast_possible_truncation)]
        let commits: Vec<_> = shares.iter().map(|share| (0, (log.end as f64 * share) as i64)).collect();
        let mut cluster = Cluster::new(vec![log.clone()]);
        let found = cluster.search(NOW, &commits);
        prop_assert!(found.rounds <= ROUNDS);
        for ((_, offset), lag) in commits.iter().zip(&found.lags) {
            let truth = log.first_from(*offset).unwrap();
            let (timestamp, method) = since(*lag);
            prop_assert_eq!(method, LagMethod::Timestamp);
            prop_assert!(is_exact(NOW, timestamp, truth), "{} found {} truth {}", offset, NOW - timestamp, NOW - truth);
        }
        // Nothing has moved: nothing is asked again a little later, and it is as exact as before.
        let later = NOW + 15 * SECOND;
        let again = cluster.search(later, &commits);
        for ((_, offset), lag) in commits.iter().zip(&again.lags) {
            let truth = log.first_from(*offset).unwrap();
            prop_assert!(is_exact(later, since(*lag).0, truth));
        }
    }

    #[test]
    fn it_is_as_exact_where_records_were_deleted_by_request(
        rhythm in rhythm(),
        count in 2..20_000_i64,
        segment in 1..5_000_i64,
        (deleted, share) in (0.0..1.0_f64, 0.0..1.0_f64),
    ) {
        let mut log = ModelLog::new(timestamps(&rhythm, count, SECOND));
        prop_assume!(log.end > 0);
        #[expect(clippy::cast_possible_truncation)]
        let [low, offset] = [deleted, share].map(|share| (log.end as f64 * share) as i64);
        log.delete_to(low, segment);
        let truth = log.first_from(offset).unwrap();
        let found = Cluster::new(vec![log]).search(NOW, &[(0, offset)]);
        let (timestamp, _) = since(found.lags[0]);
        prop_assert!(is_exact(NOW, timestamp, truth), "{} found {} truth {}", offset, NOW - timestamp, NOW - truth);
    }

    #[test]
    fn with_timestamps_out_of_order_it_is_wrong_by_no_more_than_the_disorder(
        gaps in prop::collection::vec(0..5_000_i64, 50..400),
        disorder in prop::collection::vec(0..20 * SECOND, 50..400),
        share in 0.0..1.0_f64,
    ) {
        let mut time = NOW - 6 * HOUR;
        let times = gaps.iter().zip(&disorder).map(|(gap, late)| {
            time += gap;
            time - late
        });
        let log = ModelLog::new(times);
        #[expect(clippy::cast_possible_truncation)]
        let offset = (log.end as f64 * share) as i64;
        let truth = log.first_from(offset).unwrap();
        let (timestamp, _) = since(Cluster::new(vec![log]).search(NOW, &[(0, offset)]).lags[0]);
        let allowed = 20 * SECOND + 6 * HOUR / 20;
        prop_assert!((timestamp - truth).abs() <= allowed, "{}", timestamp - truth);
    }

    #[test]
    fn whatever_is_answered_the_search_ends(
        answers in prop::collection::vec(prop::option::of((-5..200_i64, -5..2 * NOW)), 1..40),
        offset in 0..100_i64,
    ) {
        let mut cluster = Cluster::new(vec![ModelLog::new((0..100).map(|index| NOW - HOUR + index))]);
        let next = core::cell::Cell::new(0);
        let found = cluster.search_with(NOW, &[(0, offset)], |_, _, _| {
            let index = next.replace(next.get() + 1);
            Ok(answers[index % answers.len()])
        });
        prop_assert!(found.rounds <= ROUNDS);
        if let LagSeconds::Since { timestamp, .. } = found.lags[0] {
            prop_assert!(timestamp <= NOW);
        }
    }
}

#[test]
fn near_the_end_of_a_log_that_is_quiet_since_a_search_ends_in_its_rounds() {
    let log = ModelLog::new(timestamps(&Rhythm::Tides(150, 1), 15_019, 27_106));
    let commits = [(0, 15_009), (0, 8_214)];
    let found = Cluster::new(vec![log.clone()]).search(NOW, &commits);
    for ((_, offset), lag) in commits.iter().zip(&found.lags) {
        assert!(is_exact(NOW, since(*lag).0, log.first_from(*offset).unwrap()), "{offset} {found:?}");
    }
}

/// Answers as the log does that is the worst one for a search of offset 500: of what is open, the larger part stays open. The offsets
/// that it tells are so far from 500, on either side.
fn worst_answers(oldest: i64, before: i64, behind: i64) -> impl Fn(i64) -> Option<(i64, i64)> {
    let open = core::cell::Cell::new((oldest, NOW, 500 - before, 500 + behind));
    let steps = |time: i64| ((NOW - time + 20 * SECOND) as f64).ln();
    move |time| {
        let (low, high, low_offset, high_offset) = open.get();
        if time > low && time < high {
            let is_behind = steps(low) - steps(time) > steps(time) - steps(high);
            open.set(if is_behind {
                (low, time, low_offset, high_offset - 1)
            } else {
                (time, high, low_offset + 1, high_offset)
            });
        }
        let (low, high, low_offset, high_offset) = open.get();
        Some(if time <= low { (low_offset, low) } else { (high_offset, high) })
    }
}

#[test]
fn however_badly_offsets_tell_the_time_a_search_ends_in_its_rounds() {
    for oldest in [1, NOW - 365 * 24 * HOUR, NOW - 10 * HOUR, NOW - MINUTE] {
        for (before, behind) in [(20, 20), (20, 450), (450, 20), (450, 450)] {
            let answers = worst_answers(oldest, before, behind);
            let mut cluster = Cluster::new(vec![ModelLog::new((0..1000).map(|index| NOW - index))]);
            let found = cluster.search_with(NOW, &[(0, 500)], |_, _, time| Ok(answers(time)));
            let (timestamp, _) = since(found.lags[0]);
            // Whichever of the times that are still open it is.
            for (_, truth) in [0, NOW].map(|time| answers(time).unwrap()) {
                assert!(is_exact(NOW, timestamp, truth), "{oldest} {before} {behind} {found:?}");
            }
        }
    }
}

#[test]
fn a_typical_search_needs_few_questions() {
    let mut rounds = Vec::new();
    for gap in [7, 50, 400, 3_000] {
        for (index, rhythm) in
            [Rhythm::Steady(gap), Rhythm::Bursts(30, 30 * gap), Rhythm::Tides(gap, 10 * gap)]
                .iter()
                .enumerate()
        {
            let log = ModelLog::new(timestamps(rhythm, 40_000, SECOND));
            for part in 0..50 {
                let offset = log.end - 1 - part * part * (log.end / 2_600) - i64::try_from(index).unwrap();
                let mut cluster = Cluster::new(vec![log.clone()]);
                let found = cluster.search(NOW, &[(0, offset.max(0))]);
                assert!(is_exact(NOW, since(found.lags[0]).0, log.first_from(offset.max(0)).unwrap()));
                rounds.push(found.rounds);
            }
        }
    }
    rounds.sort_unstable();
    let at = |percent: usize| rounds[(rounds.len() - 1) * percent / 100];
    let mean = rounds.iter().sum::<usize>() as f64 / rounds.len() as f64;
    println!(
        "{} searches: mean {mean:.2}, median {}, p90 {}, p99 {}, max {}",
        rounds.len(),
        at(50),
        at(90),
        at(99),
        at(100)
    );
    assert!(mean <= 4.5 && at(50) <= 4 && at(90) <= 5 && at(100) <= ROUNDS, "{rounds:?}");
}
