//! A group and how it consumes.
//!
//! Where a group stands is a *time*: it has consumed all that arrived until then. Its commit in each partition is the end
//! that the partition had at that time, and its lag in seconds is what has passed since. So both are exact.

use core::time::Duration;

/// A group.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupDescription {
    /// Its name.
    pub name: String,
    /// Which protocol it follows.
    pub kind: GroupKind,
    /// How many members it has; none makes it empty.
    pub members: u16,
    /// What it reads.
    pub topics: Vec<Subscription>,
    /// How it gets on.
    pub behaviour: Behaviour,
    /// Its assignor, `range` for instance.
    pub assignor: String,
}

/// What a group reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// The topic.
    pub topic: String,
    /// Its first so many partitions. None: all.
    pub partitions: Option<u32>,
}

/// Which protocol a group follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupKind {
    /// Consumers that rebalance among themselves.
    Classic,
    /// KIP-848.
    Consumer,
    /// KIP-932.
    Share,
    /// The workers of Kafka Connect: a classic group that reads no topic.
    Connect,
}

/// How a group gets on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Behaviour {
    /// It is behind by as much, always.
    KeepsUp {
        /// How long after its arrival a record is consumed.
        behind: Duration,
    },
    /// It has consumed nothing since so long before the start, or since the change to this.
    StandsStill {
        /// For how long it had been so when the cluster started; no matter for a change while it runs.
        since: Duration,
    },
    /// It consumes more slowly than is produced.
    FallsBehind {
        /// For how long it had been so when the cluster started; no matter for a change while it runs.
        since: Duration,
        /// Of what arrives, the part that it manages: 0 is standing still, 1 keeping up.
        manages: f64,
    },
    /// It has never committed anything.
    NeverCommitted,
}

// === impl GroupDescription ===

impl GroupDescription {
    /// A classic group of one member that reads all of `topic` at once.
    pub fn new(name: impl Into<String>, topic: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            kind: GroupKind::Classic,
            members: 1,
            topics: vec![Subscription { topic: topic.into(), partitions: None }],
            behaviour: Behaviour::KeepsUp { behind: Duration::ZERO },
            assignor: "range".to_owned(),
        }
    }

    /// That reads all of `topic` too.
    #[must_use]
    pub fn and(mut self, topic: impl Into<String>) -> Self {
        self.topics.push(Subscription { topic: topic.into(), partitions: None });
        self
    }

    /// Of this kind.
    #[must_use]
    pub fn kind(mut self, kind: GroupKind) -> Self {
        self.kind = kind;
        self
    }

    /// With so many members.
    #[must_use]
    pub fn members(mut self, members: u16) -> Self {
        self.members = members;
        self
    }

    /// That gets on like this.
    #[must_use]
    pub fn behaviour(mut self, behaviour: Behaviour) -> Self {
        self.behaviour = behaviour;
        self
    }
}

impl GroupKind {
    /// Its name in `ListGroups`, version 5.
    pub(crate) const fn group_type(self) -> &'static str {
        match self {
            Self::Classic | Self::Connect => "classic",
            Self::Consumer => "consumer",
            Self::Share => "share",
        }
    }

    /// Its protocol in `ListGroups`.
    pub(crate) const fn protocol_type(self) -> &'static str {
        match self {
            Self::Classic | Self::Consumer => "consumer",
            Self::Connect => "connect",
            Self::Share => "share",
        }
    }
}
