//! The plans, against a pretended cluster that does what it is asked.

use core::time::Duration;
use std::collections::BTreeSet;

use lookout_kafka::probe::layout::{PartitionView, Planner, Repair, View};
use proptest::prelude::*;

const MINUTE: Duration = Duration::from_mins(1);

/// A cluster that does what it is asked, and elects preferred leaders after five minutes if it is told to.
struct Pretended {
    view: View,
    has_elections: bool,
}

impl Pretended {
    fn apply(&mut self, repair: &Repair) {
        let partition = |replicas: &Vec<i32>| {
            assert_eq!(replicas.iter().collect::<BTreeSet<_>>().len(), replicas.len(), "each replica once");
            assert!(replicas.iter().all(|broker| self.view.brokers.contains(broker)), "on brokers that live");
            PartitionView { leader: replicas[0], replicas: replicas.clone() }
        };
        match repair {
            Repair::Nothing | Repair::Wait(_) => {}
            Repair::Create(assignment) => {
                assert_eq!(self.view.partitions, None);
                self.view.partitions = Some(assignment.iter().map(partition).collect());
            }
            Repair::Extend { count, added } => {
                let mut partitions = self.view.partitions.clone().unwrap();
                let factor = partitions[0].replicas.len();
                assert!(added.iter().all(|replicas| replicas.len() == factor));
                partitions.extend(added.iter().map(partition));
                assert_eq!(partitions.len(), *count);
                self.view.partitions = Some(partitions);
            }
        }
    }

    /// Brokers come and go: leaders move to a replica that lives.
    fn change(&mut self, brokers: BTreeSet<i32>, minutes: u64) {
        self.view.brokers = brokers;
        for partition in self.view.partitions.iter_mut().flatten() {
            let alive = |broker: &&i32| self.view.brokers.contains(broker);
            if !self.view.brokers.contains(&partition.leader) {
                partition.leader = partition.replicas.iter().find(alive).copied().unwrap_or(-1);
            }
            if self.has_elections && minutes >= 5 && alive(&&partition.replicas[0]) {
                partition.leader = partition.replicas[0];
            }
        }
    }
}

fn brokers(list: &[i32]) -> BTreeSet<i32> {
    list.iter().copied().collect()
}

#[test]
fn a_missing_topic_is_made_with_a_partition_led_by_each_broker() {
    let mut planner = Planner::new(3);
    let view = View { brokers: brokers(&[1, 2, 5, 9]), partitions: None };
    let layout = planner.plan(&view, MINUTE);
    let expected = vec![vec![1, 2, 5], vec![2, 5, 9], vec![5, 9, 1], vec![9, 1, 2]];
    assert_eq!(layout.repair, Repair::Create(expected));
    assert_eq!((layout.targets.len(), layout.uncovered.len()), (0, 4));

    let alone = View { brokers: brokers(&[4]), partitions: None };
    assert_eq!(planner.plan(&alone, MINUTE).repair, Repair::Create(vec![vec![4]]));
    assert!(matches!(planner.plan(&View::default(), MINUTE).repair, Repair::Wait(_)));
}

#[test]
fn a_new_broker_gets_a_partition_if_it_stays_and_one_that_is_back_only_if_it_does_not_lead_again() {
    let mut planner = Planner::new(2);
    let mut cluster = Pretended { view: View::default(), has_elections: false };
    cluster.view.brokers = brokers(&[1, 2]);
    let layout = planner.plan(&cluster.view, MINUTE);
    cluster.apply(&layout.repair);
    cluster.change(brokers(&[1, 2, 3]), 0);
    let layout = planner.plan(&cluster.view, MINUTE);
    assert_eq!((layout.repair, layout.uncovered), (Repair::Nothing, brokers(&[3])));
    let layout = planner.plan(&cluster.view, 8 * MINUTE);
    assert_eq!(layout.repair, Repair::Extend { count: 3, added: vec![vec![3, 1]] });
    cluster.apply(&layout.repair);
    assert_eq!(planner.plan(&cluster.view, 8 * MINUTE).repair, Repair::Nothing);

    cluster.change(brokers(&[1, 2]), 0);
    let layout = planner.plan(&cluster.view, 9 * MINUTE);
    assert_eq!((layout.repair, layout.uncovered.len()), (Repair::Nothing, 0));
    cluster.change(brokers(&[1, 2, 3]), 0);
    let layout = planner.plan(&cluster.view, 10 * MINUTE);
    assert_eq!((layout.repair, layout.uncovered), (Repair::Nothing, brokers(&[3])));
    let layout = planner.plan(&cluster.view, 18 * MINUTE);
    assert_eq!(layout.repair, Repair::Extend { count: 4, added: vec![vec![3, 1]] });
}

