//! What cycles have in common.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use lookout_config::HumanDuration;
use lookout_kafka::history::{History, Observed, Reading};
use lookout_kafka::model::{Commit, Commits, Groups, OffsetColumn, Topology};
use lookout_kafka_spec::Settings;
use lookout_kafka_spec::labels::{GroupState, GroupType};

use crate::cluster;

mod consumed;
mod produced;
mod properties;
mod quiet;

/// A history, and the clock of its cycles.
struct Watch {
    history: History,
    settings: Settings,
    record_sizes: BTreeMap<Arc<str>, f64>,
    now: Timestamp,
    /// Where all partitions begin, if what is watched is as before.
    low: Option<i64>,
}

impl Watch {
    fn new() -> Self {
        let settings = Settings { idle_group_after: HumanDuration::from_secs(600), ..Settings::default() };
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        Self { history: History::default(), settings, record_sizes: BTreeMap::new(), now, low: None }
    }

    /// A cycle, 15 s after the last one.
    fn look(&mut self, topology: &Arc<Topology>, ends: &[i64], groups: Option<&mut Groups>) -> Observed {
        self.now += HumanDuration::from_secs(15).get();
        let mut end = OffsetColumn::unknown(topology.partitions.len());
        for (slot, offset) in (0..).zip(ends) {
            end.set(slot, *offset);
        }
        let low = self.low.map(|offset| {
            let mut low = OffsetColumn::unknown(topology.partitions.len());
            (0..).take(topology.partitions.len()).for_each(|slot| low.set(slot, offset));
            low
        });
        let (at, settings, record_sizes) = (self.now, &self.settings, &self.record_sizes);
        let low = low.as_ref();
        self.history.observe(Reading { at, topology, end: &end, low, groups, record_sizes, settings })
    }

    /// What has been produced to each topic.
    fn records(&mut self, topology: &Arc<Topology>, ends: &[i64]) -> Vec<u64> {
        self.look(topology, ends, None).produced.iter().map(|produced| produced.records).collect()
    }
}

fn topology(topics: &[(&str, u8, u32)]) -> Arc<Topology> {
    Arc::new(cluster::topology(topics))
}

fn commits(offsets: &[(u32, i64)]) -> Vec<Commit> {
    offsets.iter().map(|(slot, offset)| Commit { offset: *offset, slot: *slot }).collect()
}
