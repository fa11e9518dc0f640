//! What a simulated cluster consists of when it starts. Plain values: change what you need.

mod group;
mod size;
mod topic;

pub use group::{Behaviour, GroupDescription, GroupKind, Subscription};
pub use topic::{Cleanup, TopicDescription};

use core::fmt;
use core::time::Duration;

use super::VersionProfile;
use crate::ServerIdentity;

/// A cluster, as it is when it starts.
#[derive(Clone)]
pub struct ClusterDescription {
    /// The cluster's identifier.
    pub id: String,
    /// How many brokers there are; their node identifiers are 1, 2, ….
    pub brokers: u16,
    /// Racks that the brokers stand in, in turn. None: no broker has a rack.
    pub racks: Vec<String>,
    /// Which Kafka it pretends to be.
    pub profile: VersionProfile,
    /// The topics.
    pub topics: Vec<TopicDescription>,
    /// The groups.
    pub groups: Vec<GroupDescription>,
    /// For how long the topics have been produced to before the start.
    pub history: Duration,
    /// The log directories of each broker.
    pub log_directories: u16,
    /// The size of the volume behind each log directory, in bytes (told from version 4 of `DescribeLogDirs`).
    pub volume_bytes: i64,
    /// Quotas of clients.
    pub quotas: Vec<Quota>,
    /// TLS with certificates of this identity. None: in the clear.
    pub tls: Option<ServerIdentity>,
    /// The login that is asked for. None: nobody has to log in.
    pub login: Option<Login>,
}

/// A quota of a user, a client or an address.
#[derive(Clone, Debug, PartialEq)]
pub struct Quota {
    /// `user`, `client-id` or `ip`, and the name; no name is the default of the kind.
    pub entity: Vec<(String, Option<String>)>,
    /// `producer_byte_rate`, `consumer_byte_rate`, `request_percentage`, ….
    pub values: Vec<(String, f64)>,
}

/// The one user that may log in. `Debug` does not show the password.
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    /// The mechanisms that are offered.
    pub mechanisms: Vec<Mechanism>,
    /// The user.
    pub user: String,
    /// The password.
    pub password: String,
}

/// A mechanism of SASL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mechanism {
    /// PLAIN.
    Plain,
    /// SCRAM-SHA-256.
    ScramSha256,
    /// SCRAM-SHA-512.
    ScramSha512,
}

// === impl ClusterDescription ===

impl Default for ClusterDescription {
    /// One broker of the newest Kafka without topics and groups, with an hour of history.
    fn default() -> Self {
        Self {
            id: "c2ltdWxhdGVkLWNsdXN0ZXI".to_owned(),
            brokers: 1,
            racks: Vec::new(),
            profile: VersionProfile::default(),
            topics: Vec::new(),
            groups: Vec::new(),
            history: Duration::from_hours(1),
            log_directories: 1,
            volume_bytes: 1 << 40,
            quotas: Vec::new(),
            tls: None,
            login: None,
        }
    }
}

impl ClusterDescription {
    /// So many brokers of the newest Kafka, without topics and groups.
    pub fn of_brokers(brokers: u16) -> Self {
        Self { brokers, ..Self::default() }
    }

    /// With this topic.
    #[must_use]
    pub fn topic(mut self, topic: TopicDescription) -> Self {
        self.topics.push(topic);
        self
    }

    /// With this group.
    #[must_use]
    pub fn group(mut self, group: GroupDescription) -> Self {
        self.groups.push(group);
        self
    }

    /// As this Kafka.
    #[must_use]
    pub fn profile(mut self, profile: VersionProfile) -> Self {
        self.profile = profile;
        self
    }
}

impl fmt::Debug for ClusterDescription {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (topics, groups) = (self.topics.len(), self.groups.len());
        write!(formatter, "{} brokers, {topics} topics, {groups} groups", self.brokers)
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "login of `{}` by {:?}", self.user, self.mechanisms)
    }
}

impl Mechanism {
    /// Its name in the protocol.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Plain => "PLAIN",
            Self::ScramSha256 => "SCRAM-SHA-256",
            Self::ScramSha512 => "SCRAM-SHA-512",
        }
    }
}
