//! The brokers of one cluster: found from a list of addresses, kept by their node identifiers.
//!
//! Invariants:
//! - Nothing is tried twice. Where any broker will do, one after the other is tried until one can be reached, each with a
//!   head start only, because one that swallows packets must not cost the others their time; an answer or a failure of one
//!   that was reached is final. After a failure, and after a question that was given up half-way, the next question begins
//!   with the next broker, so that one which accepts connections and then stalls is not asked for ever.
//! - A broker whose address has not changed keeps its connection; one that has moved or gone loses it.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use kafka_protocol::{
    messages::{
        DescribeQuorumRequest, FindCoordinatorRequest, FindCoordinatorResponse, TopicName,
        describe_quorum_request::{PartitionData, TopicData},
    },
    protocol::StrBytes,
};

use crate::{
    Address, Answer, Api, Broker, Connection, ErrorCode, Failure, Lease, Options, Overall, Traffic,
    metadata::{self, Row, Topics},
    race,
};

/// The brokers of one cluster.
#[derive(Debug)]
pub struct Cluster {
    bootstrap: Vec<Address>,
    options: Arc<Options>,
    traffic: Arc<Traffic>,
    brokers: BTreeMap<i32, Arc<Broker>>,
    /// With which broker, and which address of the list, the next question to any of them begins.
    turn: AtomicUsize,
}

/// Who coordinates a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Coordinator {
    /// Why there is none.
    pub code: ErrorCode,
    /// The broker.
    pub node: Option<i32>,
}

/// The most brokers of a cluster: ten times what the largest known ones have.
const MAX_BROKERS: usize = 4_096;

/// How many of the known brokers are tried for a question that any can answer, before the bootstrap list.
const MAX_TRIED: usize = 3;

/// How long one is tried alone before the next is tried beside it: what RFC 8305 recommends for the addresses of a name. A
/// broker that is well is connected to within it, so there is seldom a connection too many; twenty addresses that swallow
/// packets cost five seconds.
const HEAD_START: Duration = Duration::from_millis(250);

/// How many groups one `FindCoordinator` asks for, where it can ask for more than one.
const GROUPS_PER_QUESTION: usize = 1_000;

/// Node identifier, address and rack.
type BrokerFacts = (i32, Address, Option<String>);

/// Passes the turn on when it is dropped, unless it is kept: also when nobody waits for the answer any more.
struct Turn<'a> {
    of: &'a AtomicUsize,
    is_kept: bool,
}

/// What the metadata said of the brokers.
struct Learned {
    overall: Overall,
    brokers: Vec<BrokerFacts>,
}

// === impl Cluster ===

impl Cluster {
    /// A cluster of which nothing is known but some addresses.
    pub fn new(bootstrap: Vec<Address>, options: Options) -> Self {
        Self {
            bootstrap,
            options: Arc::new(options),
            traffic: Arc::default(),
            brokers: BTreeMap::new(),
            turn: AtomicUsize::new(0),
        }
    }

    /// What has gone over all its connections.
    pub fn traffic(&self) -> &Arc<Traffic> {
        &self.traffic
    }

    /// The brokers, as the last [`Self::refresh`] saw them.
    pub fn brokers(&self) -> impl ExactSizeIterator<Item = &Arc<Broker>> {
        self.brokers.values()
    }

    /// One broker.
    pub fn broker(&self, id: i32) -> Result<&Arc<Broker>, Failure> {
        self.brokers.get(&id).ok_or(Failure::FindBroker { id })
    }

