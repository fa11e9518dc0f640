//! The kinds of request that are sent: their keys, the versions that can be read here, and where the flexible form
//! begins. Source: the message definitions of Kafka 4.1 as `kafka-protocol` 0.18 has them; of `DescribeShareGroupOffsets`
//! version 1, which is younger, those of Kafka 4.3.
//!
//! Left out, because `kafka-protocol` 0.18 does not know it: `StreamsGroupDescribe` (KIP-1071). `ListGroups` names streams
//! groups (their protocol type is `streams`, and from version 5 on their group type too; both in lower case), and
//! `OffsetFetch` reads what they have committed.
//!
//! How to get it wrong: to raise a version here without the reader. A property test holds every version of the range
//! against `kafka-protocol`'s own encoder.

/// A kind of request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(i16)]
pub enum Api {
    /// Offsets of partitions by place or time.
    ListOffsets = 2,
    /// Brokers, topics, partitions.
    Metadata = 3,
    /// What groups have committed.
    OffsetFetch = 9,
    /// Which broker coordinates a group.
    FindCoordinator = 10,
    /// Classic groups.
    DescribeGroups = 15,
    /// The groups that a broker coordinates.
    ListGroups = 16,
    /// The choice of a SASL mechanism.
    SaslHandshake = 17,
    /// What a broker can.
    ApiVersions = 18,
    /// Configurations of topics and brokers.
    DescribeConfigs = 32,
    /// What lies on the disks of a broker.
    DescribeLogDirs = 35,
    /// One message of a SASL exchange.
    SaslAuthenticate = 36,
    /// The quotas of users and clients.
    DescribeClientQuotas = 48,
    /// The controllers.
    DescribeQuorum = 55,
    /// Brokers and controller.
    DescribeCluster = 60,
    /// Groups of KIP-848.
    ConsumerGroupDescribe = 69,
    /// Share groups.
    ShareGroupDescribe = 77,
    /// Where share groups begin.
    DescribeShareGroupOffsets = 90,
}

// === impl Api ===

impl Api {
    /// Every kind, by key.
    pub const ALL: [Self; 17] = [
        Self::ListOffsets,
        Self::Metadata,
        Self::OffsetFetch,
        Self::FindCoordinator,
        Self::DescribeGroups,
        Self::ListGroups,
        Self::SaslHandshake,
        Self::ApiVersions,
        Self::DescribeConfigs,
        Self::DescribeLogDirs,
        Self::SaslAuthenticate,
        Self::DescribeClientQuotas,
        Self::DescribeQuorum,
        Self::DescribeCluster,
        Self::ConsumerGroupDescribe,
        Self::ShareGroupDescribe,
        Self::DescribeShareGroupOffsets,
    ];

    /// Its number in the protocol.
    pub const fn key(self) -> i16 {
        self as i16
    }

    /// The first and last version that can be asked for and read here.
    pub const fn versions(self) -> (i16, i16) {
        match self {
            Self::ListOffsets => (1, 10),
            Self::Metadata => (4, 13), // before 4, to ask for a topic may create it
            Self::OffsetFetch => (2, 9), // 1 cannot ask for all partitions; 10 answers with topic identifiers
            Self::FindCoordinator | Self::DescribeGroups => (0, 6),
            Self::ListGroups => (0, 5),
            Self::SaslHandshake | Self::ShareGroupDescribe => (1, 1), // 0 of the first sends SASL without frames
            Self::ApiVersions => (0, 3), // 4 only differs in features that are not read
            Self::DescribeConfigs | Self::DescribeLogDirs => (1, 4),
            Self::SaslAuthenticate | Self::DescribeQuorum | Self::DescribeCluster => (0, 2),
            Self::ConsumerGroupDescribe | Self::DescribeClientQuotas | Self::DescribeShareGroupOffsets => {
                (0, 1)
            }
        }
    }

    /// Whether `version` is flexible (KIP-482).
    pub const fn is_flexible(self, version: i16) -> bool {
        version
            >= match self {
                Self::ListOffsets | Self::OffsetFetch => 6,
                Self::Metadata => 9,
                Self::FindCoordinator | Self::ListGroups | Self::ApiVersions => 3,
                Self::DescribeGroups => 5,
                Self::SaslHandshake => i16::MAX,
                Self::DescribeClientQuotas => 1,
                Self::DescribeConfigs => 4,
                Self::DescribeLogDirs | Self::SaslAuthenticate => 2,
                Self::DescribeQuorum
                | Self::DescribeCluster
                | Self::ConsumerGroupDescribe
                | Self::ShareGroupDescribe
                | Self::DescribeShareGroupOffsets => 0,
            }
    }

    /// Whether the header of the answer has tagged fields. That of `ApiVersions` never has: a client reads it before it
    /// knows what the broker speaks (KIP-511).
    pub(crate) const fn has_flexible_header(self, version: i16) -> bool {
        self.is_flexible(version) && !matches!(self, Self::ApiVersions)
    }

    /// Its name in the protocol.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ListOffsets => "ListOffsets",
            Self::Metadata => "Metadata",
            Self::OffsetFetch => "OffsetFetch",
            Self::FindCoordinator => "FindCoordinator",
            Self::DescribeGroups => "DescribeGroups",
            Self::ListGroups => "ListGroups",
            Self::SaslHandshake => "SaslHandshake",
            Self::ApiVersions => "ApiVersions",
            Self::DescribeConfigs => "DescribeConfigs",
            Self::DescribeLogDirs => "DescribeLogDirs",
            Self::SaslAuthenticate => "SaslAuthenticate",
            Self::DescribeClientQuotas => "DescribeClientQuotas",
            Self::DescribeQuorum => "DescribeQuorum",
            Self::DescribeCluster => "DescribeCluster",
            Self::ConsumerGroupDescribe => "ConsumerGroupDescribe",
            Self::ShareGroupDescribe => "ShareGroupDescribe",
            Self::DescribeShareGroupOffsets => "DescribeShareGroupOffsets",
        }
    }
}

impl core::fmt::Display for Api {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.name())
    }
}
