//! Where a group stands in each topic.

use lookout_declarations::{IsCounter, IsGauge};
use lookout_exposition::{Batch, Family};
use lookout_kafka_spec::labels::{ConsumerGroup, KafkaCluster, Topic as TopicLabel};
use lookout_kafka_spec::metrics::{
    GROUP_COMMITS_BEYOND_END, GROUP_CONSUMED_RECORDS, GROUP_DRAIN_TIME, GROUP_LAG_SUM, GROUP_LAG_VELOCITY,
    GROUP_LOST_RECORDS, GROUP_OFFSET_SUM, GROUP_RETENTION_USED, GROUP_TOPIC_LAG_SECONDS,
};

use crate::assess::standing::TopicStanding;
use crate::model::Progress;

type Gauges = Family<IsGauge, (KafkaCluster, ConsumerGroup, TopicLabel)>;
type Counters = Family<IsCounter, (KafkaCluster, ConsumerGroup, TopicLabel)>;

/// The families about the topics of groups.
pub(super) struct Topics {
    offset_sum: Gauges,
    lag_sum: Gauges,
    seconds: Gauges,
    consumed: Counters,
    velocity: Gauges,
    drain_time: Gauges,
    retention_used: Gauges,
    lost: Gauges,
    beyond_end: Gauges,
}

impl Topics {
    pub(super) fn new(runs: usize) -> Self {
        let gauges = |metric| {
            let mut family = Gauges::new(metric);
            family.reserve(runs);
            family
        };
        Self {
            offset_sum: gauges(&GROUP_OFFSET_SUM),
            lag_sum: gauges(&GROUP_LAG_SUM),
            seconds: gauges(&GROUP_TOPIC_LAG_SECONDS),
            consumed: Family::new(&GROUP_CONSUMED_RECORDS),
            velocity: gauges(&GROUP_LAG_VELOCITY),
            drain_time: gauges(&GROUP_DRAIN_TIME),
            retention_used: gauges(&GROUP_RETENTION_USED),
            lost: gauges(&GROUP_LOST_RECORDS),
            beyond_end: Family::new(&GROUP_COMMITS_BEYOND_END),
        }
    }

    pub(super) fn write(
        &mut self,
        labels: (&str, &str, &str),
        standing: &TopicStanding,
        progress: Option<Progress>,
    ) {
        let velocity = progress.and_then(|progress| progress.lag_velocity);
        self.offset_sum.set(labels, standing.offsets as f64);
        for (family, value) in [
            (&mut self.lag_sum, standing.lag.map(|lag| lag as f64)),
            (&mut self.velocity, velocity),
            (&mut self.drain_time, standing.drain_time(velocity)),
            (&mut self.retention_used, standing.retention_used),
            (&mut self.lost, standing.lost.map(|lost| lost as f64)),
        ] {
            if let Some(value) = value {
                family.set(labels, value);
            }
        }
        if standing.beyond_end > 0 {
            self.beyond_end.set(labels, standing.beyond_end as f64);
        }
    }

    pub(super) fn write_consumed(&mut self, labels: (&str, &str, &str), consumed: u64) {
        self.consumed.total(labels, consumed as f64);
    }

    pub(super) fn write_seconds(&mut self, labels: (&str, &str, &str), seconds: Option<f64>) {
        if let Some(seconds) = seconds {
            self.seconds.set(labels, seconds);
        }
    }

    pub(super) fn add_to(self, batch: &mut Batch) {
        batch.add(self.offset_sum);
        batch.add(self.lag_sum);
        batch.add(self.seconds);
        batch.add(self.consumed);
        batch.add(self.velocity);
        batch.add(self.drain_time);
        batch.add(self.retention_used);
        batch.add(self.lost);
        batch.add(self.beyond_end);
    }
}
