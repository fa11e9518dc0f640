//! The configuration of topics: what of it changes the judgement of durability and retention.

use std::collections::BTreeMap;
use std::sync::Arc;

use lookout_kafka_spec::labels::QuotaKey;

/// What one reading of the configuration has learnt.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Configuration {
    /// The configuration of all topics that are watched, by whatever shard.
    pub topics: Arc<TopicConfigurations>,
    /// The client quotas; none if they could not be read (brokers before Kafka 2.6).
    pub quotas: Option<Vec<ClientQuota>>,
}

/// A client quota.
#[derive(Clone, Debug, PartialEq)]
pub struct ClientQuota {
    /// The user that it is for.
    pub user: QuotaSubject,
    /// The client identifier that it is for.
    pub client: QuotaSubject,
    /// What is limited.
    pub key: QuotaKey,
    /// The limit: of [`QuotaKey::RequestTime`] a ratio, of others per second.
    pub value: f64,
}

/// Whom a quota is for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum QuotaSubject {
    /// Whoever it is.
    Any,
    /// Everybody who has none of his own.
    Default,
    /// This one.
    Named(Box<str>),
}

/// The configuration of topics, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TopicConfigurations(pub BTreeMap<Arc<str>, TopicConfiguration>);

/// What matters of a topic's configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicConfiguration {
    /// `min.insync.replicas`.
    pub min_in_sync_replicas: Option<u16>,
    /// `retention.ms`; none if it is unlimited (−1) or was not told.
    pub retention_millis: Option<u64>,
    /// `retention.bytes`, per partition; none if it is unlimited (−1) or was not told.
    pub retention_bytes: Option<u64>,
    /// `cleanup.policy`, as written: `delete`, `compact`, `compact,delete`.
    pub cleanup_policy: Box<str>,
}

// === impl TopicConfiguration ===

impl TopicConfiguration {
    /// Whether records may be missing between others.
    pub fn is_compacted(&self) -> bool {
        self.cleanup_policy.split(',').any(|policy| policy.trim() == "compact")
    }
}
