//! The task behind the server: listens, hands out connections, closes or silences its port when told.
//!
//! Invariants: the task owns its connections, and ends with them when its handle is dropped; the port's number is kept
//! while it is closed; at most [`MAX_CONNECTIONS`] are served at a time.

mod connection;
pub(super) mod tls;

use core::time::Duration;
use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};
use tokio::task::{JoinHandle, JoinSet};
use tokio_rustls::TlsAcceptor;

use super::api_server::Shared;
use crate::SimulatorError;
use crate::tls_endpoint::port::ReservedPort;

/// How many connections are served at a time; more wait in the kernel's backlog.
const MAX_CONNECTIONS: usize = 1_024;
/// How long to leave the listener alone when the process is out of file descriptors.
const ACCEPT_RETRY: Duration = Duration::from_millis(50);
/// The longest that a connection to a silent port is held; longer than any sensible client waits.
const SILENCE: Duration = Duration::from_mins(5);

/// What the port does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Port {
    /// Serves.
    Open,
    /// Refuses connections; those there were are closed.
    Closed,
    /// Takes connections and never says a word, not even of TLS; those there were are closed.
    Silent,
}

/// The handle of the task.
pub(super) struct Server {
    switches: mpsc::Sender<Switch>,
    task: JoinHandle<()>,
}

/// What the port is to do, and where to say that it is done.
struct Switch {
    port: Port,
    answer: oneshot::Sender<Result<(), SimulatorError>>,
}

struct Task {
    reserved: ReservedPort,
    listener: Option<TcpListener>,
    state: Port,
    tls: Option<TlsAcceptor>,
    shared: Arc<Shared>,
    connections: JoinSet<()>,
}

/// What an error calls the server.
pub(super) const NAME: &str = "kube-apiserver";

// === impl Server ===

impl Server {
    pub(super) fn start(
        runtime: &Handle,
        reserved: ReservedPort,
        tls: Option<TlsAcceptor>,
        shared: Arc<Shared>,
    ) -> Result<Self, SimulatorError> {
        let listener = Some(reserved.listen()?);
        let task = Task { reserved, listener, state: Port::Open, tls, shared, connections: JoinSet::new() };
        let (switches, receiver) = mpsc::channel(1);
        Ok(Self { switches, task: runtime.spawn(task.run(receiver)) })
    }

    /// When this returns it has happened, and no connection from before is left.
    pub(super) async fn switch(&self, port: Port) -> Result<(), SimulatorError> {
        let ended = || SimulatorError::SwitchEndpoint { server_name: NAME.to_owned() };
        let (answer, applied) = oneshot::channel();
        self.switches.send(Switch { port, answer }).await.map_err(|_| ended())?;
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
                    Some(Switch { port, answer }) => {
                        let applied = self.apply(port).await;
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

    async fn apply(&mut self, port: Port) -> Result<(), SimulatorError> {
        self.connections.shutdown().await;
        self.state = port;
        if port == Port::Closed {
            self.listener = None;
        } else if self.listener.is_none() {
            self.listener = Some(self.reserved.listen()?);
        }
        Ok(())
    }

    fn take(&mut self, stream: TcpStream) {
        let (shared, tls, state) = (Arc::clone(&self.shared), self.tls.clone(), self.state);
        shared.connections.fetch_add(1, Ordering::Relaxed);
        self.connections.spawn(async move {
            // Answers are written whole; waiting for more to send would only delay them.
            if stream.set_nodelay(true).is_err() {
                return;
            }
            if state == Port::Silent {
                tokio::time::sleep(SILENCE).await;
                return;
            }
            connection::serve(stream, tls, shared).await;
        });
    }
}

async fn accept(listener: Option<&TcpListener>) -> io::Result<TcpStream> {
    match listener {
        Some(listener) => listener.accept().await.map(|(stream, _)| stream),
        None => core::future::pending().await,
    }
}