    /// Asks any broker for the metadata, gives the rows to `row`, and follows the brokers that it names. On a failure
    /// the brokers stay as they were, and rows that were given are to be forgotten.
    pub async fn refresh(
        &mut self,
        topics: Topics<'_>,
        mut row: impl FnMut(Row<'_>),
    ) -> Result<Overall, Failure> {
        let turn = Turn { of: &self.turn, is_kept: false };
        let (learned, connection) = self.learn(topics, &mut row).await?;
        turn.keep();
        self.follow(learned.brokers, connection);
        Ok(learned.overall)
    }

    /// Forgets all brokers and closes the connections to them. What remains is the list of addresses, and whose turn it is:
    /// of several that do not answer, another one is asked first each time.
    pub fn forget_brokers(&mut self) {
        self.brokers.clear();
    }

    /// The controller; none while there is none. On `KRaft` its quorum is asked, because `Metadata` then names any broker
    /// (KIP-595, KIP-919); it takes DESCRIBE on the cluster.
    pub async fn controller(&self) -> Result<Option<i32>, Failure> {
        let mut lease = self.any().await?;
        if lease.versions().choose(Api::DescribeQuorum).is_some() {
            let answer = lease.call(&describe_quorum()).await?;
            let partition = answer.topics.first().and_then(|topic| topic.partitions.first());
            let code = partition.map_or(answer.error_code, |partition| partition.error_code);
            let code = if answer.error_code == 0 { code } else { answer.error_code };
            if code != 0 {
                let (broker, code) = (lease.broker().clone(), ErrorCode(code));
                return Err(Failure::AcceptAnswer { broker, api: Api::DescribeQuorum, code });
            }
            return Ok(partition.map(|partition| partition.leader_id.0).filter(|id| *id >= 0));
        }
        let answer = ask_metadata(&mut lease, Topics::None).await?;
        let mut controller = None;
        let read = metadata::read(&answer.body, answer.version, &mut |row| {
            if let Row::Cluster(cluster) = row {
                controller = cluster.controller;
            }
        });
        lease.understood(Api::Metadata, read)?;
        Ok(controller)
    }

    /// Who coordinates each of `groups`: many in one request where the broker can (Kafka 3.0), else one request each,
    /// one behind the other.
    pub async fn coordinators(
        &self,
        groups: &[&str],
        mut found: impl FnMut(&str, Coordinator),
    ) -> Result<(), Failure> {
        let mut lease = self.any().await?;
        let name = |group: &&str| StrBytes::from_string((*group).to_owned());
        if lease.version(Api::FindCoordinator)? >= 4 {
            let asked = groups.chunks(GROUPS_PER_QUESTION).map(|groups| {
                FindCoordinatorRequest::default().with_coordinator_keys(groups.iter().map(name).collect())
            });
            let each = |_, answer: FindCoordinatorResponse| {
                for each in answer.coordinators {
                    found(&each.key, coordinator(each.error_code, each.node_id.0));
                }
            };
            return lease.call_all(asked, each).await;
        }
        let asked = groups.iter().map(|group| FindCoordinatorRequest::default().with_key(name(group)));
        let one = |number: usize, answer: FindCoordinatorResponse| {
            if let Some(group) = groups.get(number) {
                found(group, coordinator(answer.error_code, answer.node_id.0));
            }
        };
        lease.call_all(asked, one).await
    }

    /// The connection to the first broker that can be reached, for a question that any can answer.
    pub async fn any(&self) -> Result<Lease<'_>, Failure> {
        let attempts: Vec<_> = self.in_turn().map(|broker| broker.connection()).collect();
        let won = race::first(attempts, HEAD_START).await;
        // Those before it have failed, or are late.
        let (place, lease) = won.map_err(|failed| {
            self.pass(failed.len());
            nobody(failed)
        })?;
        self.pass(place);
        Ok(lease)
    }

