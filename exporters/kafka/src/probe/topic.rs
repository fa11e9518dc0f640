//! Makes the topic, and adds partitions to it. Nothing here can delete or alter anything.
//!
//! The topic is made to stay small: records are deleted after minutes, in segments of a few megabytes. Its replicas are
//! named one by one, so that each partition has the leader it is made for.

use core::time::Duration;

use rdkafka::ClientConfig;
use rdkafka::admin::{AdminClient, AdminOptions, NewPartitions, NewTopic, TopicReplication, TopicResult};
use rdkafka::config::FromClientConfigAndContext;
use rdkafka::error::KafkaResult;
use rdkafka::types::RDKafkaErrorCode;

use lookout_declarations::Reason;

use super::context::ProbeContext;
use super::desk::{Trouble, bounded};
use super::layout::Repair;
use super::reason::{reason_of, reason_of_code};

/// The configuration of the topic: ten minutes are remembered, which is longer than any record is waited for by default.
const CONFIGURATION: &[(&str, &str)] = &[
    ("cleanup.policy", "delete"),
    ("retention.ms", "600000"),
    ("segment.ms", "600000"),
    ("segment.bytes", "16777216"),
    // The producer does not compress, so nobody must.
    ("compression.type", "producer"),
];

/// Does the repair. Whether anything was done.
///
/// The client lives for this one request: it is needed once in a long time.
pub(super) fn repair(
    repair: &Repair,
    topic: &str,
    common: &ClientConfig,
    context: ProbeContext,
    timeout: Duration,
) -> Result<bool, Trouble> {
    let failed = |what: &str, reason, why: String| {
        let message = bounded(&format!("cannot {what} the topic `{topic}` of the probe: {why}"));
        Trouble { reason, message }
    };
    let what = match repair {
        Repair::Nothing => return Ok(false),
        Repair::Wait(why) => return Err(failed("extend", Reason::Empty, (*why).to_owned())),
        Repair::Create(_) => "create",
        Repair::Extend { .. } => "extend",
    };
    if context.shift.held.is_some() {
        let why = "librdkafka's administration cannot log in by OAUTHBEARER through its safe interface; do it by hand";
        return Err(failed(what, Reason::Unauthenticated, why.to_owned()));
    }
    let asked = ask(repair, topic, common, context, timeout);
    let results = asked.map_err(|error| failed(what, reason_of(&error), error.to_string()))?;
    match results.into_iter().next() {
        // Or another instance was faster.
        Some(Ok(_) | Err((_, RDKafkaErrorCode::TopicAlreadyExists))) => Ok(true),
        Some(Err((_, RDKafkaErrorCode::InvalidPartitions))) if what == "extend" => Ok(true),
        Some(Err((_, code))) => Err(failed(what, reason_of_code(code), code.to_string())),
        None => Err(failed(what, Reason::Protocol, "the broker did not say anything about it".to_owned())),
    }
}

fn ask(
    repair: &Repair,
    topic: &str,
    common: &ClientConfig,
    context: ProbeContext,
    timeout: Duration,
) -> KafkaResult<Vec<TopicResult>> {
    let client = AdminClient::from_config_and_context(common, context)?;
    let options = AdminOptions::new().request_timeout(Some(timeout)).operation_timeout(Some(timeout));
    // The futures are completed by a thread of the client; they need no reactor.
    let wait = tokio::runtime::Builder::new_current_thread().build();
    let Ok(wait) = wait else { return Err(rdkafka::error::KafkaError::Canceled) };
    match repair {
        Repair::Nothing | Repair::Wait(_) => Ok(Vec::new()),
        Repair::Create(assignment) => {
            let replicas: Vec<&[i32]> = assignment.iter().map(Vec::as_slice).collect();
            let count = i32::try_from(replicas.len()).unwrap_or(i32::MAX);
            let mut new = NewTopic::new(topic, count, TopicReplication::Variable(&replicas));
            for (key, value) in CONFIGURATION {
                new = new.set(key, value);
            }
            wait.block_on(client.create_topics([&new], &options))
        }
        Repair::Extend { count, added } => {
            let replicas: Vec<&[i32]> = added.iter().map(Vec::as_slice).collect();
            let new = NewPartitions::new(topic, *count).assign(&replicas);
            wait.block_on(client.create_partitions([&new], &options))
        }
    }
}
