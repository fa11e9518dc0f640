//! The rounds of [`lag::Search`](crate::lag::Search): its questions to the leaders, their answers to it.

use std::collections::BTreeMap;
use std::sync::Arc;

use lookout_declarations::Reason;
use lookout_kafka_wire::Cluster;
use tokio::time::Instant;

use super::missed::Missed;
use super::round::Round;
use super::tasks;
use super::timestamps::{self, Numbered};
use crate::lag::{Question, Search};
use crate::model::Topology;

/// Asks until the search has no more questions, or the time is over. Who is slow once is not asked again: each round waits for all.
pub async fn search(round: &mut Round, cluster: &Cluster, topology: &Arc<Topology>, search: &mut Search<'_>) {
    let mut slow: BTreeMap<i32, Reason> = BTreeMap::new();
    while Instant::now() < round.all_until() {
        let questions: Vec<Question> = search.questions().to_vec();
        if questions.is_empty() {
            break;
        }
        let mut lists: BTreeMap<i32, Vec<Numbered>> = BTreeMap::new();
        for (number, question) in questions.into_iter().enumerate() {
            let leader = topology.partitions.get(question.slot as usize).map(|partition| partition.leader);
            lists.entry(leader.unwrap_or(crate::model::NO_NODE)).or_default().push((number, question));
        }
        let mut tasks = Vec::new();
        let mut asked: BTreeMap<i32, Vec<usize>> = BTreeMap::new();
        for (leader, questions) in lists {
            let gone = slow.get(&leader).copied().or_else(|| round.gone(leader).map(|missed| missed.reason));
            let missed = match (gone, cluster.broker(leader)) {
                (Some(reason), _) => reason,
                (None, Err(failure)) => Missed::by(&failure).reason,
                (None, Ok(broker)) => {
                    let (broker, topology) = (Arc::clone(broker), Arc::clone(topology));
                    asked.insert(leader, questions.iter().map(|(number, _)| *number).collect());
                    tasks.push((leader, timestamps::read(broker, topology, questions, round.all_until())));
                    continue;
                }
            };
            answer_all(search, &questions, missed);
        }
        for (leader, told) in tasks::each(tasks).await {
            for (number, answer) in told.answers {
                search.answer(number, answer);
            }
            // What the time did not suffice for is deferred, which the search sees for itself.
            let Some(missed) = told.missed.filter(|_| !told.is_late) else { continue };
            round.miss(leader, &missed);
            slow.insert(leader, missed.reason);
            for number in asked.get(&leader).into_iter().flatten() {
                // Of no effect where there was an answer.
                search.answer(*number, Err(missed.reason));
            }
        }
    }
}

fn answer_all(search: &mut Search<'_>, questions: &[Numbered], reason: Reason) {
    for (number, _) in questions {
        search.answer(*number, Err(reason));
    }
}