    /// The metadata, and the connection it came over if that is not yet any broker's.
    async fn learn(
        &self,
        topics: Topics<'_>,
        row: &mut impl FnMut(Row<'_>),
    ) -> Result<(Learned, Option<Connection>), Failure> {
        let mut failed = Vec::new();
        if !self.brokers.is_empty() {
            match self.any().await {
                Ok(mut lease) => return Ok((learn_from(&mut lease, topics, row).await?, None)),
                Err(failure) => failed.push(failure),
            }
        }
        let turn = self.turn.load(Relaxed).checked_rem(self.bootstrap.len()).unwrap_or_default();
        let (before, from) = self.bootstrap.split_at(turn);
        let open = |address: &Address| {
            Connection::open(address.clone(), Arc::clone(&self.options), Arc::clone(&self.traffic))
        };
        let attempts: Vec<_> = from.iter().chain(before).map(open).collect();
        match race::first(attempts, HEAD_START).await {
            Ok((place, mut connection)) => {
                self.pass(place);
                let learned = learn_from(&mut connection, topics, row).await?;
                Ok((learned, Some(connection)))
            }
            Err(others) => {
                failed.extend(others);
                Err(nobody(failed))
            }
        }
    }

    fn in_turn(&self) -> impl Iterator<Item = &Arc<Broker>> {
        let turn = self.turn.load(Relaxed).checked_rem(self.brokers.len()).unwrap_or_default();
        self.brokers.values().cycle().skip(turn).take(self.brokers.len().min(MAX_TRIED))
    }

    /// Lets so many be passed over by the next question.
    fn pass(&self, count: usize) {
        self.turn.fetch_add(count, Relaxed);
    }

    fn follow(&mut self, seen: Vec<BrokerFacts>, mut connection: Option<Connection>) {
        let mut before = std::mem::take(&mut self.brokers);
        for (id, address, rack) in seen {
            let is_same =
                |broker: &Arc<Broker>| *broker.address() == address && broker.rack() == rack.as_deref();
            let broker = before.remove(&id).filter(is_same).unwrap_or_else(|| {
                let (options, traffic) = (Arc::clone(&self.options), Arc::clone(&self.traffic));
                Arc::new(Broker::new((id, address, rack), options, traffic))
            });
            if let Some(connection) = connection.take_if(|connection| connection.broker() == broker.address())
            {
                broker.adopt(connection);
            }
            self.brokers.insert(id, broker);
        }
    }
}

// === impl Turn ===

impl Turn<'_> {
    fn keep(mut self) {
        self.is_kept = true;
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if !self.is_kept {
            self.of.fetch_add(1, Relaxed);
        }
    }
}

/// The question for the state of the controllers' quorum.
pub fn describe_quorum() -> DescribeQuorumRequest {
    let topic = TopicData::default()
        .with_topic_name(TopicName(StrBytes::from_static_str("__cluster_metadata")))
        .with_partitions(vec![PartitionData::default().with_partition_index(0)]);
    DescribeQuorumRequest::default().with_topics(vec![topic])
}

async fn ask_metadata(connection: &mut Connection, topics: Topics<'_>) -> Result<Answer, Failure> {
    let version = connection.version(Api::Metadata)?;
    let request = metadata::request(topics, version).map_err(|source| connection.unwritten(source))?;
    connection.ask(request).await
}

async fn learn_from(
    connection: &mut Connection,
    topics: Topics<'_>,
    row: &mut impl FnMut(Row<'_>),
) -> Result<Learned, Failure> {
    let answer = ask_metadata(connection, topics).await?;
    let mut brokers = Vec::new();
    let mut too_many = false;
    let read = metadata::read(&answer.body, answer.version, &mut |each| {
        if let Row::Broker(broker) = each {
            too_many |= brokers.len() == MAX_BROKERS;
            if !too_many {
                // Port 0 can be connected to by nobody, and fails as unreachable.
                let address = Address::new(broker.host, u16::try_from(broker.port).unwrap_or(0));
                brokers.push((broker.id, address, broker.rack.map(str::to_owned)));
            }
        }
        row(each);
    });
    let overall = connection.understood(Api::Metadata, read)?;
    if too_many {
        return Err(Failure::BoundBrokers { limit: MAX_BROKERS });
    }
    // A broker that is starting up knows nobody yet, not even itself: no reason to forget the others.
    if brokers.is_empty() {
        return Err(Failure::NameBrokers { broker: connection.broker().clone() });
    }
    Ok(Learned { overall, brokers })
}

fn coordinator(code: i16, node: i32) -> Coordinator {
    Coordinator { code: ErrorCode(code), node: (code == 0 && node >= 0).then_some(node) }
}

/// The failure of all that were tried; the last stands for them.
fn nobody(mut failed: Vec<Failure>) -> Failure {
    let tried = failed.len();
    match failed.pop() {
        Some(last) => Failure::ReachCluster { tried, source: Box::new(last) },
        None => Failure::KnowBrokers,
    }
}
