//! What became of the records of one broker.

use std::collections::BTreeMap;

use lookout_declarations::Reason;

use super::Latencies;

/// What became of the records that were sent to partitions which one broker led.
#[derive(Clone, Debug, PartialEq)]
pub struct Account {
    /// Acknowledged.
    pub produced: u64,
    /// Not acknowledged.
    pub failed: BTreeMap<Reason, u64>,
    /// Back in time.
    pub received: u64,
    /// Acknowledged, and not back in time.
    pub lost: u64,
    /// Back, after having been counted as lost or failed.
    pub late: u64,
    /// Back once more.
    pub duplicated: u64,
    /// Neither acknowledged and back, nor given up.
    pub in_flight: u64,
    /// From sending to acknowledgement.
    pub produce: Latencies,
    /// From sending to being back.
    pub end_to_end: Latencies,
}

impl Account {
    pub(super) fn new(bounds: &'static [f64]) -> Self {
        Self {
            produced: 0,
            failed: BTreeMap::new(),
            received: 0,
            lost: 0,
            late: 0,
            duplicated: 0,
            in_flight: 0,
            produce: Latencies::new(bounds),
            end_to_end: Latencies::new(bounds),
        }
    }

    pub(super) fn fail(&mut self, reason: Reason) {
        *self.failed.entry(reason).or_default() += 1;
    }

    /// How many failed, for whatever reason.
    pub fn failures(&self) -> u64 {
        self.failed.values().sum()
    }
}
