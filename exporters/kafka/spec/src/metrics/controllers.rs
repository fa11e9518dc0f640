//! The metrics of controllers, and quotas.

use lookout_declarations::{Detail, Gauge, Unit, metrics};

use crate::labels::{KafkaCluster, QuorumRoleLabel, QuotaClient, QuotaKeyLabel, QuotaUser, Replica};

metrics! {
    /// Who is the controller.
    pub CONTROLLER: Gauge<(KafkaCluster,)> = Gauge::new(
        "kafka_controller_id",
        "The node identifier of the active controller, from the quorum (KRaft) or the metadata (ZooKeeper); −1 while \
         there is none.",
    ).detail(Detail::Essential);

    /// The epoch of the quorum's leader.
    pub QUORUM_LEADER_EPOCH: Gauge<(KafkaCluster,)> = Gauge::new(
        "kafka_quorum_leader_epoch",
        "The epoch of the quorum's leader: each election adds one. KRaft only.",
    );

    /// How far the metadata log is committed.
    pub QUORUM_HIGH_WATERMARK: Gauge<(KafkaCluster,)> =
        Gauge::new("kafka_quorum_high_watermark", "The high watermark of the metadata log. KRaft only.")
            .waived("shows that the metadata log moves at all");

    /// How far a node is behind the metadata log.
    pub QUORUM_REPLICA_LAG: Gauge<(KafkaCluster, Replica, QuorumRoleLabel)> = Gauge::new(
        "kafka_quorum_replica_lag_records",
        "Records of the metadata log that the node has not fetched yet, as its leader sees it. KRaft only.",
    ).detail(Detail::Essential);

    /// Since when a node is behind the metadata log.
    pub QUORUM_REPLICA_LAG_SECONDS: Gauge<(KafkaCluster, Replica, QuorumRoleLabel)> = Gauge::new(
        "kafka_quorum_replica_lag_seconds",
        "Time since the node had fetched all of the metadata log; no row where the leader does not say (before Kafka 3.3).",
    ).unit(Unit::Seconds).detail(Detail::Essential);

    /// A client quota.
    pub CLIENT_QUOTA: Gauge<(KafkaCluster, QuotaUser, QuotaClient, QuotaKeyLabel)> = Gauge::new(
        "kafka_client_quota",
        "What clients may use, by user and client identifier: bytes, mutations or connections per second; the share of a \
         request handler's time as a ratio.",
    ).waived("limits are held against brokers' own figures, which only JMX has");
}
