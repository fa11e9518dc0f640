//! The task behind a broker: listens, hands out connections, closes its port when told.
//!
//! Invariants: the task owns its connections, and ends with them when its handle is dropped; the port's number is kept
//! while the broker is down; at most [`MAX_CONNECTIONS`] are served at a time.

mod connection;
mod frame;
pub(super) mod tls;

use core::time::Duration;
pub(super) use frame::Request;

use std::io;
use std::sync::Arc;

use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use super::cluster::Shared;
use crate::SimulatorError;
use crate::tls_endpoint::port::ReservedPort;

/// How many connections of one broker are served at a time; more wait in the kernel's backlog.
const MAX_CONNECTIONS: usize = 256;
/// How long to leave the listener alone when the process is out of file descriptors.
const ACCEPT_RETRY: Duration = Duration::from_millis(50);

/// How long a TLS handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// The handle of a broker's task.
pub(super) struct BrokerServer {
    switches: mpsc::Sender<Switch>,
    task: JoinHandle<()>,
}

/// Whether the port is to be open, and where to say that it is done.
struct Switch {
    open: bool,
    answer: oneshot::Sender<Result<(), SimulatorError>>,
}

struct Task {
    id: i32,
    port: ReservedPort,
    listener: Option<TcpListener>,
    tls: Option<TlsAcceptor>,
    shared: Arc<Shared>,
    connections: JoinSet<()>,
}

// === impl BrokerServer ===

impl BrokerServer {
    pub(super) fn start(
        runtime: &Handle,
        id: i32,
        port: ReservedPort,
        tls: Option<TlsAcceptor>,
        shared: Arc<Shared>,
    ) -> Result<Self, SimulatorError> {
        let listener = Some(port.listen()?);
        let task = Task { id, port, listener, tls, shared, connections: JoinSet::new() };
        let (switches, receiver) = mpsc::channel(1);
        Ok(Self { switches, task: runtime.spawn(task.run(receiver)) })
    }

    /// Opens or closes the port. When this returns it has happened, and no connection from before is left after a close.
    pub(super) async fn switch(&self, open: bool) -> Result<(), SimulatorError> {
        let ended = || SimulatorError::SwitchEndpoint { server_name: "kafka".to_owned() };
        let (answer, applied) = oneshot::channel();
        self.switches.send(Switch { open, answer }).await.map_err(|_| ended())?;
        applied.await.map_err(|_| ended())?
    }

    pub(super) async fn stop(self) {
        let Self { switches, task } = self;
        drop(switches);
        let _ended_or_aborted_with_its_runtime = task.await;
    }
}

// === impl Task ===

impl Task {
    async fn run(mut self, mut switches: mpsc::Receiver<Switch>) {
        loop {
            let may_accept = self.connections.len() < MAX_CONNECTIONS;
            tokio::select! {
                switch = switches.recv() => match switch {
                    Some(Switch { open, answer }) => {
                        let applied = self.apply(open).await;
                        let _asker_may_have_gone = answer.send(applied);
                    }
                    None => break,
                },
                Some(_) = self.connections.join_next() => {}
                accepted = accept(self.listener.as_ref()), if may_accept => match accepted {
                    Ok(stream) => self.take(stream),
                    Err(_) => tokio::time::sleep(ACCEPT_RETRY).await,
                },
            }
        }
        self.listener = None;
        self.connections.shutdown().await;
    }

    async fn apply(&mut self, open: bool) -> Result<(), SimulatorError> {
        if open {
            if self.listener.is_none() {
                self.listener = Some(self.port.listen()?);
            }
        } else {
            self.listener = None;
            self.connections.shutdown().await;
        }
        Ok(())
    }

    fn take(&mut self, stream: TcpStream) {
        let (id, shared, tls) = (self.id, Arc::clone(&self.shared), self.tls.clone());
        self.connections.spawn(async move {
            // Answers are written whole; waiting for more to send would only delay them.
            if stream.set_nodelay(true).is_err() {
                return;
            }
            match tls {
                None => connection::serve(stream, id, &shared).await,
                Some(tls) => {
                    if let Ok(Ok(stream)) = timeout(HANDSHAKE, tls.accept(stream)).await {
                        connection::serve(stream, id, &shared).await;
                    }
                }
            }
        });
    }
}

async fn accept(listener: Option<&TcpListener>) -> io::Result<TcpStream> {
    match listener {
        Some(listener) => listener.accept().await.map(|(stream, _)| stream),
        None => std::future::pending().await,
    }
}
