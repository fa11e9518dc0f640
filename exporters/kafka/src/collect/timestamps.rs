//! Which record is the first at or after a time: the questions of [`lag::Search`](crate::lag::Search) to one leader.
//!
//! Brokers refuse a request that names a partition twice, so questions are put in passes of which each names a partition once.

use core::time::Duration;
use std::sync::Arc;

use lookout_declarations::Reason;
use lookout_kafka_wire::list_offsets::{self, Batch, Isolation, Spec};
use lookout_kafka_wire::{Answer as Frame, Api, Broker, EncodeRequest, Failure, Request};
use tokio::time::{Instant, timeout_at};

use super::lookup::TopicCursor;
use super::missed::Missed;
use crate::lag::{Answer, Question};
use crate::model::Topology;

/// The size of a request: a broker searches the index for each partition, and answers other clients in between.
const REQUEST_BYTES: usize = 64 << 10;

/// The version of `ListOffsets` that knows [`Question::LARGEST`].
const LARGEST_SINCE: i16 = 7;

/// The question's number in the search, and the question.
pub type Numbered = (usize, Question);

/// What one leader says.
#[derive(Debug, Default)]
pub struct Told {
    /// By the numbers of the questions.
    pub answers: Vec<(usize, Result<Option<Answer>, Reason>)>,
    /// Why it did not answer, or not all.
    pub missed: Option<Missed>,
    /// Whether that is because the part of the cycle was over.
    pub is_late: bool,
}

/// Puts `questions`, sorted by slot, to one leader.
pub async fn read(
    broker: Arc<Broker>,
    topology: Arc<Topology>,
    questions: Vec<Numbered>,
    until: Instant,
) -> Told {
    let mut told = Told::default();
    let left = until.checked_duration_since(Instant::now()).unwrap_or(Duration::ZERO);
    let asked = timeout_at(until, ask(&broker, &topology, questions, &mut told.answers)).await;
    told.is_late = asked.is_err();
    told.missed = match asked {
        Ok(Ok(())) => None,
        // It has told where its partitions end.
        Ok(Err(failure)) => Some(Missed::beside(&failure, true)),
        Err(_) => Some(Missed::late("looking up timestamps", left, true)),
    };
    told
}

async fn ask(
    broker: &Broker,
    topology: &Topology,
    questions: Vec<Numbered>,
    answers: &mut Vec<(usize, Result<Option<Answer>, Reason>)>,
) -> Result<(), Failure> {
    let mut lease = broker.connection().await?;
    let version = lease.version(Api::ListOffsets)?;
    let (questions, unasked): (Vec<_>, Vec<_>) = questions
        .into_iter()
        .partition(|(_, question)| version >= LARGEST_SINCE || question.timestamp != Question::LARGEST);
    answers.extend(unasked.into_iter().map(|(number, _)| (number, Err(Reason::Unexpected))));
    for pass in passes(questions) {
        let requests = requests(&pass, topology, version);
        let mut cursor = TopicCursor::default();
        let take = |_, frame: Frame| {
            let before = answers.len();
            let read = list_offsets::read(&frame.body, frame.version, &mut |row| {
                let Some(slot) = cursor.slot(topology, row.topic, row.partition) else { return };
                let Ok(place) = pass.binary_search_by_key(&slot, |(_, question)| question.slot) else {
                    return;
                };
                let answer = match (row.code.reason(), row.offset.zip(row.timestamp)) {
                    (Some(reason), _) => Err(reason),
                    (None, found) => Ok(found.map(|(offset, timestamp)| Answer { offset, timestamp })),
                };
                answers.push((pass[place].0, answer));
            });
            read.map(|_| ()).inspect_err(|_| answers.truncate(before))
        };
        lease.ask_all(requests, take).await?;
    }
    Ok(())
}

/// Questions sorted by slot, as lists in which each slot stands once.
fn passes(questions: Vec<Numbered>) -> Vec<Vec<Numbered>> {
    let mut passes: Vec<Vec<Numbered>> = Vec::new();
    let (mut last, mut number) = (None, 0);
    for question in questions {
        number = if last == Some(question.1.slot) { number + 1 } else { 0 };
        last = Some(question.1.slot);
        if passes.len() <= number {
            passes.push(Vec::new());
        }
        passes[number].push(question);
    }
    passes
}

fn requests(pass: &[Numbered], topology: &Topology, version: i16) -> Vec<Result<Request, EncodeRequest>> {
    let mut batch = Batch::new(version, Isolation::ReadUncommitted, REQUEST_BYTES);
    let mut requests = Vec::new();
    for (_, question) in pass {
        let Some(topic) = topology.topics.get(topology.topic_of(question.slot)) else { continue };
        let Ok(partition) = i32::try_from(question.slot - topic.first) else { continue };
        let spec = match question.timestamp {
            Question::LARGEST => Spec::MaxTimestamp,
            timestamp => Spec::At(timestamp),
        };
        requests.extend(batch.push(&topic.name, partition, spec).transpose());
    }
    requests.extend(batch.finish().transpose());
    requests
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_partition_stands_once_in_each_pass() {
        let question = |number, slot, timestamp| (number, Question { slot, timestamp });
        let asked = vec![
            question(0, 1, 5),
            question(1, 1, 9),
            question(2, 2, 5),
            question(3, 4, 5),
            question(4, 4, 6),
        ];
        let passes = passes(asked);
        let numbers: Vec<Vec<usize>> =
            passes.iter().map(|pass| pass.iter().map(|(number, _)| *number).collect()).collect();
        assert_eq!(numbers, [vec![0, 2, 3], vec![1, 4]]);
    }
}
