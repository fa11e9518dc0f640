//! What lies on the disks.

use lookout_exposition::{Batch, Family};
use lookout_kafka_spec::config::TopicGranularity;
use lookout_kafka_spec::metrics::{
    BROKER_LOG_SIZE, DIRECTORY_CAPACITY, DIRECTORY_LOG_SIZE, DIRECTORY_OFFLINE, DIRECTORY_USABLE,
    TOPIC_LEADER_LOG_SIZE, TOPIC_LOG_SIZE,
};

use super::{View, truth};
use crate::model::LogDirectories;

/// Writes what is known of the disks of all brokers that answered. A broker of which a directory is offline has no size: what lies
/// there is missing from the sum.
pub fn log_directories(disks: &LogDirectories, view: &View, batch: &mut Batch) {
    let cluster = &*view.kafka_cluster;
    let mut broker_size = Family::new(&BROKER_LOG_SIZE);
    let mut size = Family::new(&DIRECTORY_LOG_SIZE);
    let mut capacity = Family::new(&DIRECTORY_CAPACITY);
    let mut usable = Family::new(&DIRECTORY_USABLE);
    let mut offline = Family::new(&DIRECTORY_OFFLINE);
    for (broker, of_broker) in &disks.brokers {
        if of_broker.directories.iter().all(|directory| directory.size.is_some()) {
            broker_size.set((cluster, *broker), of_broker.size as f64);
        }
        for directory in &of_broker.directories {
            let labels = (cluster, *broker, &*directory.path);
            offline.set(labels, truth(directory.is_offline));
            for (family, bytes) in [
                (&mut size, directory.size),
                (&mut capacity, directory.capacity),
                (&mut usable, directory.usable),
            ] {
                if let Some(bytes) = bytes {
                    family.set(labels, bytes as f64);
                }
            }
        }
    }
    if view.granularity.topics >= TopicGranularity::Topic {
        topics(disks, cluster, batch);
    }
    batch.add(broker_size);
    batch.add(size);
    batch.add(capacity);
    batch.add(usable);
    batch.add(offline);
}

fn topics(disks: &LogDirectories, cluster: &str, batch: &mut Batch) {
    let (mut replicas, mut leaders) = (Family::new(&TOPIC_LOG_SIZE), Family::new(&TOPIC_LEADER_LOG_SIZE));
    let topics = disks.topology.topics.iter().zip(&disks.topics).filter(|(topic, _)| topic.is_ours);
    for (topic, size) in topics {
        for (family, bytes) in [(&mut replicas, size.replicas), (&mut leaders, size.leaders)] {
            if let Some(bytes) = bytes {
                family.set((cluster, &*topic.name), bytes as f64);
            }
        }
    }
    batch.add(replicas);
    batch.add(leaders);
}
