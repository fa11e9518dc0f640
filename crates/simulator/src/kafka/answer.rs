//! Answers, as pure functions of the request, the world and the time.
//!
//! What grows with the cluster (`metadata`, `list_offsets`, `offset_fetch`, `share_group_offsets`, `log_dirs`) is written
//! straight into the frame; the rest are messages of `kafka-protocol`. All requests are read by hand, so that none makes us reserve memory.

mod cluster;
mod configs;
mod consumer_groups;
mod coordinator;
mod groups;
mod list_offsets;
mod log_dirs;
mod metadata;
mod offset_fetch;
mod protocol;
mod quorum;
mod share_group_offsets;
mod share_groups;
mod versions;

use bytes::BytesMut;
use kafka_protocol::error::ResponseError;
use kafka_protocol::messages::ApiKey;
use kafka_protocol::protocol::{Encodable, StrBytes};

pub(super) use versions::answer as versions;

use super::server::Request;
use super::wire::{Reader, Unreadable, Writer};
use super::world::World;

/// From where and when an answer is given.
pub(super) struct Context<'a> {
    pub(super) world: &'a World,
    /// Milliseconds since 1970.
    pub(super) now: i64,
    /// The broker that answers.
    pub(super) broker: i32,
    pub(super) version: i16,
    pub(super) throttle_millis: i32,
    /// The error that everything is answered with.
    pub(super) refusal: Option<ResponseError>,
}

/// Answers a request that is offered; `frame` holds the header.
pub(super) fn answer(
    context: &Context<'_>,
    request: &Request,
    frame: BytesMut,
) -> Result<BytesMut, Unreadable> {
    let flexible = request.api.request_header_version(request.version) >= 2;
    let mut reader = Reader::new(&request.body, flexible);
    let writer = Writer::new(frame, flexible);
    match request.api {
        ApiKey::Metadata => metadata::answer(context, &mut reader, writer),
        ApiKey::ListOffsets => list_offsets::answer(context, &mut reader, writer),
        ApiKey::OffsetFetch => offset_fetch::answer(context, &mut reader, writer),
        ApiKey::DescribeLogDirs => log_dirs::answer(context, &mut reader, writer),
        ApiKey::DescribeShareGroupOffsets => share_group_offsets::answer(context, &mut reader, writer),
        api => {
            let frame = writer.into_frame();
            match api {
                ApiKey::FindCoordinator => context.encode(&coordinator::answer(context, &mut reader)?, frame),
                ApiKey::ListGroups => context.encode(&groups::list(context, &mut reader)?, frame),
                ApiKey::DescribeGroups => context.encode(&groups::describe(context, &mut reader)?, frame),
                ApiKey::ConsumerGroupDescribe => {
                    context.encode(&consumer_groups::describe(context, &mut reader)?, frame)
                }
                ApiKey::ShareGroupDescribe => {
                    context.encode(&share_groups::describe(context, &mut reader)?, frame)
                }
                ApiKey::DescribeConfigs => context.encode(&configs::answer(context, &mut reader)?, frame),
                ApiKey::DescribeCluster => context.encode(&cluster::describe(context), frame),
                ApiKey::DescribeClientQuotas => context.encode(&cluster::quotas(context), frame),
                ApiKey::DescribeQuorum => context.encode(&quorum::answer(context), frame),
                _ => Err(Unreadable),
            }
        }
    }
}

impl Context<'_> {
    fn encode(&self, message: &impl Encodable, mut frame: BytesMut) -> Result<BytesMut, Unreadable> {
        // It fails on a field that the version does not have, which is a mistake in here: the client sees a closed
        // connection, and our tests see it.
        message.encode(&mut frame, self.version).map_err(|_| Unreadable)?;
        Ok(frame)
    }

    /// Why nothing is said of the cluster.
    fn cluster_error(&self) -> Option<ResponseError> {
        let denied = self.world.troubles.is_cluster_denied;
        self.refusal.or_else(|| denied.then_some(ResponseError::ClusterAuthorizationFailed))
    }

    /// Why nothing is said of a topic.
    fn topic_error(&self, name: &str) -> Option<ResponseError> {
        let denied = self.world.troubles.denied_topics.contains(name);
        let unknown = self.world.topic(name).is_none();
        denied
            .then_some(ResponseError::TopicAuthorizationFailed)
            .or_else(|| self.world.troubles.topics.get(name).copied())
            .or_else(|| unknown.then_some(ResponseError::UnknownTopicOrPartition))
    }

    /// Why nothing is said of a group by this broker.
    fn group_error(&self, name: &str) -> Option<ResponseError> {
        if self.refusal.is_some() {
            return self.refusal;
        }
        if self.world.troubles.denied_groups.contains(name) {
            return Some(ResponseError::GroupAuthorizationFailed);
        }
        let trouble = self.world.troubles.groups.get(name).copied();
        let elsewhere = self.world.coordinator(name) != Some(self.broker);
        trouble.or_else(|| elsewhere.then_some(ResponseError::NotCoordinator))
    }
}

/// The number of an error, 0 for none.
fn code(error: Option<ResponseError>) -> i16 {
    error.map_or(0, |error| error.code())
}

fn text(text: &str) -> StrBytes {
    StrBytes::from_string(text.to_owned())
}