#[test]
fn a_broker_that_was_there_for_a_moment_leaves_nothing_behind() {
    let mut planner = Planner::new(3);
    let mut cluster = Pretended { view: View::default(), has_elections: true };
    cluster.view.brokers = brokers(&[1, 2, 3]);
    let layout = planner.plan(&cluster.view, MINUTE);
    cluster.apply(&layout.repair);
    for number in 0..100 {
        // Each comes with another identifier, and goes again.
        for brokers in [brokers(&[1, 2, 3, 4 + number]), brokers(&[1, 2, 3])] {
            cluster.change(brokers, 0);
            let layout = planner.plan(&cluster.view, (2 + u32::try_from(number).unwrap()) * MINUTE);
            assert_eq!((layout.repair, layout.departed), (Repair::Nothing, BTreeSet::new()));
        }
    }
}

#[test]
fn replicas_of_brokers_that_have_gone_are_told_after_a_while_and_the_topic_does_not_grow_without_end() {
    let mut planner = Planner::new(3);
    let mut cluster = Pretended { view: View::default(), has_elections: true };
    let (mut now, mut told) = (MINUTE, BTreeSet::new());
    let mut waits = false;
    for number in 0..30 {
        cluster.change(brokers(&[1, 2, 10 + number]), 10);
        for minutes in [1, 5, 4] {
            now += minutes * MINUTE;
            let layout = planner.plan(&cluster.view, now);
            // Not when it may be a restart.
            let is_told = layout.departed.contains(&(9 + number));
            assert!(!is_told || minutes == 4 || number == 0, "{number} after {minutes}");
            told.extend(layout.departed);
            waits |= matches!(layout.repair, Repair::Wait(_));
            cluster.apply(&layout.repair);
        }
    }
    assert!(told.contains(&10) && cluster.view.partitions.as_ref().unwrap().len() <= 12 && waits);
}

#[test]
fn while_too_few_brokers_are_alive_for_the_replicas_nothing_is_added() {
    let partition = PartitionView { leader: 1, replicas: vec![1, 2, 3] };
    let view = View { brokers: brokers(&[1, 9]), partitions: Some(vec![partition]) };
    let mut planner = Planner::new(3);
    assert_eq!(planner.plan(&view, MINUTE).repair, Repair::Nothing);
    assert!(matches!(planner.plan(&view, 8 * MINUTE).repair, Repair::Wait(_)));
}

proptest! {
    #[test]
    fn every_broker_is_covered_in_the_end_and_the_topic_does_not_grow_without_end(
        changes in proptest::collection::vec(
            (proptest::collection::btree_set(1_i32..6, 1..5), 1_u64..20), 1..200,
        ),
        factor in 1_u16..4,
        has_elections: bool,
    ) {
        let mut planner = Planner::new(factor);
        let mut cluster = Pretended { view: View::default(), has_elections };
        let mut now = Duration::ZERO;
        let last = changes.last().unwrap().0.clone();
        for (brokers, minutes) in changes {
            cluster.change(brokers, minutes);
            now += u32::try_from(minutes).unwrap() * MINUTE;
            for _ in 0..3 {
                let layout = planner.plan(&cluster.view, now);
                for (broker, partition) in &layout.targets {
                    let partitions = cluster.view.partitions.as_ref().unwrap();
                    prop_assert_eq!(partitions[usize::try_from(*partition).unwrap()].leader, *broker);
                }
                let covered: BTreeSet<i32> = layout.targets.keys().copied().collect();
                prop_assert!(covered.is_disjoint(&layout.uncovered));
                prop_assert_eq!(&(&covered | &layout.uncovered), &cluster.view.brokers);
                cluster.apply(&layout.repair);
            }
        }
        let partitions = cluster.view.partitions.as_ref().map_or(0, Vec::len);
        prop_assert!(partitions <= 5 * 4, "at most four for each broker there ever was: {partitions}");
        // Left alone with elections, the rest comes by itself.
        cluster.has_elections = true;
        cluster.change(last, 10);
        planner.plan(&cluster.view, now + 10 * MINUTE);
        let layout = planner.plan(&cluster.view, now + 18 * MINUTE);
        let waits = matches!(layout.repair, Repair::Wait(_));
        cluster.apply(&layout.repair);
        let layout = planner.plan(&cluster.view, now + 18 * MINUTE);
        prop_assert!(waits || layout.uncovered.is_empty(), "{layout:?}");
    }
}
