//! The controller, and how far the nodes follow its log.

use lookout_exposition::{Batch, Family};
use lookout_kafka_spec::metrics::{
    CONTROLLER, QUORUM_HIGH_WATERMARK, QUORUM_LEADER_EPOCH, QUORUM_REPLICA_LAG, QUORUM_REPLICA_LAG_SECONDS,
};

use super::View;
use crate::model::{Controllers, NO_NODE, Quorum};

/// Writes who controls the cluster, and the quorum if there is one.
pub fn controllers(controllers: &Controllers, view: &View, batch: &mut Batch) {
    let mut controller = Family::new(&CONTROLLER);
    controller.set((&view.kafka_cluster,), f64::from(controllers.controller.unwrap_or(NO_NODE)));
    batch.add(controller);
    if let Some(quorum) = &controllers.quorum {
        write(quorum, &view.kafka_cluster, batch);
    }
}

fn write(quorum: &Quorum, cluster: &str, batch: &mut Batch) {
    let mut epoch = Family::new(&QUORUM_LEADER_EPOCH);
    epoch.set((cluster,), f64::from(quorum.leader_epoch));
    batch.add(epoch);
    let mut high_watermark = Family::new(&QUORUM_HIGH_WATERMARK);
    if let Some(offset) = quorum.high_watermark {
        high_watermark.set((cluster,), offset as f64);
    }
    batch.add(high_watermark);
    let mut records = Family::new(&QUORUM_REPLICA_LAG);
    let mut seconds = Family::new(&QUORUM_REPLICA_LAG_SECONDS);
    for replica in &quorum.replicas {
        let labels = (cluster, replica.id, replica.role);
        if let Some(lag) = replica.lag_records {
            records.set(labels, lag as f64);
        }
        if let Some(lag) = replica.lag {
            seconds.set(labels, lag.as_secs_f64());
        }
    }
    batch.add(records);
    batch.add(seconds);
}
