//! Which cluster stands behind a name, from one configuration to the next, as far as its addresses tell.
//!
//! Only a broker can say which cluster it belongs to, and it is asked later, if it can be reached at all. Until then what was read of the
//! one cluster would stand under the name of the other. So addresses that have nothing in common with those before are taken for
//! another cluster, and everything that was read or counted is taken back.
//!
//! Invariant: a list of brokers that is exchanged step by step, some of the old with some of the new, is the same cluster.
//!
//! How to get it wrong: comparing the lists. Who adds a broker to the configuration would be shown a hole.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

/// The addresses behind a name so far: a cell of [`Sources`](lookout_runtime::Sources).
#[derive(Debug, Default)]
pub(super) struct Lineage(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    brokers: BTreeSet<String>,
    generation: u64,
}

// === impl Lineage ===

impl Lineage {
    /// The name stands for these brokers now. How often it has come to stand for others.
    pub(super) fn generation(&self, brokers: &[String]) -> u64 {
        let brokers: BTreeSet<String> = brokers.iter().map(|broker| broker.to_ascii_lowercase()).collect();
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !known.brokers.is_empty() && known.brokers.is_disjoint(&brokers) {
            known.generation += 1;
        }
        known.brokers = brokers;
        known.generation
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_that_have_nothing_in_common_are_another_cluster() {
        let lineage = Lineage::default();
        let generation = |brokers: &[&str]| {
            lineage.generation(&brokers.iter().map(|broker| (*broker).to_owned()).collect::<Vec<_>>())
        };
        assert_eq!(generation(&["a:9092"]), 0);
        assert_eq!(generation(&["b:9092", "A:9092"]), 0);
        assert_eq!(generation(&["b:9092"]), 0);
        assert_eq!(generation(&["a:9092"]), 1);
        assert_eq!(generation(&["a:9093"]), 2, "another port is another server");
        assert_eq!(generation(&["a:9093"]), 2);
    }
}
