//! The HTTP server: `/metrics`, probes and a page for people, over hyper.
//!
//! Invariants:
//! - An answer is a list of shared buffers handed to the socket; nothing is formatted per series (invariant 3).
//! - Everything is bounded: see [`Limits`]. Above the limit of connections a new client takes the place of the one that
//!   has kept the server waiting longest; while all are served, it waits in the system's queue. None is refused.
//! - The first signal closes the listeners and finishes what is in flight, the second ends it.
//!
//! How to get it wrong: answering from a source. A request reads the snapshot and the status, nothing else.

mod address;
mod answerer;
mod body;
mod connection;
mod conversation;
mod exchange;
mod figures;
mod handshake;
mod limits;
mod listener;
mod options;
mod page;
mod page_cache;
mod places;
mod prefix;
mod probe;
mod reply;
mod respond;
mod routes;
mod runbooks;
mod server;
mod slots;
mod socket_file;
mod transport;
mod web_file;

pub use address::{ListenAddress, ParseAddressError};
pub use figures::HttpMetrics;
pub use limits::Limits;
pub use listener::{BindError, Listen};
pub use options::WebOptions;
pub use prefix::{ExternalUrl, ParsePrefixError, Prefixes, RoutePrefix};
pub use server::Server;
pub use web_file::{WebFile, WebReloader};

use std::sync::Arc;

use lookout_exposition::Exposition;
use tokio::sync::watch;

use crate::prober::Prober;
use crate::readiness::Readiness;
use crate::reload::{ReloadHandle, Reloads};
use crate::runbooks::Runbooks;
use crate::self_source::BuildInfo;
use crate::status::Statuses;
use crate::suite::Suite;

/// What the server shows.
#[derive(Clone, Debug)]
pub struct Site {
    /// The metrics.
    pub exposition: Exposition,
    /// Where each source stands.
    pub statuses: Statuses,
    /// What is waited for.
    pub readiness: Readiness,
    /// The clock that people's times are shown by.
    pub clock: crate::Clock,
    /// What is running.
    pub build: BuildInfo,
    /// What became of reading the configurations.
    pub reloads: Reloads,
    /// Reads the configuration again, if that may be asked for over HTTP.
    pub reload: Option<ReloadHandle>,
    /// Answers `/probe`, if anything may be probed.
    pub prober: watch::Receiver<Option<Arc<dyn Prober>>>,
    /// Every exporter of the suite and where it stands.
    pub suite: Suite,
    /// The runbook of each alert.
    pub runbooks: Runbooks,
    /// What stands before every path in links: `""` or such as `/lookout`, without a slash at the end.
    pub prefix: String,
    /// What stands before every path in requests. It differs from `prefix` behind a proxy that strips some of it.
    pub route_prefix: String,
}
