//! A TLS server on loopback whose behaviour is switched at run time, without a change of its address.
//!
//! Why: a watcher of certificates has to tell apart some twenty ways in which an endpoint can be wrong, and each must
//! be met over a real socket.
//!
//! Invariants:
//! - The address stays the same for the endpoint's whole life; while dead, its port is reserved.
//! - When a switch returns it has taken effect, and no connection of the former state is left.
//! - Connections are bounded in number and life. Dropping the endpoint ends its task, its connections and its port
//!   as soon as the runtime gets to it; [`TlsEndpoint::stop`] waits for that.
//!
//! How to get it wrong: expecting an `Unusual` certificate to be the same one after a second switch. It is issued anew;
//! hold one and use `Serves` where identity matters.

mod behaviour;
mod connection;
pub(crate) mod port;
mod replies;
mod server;
mod silence;
mod state;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

pub use state::EndpointState;

use crate::{Authorities, IssuedCertificate, SimulatorError, Validity};
use behaviour::{Prepared, prepare};
use connection::Counters;
use port::ReservedPort;
use server::{Server, Switch};

/// Who a server is.
#[derive(Clone)]
pub struct ServerIdentity {
    /// The name that clients ask for and that its certificates are for.
    pub server_name: String,
    /// Who issues its certificates.
    pub authorities: Arc<Authorities>,
}

/// What has happened at an endpoint since its start, over all its states.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EndpointCounts {
    /// Connections accepted.
    pub connections: u64,
    /// TLS handshakes completed, as the server sees it.
    pub handshakes: u64,
    /// HTTP requests answered after a handshake.
    pub requests: u64,
    /// Connections open at this moment.
    pub open: u64,
}

/// A running endpoint.
pub struct TlsEndpoint {
    identity: ServerIdentity,
    address: SocketAddr,
    shown: Mutex<Shown>,
    counters: Arc<Counters>,
    switches: mpsc::Sender<Switch>,
    /// Held across a switch, so that two of them at once do not leave one's state with the other's behaviour.
    switching: tokio::sync::Mutex<()>,
    task: JoinHandle<()>,
}

/// What the endpoint says of itself.
struct Shown {
    own: Arc<IssuedCertificate>,
    state: EndpointState,
    served: Option<Arc<IssuedCertificate>>,
}

impl TlsEndpoint {
    /// Starts on a port of 127.0.0.1 that the kernel chooses.
    pub fn start(
        identity: ServerIdentity,
        state: EndpointState,
        now: Timestamp,
    ) -> Result<Self, SimulatorError> {
        Self::start_on((Ipv4Addr::LOCALHOST, 0).into(), identity, state, now)
    }

    /// Starts on this address, with a certificate of its own in the middle of its life.
    pub fn start_on(
        address: SocketAddr,
        identity: ServerIdentity,
        state: EndpointState,
        now: Timestamp,
    ) -> Result<Self, SimulatorError> {
        let runtime = Handle::try_current().map_err(|source| SimulatorError::EnterRuntime {
            server_name: identity.server_name.clone(),
            source,
        })?;
        let own = Arc::new(identity.authorities.issue(&identity.server_name, Validity::current(now))?);
        let Prepared { behaviour, served } = prepare(&identity, &own, &state, now)?;
        let port = ReservedPort::reserve(address)?;
        let address = port.address();
        let counters = Arc::new(Counters::default());
        let server = Server::open(port, behaviour, Arc::clone(&counters))?;
        let (switches, receiver) = mpsc::channel(1);
        let task = runtime.spawn(server.run(receiver));
        let shown = Mutex::new(Shown { own, state, served });
        let switching = tokio::sync::Mutex::new(());
        Ok(Self { identity, address, shown, counters, switches, switching, task })
    }

    /// Behaves like this from now on; certificates of the new state are issued relative to `now`. To be awaited to its
    /// end: dropped halfway, the endpoint may have switched without [`TlsEndpoint::state`] saying so.
    pub async fn switch(&self, state: EndpointState, now: Timestamp) -> Result<(), SimulatorError> {
        let _one_at_a_time = self.switching.lock().await;
        self.change(self.own_certificate(), state, now).await
    }

    /// Takes this certificate for its own and serves it: what a reload after a renewal does.
    /// To be awaited to its end.
    pub async fn install(
        &self,
        certificate: Arc<IssuedCertificate>,
        now: Timestamp,
    ) -> Result<(), SimulatorError> {
        let _one_at_a_time = self.switching.lock().await;
        self.change(certificate, EndpointState::Good, now).await
    }

    /// Where it listens, or would if it were not dead.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The name that clients ask for.
    pub fn server_name(&self) -> &str {
        &self.identity.server_name
    }

    /// How it behaves.
    pub fn state(&self) -> EndpointState {
        self.shown().state.clone()
    }

    /// What it serves in the state `Good`.
    pub fn own_certificate(&self) -> Arc<IssuedCertificate> {
        Arc::clone(&self.shown().own)
    }

    /// What a client without a server name is shown; none where no TLS is spoken.
    pub fn served_certificate(&self) -> Option<Arc<IssuedCertificate>> {
        self.shown().served.clone()
    }

    /// What has happened so far.
    pub fn counts(&self) -> EndpointCounts {
        let Counters { connections, handshakes, requests, open } = &*self.counters;
        EndpointCounts {
            connections: connections.load(Ordering::Relaxed),
            handshakes: handshakes.load(Ordering::Relaxed),
            requests: requests.load(Ordering::Relaxed),
            open: open.load(Ordering::Relaxed),
        }
    }

    /// Stops, and returns when its task, its connections and its port are gone.
    pub async fn stop(self) {
        let Self { switches, task, .. } = self;
        drop(switches);
        let _ended_or_aborted_with_its_runtime = task.await;
    }

    async fn change(
        &self,
        own: Arc<IssuedCertificate>,
        state: EndpointState,
        now: Timestamp,
    ) -> Result<(), SimulatorError> {
        let Prepared { behaviour, served } = prepare(&self.identity, &own, &state, now)?;
        let (answer, applied) = oneshot::channel();
        let ended = || SimulatorError::SwitchEndpoint { server_name: self.identity.server_name.clone() };
        self.switches.send(Switch { behaviour, answer }).await.map_err(|_| ended())?;
        applied.await.map_err(|_| ended())??;
        *self.shown() = Shown { own, state, served };
        Ok(())
    }

    fn shown(&self) -> MutexGuard<'_, Shown> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
