//! Joins the driver, the server and the signals into one process.
//!
//! The order matters: listen first, so that a taken port is an error before anything is watched; stop the sources
//! last, so that the answers in flight are about something.

use std::net::SocketAddr;

use crate::driver::Driver;
use crate::http::{BindError, Limits, ListenAddress, Server, Site};
use crate::self_source::{BuildInfo, SelfSource};
use crate::shutdown::{Shutdown, Stage};

/// What a serving process consists of.
pub struct Service {
    /// Where to listen.
    pub addresses: Vec<ListenAddress>,
    /// The server's limits.
    pub limits: Limits,
    /// The sources, without the one of the self-metrics: it is added here.
    pub driver: Driver,
    /// What is running.
    pub build: BuildInfo,
}

/// Serving ended other than by a signal.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// An address cannot be listened on.
    #[error("the server cannot start")]
    Bind(#[from] BindError),
    /// The driver or the server ended by itself.
    #[error("{0} ended although nobody asked it to; this is a defect in Lookout, the log says more")]
    EndUnasked(&'static str),
}

/// Serves until `shutdown`. `listening` is told the addresses once clients can connect.
///
/// # Errors
/// [`ServeError::Bind`] before anything has begun; [`ServeError::EndUnasked`] so that whoever restarts processes does.
pub async fn serve(
    service: Service,
    mut shutdown: Shutdown,
    listening: impl FnOnce(&[SocketAddr]),
) -> Result<(), ServeError> {
    let Service { addresses, limits, mut driver, build } = service;
    let server = Server::bind(&addresses, limits).await?;
    SelfSource::start(&mut driver, build, server.metrics());
    let site = Site {
        exposition: driver.exposition(),
        statuses: driver.statuses(),
        readiness: driver.readiness(),
        clock: driver.clock(),
        build,
    };
    let bound = server.addresses();
    for address in &bound {
        tracing::info!(%address, "listening");
    }
    listening(&bound);
    // In tasks of their own: a worker that serves is never held up by one that drives.
    let mut tasks = tokio::task::JoinSet::new();
    let driving = tasks.spawn(driver.run()).id();
    tasks.spawn(server.run(site, shutdown.clone()));
    let ended = tokio::select! {
        ended = tasks.join_next_with_id() => ended,
        () = shutdown.aborting() => None,
    };
    let who = match ended {
        // Both signals came: the tasks end with their set.
        None => return Ok(()),
        Some(Ok((task, ()))) => task,
        Some(Err(error)) => error.id(),
    };
    match (who == driving, shutdown.stage()) {
        (false, Stage::Draining | Stage::Aborting) => Ok(()),
        (false, Stage::Running) => Err(ServeError::EndUnasked("the server")),
        (true, _) => Err(ServeError::EndUnasked("the driver")),
    }
}
