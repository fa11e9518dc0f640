//! How a connection is made, and its bounds.

use std::time::Duration;

use crate::{Api, Sasl, Tls};

/// How connections to the brokers of one cluster are made.
#[derive(Clone, Debug)]
pub struct Options {
    /// The name by which brokers know this client in their logs and quotas. At most 249 bytes are sent.
    pub client_id: String,
    /// TLS; without it the connection is in the clear.
    pub tls: Option<Tls>,
    /// The login; without it there is none, or the client certificate is it.
    pub sasl: Option<Sasl>,
    /// The time for opening a connection: name, TCP, TLS, versions and SASL together.
    pub connect_timeout: Duration,
    /// The time for each answer, from when it is the next one due to its last byte.
    pub request_timeout: Duration,
    /// How many requests are under way at once on one connection. A broker works on one at a time; more than one saves
    /// the way there and back.
    pub pipeline_depth: usize,
    /// What an answer may cost.
    pub limits: Limits,
}

/// The limits of one answer, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The frame of an answer that grows with the cluster. A million partitions with three replicas take 60 MB.
    pub growing_answer: usize,
    /// The frame of any other answer.
    pub small_answer: usize,
    /// What `kafka-protocol` may allocate to decode one small answer, beside the frame.
    pub decoded_answer: usize,
}

/// The frame of an answer before anybody has logged in: `ApiVersions` has 700 bytes, a SASL message less.
const OPENING_ANSWER: usize = 256 * 1024;

impl Default for Options {
    fn default() -> Self {
        Self {
            client_id: "lookout".to_owned(),
            tls: None,
            sasl: None,
            connect_timeout: Duration::from_secs(10),
            request_timeout: Duration::from_secs(30),
            pipeline_depth: 4,
            limits: Limits::default(),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            growing_answer: 256 * 1024 * 1024,
            small_answer: 32 * 1024 * 1024,
            decoded_answer: 128 * 1024 * 1024,
        }
    }
}

impl Limits {
    /// The longest frame that is read as an answer to `api`.
    pub fn frame(&self, api: Api) -> usize {
        match api {
            Api::Metadata
            | Api::ListOffsets
            | Api::OffsetFetch
            | Api::DescribeLogDirs
            | Api::DescribeShareGroupOffsets => self.growing_answer,
            Api::ApiVersions | Api::SaslHandshake | Api::SaslAuthenticate => OPENING_ANSWER,
            Api::FindCoordinator
            | Api::DescribeGroups
            | Api::ListGroups
            | Api::DescribeConfigs
            | Api::DescribeClientQuotas
            | Api::DescribeQuorum
            | Api::DescribeCluster
            | Api::ConsumerGroupDescribe
            | Api::ShareGroupDescribe => self.small_answer,
        }
    }
}
