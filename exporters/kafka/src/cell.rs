//! What the sources of one cluster share.
//!
//! It outlives each of them: a reload replaces a source, and counters must not go back because of it. It is gone with the last
//! source of the cluster.
//!
//! How to get it wrong: to keep here what belongs to one source. A source that is replaced and its successor may both be there
//! for a moment.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lookout_kafka_spec::config::Filter;
use lookout_kafka_wire::{Traffic, TrafficFigures};
use lookout_runtime::Shard;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::assess::granularity::Effective;
use crate::configuration::TopicConfigurations;
use crate::history::History;
use crate::lag::LagMemory;
use crate::model::{OffsetColumn, Topology};

/// What the sources of one cluster share.
#[derive(Debug, Default)]
pub struct ClusterCell {
    /// What the cycles have in common. Only the cycle holds it, over its whole time.
    pub past: tokio::sync::Mutex<Past>,
    shown: Mutex<Shown>,
    offsets: watch::Sender<Option<Arc<Offsets>>>,
    traffic: Mutex<TrafficSum>,
}

/// What the cycles of one cluster have in common.
#[derive(Debug, Default)]
pub struct Past {
    /// Which cluster it is: another one has another past.
    pub cluster_id: Option<Box<str>>,
    /// Counters and rates.
    pub history: History,
    /// Timestamps that were found.
    pub lag: LagMemory,
    /// Where partitions begin, as it was read last: a source that is new need not wait for its own second cycle.
    pub beginnings: Option<Beginnings>,
    /// What the last cycle watched: the filter of topics, and the part of them.
    pub watched: Option<(Filter, Shard)>,
}

/// Where partitions begin.
#[derive(Clone, Debug)]
pub struct Beginnings {
    /// The partitions.
    pub topology: Arc<Topology>,
    /// Where they begin.
    pub low: OffsetColumn,
    /// When all were last asked for.
    pub read: Option<Instant>,
}

/// Estimated bytes on disk of a record, by topic.
pub type RecordSizes = BTreeMap<Arc<str>, f64>;

/// What one source shows to the others; each is replaced as a whole.
#[derive(Clone, Debug, Default)]
struct Shown {
    /// How many series the cluster may have, of the configuration in force.
    allowed_series: Option<usize>,
    configurations: Option<Arc<TopicConfigurations>>,
    record_sizes: Arc<RecordSizes>,
    granularity: Option<Effective>,
}

/// Where partitions are, end and begin, as the last cycle saw it.
#[derive(Clone, Debug)]
pub struct Offsets {
    /// The partitions.
    pub topology: Arc<Topology>,
    /// Where they end.
    pub end: OffsetColumn,
    /// Where they begin.
    pub low: OffsetColumn,
}

/// The traffic of connections that are there, and of those that were.
#[derive(Debug, Default)]
struct TrafficSum {
    ended: TrafficFigures,
    current: Vec<Arc<Traffic>>,
}

// === impl ClusterCell ===

impl ClusterCell {
    fn shown(&self) -> MutexGuard<'_, Shown> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says how many series the cluster may have.
    pub fn allow_series(&self, series: usize) {
        self.shown().allowed_series = Some(series);
    }

    /// How many series the cluster may have; any number before somebody has said so.
    pub fn allowed_series(&self) -> usize {
        self.shown().allowed_series.unwrap_or(usize::MAX)
    }

    /// Shows where partitions are.
    pub fn show_offsets(&self, offsets: Arc<Offsets>) {
        self.offsets.send_replace(Some(offsets));
    }

    /// Where partitions are, as each cycle sees it; none before the first.
    pub fn offsets(&self) -> watch::Receiver<Option<Arc<Offsets>>> {
        self.offsets.subscribe()
    }

    /// Shows how topics are configured.
    pub fn show_configurations(&self, configurations: Arc<TopicConfigurations>) {
        self.shown().configurations = Some(configurations);
    }

    /// How topics are configured; none before that was read.
    pub fn configurations(&self) -> Option<Arc<TopicConfigurations>> {
        self.shown().configurations.clone()
    }

    /// Forgets what was read of another cluster: nothing of it is true of this one.
    pub fn forget_facts(&self) {
        let mut shown = self.shown();
        (shown.configurations, shown.record_sizes) = (None, Arc::default());
    }

    /// Shows how large records are.
    pub fn show_record_sizes(&self, sizes: Arc<RecordSizes>) {
        self.shown().record_sizes = sizes;
    }

    /// How large records are, of the topics of which that is known.
    pub fn record_sizes(&self) -> Arc<RecordSizes> {
        Arc::clone(&self.shown().record_sizes)
    }

    /// Shows which granularity fits the series budget.
    pub fn show_granularity(&self, granularity: Effective) {
        self.shown().granularity = Some(granularity);
    }

    /// Which granularity fits the series budget; none before the first cycle.
    pub fn granularity(&self) -> Option<Effective> {
        self.shown().granularity
    }

    /// Adds the connections of a source to the sum.
    pub fn watch_traffic(&self, traffic: &Arc<Traffic>) {
        let mut sum = self.traffic.lock().unwrap_or_else(PoisonError::into_inner);
        let TrafficSum { ended, current } = &mut *sum;
        // Those that nobody else holds any more do not change.
        current.retain(|traffic| {
            let is_alive = Arc::strong_count(traffic) > 1;
            if !is_alive {
                *ended = plus(*ended, traffic.figures());
            }
            is_alive
        });
        current.push(Arc::clone(traffic));
    }

    /// What has gone over all connections to the cluster since the start.
    pub fn traffic(&self) -> TrafficFigures {
        let sum = self.traffic.lock().unwrap_or_else(PoisonError::into_inner);
        sum.current.iter().fold(sum.ended, |sum, traffic| plus(sum, traffic.figures()))
    }
}

fn plus(one: TrafficFigures, other: TrafficFigures) -> TrafficFigures {
    TrafficFigures {
        connections: one.connections + other.connections,
        requests: one.requests + other.requests,
        sent_bytes: one.sent_bytes + other.sent_bytes,
        received_bytes: one.received_bytes + other.received_bytes,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traffic_does_not_go_back_when_a_source_is_replaced() {
        let cell = ClusterCell::default();
        let (first, second) = (Arc::<Traffic>::default(), Arc::<Traffic>::default());
        cell.watch_traffic(&first);
        drop(first);
        cell.watch_traffic(&second);
        let sum = cell.traffic.lock().unwrap();
        assert_eq!((sum.current.len(), sum.ended), (1, TrafficFigures::default()));
    }
}
