//! How topics are configured, and the quotas of clients.
//!
//! Topics are asked for in chunks, the chunks dealt out to all brokers: each knows the configuration of every topic. Only the
//! keys that matter are asked for, which makes an answer a tenth.

use std::sync::Arc;

use lookout_kafka_spec::labels::QuotaKey;
use lookout_kafka_wire::messages::describe_client_quotas_request::DescribeClientQuotasRequest;
use lookout_kafka_wire::messages::describe_client_quotas_response::{
    DescribeClientQuotasResponse, EntityData,
};
use lookout_kafka_wire::messages::describe_configs_request::DescribeConfigsResource;
use lookout_kafka_wire::messages::describe_configs_response::DescribeConfigsResult;
use lookout_kafka_wire::messages::{DescribeConfigsRequest, DescribeConfigsResponse};
use lookout_kafka_wire::{Api, Broker, Cluster, ErrorCode, Failure};
use tokio::time::{Instant, timeout_at};

use super::missed::Missed;
use super::round::Round;
use super::tasks;
use crate::configuration::{ClientQuota, QuotaSubject, TopicConfiguration, TopicConfigurations};

/// What is asked for of a topic.
const KEYS: [&str; 4] = ["min.insync.replicas", "retention.ms", "retention.bytes", "cleanup.policy"];

/// How many topics one request names: the answer has 200 KB.
const TOPICS_PER_REQUEST: usize = 1_000;

/// The type of a resource that is a topic, as the protocol numbers them.
const TOPIC: i8 = 2;

/// How many brokers are asked for the same: one that is restarting has left the cluster before the second is asked.
const ATTEMPTS: usize = 2;

/// How many quotas are kept: each user may have one, and somebody may have made one for everybody.
const MAX_QUOTAS: usize = 10_000;

/// What one reading says of topics.
#[derive(Debug, Default)]
pub struct Topics {
    /// How they are configured; those that nobody answered for are as they were.
    pub configurations: TopicConfigurations,
    /// Those for which a broker answered, if only that we may not know, sorted.
    pub answered: Vec<Arc<str>>,
}

/// Reads the configuration of `topics`, which are sorted. What one broker does not answer, another one is asked for; what nobody
/// answers for stays as it was `before`.
pub async fn topics(
    round: &mut Round,
    cluster: &Cluster,
    topics: &[Arc<str>],
    before: &TopicConfigurations,
) -> Topics {
    let mut read = Topics::default();
    let mut left: Vec<Arc<str>> = topics.to_vec();
    for _ in 0..ATTEMPTS {
        let brokers = cluster.brokers().filter(|broker| round.gone(broker.id()).is_none());
        let brokers: Vec<Arc<Broker>> = brokers.map(Arc::clone).collect();
        if left.is_empty() || brokers.is_empty() {
            break;
        }
        read.ask(round, brokers, &left).await;
        left.retain(|name| read.answered.binary_search(name).is_err());
    }
    for name in left {
        if let Some(configuration) = before.0.get(&name) {
            read.configurations.0.insert(name, configuration.clone());
        }
    }
    read
}

impl Topics {
    /// Deals `topics` out to `brokers`, and takes what they answer.
    async fn ask(&mut self, round: &mut Round, brokers: Vec<Arc<Broker>>, topics: &[Arc<str>]) {
        let mut shares: Vec<Vec<Arc<str>>> = vec![Vec::new(); brokers.len()];
        for (number, chunk) in topics.chunks(TOPICS_PER_REQUEST).enumerate() {
            if let Some(share) = number.checked_rem(brokers.len()).and_then(|place| shares.get_mut(place)) {
                share.extend_from_slice(chunk);
            }
        }
        let until = round.all_until();
        let asked = brokers.into_iter().zip(shares).filter(|(_, share)| !share.is_empty());
        let asked = asked.map(|(broker, share)| (broker.id(), read(broker, share, until)));
        for (id, told) in tasks::each(asked).await {
            if let Some(missed) = &told.missed {
                round.miss(id, missed);
            }
            for (name, code) in told.refused {
                if let Some(reason) = code.reason() {
                    round.faults.items("configurations of topics", reason, 1, &name, || {
                        format!("broker {id} answered with {code}")
                    });
                }
                self.answered.push(name);
            }
            self.answered.extend(told.topics.iter().map(|(name, _)| Arc::clone(name)));
            self.configurations.0.extend(told.topics);
        }
        self.answered.sort_unstable();
    }
}

#[derive(Debug, Default)]
struct Told {
    topics: Vec<(Arc<str>, TopicConfiguration)>,
    refused: Vec<(Arc<str>, ErrorCode)>,
    missed: Option<Missed>,
}

