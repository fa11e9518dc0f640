//! The thread that reads the topic.

use core::time::Duration;

use rdkafka::Message;
use rdkafka::consumer::BaseConsumer;
use rdkafka::error::KafkaError;

use super::context::ProbeContext;
use super::desk::Shift;
use super::record::Stamp;

/// The longest sleep: how soon the end of the shift is seen. Records and events end it at once.
const NAP: Duration = Duration::from_millis(500);

/// Reads until the shift is over.
pub(super) fn receive(shift: &Shift, consumer: &BaseConsumer<ProbeContext>) {
    while !shift.is_over() {
        match consumer.poll(NAP) {
            None => {}
            Some(Ok(message)) => {
                let now = shift.desk.now();
                let stamp = message.payload().and_then(Stamp::decode);
                if let Some(stamp) = stamp.filter(|stamp| stamp.instance == shift.desk.instance) {
                    shift.desk.books().ledger.received(stamp.sequence, stamp.broker, now);
                }
                shift.read(message.partition(), message.offset());
            }
            Some(Err(KafkaError::PartitionEOF(partition))) => shift.reached_end(partition),
            // The context was told it too, with more words. It is an event and not a state: the next poll sleeps again.
            Some(Err(error)) => tracing::debug!(%error, "the topic of the probe cannot be read now"),
        }
    }
}
