//! The granularity that fits the budget.

use lookout_declarations::Reason;
use lookout_exposition::Batch;
use lookout_kafka::assess;
use lookout_kafka::assess::granularity::{Counts, Effective, budget, fit};
use lookout_kafka::model::{LagSeconds, Produced};
use lookout_kafka_spec::Settings;
use lookout_kafka_spec::config::{ClusterSettings, GroupGranularity as Groups, TopicGranularity as Topics};
use proptest::prelude::*;

use super::world::{FINEST, World, fixed_now, group, partition, view};

const COUNTS: Counts = Counts {
    brokers: 3,
    topics: 1_000,
    partitions: 10_000,
    groups: 500,
    group_topics: 2_000,
    commits: 20_000,
    has_lag_seconds: true,
    is_partial: false,
};

fn at(topics: Topics, groups: Groups) -> Effective {
    Effective { topics, groups }
}

#[test]
fn what_fits_stays_as_configured() {
    assert_eq!(fit(&COUNTS, FINEST, 1_000_000, FINEST), FINEST);
    let configured = at(Topics::Cluster, Groups::Topic);
    assert_eq!(fit(&COUNTS, configured, 1_000_000, configured), configured);
}

#[test]
fn as_the_budget_shrinks_partitions_go_first_and_topics_before_groups() {
    let mut seen = vec![FINEST];
    for budget in (0..=COUNTS.rows(FINEST)).rev().step_by(50) {
        let fitting = fit(&COUNTS, FINEST, budget, FINEST);
        if seen.last() != Some(&fitting) {
            seen.push(fitting);
        }
    }
    let expected = [
        FINEST,
        at(Topics::Topic, Groups::Partition),
        // The commits are more than the partitions: to leave out them alone saves more.
        at(Topics::Partition, Groups::Topic),
        at(Topics::Topic, Groups::Topic),
        at(Topics::Cluster, Groups::Topic),
        at(Topics::Topic, Groups::Group),
        at(Topics::Cluster, Groups::Group),
    ];
    assert_eq!(seen, expected);
}

#[test]
fn a_million_partitions_are_shown_by_topic() {
    let counts = Counts {
        brokers: 9,
        topics: 20_000,
        partitions: 1_000_000,
        groups: 20_000,
        group_topics: 40_000,
        commits: 200_000,
        ..COUNTS
    };
    assert_eq!(fit(&counts, FINEST, 1_000_000, FINEST), at(Topics::Topic, Groups::Topic));
}

#[test]
fn finer_series_come_back_only_when_there_is_room_to_spare() {
    let rows = COUNTS.rows(FINEST);
    let coarser = fit(&COUNTS, FINEST, rows - 1, FINEST);
    assert_ne!(coarser, FINEST);
    // One more would do, and does not yet: the count moves around the budget.
    assert_eq!(fit(&COUNTS, FINEST, rows, coarser), coarser);
    assert_eq!(fit(&COUNTS, FINEST, rows + 1, coarser), coarser);
    assert_eq!(fit(&COUNTS, FINEST, rows + rows / 5, coarser), FINEST);
    // And once there, they stay.
    assert_eq!(fit(&COUNTS, FINEST, rows, FINEST), FINEST);
}

#[test]
fn nothing_becomes_finer_because_a_broker_is_away() {
    let coarser = at(Topics::Topic, Groups::Topic);
    let budget = COUNTS.rows(coarser);
    assert_eq!(fit(&COUNTS, FINEST, budget, coarser), coarser);
    let away = Counts { groups: 0, group_topics: 0, commits: 0, partitions: 10, is_partial: true, ..COUNTS };
    assert_eq!(fit(&away, FINEST, budget, coarser), coarser);
    assert_eq!(fit(&Counts { is_partial: false, ..away }, FINEST, budget, coarser), FINEST);
    // But coarser, if it has to be.
    let more = Counts { group_topics: 1_000_000, ..away };
    assert_eq!(fit(&more, FINEST, budget, coarser), at(Topics::Topic, Groups::Group));
}

#[test]
fn each_cluster_has_an_equal_part_of_the_budget() {
    let of = |clusters| {
        let clusters = vec![ClusterSettings::default(); clusters];
        budget(&Settings { series_budget: 900_001, clusters, ..Settings::default() })
    };
    assert_eq!((of(0), of(1), of(3)), (900_001, 900_001, 300_000));
}

#[test]
fn the_counts_are_those_of_what_is_shown() {
    let idle = lookout_kafka::model::Group { is_idle: true, ..group("idle") };
    let cycle = World::new()
        .foreign_topic("another", &[partition(0, 1)])
        .topic("t", &[partition(0, 1), partition(0, 1).on(&[5])])
        .group(group("g"), &[("another", 0, 0), ("t", 0, 0), ("t", 1, 0)])
        .group(idle, &[("t", 0, 0)])
        .build();
    let expected = Counts {
        brokers: 2,
        topics: 1,
        partitions: 2,
        groups: 1,
        group_topics: 2,
        commits: 3,
        has_lag_seconds: true,
        is_partial: false,
    };
    assert_eq!(Counts::of(&cycle, true), expected);
    let cycle = World::new().unreachable(1, Reason::Timeout).build();
    assert!(Counts::of(&cycle, true).is_partial);
}

