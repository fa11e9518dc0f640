//! Whatever a cluster says, no counter goes back.

use proptest::prelude::*;

use super::*;

/// One cycle: which topics there are, where they end, what is committed.
#[derive(Clone, Debug)]
struct Said {
    /// For each of three names: the identifier and the partitions, if it is there.
    topics: Vec<Option<(u8, u32)>>,
    ends: Vec<i64>,
    /// For each of two groups; none if nobody listed any.
    groups: Option<Vec<Listed>>,
}

/// What is said of a group.
#[derive(Clone, Debug)]
enum Listed {
    Not,
    WithoutCommits,
    With(Vec<i64>),
}

fn said() -> impl Strategy<Value = Said> {
    let topic = prop::option::weighted(0.8, (0..3_u8, 1..4_u32));
    let offsets = || prop::collection::vec(-1..1_000_i64, 12);
    let group = prop_oneof![1 => Just(Listed::Not), 1 => Just(Listed::WithoutCommits), 3 => offsets().prop_map(Listed::With)];
    let groups = prop::option::weighted(0.9, prop::collection::vec(group, 2));
    (prop::collection::vec(topic, 3), offsets(), groups).prop_map(|(topics, ends, groups)| Said {
        topics,
        ends,
        groups,
    })
}

fn read(said: &Said, topology: &Topology) -> Option<Groups> {
    let partitions = topology.partitions.len();
    let said = said.groups.as_ref()?.iter().zip(["g", "h"]);
    let listed: Vec<_> = said.filter(|(listed, _)| !matches!(listed, Listed::Not)).collect();
    let committed = |listed: &Listed| {
        let Listed::With(offsets) = listed else { return Vec::new() };
        let pairs = (0..).zip(offsets.iter().take(partitions)).filter(|(_, offset)| **offset >= 0);
        pairs.map(|(slot, offset)| Commit { offset: *offset, slot }).collect()
    };
    let mut groups =
        cluster::groups(listed.iter().map(|(listed, name)| (*name, committed(listed))).collect());
    for (group, (listed, _)) in groups.groups.iter_mut().zip(&listed) {
        if matches!(listed, Listed::WithoutCommits) {
            group.commits = Commits::Unread(lookout_declarations::Reason::Timeout);
        }
    }
    Some(groups)
}

proptest! {
    #[test]
    fn no_counter_goes_back_and_the_totals_are_never_less_than_the_parts(
        cycles in prop::collection::vec(said(), 1..39),
    ) {
        let mut watch = Watch::new();
        let mut last: BTreeMap<String, u64> = BTreeMap::new();
        for said in &cycles {
            let names = ["a", "b", "c"].into_iter().zip(&said.topics);
            let topics: Vec<_> =
                names.filter_map(|(name, topic)| topic.map(|(id, partitions)| (name, id, partitions))).collect();
            let topology = topology(&topics);
            let mut groups = read(said, &topology);
            let observed = watch.look(&topology, &said.ends[..topology.partitions.len()], groups.as_mut());
            prop_assert_eq!(observed.produced.len(), topology.topics.len());
            let mut counters: Vec<(String, u64)> = vec![
                ("produced".into(), observed.totals.produced_records),
                ("consumed".into(), observed.totals.consumed_records),
            ];
            for (topic, produced) in topology.topics.iter().zip(&observed.produced) {
                counters.push((format!("topic {}", topic.name), produced.records));
            }
            let mut progress = observed.progress.iter();
            let mut rebalances = observed.rebalances.iter();
            for group in groups.iter().flat_map(|groups| &groups.groups) {
                counters.push((format!("rebalances {}", group.name), *rebalances.next().unwrap()));
                let commits = groups.as_ref().and_then(|groups| groups.commits_of(group));
                let mut runs: Vec<usize> = Vec::new();
                for commit in commits.map(|(_, commits)| commits).unwrap_or_default() {
                    let topic = topology.topic_of(commit.slot);
                    if runs.last() != Some(&topic) {
                        runs.push(topic);
                        let name = format!("consumed {} {}", group.name, topology.topics[topic].name);
                        counters.push((name, progress.next().unwrap().consumed));
                    }
                }
            }
            prop_assert!(progress.next().is_none() && rebalances.next().is_none());
            for (name, value) in counters {
                let before = last.insert(name.clone(), value);
                prop_assert!(before.is_none_or(|before| before <= value), "{name}: {before:?} {value}");
            }
            let parts: u64 = last.iter().filter(|(name, _)| name.starts_with("topic ")).map(|(_, value)| value).sum();
            prop_assert!(parts <= last["produced"]);
        }
    }
}
