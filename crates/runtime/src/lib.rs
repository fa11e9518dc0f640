//! What every exporter runs in: the driver of sources, the HTTP server, logging, and what Lookout says of itself.
//!
//! ```text
//! source ──▶ driver ──▶ publisher ──▶ exposition ──▶ http
//!              │                                      ▲
//!              └── status ──▶ self source, readiness, the page at `/`
//! ```
//!
//! Invariants:
//! - A request never touches a monitored system and never waits for one: it reads a snapshot (invariant 2).
//! - One owner, the [`Driver`], runs everything periodic. A task that ends is noticed, counted and started again.
//! - A source that fails, hangs or panics changes nothing of another source.
//! - Every limit in time, number or size is a named constant with its reason beside it (invariant 5).
//!
//! How to get it wrong: retrying inside a source. The driver knows the period, the deadline and the back-off; a
//! source that retries by itself hides failures and overruns its deadline.

mod clock;
mod directory_watch;
mod driver;
mod file_watch;
mod findings;
pub mod http;
pub mod logging;
mod plain_text;
mod prober;
mod readiness;
mod reload;
mod runbooks;
mod self_source;
mod serve;
mod shard;
mod shutdown;
mod source;
mod sources;
mod status;
mod suite;
mod text;
mod trial;

pub use clock::Clock;
pub use directory_watch::DirectoryWatch;
pub use driver::{Applied, ApplySources, Driver, DriverControl, Renewal};
pub use file_watch::FileWatch;
pub use findings::{AlertName, Finding};
pub use prober::{ProbeFuture, ProbeLoad, ProbeRequest, Prober, Refusal};
pub use readiness::{PendingHandle, Readiness};
pub use reload::{
    ConfigurationFigures, Rejected, ReloadError, ReloadHandle, ReloadRequest, ReloadRequests, Reloads,
    reload_channel,
};
pub use runbooks::{Library, RunbookNote, Runbooks};
pub use self_source::{
    BuildInfo, HttpFigures, PathFigures, ProcessFigures, RuntimeFigures, SelfModel, SelfSource, SourceFigures,
};
pub use serve::{ServeError, Service, serve};
pub use shard::{ParseShard, Shard};
pub use shutdown::{Hangups, Shutdown, ShutdownTrigger, Stage, shutdown, shutdown_on_signals};
pub use source::{Before, CollectError, Collected, DataKind, Fault, Objects, Source, SourceDescription};
pub use sources::{Identity, Sources};
pub use status::{Failure, Faults, Findings, SourceState, SourceStatus, Statuses};
pub use suite::{ExporterNote, Standing, Suite};
pub use trial::{Attempt, Trial};
