//! A running cluster: its start, its addresses, its clock, its end.

use core::time::Duration;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use jiff::Timestamp;
use kafka_protocol::messages::ApiKey;
use tokio::runtime::Handle;

use super::clock::Clock;
use super::disturbance::Desk;
use super::login::Gate;
use super::server::{BrokerServer, tls};
use super::world::{Broker, World};
use super::{ClusterDescription, Disturbance, Scope, VersionProfile};
use crate::SimulatorError;
use crate::tls_endpoint::port::ReservedPort;

/// A running cluster. Dropping it stops everything.
pub struct Cluster {
    pub(super) shared: Arc<Shared>,
    pub(super) servers: Vec<BrokerServer>,
}

/// What the brokers share.
pub(super) struct Shared {
    /// Beside the world, whose lock a large answer may hold for long.
    pub(super) profile: VersionProfile,
    world: RwLock<World>,
    pub(super) clock: Clock,
    pub(super) desk: Desk,
    pub(super) gate: Gate,
}

/// What an error calls a cluster.
const NAME: &str = "kafka";

impl Shared {
    pub(super) fn read(&self) -> RwLockReadGuard<'_, World> {
        self.world.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn write(&self) -> RwLockWriteGuard<'_, World> {
        self.world.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Cluster {
    /// Starts every broker on a port of its own on 127.0.0.1. Simulated time begins at `now` and runs.
    pub fn start(description: &ClusterDescription, now: Timestamp) -> Result<Self, SimulatorError> {
        Self::start_by(Clock::running(now), description, now)
    }

    /// As [`Self::start`], with simulated time standing still at `now`, however long the start takes.
    pub fn start_frozen(description: &ClusterDescription, now: Timestamp) -> Result<Self, SimulatorError> {
        Self::start_by(Clock::standing(now), description, now)
    }

    fn start_by(
        clock: Clock,
        description: &ClusterDescription,
        now: Timestamp,
    ) -> Result<Self, SimulatorError> {
        let runtime = Handle::try_current()
            .map_err(|source| SimulatorError::EnterRuntime { server_name: NAME.to_owned(), source })?;
        let tls = description.tls.as_ref().map(|identity| tls::acceptor(identity, now)).transpose()?;
        let mut brokers = Vec::new();
        let mut ports = Vec::new();
        for number in 0..description.brokers.max(1) {
            let port = ReservedPort::reserve((Ipv4Addr::LOCALHOST, 0).into())?;
            let racks = description.racks.len();
            let rack = usize::from(number).checked_rem(racks).and_then(|rack| description.racks.get(rack));
            brokers.push(Broker {
                id: i32::from(number) + 1,
                address: port.address(),
                rack: rack.cloned(),
                is_alive: true,
                since: now.as_millisecond(),
            });
            ports.push(port);
        }
        let shared = Arc::new(Shared {
            profile: description.profile,
            world: RwLock::new(World::new(description, brokers, now.as_millisecond())),
            clock,
            desk: Desk::default(),
            gate: Gate::new(description.login.clone()),
        });
        let servers = ports
            .into_iter()
            .zip(1..)
            .map(|(port, id)| BrokerServer::start(&runtime, id, port, tls.clone(), Arc::clone(&shared)));
        Ok(Self { servers: servers.collect::<Result<_, _>>()?, shared })
    }

    /// Where the brokers listen, or would if they were not down; by node identifier.
    pub fn bootstrap(&self) -> Vec<SocketAddr> {
        self.shared.read().brokers.iter().map(|broker| broker.address).collect()
    }

    /// The node identifiers of all brokers, dead or alive.
    pub fn broker_ids(&self) -> Vec<i32> {
        self.shared.read().brokers.iter().map(|broker| broker.id).collect()
    }

    /// Simulated time.
    pub fn now(&self) -> Timestamp {
        // Outside jiff's years only after a leap of thousands of them.
        Timestamp::from_millisecond(self.now_millis()).unwrap_or(Timestamp::MAX)
    }

    /// Simulated time, in milliseconds since 1970.
    pub fn now_millis(&self) -> i64 {
        self.shared.clock.millis()
    }

    /// Simulated time stands still.
    pub fn freeze(&self) {
        self.shared.clock.freeze();
    }

    /// Simulated time runs on.
    pub fn thaw(&self) {
        self.shared.clock.thaw();
    }

    /// Simulated time leaps ahead, whether it stands or runs.
    pub fn advance(&self, by: Duration) {
        self.shared.clock.advance(by);
    }

    /// Disturbs answers from now on, in addition to what is disturbed already.
    pub fn disturb(&self, scope: Scope, disturbance: Disturbance) {
        self.shared.desk.disturb(scope, disturbance);
    }

    /// No answer is disturbed any more.
    pub fn undisturb(&self) {
        self.shared.desk.undisturb();
    }

    /// How many requests of this kind have arrived, at all brokers together.
    pub fn requests(&self, api: ApiKey) -> u64 {
        self.shared.desk.counted(|_, counted| counted == api as i16)
    }

    /// How many requests of this kind have arrived at one broker.
    pub fn requests_at(&self, broker: i32, api: ApiKey) -> u64 {
        self.shared.desk.counted(|at, counted| at == broker && counted == api as i16)
    }

    /// How many requests have arrived, of all kinds, but for those that open a connection: `ApiVersions` and SASL.
    pub fn all_requests(&self) -> u64 {
        let opening = [ApiKey::ApiVersions, ApiKey::SaslHandshake, ApiKey::SaslAuthenticate];
        self.shared.desk.counted(|_, counted| !opening.iter().any(|api| *api as i16 == counted))
    }

    /// Whether an answer is being made. What happens after that is not in it, however late it is sent.
    pub fn is_answering(&self) -> bool {
        self.shared.desk.is_answering()
    }

    /// Counts from 0 again.
    pub fn forget_counts(&self) {
        self.shared.desk.forget_counts();
    }

    /// Stops, and returns when every task, connection and port is gone.
    pub async fn stop(self) {
        for server in self.servers {
            server.stop().await;
        }
    }
}
