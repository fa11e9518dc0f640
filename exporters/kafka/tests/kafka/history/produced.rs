//! Records and bytes produced, and hot partitions.

use super::*;

#[test]
fn growth_counts_from_the_first_look() {
    let (mut watch, topics) = (Watch::new(), topology(&[("a", 1, 2), ("b", 2, 1)]));
    assert_eq!(watch.records(&topics, &[1_000, 2_000, 7]), [0, 0]);
    assert_eq!(watch.records(&topics, &[1_010, 2_005, 7]), [15, 0]);
    assert_eq!(watch.records(&topics, &[1_010, 2_006, 9]), [16, 2]);
}

#[test]
fn an_end_that_was_not_known_catches_up() {
    let (mut watch, topics) = (Watch::new(), topology(&[("a", 1, 2)]));
    watch.records(&topics, &[100, 100]);
    assert_eq!(watch.records(&topics, &[110, -1]), [10]);
    assert_eq!(watch.records(&topics, &[120, -1]), [20]);
    assert_eq!(watch.records(&topics, &[120, 150]), [70]);
    // One that was never known begins where it is seen first.
    let mut watch = Watch::new();
    watch.records(&topics, &[100, -1]);
    assert_eq!(watch.records(&topics, &[100, 1_000_000]), [0]);
}

#[test]
fn after_a_truncation_new_records_count_and_old_ones_do_not() {
    let (mut watch, topics) = (Watch::new(), topology(&[("a", 1, 1)]));
    watch.records(&topics, &[1_000]);
    assert_eq!(watch.records(&topics, &[900]), [0]);
    assert_eq!(watch.records(&topics, &[1_050]), [150]);
}

#[test]
fn a_topic_that_is_created_again_goes_on_from_its_first_record() {
    let mut watch = Watch::new();
    let (first, second) = (topology(&[("a", 1, 2)]), topology(&[("a", 2, 2)]));
    watch.records(&first, &[1_000, 0]);
    watch.records(&first, &[1_005, 0]);
    assert_eq!(watch.records(&second, &[30, 4_000]), [5 + 4_030]);
    // A broker that lags behind shows the first one once more.
    watch.records(&first, &[1_005, 0]);
    assert_eq!(watch.records(&second, &[31, 4_000]), [5 + 4_030]);
    assert_eq!(watch.records(&second, &[32, 4_000]), [5 + 4_031]);
}

#[test]
fn a_topic_that_vanishes_in_between_goes_on() {
    let mut watch = Watch::new();
    let (with, without) = (topology(&[("a", 1, 1), ("b", 1, 1)]), topology(&[("b", 1, 1)]));
    watch.records(&with, &[1_000, 1]);
    watch.records(&with, &[1_010, 1]);
    watch.records(&without, &[1]);
    watch.records(&without, &[2]);
    // The same topic: what came meanwhile is not known, and surely not all that it holds.
    assert_eq!(watch.records(&with, &[5_000, 2]), [10, 1]);
    watch.records(&without, &[2]);
    assert_eq!(watch.records(&topology(&[("a", 9, 1), ("b", 1, 1)]), &[70, 2]), [80, 1]);
}

#[test]
fn on_old_brokers_the_leader_epoch_tells_a_new_topic_from_a_truncation() {
    let with_epoch = |epoch| {
        let mut topology = cluster::topology(&[("a", 0, 1)]);
        topology.partitions[0].leader_epoch = epoch;
        Arc::new(topology)
    };
    let mut watch = Watch::new();
    watch.records(&with_epoch(5), &[1_000]);
    assert_eq!(watch.records(&with_epoch(6), &[400]), [0], "an unclean election");
    assert_eq!(watch.records(&with_epoch(0), &[300]), [300], "created again");
}

#[test]
fn partitions_that_are_added_count_from_their_first_record() {
    let mut watch = Watch::new();
    let (small, large) = (topology(&[("a", 1, 1)]), topology(&[("a", 1, 3)]));
    watch.records(&small, &[1_000]);
    assert_eq!(watch.records(&large, &[1_000, 40, -1]), [40]);
    assert_eq!(watch.records(&large, &[1_000, 40, 2]), [42]);
    // A broker that lags behind shows fewer for a moment.
    watch.records(&small, &[1_000]);
    assert_eq!(watch.records(&large, &[1_000, 41, 2]), [42]);
}

/// A topology of a cluster with a name, in which `young` has had its first leader only.
fn with_young(topics: &[(&str, u8, u32)]) -> Arc<Topology> {
    let mut built = cluster::topology(topics);
    built.cluster_id = Some("cluster".into());
    if let Some(young) = built.find("young") {
        let (first, partitions) = (built.topics[young].first, built.topics[young].partitions);
        for slot in first..first + partitions {
            built.partitions[slot as usize].leader_epoch = 0;
        }
    }
    Arc::new(built)
}

#[test]
fn a_topic_that_is_made_while_we_watch_counts_from_its_first_record() {
    let (before, after) = (with_young(&[("a", 1, 1)]), with_young(&[("a", 1, 1), ("young", 7, 2)]));
    let mut watch = Watch::new();
    watch.low = Some(0);
    watch.records(&before, &[1_000]);
    assert_eq!(watch.records(&after, &[1_000, 5_000, 3]), [0, 5_003], "the first burst of a job");
    assert_eq!(watch.records(&after, &[1_000, 5_001, 3]), [0, 5_004]);
}

