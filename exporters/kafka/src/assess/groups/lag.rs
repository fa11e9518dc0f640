//! How far a group is behind in all that it reads.

use lookout_declarations::IsGauge;
use lookout_exposition::{Batch, Family};
use lookout_kafka_spec::labels::{ConsumerGroup, KafkaCluster};
use lookout_kafka_spec::metrics::{GROUP_MAX_LAG_SECONDS, GROUP_TOTAL_LAG};

type Gauges = Family<IsGauge, (KafkaCluster, ConsumerGroup)>;

/// The families about whole groups, which stay at every granularity.
pub(super) struct Lag {
    total: Gauges,
    seconds: Gauges,
}

impl Lag {
    pub(super) fn new(groups: usize) -> Self {
        let (mut total, mut seconds) = (Family::new(&GROUP_TOTAL_LAG), Family::new(&GROUP_MAX_LAG_SECONDS));
        total.reserve(groups);
        seconds.reserve(groups);
        Self { total, seconds }
    }

    pub(super) fn write(&mut self, labels: (&str, &str), total: Option<u128>, seconds: Option<f64>) {
        if let Some(total) = total {
            self.total.set(labels, total as f64);
        }
        if let Some(seconds) = seconds {
            self.seconds.set(labels, seconds);
        }
    }

    pub(super) fn add_to(self, batch: &mut Batch) {
        batch.add(self.total);
        batch.add(self.seconds);
    }
}
