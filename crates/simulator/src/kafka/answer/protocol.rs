//! What members of a group are called, what they read, and how the consumers' own protocol writes that.

use bytes::{BufMut as _, Bytes, BytesMut};
use kafka_protocol::messages::consumer_protocol_assignment::TopicPartition;
use kafka_protocol::messages::{ConsumerProtocolAssignment, ConsumerProtocolSubscription, TopicName};
use kafka_protocol::protocol::Encodable as _;

use super::text;
use crate::kafka::world::{Group, Topic, World, spread};

/// Where all members are.
pub(super) const CLIENT_HOST: &str = "/127.0.0.1";
/// The version of the consumers' protocol that is written.
const VERSION: i16 = 1;
/// What stands for the leader's address, the tasks and the rest in Connect's protocol, which nobody reads here.
const CONNECT: &[u8] = &[0, 1];

pub(super) fn client_id(group: &Group, number: u16) -> String {
    format!("{}-client-{number}", group.description.name)
}

pub(super) fn member_id(group: &Group, number: u16) -> String {
    let id = client_id(group, number);
    let unique = spread(&id);
    format!("{id}-{unique:016x}")
}

/// The partitions of each topic that one member reads: they are dealt out in turn.
pub(super) fn assigned<'a>(
    world: &'a World,
    group: &'a Group,
    number: u16,
) -> impl Iterator<Item = (&'a Topic, Vec<i32>)> {
    let members = usize::from(group.description.members.max(1));
    group.subscriptions.iter().filter_map(move |(topic, count)| {
        let topic = world.topics.get(*topic).filter(|topic| !topic.is_deleted)?;
        let slots = World::slots_read(topic, *count).skip(usize::from(number)).step_by(members);
        let partitions: Vec<i32> = slots.map(|slot| topic.partition(slot)).collect();
        (!partitions.is_empty()).then_some((topic, partitions))
    })
}

/// Subscription and assignment of a consumer.
pub(super) fn consumer(world: &World, group: &Group, number: u16) -> (Bytes, Bytes) {
    let names = group.description.topics.iter().map(|subscription| text(&subscription.topic));
    let subscription = ConsumerProtocolSubscription::default().with_topics(names.collect());
    let assigned = assigned(world, group, number).map(|(topic, partitions)| {
        TopicPartition::default()
            .with_topic(TopicName(text(&topic.description.name)))
            .with_partitions(partitions)
    });
    let assignment = ConsumerProtocolAssignment::default().with_assigned_partitions(assigned.collect());
    let versioned = || {
        let mut bytes = BytesMut::new();
        bytes.put_i16(VERSION);
        bytes
    };
    let (mut first, mut second) = (versioned(), versioned());
    // Both have all fields of the version, so neither fails.
    let _ = subscription.encode(&mut first, VERSION);
    let _ = assignment.encode(&mut second, VERSION);
    (first.freeze(), second.freeze())
}

/// Subscription and assignment of a worker.
pub(super) fn connect() -> (Bytes, Bytes) {
    (Bytes::from_static(CONNECT), Bytes::from_static(CONNECT))
}

/// `kafka-protocol` takes identifiers in the type of a crate of its own; sixteen bytes always are one.
pub(super) fn uuid<T: TryFrom<Vec<u8>> + Default>(id: [u8; 16]) -> T {
    T::try_from(id.to_vec()).unwrap_or_default()
}