#[test]
fn a_topic_that_may_only_have_become_visible_begins_where_it_is_seen_first() {
    let topics: &[(&str, u8, u32)] = &[("a", 1, 1), ("young", 7, 1)];
    let first = |prepare: &dyn Fn(&mut Watch, &mut Topology, &mut Topology)| {
        let (mut before, mut after) = (with_young(&topics[..1]), with_young(topics));
        let mut watch = Watch::new();
        watch.low = Some(0);
        prepare(&mut watch, Arc::make_mut(&mut before), Arc::make_mut(&mut after));
        let low = watch.low.replace(0);
        watch.records(&before, &[1_000]);
        watch.low = low;
        watch.records(&after, &[1_000, 5_000])[1]
    };
    assert_eq!(first(&|_, _, _| {}), 5_000);
    assert_eq!(first(&|watch, _, _| watch.low = None), 0, "another filter");
    assert_eq!(first(&|watch, _, _| watch.low = Some(7)), 0, "it has lost records already");
    assert_eq!(first(&|watch, _, _| watch.low = Some(-1)), 0, "where it begins is not known");
    assert_eq!(first(&|_, _, after| after.partitions[1].leader_epoch = 1), 0, "it has had another leader");
    assert_eq!(first(&|_, _, after| after.topics[1].id = [0; 16]), 0, "an old broker");
    assert_eq!(first(&|_, before, _| before.unread_names = vec!["young".into()]), 0, "it had an error");
    let too_many = |_: &mut Watch, before: &mut Topology, _: &mut Topology| {
        before.unread_topics.insert(lookout_declarations::Reason::TooMany, 3);
    };
    assert_eq!(first(&too_many), 0, "it was beyond the limit");
    // All are first seen in the first cycle.
    let mut watch = Watch::new();
    watch.low = Some(0);
    assert_eq!(watch.records(&with_young(topics), &[1_000, 5_000]), [0, 0]);
}

#[test]
fn a_topic_that_appears_begins_where_it_is_seen_first() {
    let mut watch = Watch::new();
    watch.records(&topology(&[("b", 1, 1)]), &[10]);
    let both = topology(&[("a", 1, 1), ("b", 1, 1)]);
    assert_eq!(watch.records(&both, &[1_000_000_000, 12]), [0, 2]);
    assert_eq!(watch.records(&both, &[1_000_000_001, 13]), [1, 3]);
}

#[test]
fn bytes_are_unknown_before_the_size_of_a_record_is() {
    let (mut watch, topics) = (Watch::new(), topology(&[("a", 1, 1), ("b", 2, 1)]));
    watch.look(&topics, &[100, 100], None);
    assert_eq!(watch.look(&topics, &[200, 200], None).produced[0].bytes, None);
    watch.record_sizes.insert("b".into(), 50.0);
    let observed = watch.look(&topics, &[300, 210], None);
    assert_eq!((observed.produced[0].bytes, observed.produced[1].bytes), (None, Some(500.0)));
    watch.record_sizes.insert("b".into(), 60.0);
    watch.record_sizes.insert("a".into(), 1.0);
    watch.record_sizes.insert("c".into(), 9.0);
    let observed = watch.look(&topics, &[301, 220], None);
    assert_eq!((observed.produced[0].bytes, observed.produced[1].bytes), (Some(1.0), Some(1_100.0)));
    // What is known stays when the log directories cannot be read.
    watch.record_sizes.clear();
    assert_eq!(watch.look(&topics, &[302, 230], None).produced[1].bytes, Some(1_100.0));
    assert_eq!(watch.look(&topics, &[302, 230], None).produced[1].record_size, None);
}

#[test]
fn totals_go_on_when_topics_vanish_and_leave_out_other_shards() {
    let mut watch = Watch::new();
    let mut both = cluster::topology(&[("a", 1, 1), ("b", 1, 1), ("c", 1, 1)]);
    both.topics[2].is_ours = false;
    let both = Arc::new(both);
    watch.look(&both, &[0, 0, 0], None);
    assert_eq!(watch.look(&both, &[10, 5, 900], None).totals.produced_records, 15);
    assert_eq!(watch.look(&topology(&[("b", 1, 1)]), &[6], None).totals.produced_records, 16);
}

#[test]
fn the_hot_partition_is_measured_over_the_window() {
    let (mut watch, topics) =
        (Watch::new(), topology(&[("even", 1, 4), ("one", 2, 1), ("skewed", 3, 4), ("still", 4, 2)]));
    let mut last = Vec::new();
    for cycle in 0..20 {
        let ends = [cycle, cycle, cycle, cycle, cycle, 10 * cycle, 2 * cycle, 0, 0, 5, 5];
        let observed = watch.look(&topics, &ends, None);
        last = observed.produced.iter().map(|produced| produced.hot_partition).collect();
        assert_eq!(last[0].is_some(), cycle >= 4, "half the window at cycle {cycle}");
    }
    assert_eq!(last, [Some(1.0), None, Some(40.0 / 12.0), None]);
}
