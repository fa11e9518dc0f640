//! The metrics of brokers and the cluster as a whole.

use lookout_declarations::{Counter, Detail, Gauge, Info, Unit, metrics};

use super::PEER;
use crate::labels::{Broker, BrokerAddress, BrokerId, ClusterId, KafkaCluster, LookoutShard, Rack};

metrics! {
    /// How many brokers are alive.
    pub BROKERS: Gauge<(KafkaCluster,)> =
        Gauge::new("kafka_brokers", "Brokers that are alive, as the cluster's metadata says.")
            .detail(Detail::Essential).compatible_with(PEER);

    /// Which brokers are alive.
    pub BROKER_INFO: Info<(KafkaCluster, BrokerId, BrokerAddress)> =
        Info::new("kafka_broker_info", "A broker that is alive, by its node identifier.").compatible_with(PEER);

    /// In which rack a broker is.
    pub BROKER_RACK: Info<(KafkaCluster, Broker, Rack)> =
        Info::new("kafka_broker_rack_info", "The rack of a broker; brokers without one have no row.");

    /// Whether a broker answers us.
    pub BROKER_REACHABLE: Gauge<(KafkaCluster, Broker)> = Gauge::new(
        "kafka_broker_reachable",
        "Whether the broker answered in each part of the last cycle (1), or was silent or out of reach in one, or is not \
         alive and holds replicas (0). One slow kind of question beside others that it answered makes it no 0.",
    ).unit(Unit::Boolean).detail(Detail::Essential);

    /// How many partitions a broker leads.
    pub BROKER_LEADERS: Gauge<(KafkaCluster, Broker)> =
        Gauge::new("kafka_broker_leaders", "Partitions, of all topics that are watched, that the broker leads.");

    /// How many partitions a broker should lead.
    pub BROKER_PREFERRED_LEADERS: Gauge<(KafkaCluster, Broker)> = Gauge::new(
        "kafka_broker_preferred_leaders",
        "Partitions, of all topics that are watched, whose first replica is on the broker: those that it leads when all is \
         well.",
    );

    /// How many replicas a broker has.
    pub BROKER_REPLICAS: Gauge<(KafkaCluster, Broker)> =
        Gauge::new("kafka_broker_replicas", "Replicas, of all topics that are watched, that are assigned to the broker.");

    /// What the cluster is.
    pub CLUSTER_INFO: Info<(KafkaCluster, ClusterId)> =
        Info::new("kafka_cluster_info", "The cluster's own identifier.");

    /// How many topics are watched.
    pub CLUSTER_TOPICS: Gauge<(KafkaCluster, LookoutShard)> =
        Gauge::new("kafka_cluster_topics", "Topics that are watched, Kafka's own included unless filtered.");

    /// How many partitions are watched.
    pub CLUSTER_PARTITIONS: Gauge<(KafkaCluster, LookoutShard)> =
        Gauge::new("kafka_cluster_partitions", "Partitions of the topics that are watched.").detail(Detail::Essential);

    /// How many partitions nobody leads.
    pub CLUSTER_OFFLINE_PARTITIONS: Gauge<(KafkaCluster, LookoutShard)> =
        Gauge::new("kafka_cluster_offline_partitions", "Partitions without a leader: they can be neither read nor written.")
            .detail(Detail::Essential);

    /// How many partitions lack a replica in sync.
    pub CLUSTER_UNDER_REPLICATED_PARTITIONS: Gauge<(KafkaCluster, LookoutShard)> = Gauge::new(
        "kafka_cluster_under_replicated_partitions",
        "Partitions with fewer replicas in sync than replicas.",
    ).detail(Detail::Essential);

    /// How many partitions refuse producers that want all replicas.
    pub CLUSTER_UNDER_MIN_ISR_PARTITIONS: Gauge<(KafkaCluster, LookoutShard)> = Gauge::new(
        "kafka_cluster_under_min_in_sync_replicas_partitions",
        "Partitions that are led and have fewer replicas in sync than min.insync.replicas, of the topics whose \
         configuration is known: they refuse producers with acks=all. No row before any was read.",
    ).detail(Detail::Essential);

    /// How many partitions are led by another broker than the preferred one.
    pub CLUSTER_NON_PREFERRED_LEADERS: Gauge<(KafkaCluster, LookoutShard)> = Gauge::new(
        "kafka_cluster_non_preferred_leader_partitions",
        "Partitions that are led, but not by their first replica.",
    ).detail(Detail::Essential);

    /// Records produced to all topics that are watched.
    pub CLUSTER_PRODUCED_RECORDS: Counter<(KafkaCluster, LookoutShard)> = Counter::new(
        "kafka_cluster_produced_records_total",
        "Growth of the end offsets of all partitions since Lookout started: records, and the markers of transactions.",
    ).detail(Detail::Essential);

    /// Bytes produced to all topics that are watched.
    pub CLUSTER_PRODUCED_BYTES: Counter<(KafkaCluster, LookoutShard)> = Counter::new(
        "kafka_cluster_estimated_produced_bytes_total",
        "Estimate: produced records times the bytes that a record takes on disk (compressed), over all topics.",
    ).unit(Unit::Bytes).detail(Detail::Essential);

    /// Records that groups have read.
    pub CLUSTER_CONSUMED_RECORDS: Counter<(KafkaCluster, LookoutShard)> = Counter::new(
        "kafka_cluster_consumed_records_total",
        "Growth of the committed offsets of all groups but share groups since Lookout started; a record that two groups \
         read counts twice.",
    );

    /// The configured baseline.
    pub BASELINE_RECORDS: Gauge<(KafkaCluster, LookoutShard)> = Gauge::new(
        "kafka_baseline_records_per_second",
        "Records per second that the configuration calls usual, of a shard its equal part; no row if it says nothing.",
    );

    /// The configured baseline in bytes.
    pub BASELINE_BYTES: Gauge<(KafkaCluster, LookoutShard)> = Gauge::new(
        "kafka_baseline_bytes_per_second",
        "Bytes per second that the configuration calls usual, of a shard its equal part; no row if it says nothing.",
    );

    /// The configured baseline of the probe.
    pub BASELINE_PRODUCE_LATENCY: Gauge<(KafkaCluster,)> = Gauge::new(
        "kafka_baseline_produce_latency_seconds",
        "Time of a produce acknowledgement that the configuration calls usual; no row if it says nothing.",
    ).unit(Unit::Seconds);
}
