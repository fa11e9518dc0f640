//! The task behind an endpoint: accepts, hands out connections, and changes its behaviour when told.
//!
//! Invariants:
//! - A switch is answered after it has taken effect: connections of the former behaviour are cut, as by a restart of
//!   the server, and the next one accepted meets the new behaviour.
//! - The listener outlives every switch but the one to refusal, so no client finds the port closed by accident.
//! - The task owns all its connections; when the endpoint is dropped its channel closes, and all end.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;

use super::behaviour::Behaviour;
use super::connection::{self, Counters, OpenConnection};
use super::port::ReservedPort;
use crate::SimulatorError;

/// How many connections are served at a time; more wait in the kernel's backlog.
const MAX_CONNECTIONS: usize = 256;
/// How long to leave the listener alone when the process is out of file descriptors.
const ACCEPT_RETRY: Duration = Duration::from_millis(50);

/// A change of behaviour and where to say that it has taken effect.
pub(super) struct Switch {
    pub(super) behaviour: Behaviour,
    pub(super) answer: oneshot::Sender<Result<(), SimulatorError>>,
}

/// The state of the task.
pub(super) struct Server {
    port: ReservedPort,
    listener: Option<TcpListener>,
    behaviour: Arc<Behaviour>,
    connections: JoinSet<()>,
    counters: Arc<Counters>,
}

impl Server {
    pub(super) fn open(
        port: ReservedPort,
        behaviour: Behaviour,
        counters: Arc<Counters>,
    ) -> Result<Self, SimulatorError> {
        let mut server = Self {
            port,
            listener: None,
            behaviour: Arc::new(behaviour),
            connections: JoinSet::new(),
            counters,
        };
        server.open_or_close()?;
        Ok(server)
    }

    /// Runs until the sender of switches is dropped.
    pub(super) async fn run(mut self, mut switches: mpsc::Receiver<Switch>) {
        loop {
            let may_accept = self.connections.len() < MAX_CONNECTIONS;
            tokio::select! {
                switch = switches.recv() => match switch {
                    Some(switch) => self.apply(switch).await,
                    None => break,
                },
                Some(_) = self.connections.join_next() => {}
                accepted = accept(self.listener.as_ref()), if may_accept => self.take(accepted).await,
            }
        }
        self.listener = None;
        self.connections.shutdown().await;
    }

    async fn apply(&mut self, switch: Switch) {
        self.behaviour = Arc::new(switch.behaviour);
        let applied = self.open_or_close();
        self.connections.shutdown().await;
        let _asker_may_have_gone = switch.answer.send(applied);
    }

    fn open_or_close(&mut self) -> Result<(), SimulatorError> {
        match (&*self.behaviour, &self.listener) {
            (Behaviour::Refuse, _) => self.listener = None,
            (_, Some(_)) => {}
            (_, None) => self.listener = Some(self.port.listen()?),
        }
        Ok(())
    }

    async fn take(&mut self, accepted: io::Result<(TcpStream, SocketAddr)>) {
        match accepted {
            Ok((stream, _)) => {
                let open = OpenConnection::count(&self.counters);
                self.connections.spawn(connection::serve(stream, Arc::clone(&self.behaviour), open));
            }
            Err(_) => tokio::time::sleep(ACCEPT_RETRY).await,
        }
    }
}

async fn accept(listener: Option<&TcpListener>) -> io::Result<(TcpStream, SocketAddr)> {
    match listener {
        Some(listener) => listener.accept().await,
        None => std::future::pending().await,
    }
}
