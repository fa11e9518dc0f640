//! Joins the driver, the server and the signals into one process.
//!
//! The order matters: listen first, so that a taken port is an error before anything is watched; stop the sources
//! last, so that the answers in flight are about something.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::driver::Driver;
use crate::http::{BindError, Server, Site, WebOptions};
use crate::plain_text;
use crate::prober::Prober;
use crate::reload::{ReloadHandle, Reloads};
use crate::runbooks::Runbooks;
use crate::self_source::{BuildInfo, SelfSource};
use crate::shutdown::{Shutdown, Stage};
use crate::suite::Suite;

/// What a serving process consists of.
pub struct Service {
    /// How to serve.
    pub web: WebOptions,
    /// The sources, without the one of the self-metrics: it is added here.
    pub driver: Driver,
    /// What is running.
    pub build: BuildInfo,
    /// What became of reading the configurations; whoever reads them tells here.
    pub reloads: Reloads,
    /// Reads the configuration again, if that may be asked for over HTTP.
    pub reload: Option<ReloadHandle>,
    /// Answers `/probe`, if anything may be probed; it changes with the configuration.
    pub prober: watch::Receiver<Option<Arc<dyn Prober>>>,
    /// Every exporter of the suite and where it stands.
    pub suite: Suite,
    /// The runbook of each alert.
    pub runbooks: Runbooks,
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
    let Service { web, mut driver, build, reloads, reload, prober, suite, runbooks } = service;
    let server = Server::bind(&web).await?;
    SelfSource::start(&mut driver, build, server.metrics(), reloads.clone());
    let WebOptions { prefixes, file, .. } = web;
    let (clock, reloads_of_web) = (driver.clock(), reloads.clone());
    let site = Site {
        exposition: driver.exposition(),
        statuses: driver.statuses(),
        readiness: driver.readiness(),
        clock: clock.clone(),
        build,
        reloads,
        reload,
        prober,
        suite,
        runbooks,
        prefix: prefixes.link,
        route_prefix: prefixes.route,
    };
    for address in server.names() {
        tracing::info!(%address, "listening");
    }
    listening(&server.addresses());
    // In tasks of their own: a worker that serves is never held up by one that drives.
    let mut tasks = JoinSet::new();
    let driving = tasks.spawn(driver.run()).id();
    let forgetting = tasks.spawn(plain_text::forget(site.exposition.clone())).id();
    let serving = tasks.spawn(server.run(site, shutdown.clone())).id();
    if let Some(file) = file {
        tasks.spawn(file.keep(reloads_of_web, clock));
    }
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
    match shutdown.stage() {
        Stage::Draining | Stage::Aborting if who == serving => Ok(()),
        _ if who == serving => Err(ServeError::EndUnasked("the server")),
        _ if who == driving => Err(ServeError::EndUnasked("the driver")),
        _ if who == forgetting => Err(ServeError::EndUnasked("the keeper of plain text")),
        _ => Err(ServeError::EndUnasked("the reader of the web configuration")),
    }
}
