//! `DescribeConfigs`: the configuration of topics and brokers, as far as anybody looks at it.

use kafka_protocol::error::ResponseError;
use kafka_protocol::messages::DescribeConfigsResponse;
use kafka_protocol::messages::describe_configs_response::{
    DescribeConfigsResourceResult, DescribeConfigsResult,
};

use super::{Context, code, text};
use crate::kafka::wire::{Reader, Unreadable};
use crate::kafka::{Cleanup, TopicDescription};

const TOPIC: i8 = 2;
const BROKER: i8 = 4;

/// Where a value comes from.
const SET_ON_TOPIC: i8 = 1;
const DEFAULT: i8 = 5;

/// Name, value (none if it is secret), source.
type Config = (&'static str, Option<String>, i8);

pub(super) fn answer(
    context: &Context<'_>,
    reader: &mut Reader<'_>,
) -> Result<DescribeConfigsResponse, Unreadable> {
    let mut results = Vec::new();
    for _ in 0..reader.count()? {
        let (kind, name) = (reader.int8()?, reader.text()?);
        let keys = match reader.nullable_count()? {
            None => None,
            Some(count) => Some((0..count).map(|_| reader.text()).collect::<Result<Vec<_>, _>>()?),
        };
        reader.tags()?;
        results.push(resource(context, kind, name, keys.as_deref()));
    }
    Ok(DescribeConfigsResponse::default()
        .with_throttle_time_ms(context.throttle_millis)
        .with_results(results))
}

fn resource(context: &Context<'_>, kind: i8, name: &str, keys: Option<&[&str]>) -> DescribeConfigsResult {
    let found = match kind {
        _ if context.refusal.is_some() => Err(context.refusal),
        TOPIC => match (context.topic_error(name), context.world.topic(name)) {
            (None, Some((_, topic))) => Ok(of_topic(&topic.description)),
            (error, _) => Err(error),
        },
        BROKER => context.cluster_error().map_or_else(|| Ok(of_broker()), |error| Err(Some(error))),
        _ => Err(Some(ResponseError::InvalidRequest)),
    };
    let answer = DescribeConfigsResult::default().with_resource_type(kind).with_resource_name(text(name));
    let configs = match found {
        Ok(configs) => configs,
        Err(error) => return answer.with_error_code(code(error)),
    };
    let is_asked = |(name, ..): &Config| keys.is_none_or(|keys| keys.contains(name));
    let configs = configs.into_iter().filter(is_asked).map(|(name, value, source)| {
        DescribeConfigsResourceResult::default()
            .with_name(text(name))
            .with_is_sensitive(value.is_none())
            .with_value(value.as_deref().map(text))
            .with_config_source(source)
    });
    answer.with_configs(configs.collect())
}

fn of_topic(topic: &TopicDescription) -> Vec<Config> {
    let policy = match topic.cleanup {
        Cleanup::Delete => "delete",
        Cleanup::Compact { .. } => "compact",
        Cleanup::CompactAndDelete { .. } => "compact,delete",
    };
    let retention = topic.retention.map_or(-1, crate::kafka::clock::millis);
    vec![
        ("cleanup.policy", Some(policy.to_owned()), SET_ON_TOPIC),
        ("compression.type", Some("producer".to_owned()), DEFAULT),
        ("max.message.bytes", Some("1048588".to_owned()), DEFAULT),
        ("min.insync.replicas", Some(topic.min_in_sync.to_string()), SET_ON_TOPIC),
        ("retention.bytes", Some("-1".to_owned()), DEFAULT),
        ("retention.ms", Some(retention.to_string()), SET_ON_TOPIC),
        ("segment.bytes", Some("1073741824".to_owned()), DEFAULT),
    ]
}

fn of_broker() -> Vec<Config> {
    vec![
        ("default.replication.factor", Some("1".to_owned()), DEFAULT),
        ("log.retention.hours", Some("168".to_owned()), DEFAULT),
        ("min.insync.replicas", Some("1".to_owned()), DEFAULT),
        ("ssl.keystore.password", None, DEFAULT),
    ]
}