async fn read(broker: Arc<Broker>, names: Vec<Arc<str>>, until: Instant) -> Told {
    let mut told = Told::default();
    let begun = Instant::now();
    told.missed = match timeout_at(until, told.read(&broker, &names)).await {
        Ok(Ok(())) => None,
        Ok(Err(failure)) => Some(Missed::by(&failure)),
        Err(_) => {
            Some(Missed::late("reading the configuration of topics", until - begun, !told.topics.is_empty()))
        }
    };
    told
}

impl Told {
    async fn read(&mut self, broker: &Broker, names: &[Arc<str>]) -> Result<(), Failure> {
        let mut lease = broker.connection().await?;
        let take = |_, answer: DescribeConfigsResponse| {
            for result in &answer.results {
                let Ok(place) = names.binary_search_by(|name| (**name).cmp(&result.resource_name)) else {
                    continue;
                };
                let name = Arc::clone(&names[place]);
                let code = ErrorCode(result.error_code);
                if code.is_none() {
                    self.topics.push((name, configuration(result)));
                } else {
                    self.refused.push((name, code));
                }
            }
        };
        lease.call_all(names.chunks(TOPICS_PER_REQUEST).map(request), take).await
    }
}

fn request(names: &[Arc<str>]) -> DescribeConfigsRequest {
    let resource = |name: &Arc<str>| {
        DescribeConfigsResource::default()
            .with_resource_type(TOPIC)
            .with_resource_name((**name).to_owned().into())
            .with_configuration_keys(Some(KEYS.map(Into::into).to_vec()))
    };
    DescribeConfigsRequest::default().with_resources(names.iter().map(resource).collect())
}

fn configuration(result: &DescribeConfigsResult) -> TopicConfiguration {
    let value = |key: &str| {
        let entry = result.configs.iter().find(|entry| &*entry.name == key);
        entry.and_then(|entry| entry.value.as_deref()).unwrap_or_default()
    };
    let [min_in_sync_replicas, retention_millis, retention_bytes, cleanup_policy] = KEYS.map(value);
    TopicConfiguration {
        min_in_sync_replicas: min_in_sync_replicas.parse().ok(),
        // −1 is no number here: unlimited.
        retention_millis: retention_millis.parse().ok(),
        retention_bytes: retention_bytes.parse().ok(),
        cleanup_policy: cleanup_policy.into(),
    }
}

/// Reads the quotas of users and clients; none if no broker tells them.
pub async fn quotas(round: &mut Round, cluster: &Cluster) -> Option<Vec<ClientQuota>> {
    let asked = async {
        let mut lease = cluster.any().await?;
        if lease.versions().choose(Api::DescribeClientQuotas).is_none() {
            return Ok(None);
        }
        lease.call(&DescribeClientQuotasRequest::default()).await.map(Some)
    };
    let until = round.all_until();
    let missed = match timeout_at(until, asked).await {
        Ok(Ok(None)) => return None,
        Ok(Ok(Some(answer))) => match ErrorCode(answer.error_code) {
            ErrorCode::NONE => return Some(quotas_of(&answer)),
            code => Missed::with(Api::DescribeClientQuotas, code),
        },
        Ok(Err(failure)) => Missed::by(&failure),
        Err(_) => Missed::late("reading the client quotas", until.elapsed(), true),
    };
    round.faults.items("client quotas", missed.reason, 1, "all", || missed.message);
    None
}

fn quotas_of(answer: &DescribeClientQuotasResponse) -> Vec<ClientQuota> {
    let mut quotas = Vec::new();
    for entry in answer.entries.iter().flatten() {
        // What is neither for users nor for clients (addresses) has no label here.
        if entry.entity.iter().any(|entity| !matches!(&*entity.entity_type, "user" | "client-id")) {
            continue;
        }
        let (user, client) = (subject(&entry.entity, "user"), subject(&entry.entity, "client-id"));
        for value in &entry.values {
            let Some(key) = key_of(&value.key) else { continue };
            // The broker says percent of one handler.
            let value = if key == QuotaKey::RequestTime { value.value / 100.0 } else { value.value };
            if quotas.len() < MAX_QUOTAS {
                quotas.push(ClientQuota { user: user.clone(), client: client.clone(), key, value });
            }
        }
    }
    quotas
}

fn subject(entity: &[EntityData], kind: &str) -> QuotaSubject {
    match entity.iter().find(|entity| &*entity.entity_type == kind) {
        None => QuotaSubject::Any,
        Some(EntityData { entity_name: None, .. }) => QuotaSubject::Default,
        Some(EntityData { entity_name: Some(name), .. }) => QuotaSubject::Named((**name).into()),
    }
}

fn key_of(text: &str) -> Option<QuotaKey> {
    Some(match text {
        "producer_byte_rate" => QuotaKey::ProducerByteRate,
        "consumer_byte_rate" => QuotaKey::ConsumerByteRate,
        "request_percentage" => QuotaKey::RequestTime,
        "controller_mutation_rate" => QuotaKey::ControllerMutationRate,
        "connection_creation_rate" => QuotaKey::ConnectionCreationRate,
        _ => return None,
    })
}
