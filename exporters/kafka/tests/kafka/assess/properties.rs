//! The arithmetic holds for any offsets that a broker could say.

use jiff::Timestamp;
use lookout_kafka::assess::standing::{Standing, TopicStanding, lag_seconds};
use lookout_kafka::model::LagSeconds;
use lookout_kafka_spec::labels::LagMethod;
use proptest::prelude::*;

use super::world::{World, group, partition};

/// Offsets, with those at the edges more often than chance would have it.
fn any_offset() -> impl Strategy<Value = i64> {
    prop_oneof![0..1_000_i64, Just(0), Just(i64::MAX), Just(i64::MAX - 1), 0..=i64::MAX]
}

proptest! {
    #[test]
    fn a_standing_is_neither_negative_nor_out_of_range(
        commit in prop_oneof![any_offset(), any::<i64>()],
        end in prop::option::of(any_offset()),
        low in prop::option::of(any_offset()),
    ) {
        let standing = Standing::new(commit, end, low);
        prop_assert_eq!(standing.lag.is_some(), end.is_some());
        prop_assert_eq!(standing.is_beyond_end, end.is_some_and(|end| commit > end));
        prop_assert!(!standing.is_beyond_end || standing.lag == Some(0));
        prop_assert!(standing.retention_used.is_none_or(|ratio| (0.0..=1.0).contains(&ratio)), "{:?}", standing);
        prop_assert!(standing.lost.is_none_or(|lost| lost == 0 || low.is_some_and(|low| commit < low)));
        prop_assert!(standing.retention_used.is_none() || (end.is_some() && low.is_some()));
        prop_assert!(standing.lost.unwrap_or(0) == 0 || standing.retention_used.is_none_or(|ratio| ratio >= 1.0));
    }

    #[test]
    fn a_sum_is_known_if_every_part_is(
        parts in prop::collection::vec(
            (any_offset(), prop::option::weighted(0.9, any_offset()), prop::option::weighted(0.9, any_offset())),
            0..30,
        ),
        velocity in prop::option::of(any::<f64>()),
    ) {
        let mut sum = TopicStanding::default();
        let mut offsets = 0_u128;
        for (commit, end, low) in &parts {
            sum.add(*commit, &Standing::new(*commit, *end, *low));
            offsets += u128::try_from(*commit).unwrap();
        }
        prop_assert_eq!(sum.offsets, offsets);
        prop_assert_eq!(sum.lag.is_some(), parts.iter().all(|(_, end, _)| end.is_some()));
        prop_assert!(sum.retention_used.is_none_or(|ratio| (0.0..=1.0).contains(&ratio)));
        prop_assert!(sum.drain_time(velocity).is_none_or(|time| time.is_finite() && time >= 0.0));
    }

    #[test]
    fn a_lag_in_seconds_is_a_number_that_is_not_negative(timestamp in any::<i64>(), now in 0..4_000_000_000_i64) {
        let lag = LagSeconds::Since { timestamp, method: LagMethod::Timestamp };
        let seconds = lag_seconds(lag, Timestamp::from_second(now).unwrap());
        prop_assert_eq!(seconds.is_some(), timestamp >= 0);
        prop_assert!(seconds.is_none_or(|(seconds, _)| seconds.is_finite() && seconds >= 0.0));
    }

}

proptest! {
    // Each case is a whole exposition.
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_is_read_no_row_is_invalid_and_none_but_velocity_and_leader_negative(
        partitions in prop::collection::vec((any_offset(), any_offset(), any_offset(), any::<[bool; 4]>()), 1..12),
        velocity in prop::option::of(-1e9..1e9),
    ) {
        let made = |(low, end, _, [is_offline, has_low, is_read, _]): &(i64, i64, i64, [bool; 4])| {
            let made = partition(*low, *end);
            let made = if *is_offline { made.offline() } else { made };
            let made = if *has_low { made } else { made.without_low() };
            if *is_read { made } else { made.unread() }
        };
        let topic: Vec<_> = partitions.iter().map(made).collect();
        let is_committed = |(_, (_, _, _, [_, _, _, is_committed])): &(u32, &(i64, i64, i64, [bool; 4]))| *is_committed;
        let commits: Vec<_> = (0..)
            .zip(&partitions)
            .filter(is_committed)
            .map(|(number, (_, _, commit, _))| ("t", number, *commit))
            .collect();
        let mut world = World::new().topic("t", &topic).group(group("g"), &commits);
        for progress in &mut world.cycle.progress {
            progress.lag_velocity = velocity;
        }
        // `scrape` fails if a row was left out.
        let scrape = world.scrape();
        for sample in scrape.samples() {
            let may_be_negative = ["kafka_topic_partition_leader", "kafka_consumergroup_lag_velocity"];
            prop_assert!(sample.value >= 0.0 || may_be_negative.contains(&&*sample.name), "{:?}", sample);
            prop_assert!(!sample.name.ends_with("_ratio") || sample.value <= 1.0, "{:?}", sample);
        }
        let lags = scrape.samples().filter(|sample| sample.name == "kafka_consumergroup_lag").count();
        let known = commits.iter().filter(|(_, number, _)| {
            let [is_offline, _, is_read, _] = partitions[*number as usize].3;
            !is_offline && is_read
        });
        prop_assert_eq!(lags, known.count());
    }
}
