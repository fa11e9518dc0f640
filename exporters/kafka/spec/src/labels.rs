//! The labels of the kafka exporter.
//!
//! `consumergroup`, `topic`, `partition`, `id` and `address` are those of `kafka_exporter`, so that what was written for it
//! goes on working. `kafka_cluster` comes first everywhere and is empty for a cluster without a name, which Prometheus
//! takes for absent; it is not called `cluster`, because that label means the Kubernetes cluster nearly everywhere.
//!
//! `lookout_shard` tells shards, whose parts are added up, from replicas, of which one counts. It is not called `shard`, which
//! scrapers put on their targets.
//!
//! How to get it wrong: putting what changes into the labels of a measurement (a group's state, a partition's leader).
//! Each change would start a new series and end an alert on the old one.

use lookout_declarations::{label, labels};

label! {
    /// The configured name of the Kafka cluster; empty if it has none.
    pub KafkaCluster = "kafka_cluster";
    /// Which shard of Lookout says it, from 0; empty where one process watches all. It is on what the shards add up to.
    pub LookoutShard = "lookout_shard";
    /// The topic.
    pub Topic = "topic";
    /// The partition's number.
    pub Partition: i32 = "partition";
    /// The consumer group, of whatever type.
    pub ConsumerGroup = "consumergroup";
    /// The broker's node identifier, under kafka_exporter's name.
    pub BrokerId: i32 = "id";
    /// The host and port that the broker advertises.
    pub BrokerAddress = "address";
    /// The broker's node identifier.
    pub Broker: i32 = "broker";
    /// The rack of a broker; empty if it has none.
    pub Rack = "rack";
    /// The log directory's path on its broker.
    pub Directory = "directory";
    /// The cluster's own identifier, made when it was formatted.
    pub ClusterId = "cluster_id";
    /// The node identifier of a member of the controllers' quorum, or of an observer of it.
    pub Replica: i32 = "replica";
    /// The part that a node has in the controllers' quorum.
    pub QuorumRoleLabel = "role" in QuorumRole {
        /// It votes.
        Voter = "voter",
        /// It follows the log without a vote, as brokers do.
        Observer = "observer",
    }
    /// The protocol by which a group is managed.
    pub GroupTypeLabel = "type" in GroupType {
        /// The protocol before KIP-848: the clients assign; Kafka Connect and old Streams too.
        Classic = "classic",
        /// KIP-848: the broker assigns.
        Consumer = "consumer",
        /// KIP-932: records are shared between members.
        Share = "share",
        /// KIP-1071: Kafka Streams, managed by the broker.
        Streams = "streams",
        /// The broker does not say (before Kafka 3.7), or says a type that is not known here.
        Unknown = "unknown",
    }
    /// The state of a group.
    pub GroupStateLabel = "state" in GroupState {
        /// It has members, and each has its partitions.
        Stable = "Stable",
        /// Its members are about to join again (classic).
        PreparingRebalance = "PreparingRebalance",
        /// Its members wait for their partitions (classic).
        CompletingRebalance = "CompletingRebalance",
        /// A new assignment is being computed (KIP-848).
        Assigning = "Assigning",
        /// Members are moving to the new assignment (KIP-848).
        Reconciling = "Reconciling",
        /// It has no members; its offsets are kept.
        Empty = "Empty",
        /// It has no members and no offsets: it is about to vanish.
        Dead = "Dead",
        /// A Streams group whose internal topics are not as they should be (KIP-1071).
        NotReady = "NotReady",
        /// The broker says a state that is not known here, or none.
        Unknown = "Unknown",
    }
    /// What a group's members say that they are: `consumer`, `connect`; empty for a group without members.
    pub ProtocolType = "protocol_type";
    /// The assignor or protocol that the members agreed on.
    pub Assignor = "assignor";
    /// How the lag in seconds was found.
    pub LagMethodLabel = "method" in LagMethod {
        /// The group has read everything.
        CaughtUp = "caught_up",
        /// The broker told the timestamp of the first record that was not read.
        Timestamp = "timestamp",
        /// Interpolated between two end offsets that were seen within the last minutes: exact to a period.
        Interpolated = "interpolated",
        /// The record at the committed offset is gone (retention, compaction): the timestamp is that of the first one
        /// that is still there.
        FirstRetained = "first_retained",
        /// The record's timestamp says nothing (of the future, or none): since when Lookout has seen the record there, so
        /// at least so long.
        Seen = "seen",
    }
    /// A topic's `cleanup.policy`: `delete`, `compact`, or both.
    pub CleanupPolicy = "cleanup_policy";
    /// A part of one cycle.
    pub StageLabel = "stage" in Stage {
        /// Brokers, topics, partitions, leaders.
        Metadata = "metadata",
        /// Which groups there are, their states and members.
        Groups = "groups",
        /// What the groups have committed.
        Commits = "commits",
        /// Where partitions end and begin.
        Offsets = "offsets",
        /// Timestamps of the first records that were not read.
        Timestamps = "timestamps",
    }
    /// What a granularity is of.
    pub FamiliesLabel = "families" in Families {
        /// Series about topics.
        Topics = "topics",
        /// Series about groups.
        Groups = "groups",
    }
    /// The smallest thing that has series of its own.
    pub GranularityLabel = "granularity" in GranularityLevel {
        /// Each partition.
        Partition = "partition",
        /// Each topic.
        Topic = "topic",
        /// The cluster as a whole (topics), or each group as a whole (groups).
        Whole = "whole",
    }
    /// The user that a quota is for; `<default>` for the default of all users, empty if it is not by user.
    pub QuotaUser = "user";
    /// The client identifier that a quota is for; `<default>` for the default, empty if it is not by client.
    pub QuotaClient = "client_id";
    /// What is limited.
    pub QuotaKeyLabel = "quota" in QuotaKey {
        /// Bytes that may be produced per second.
        ProducerByteRate = "producer_byte_rate",
        /// Bytes that may be fetched per second.
        ConsumerByteRate = "consumer_byte_rate",
        /// Share of one request handler's time; above 1 it is more than one handler.
        RequestTime = "request_time",
        /// Partitions that may be created or deleted per second.
        ControllerMutationRate = "controller_mutation_rate",
        /// Connections that may be opened per second.
        ConnectionCreationRate = "connection_creation_rate",
    }
}

labels! {
    /// How the lag in seconds of one partition of a group was found.
    pub struct LagSecondsMethod {
        pub kafka_cluster: KafkaCluster,
        pub consumergroup: ConsumerGroup,
        pub topic: Topic,
        pub partition: Partition,
        pub method: LagMethodLabel,
    }
}

labels! {
    /// What a group is.
    pub struct GroupIdentity {
        pub kafka_cluster: KafkaCluster,
        pub consumergroup: ConsumerGroup,
        pub group_type: GroupTypeLabel,
        pub protocol_type: ProtocolType,
        pub assignor: Assignor,
    }
}
