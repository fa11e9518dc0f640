//! The HTTP server: `/metrics`, probes and a page for people, over hyper.
//!
//! Invariants:
//! - An answer is a list of shared buffers handed to the socket; nothing is formatted per series (invariant 3).
//! - Everything is bounded: connections, the time for a request's head, for idling, for taking an answer, for
//!   draining. Above the limit of connections further clients wait in the system's queue; none is refused.
//! - The first signal closes the listeners and finishes what is in flight, the second ends it.
//!
//! How to get it wrong: answering from a source. A request reads the snapshot and the status, nothing else.

mod address;
mod body;
mod connection;
mod figures;
mod page;
mod patience;
mod respond;
mod server;

pub use address::{ListenAddress, ParseAddressError};
pub use figures::HttpMetrics;
pub use server::{BindError, Limits, Server};

use crate::readiness::Readiness;
use crate::self_source::BuildInfo;
use crate::status::Statuses;
use lookout_exposition::Exposition;

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
}
