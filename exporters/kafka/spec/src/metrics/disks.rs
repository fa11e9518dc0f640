//! The metrics of the disks of brokers.

use lookout_declarations::{Detail, Gauge, Unit, metrics};

use crate::labels::{Broker, Directory, KafkaCluster};

metrics! {
    /// What lies on a broker's disks.
    pub BROKER_LOG_SIZE: Gauge<(KafkaCluster, Broker)> =
        Gauge::new("kafka_broker_log_size_bytes", "Bytes of all replicas on the broker.").unit(Unit::Bytes);

    /// What lies in a log directory.
    pub DIRECTORY_LOG_SIZE: Gauge<(KafkaCluster, Broker, Directory)> =
        Gauge::new("kafka_log_directory_size_bytes", "Bytes of all replicas in the log directory.").unit(Unit::Bytes);

    /// How large the volume of a log directory is.
    pub DIRECTORY_CAPACITY: Gauge<(KafkaCluster, Broker, Directory)> = Gauge::new(
        "kafka_log_directory_capacity_bytes",
        "Bytes of the volume of the log directory; no row where the broker does not say (before Kafka 3.3).",
    ).unit(Unit::Bytes).detail(Detail::Essential);

    /// How much is free on the volume of a log directory.
    pub DIRECTORY_USABLE: Gauge<(KafkaCluster, Broker, Directory)> = Gauge::new(
        "kafka_log_directory_usable_bytes",
        "Bytes free on the volume of the log directory; no row where the broker does not say (before Kafka 3.3).",
    ).unit(Unit::Bytes).detail(Detail::Essential);

    /// Whether a log directory is offline.
    pub DIRECTORY_OFFLINE: Gauge<(KafkaCluster, Broker, Directory)> =
        Gauge::new("kafka_log_directory_offline", "Whether the log directory is offline (1) or not (0).")
            .unit(Unit::Boolean).detail(Detail::Essential);
}
