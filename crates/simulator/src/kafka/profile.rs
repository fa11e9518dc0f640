//! Which Kafka a cluster pretends to be: the kinds of request that it offers, and their versions.
//!
//! Source: `ApiKeys` of the clients' libraries 2.1.1 and 4.3.1; for 3.0 the message definitions of its release. Versions
//! that are newer than what `kafka-protocol` 0.18 can write are left out, as they would be by an older broker.

use kafka_protocol::messages::ApiKey;

/// Which Kafka a cluster pretends to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum VersionProfile {
    /// Kafka 2.1 with `ZooKeeper`: no flexible versions, one group per `OffsetFetch`, no KIP-848.
    Kafka2_1,
    /// Kafka 3.0 with `ZooKeeper`: many groups per `OffsetFetch`, no quorum, no KIP-848.
    Kafka3_0,
    /// Kafka 4.3 with `KRaft`: all kinds of groups, and any broker for a controller in `Metadata`.
    #[default]
    Kafka4_3,
}

type Offered = (ApiKey, (i16, i16));

const KAFKA_2_1: &[Offered] = &[
    (ApiKey::ListOffsets, (1, 4)),
    (ApiKey::Metadata, (0, 7)),
    (ApiKey::OffsetFetch, (1, 5)),
    (ApiKey::FindCoordinator, (0, 2)),
    (ApiKey::DescribeGroups, (0, 2)),
    (ApiKey::ListGroups, (0, 2)),
    (ApiKey::SaslHandshake, (0, 1)),
    (ApiKey::ApiVersions, (0, 2)),
    (ApiKey::DescribeConfigs, (1, 2)),
    (ApiKey::DescribeLogDirs, (1, 1)),
    (ApiKey::SaslAuthenticate, (0, 0)),
];

const KAFKA_3_0: &[Offered] = &[
    (ApiKey::ListOffsets, (1, 7)),
    (ApiKey::Metadata, (0, 11)),
    (ApiKey::OffsetFetch, (1, 8)),
    (ApiKey::FindCoordinator, (0, 4)),
    (ApiKey::DescribeGroups, (0, 5)),
    (ApiKey::ListGroups, (0, 4)),
    (ApiKey::SaslHandshake, (0, 1)),
    (ApiKey::ApiVersions, (0, 3)),
    (ApiKey::DescribeConfigs, (1, 4)),
    (ApiKey::DescribeLogDirs, (1, 2)),
    (ApiKey::SaslAuthenticate, (0, 2)),
    (ApiKey::DescribeClientQuotas, (0, 1)),
    (ApiKey::DescribeCluster, (0, 0)),
];

const KAFKA_4_3: &[Offered] = &[
    (ApiKey::ListOffsets, (1, 10)),
    (ApiKey::Metadata, (0, 13)),
    (ApiKey::OffsetFetch, (1, 10)),
    (ApiKey::FindCoordinator, (0, 6)),
    (ApiKey::DescribeGroups, (0, 6)),
    (ApiKey::ListGroups, (0, 5)),
    (ApiKey::SaslHandshake, (0, 1)),
    (ApiKey::ApiVersions, (0, 4)),
    (ApiKey::DescribeConfigs, (1, 4)),
    (ApiKey::DescribeLogDirs, (1, 4)),
    (ApiKey::SaslAuthenticate, (0, 2)),
    (ApiKey::DescribeClientQuotas, (0, 1)),
    (ApiKey::DescribeQuorum, (0, 2)),
    (ApiKey::DescribeCluster, (0, 2)),
    (ApiKey::ConsumerGroupDescribe, (0, 1)),
    (ApiKey::ShareGroupDescribe, (1, 1)),
    (ApiKey::DescribeShareGroupOffsets, (0, 1)),
];

/// Producing and consuming, which are named and not answered: clients in Java before 2.4 do not start without, and
/// librdkafka tells from them what else a broker can.
const NAMED_2_1: &[Offered] = &[(ApiKey::Produce, (0, 7)), (ApiKey::Fetch, (0, 10))];
const NAMED_3_0: &[Offered] = &[(ApiKey::Produce, (0, 9)), (ApiKey::Fetch, (0, 12))];
const NAMED_4_3: &[Offered] = &[(ApiKey::Produce, (0, 13)), (ApiKey::Fetch, (4, 17))];

impl VersionProfile {
    /// What is offered, by key.
    pub(super) const fn offered(self) -> &'static [Offered] {
        match self {
            Self::Kafka2_1 => KAFKA_2_1,
            Self::Kafka3_0 => KAFKA_3_0,
            Self::Kafka4_3 => KAFKA_4_3,
        }
    }

    /// What is named in addition, but closes the connection of who asks for it.
    pub(super) const fn named(self) -> &'static [Offered] {
        match self {
            Self::Kafka2_1 => NAMED_2_1,
            Self::Kafka3_0 => NAMED_3_0,
            Self::Kafka4_3 => NAMED_4_3,
        }
    }

    /// The versions of one kind of request; none if it is not offered.
    pub fn versions(self, api: ApiKey) -> Option<(i16, i16)> {
        self.offered().iter().find(|(offered, _)| *offered == api).map(|(_, versions)| *versions)
    }

    /// Whether a quorum of controllers takes `ZooKeeper`'s place.
    pub const fn has_quorum(self) -> bool {
        matches!(self, Self::Kafka4_3)
    }
}
