//! The thread that commits what has been read.
//!
//! It waits for each answer, which may take as long as the coordinator is away; that is why it is a thread of its own. (The
//! safe interface has a callback for commits that are not waited for; in rdkafka 0.39 nothing ever calls it.)

use lookout_kafka_spec::config::ProbeSettings;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer};
use rdkafka::{Offset, TopicPartitionList};

use super::context::ProbeContext;
use super::desk::Shift;
use super::reason::reason_of;

/// Commits when it is told to, until the shift is over.
pub(super) fn commit(shift: &Shift, consumer: &BaseConsumer<ProbeContext>, settings: &ProbeSettings) {
    while shift.await_commit() {
        let offsets = shift.offsets();
        let mut list = TopicPartitionList::with_capacity(offsets.len());
        for (partition, offset) in offsets {
            // It is refused for offsets below zero only, which no record has.
            drop(list.add_partition_offset(&settings.topic, partition, Offset::Offset(offset)));
        }
        let result = consumer.commit(&list, CommitMode::Sync);
        let now = shift.desk.now();
        if shift.is_over() {
            return;
        }
        if let Err(error) = &result {
            tracing::debug!(%error, "a commit of the probe failed");
        }
        let result = result.map_err(|error| reason_of(&error));
        shift.desk.books().commits.answered(result, now);
    }
}