/// A world in which every row is there that can be.
fn full(topics: usize, partitions: usize, groups: usize) -> World {
    let names: Vec<String> = (0..topics).map(|number| format!("t{number:03}")).collect();
    let produced =
        Produced { records: 1, bytes: Some(1.0), record_size: Some(1.0), hot_partition: Some(1.0) };
    let mut world = World::new();
    for name in &names {
        world = world.topic(name, &vec![partition(5, 10); partitions]).produced(produced);
    }
    let minimums: Vec<_> = names.iter().map(|name| (name.as_str(), 1)).collect();
    world = world.min_in_sync(&minimums);
    let mut commits = Vec::new();
    for name in &names {
        // The first is below the low watermark, the second beyond the end.
        let numbers = (0..).take(partitions);
        commits.extend(numbers.map(|number| (name.as_str(), number, if number == 1 { 11 } else { 1 })));
    }
    for number in 0..groups {
        world = world
            .group(group(&format!("g{number:03}")), &commits)
            .since(&vec![LagSeconds::CaughtUp; commits.len()]);
    }
    for progress in &mut world.cycle.progress {
        progress.lag_velocity = Some(-1.0);
    }
    world
}

fn rows(world: World, granularity: Effective) -> (usize, usize) {
    let cycle = world.build();
    let mut batch = Batch::new();
    assess::cycle(&cycle, &view("", granularity), fixed_now(), &mut batch);
    (batch.rows(), Counts::of(&cycle, true).rows(granularity))
}

#[test]
fn the_estimate_grows_as_the_rows_do() {
    for topics in [Topics::Cluster, Topics::Topic, Topics::Partition] {
        for groups in [Groups::Group, Groups::Topic, Groups::Partition] {
            let granularity = at(topics, groups);
            let ((few, estimated_few), (many, estimated_many)) =
                (rows(full(2, 3, 1), granularity), rows(full(7, 4, 5), granularity));
            // What other sources write of topics: sizes on disk and configuration.
            let of_other_sources = if topics >= Topics::Topic { 6 * (7 - 2) } else { 0 };
            assert_eq!(estimated_many - estimated_few - of_other_sources, many - few, "{granularity:?}");
            assert!(few <= estimated_few && many <= estimated_many, "{granularity:?}");
        }
    }
}

prop_compose! {
    fn any_counts()(
        brokers in 0..200_usize,
        topics in 0..100_000_usize,
        partitions in 0..2_000_000_usize,
        groups in 0..50_000_usize,
        group_topics in 0..200_000_usize,
        commits in 0..2_000_000_usize,
        has_lag_seconds: bool,
        is_partial: bool,
    ) -> Counts {
        Counts { brokers, topics, partitions, groups, group_topics, commits, has_lag_seconds, is_partial }
    }
}

fn any_granularity() -> impl Strategy<Value = Effective> {
    let topics = prop::sample::select(vec![Topics::Cluster, Topics::Topic, Topics::Partition]);
    let groups = prop::sample::select(vec![Groups::Group, Groups::Topic, Groups::Partition]);
    (topics, groups).prop_map(|(topics, groups)| Effective { topics, groups })
}

proptest! {
    #[test]
    fn it_fits_or_is_the_coarsest_and_is_never_finer_than_configured(
        counts in any_counts(),
        configured in any_granularity(),
        last in any_granularity(),
        budget in 0..5_000_000_usize,
    ) {
        let fitting = fit(&counts, configured, budget, last);
        prop_assert!(fitting.topics <= configured.topics && fitting.groups <= configured.groups);
        let coarsest = at(Topics::Cluster, Groups::Group);
        prop_assert!(fitting == coarsest || counts.rows(fitting) <= budget);
    }

    #[test]
    fn it_does_not_change_as_long_as_nothing_does(
        counts in any_counts(),
        configured in any_granularity(),
        last in any_granularity(),
        budget in 0..5_000_000_usize,
    ) {
        let fitting = fit(&counts, configured, budget, last);
        prop_assert_eq!(fit(&counts, configured, budget, fitting), fitting);
    }

    #[test]
    fn a_count_that_moves_by_less_than_the_spare_room_changes_it_at_most_once(
        partitions in 10_000..2_000_000_usize,
        moves in prop::collection::vec(0..4_u32, 1..40),
        budget in 100_000..2_000_000_usize,
    ) {
        let mut granularity = FINEST;
        let mut changes = 0;
        for part in moves {
            let partitions = partitions + partitions / 50 * part as usize;
            let counts = Counts { partitions, topics: 100, ..Counts::default() };
            let fitting = fit(&counts, FINEST, budget, granularity);
            changes += usize::from(fitting != granularity);
            granularity = fitting;
        }
        prop_assert!(changes <= 1, "{} changes", changes);
    }
}
