//! What of a lag is records, and what may be only the markers of transactions.
//!
//! A transaction ends with a marker in each partition that it wrote. The marker takes an offset, but no consumer is given
//! it, and a consumer that commits "the last record and one" stays one behind until the next record comes: on a topic
//! where nothing comes, for days, with a lag in seconds that grows all the while. A broker does not tell a marker from
//! a record without handing it out, and Lookout reads no records.
//!
//! So a lag of at most one offset per partition is taken for markers, unless the topic is written and the group reads
//! nothing of it. The price: a single last record per partition that nobody reads is not reported. Where the number
//! of partitions is not known, everything is taken for records.
//!
//! How to get it wrong: leaving topics that are written out of the exception by looking at the topic alone. Partitions
//! are written one by one, and a marker stays at the end of one while the others go on.

use super::across;
use crate::labels::ConsumerGroup;
use crate::metrics::{GROUP_CONSUMED_RECORDS, GROUP_LAG_SUM, TOPIC_PARTITIONS, TOPIC_PRODUCED_RECORDS};

/// Over how long a topic counts as written, and a group as reading: slow topics have a record now and then.
pub(super) const WINDOW: &str = "30m";

/// The groups and topics whose lag may be markers alone. Use it behind `unless`; it has the labels of the lag over a topic.
pub(super) fn markers() -> String {
    let (lag, partitions) = (across(GROUP_LAG_SUM), across(TOPIC_PARTITIONS));
    let produced = across(format!("increase({TOPIC_PRODUCED_RECORDS}[{WINDOW}])"));
    let consumed = consumed(WINDOW);
    format!(
        "({lag} <= ignoring ({ConsumerGroup}) group_left () {partitions} \
         unless ({lag} and ignoring ({ConsumerGroup}) {produced} > 0 unless {consumed} > 0))"
    )
}

/// What the group has read of the topic within `window`.
pub(super) fn consumed(window: &str) -> String {
    across(format!("increase({GROUP_CONSUMED_RECORDS}[{window}])"))
}
