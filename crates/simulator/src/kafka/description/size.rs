//! Clusters of any size, for benches: regular, and made in a moment.

use core::time::Duration;

use super::{Behaviour, ClusterDescription, GroupDescription, GroupKind, Subscription, TopicDescription};

/// The partitions of one topic, where there are as many.
const PARTITIONS_PER_TOPIC: u32 = 100;
/// Of so many groups one falls behind.
const ONE_BEHIND_OF: u32 = 20;
/// Of so many groups one is of KIP-848.
const ONE_CONSUMER_OF: u32 = 4;

impl ClusterDescription {
    /// So many brokers, `partitions` in topics of 100 with three replicas (or as many as there are brokers), and `groups`
    /// that have made `commits` together. One group in 20 falls behind; one in four is of KIP-848.
    pub fn of_size(brokers: u16, partitions: u32, groups: u32, commits: u32) -> Self {
        let replication_factor = brokers.min(3);
        let size_of = |number: u32| (partitions - number * PARTITIONS_PER_TOPIC).min(PARTITIONS_PER_TOPIC);
        let topics: Vec<_> = (0..partitions.div_ceil(PARTITIONS_PER_TOPIC))
            .map(|number| {
                TopicDescription::new(topic_name(number), size_of(number))
                    .replicated(replication_factor, replication_factor.saturating_sub(1).max(1))
                    .rate(f64::from(1 + number % 10) / 10.0)
            })
            .collect();
        let groups = (0..groups).map(|number| group(number, commits_of(number, groups, commits), &topics));
        Self { groups: groups.collect(), brokers, topics: topics.clone(), ..Self::default() }
    }
}

fn topic_name(number: u32) -> String {
    format!("bench.topic-{number:05}")
}

/// The first groups take what does not divide evenly.
fn commits_of(number: u32, groups: u32, commits: u32) -> u32 {
    commits / groups + u32::from(number < commits % groups)
}

fn group(number: u32, mut commits: u32, topics: &[TopicDescription]) -> GroupDescription {
    let mut subscriptions = Vec::new();
    let start = usize::try_from(number).unwrap_or_default();
    for topic in topics.iter().cycle().skip(start % topics.len().max(1)).take(topics.len()) {
        if commits == 0 {
            break;
        }
        let taken = commits.min(topic.partitions);
        subscriptions.push(Subscription { topic: topic.name.clone(), partitions: Some(taken) });
        commits -= taken;
    }
    let behaviour = if number.is_multiple_of(ONE_BEHIND_OF) {
        Behaviour::FallsBehind { since: Duration::from_mins(10), manages: 0.5 }
    } else {
        Behaviour::KeepsUp { behind: Duration::from_secs(1) }
    };
    let kind = if number.is_multiple_of(ONE_CONSUMER_OF) { GroupKind::Consumer } else { GroupKind::Classic };
    GroupDescription {
        name: format!("bench-group-{number:05}"),
        kind,
        members: 2,
        topics: subscriptions,
        behaviour,
        assignor: "range".to_owned(),
    }
}
