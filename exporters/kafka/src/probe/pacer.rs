//! The thread that sends, takes acknowledgements, orders commits, and gives up what takes too long.
//!
//! A record is only sent to a partition whose end the consumer has seen: before that it might be produced, never read, and
//! counted as lost.

use core::time::Duration;
use std::sync::Arc;

use rdkafka::producer::{BaseProducer, BaseRecord};

use lookout_declarations::Reason;
use lookout_kafka_spec::config::ProbeSettings;

use super::context::ProbeContext;
use super::desk::Shift;
use super::layout::Layout;
use super::pace::Pace;
use super::reason::reason_of;
use super::record::Stamp;

/// The longest sleep: how soon the end of the shift and a new layout are seen. Acknowledgements are taken while it sleeps.
const NAP: Duration = Duration::from_millis(250);

/// A millisecond, which is what librdkafka counts in: a shorter rest of a sleep would be spent turning.
const TICK: Duration = Duration::from_millis(1);

/// Sends until the shift is over.
pub(super) struct Pacer {
    pub(super) shift: Arc<Shift>,
    pub(super) producer: BaseProducer<ProbeContext>,
    pub(super) settings: ProbeSettings,
}

impl Pacer {
    pub(super) fn run(self) {
        let desk = Arc::clone(&self.shift.desk);
        let mut pace = Pace::new(self.settings.interval.get());
        let mut layout: Option<Arc<Layout>> = None;
        let mut next_commit = desk.now();
        while !self.shift.is_over() {
            let now = desk.now();
            let newest = self.shift.standing.borrow().layout.clone();
            let is_same = match (&layout, &newest) {
                (Some(known), Some(newest)) => Arc::ptr_eq(known, newest),
                (known, newest) => known.is_none() == newest.is_none(),
            };
            if !is_same {
                let targets = newest.as_ref().map(|layout| layout.targets.clone()).unwrap_or_default();
                pace.retarget(&targets, now);
                desk.books().ledger.cover(targets.into_keys(), now);
                layout = newest;
            }
            // librdkafka looks for the coordinator again and again, even if it must not ask for it.
            let denied = self.shift.explanation().filter(|known| known.reason == Reason::Denied);
            let why = denied.map_or(Reason::Timeout, |known| known.reason);
            {
                let mut books = desk.books();
                books.ledger.expire(now);
                books.commits.expire(now, self.settings.timeout.get(), why);
            }
            for (broker, partition) in pace.take_due(now) {
                self.send(broker, partition);
            }
            if next_commit <= now {
                self.commit();
                next_commit = now.saturating_add(self.settings.commit_interval.get());
            }
            let next = pace.next().map_or(next_commit, |next| next.min(next_commit));
            self.producer.poll(next.saturating_sub(desk.now()).clamp(TICK, NAP));
        }
    }

    fn send(&self, broker: i32, partition: i32) {
        if !self.shift.is_read(partition) {
            return;
        }
        let desk = &self.shift.desk;
        let size = usize::try_from(self.settings.record_size.get()).unwrap_or(usize::MAX);
        let sent = desk.books().ledger.send(broker, desk.now());
        let Some(sequence) = sent else { return };
        let payload = Stamp { instance: desk.instance, sequence, broker }.encode(size);
        let record: BaseRecord<'_, (), _, _> =
            BaseRecord::with_opaque_to(&self.settings.topic, Box::new(sequence))
                .partition(partition)
                .payload(&payload);
        if let Err((error, _)) = self.producer.send(record) {
            desk.books().ledger.acknowledged(sequence, Err(reason_of(&error)), desk.now());
        }
    }

    /// Has what was read committed, if anything was.
    fn commit(&self) {
        let desk = &self.shift.desk;
        if !self.shift.offsets().is_empty() && desk.books().commits.begin(desk.now()) {
            self.shift.order_commit();
        }
    }
}
