//! Does this target answer, now, seen from here?
//!
//! ```text
//! parameters ──asked──▶ module, target ──allow-list──▶ resolve once ──policy──▶ connect ──▶ TLS ──▶ HTTP ─┐
//!                            ▲                                                                redirect ◀──┤
//!                            └────────────────────────────────────────────────────────────────────────────┘
//!                                                                          Observation ──assess (pure)──▶ rows
//! ```
//!
//! The one exporter that touches a system when it is asked to, and so the one that somebody else can aim: everything
//! about it is bounded and closed by default.
//!
//! Invariants:
//! - Each name is resolved once per hop, each address is judged, and the connection is made to that very address.
//! - No credentials are sent, none are taken: userinfo in a URL is refused, and a text of a request is never repeated.
//! - A probe ends within its time, and what was learnt until then is in the answer.
//! - Nothing is spawned that outlives a probe, but a lookup of the operating system, which cannot be called back; those
//!   are counted, and bounded.
//!
//! How to get it wrong: checking the first hop alone. A redirect is a request like any other, written by a stranger.

mod asked;
mod assess;
mod connect;
mod failure;
mod http;
mod module;
mod observation;
mod prober;
mod resolver;
mod target;
mod time_limit;
mod tls;
mod url;

use std::sync::Arc;

use lookout_probe_spec::Settings;
use lookout_runtime::Prober;

pub use assess::assess;
pub use failure::Failure;
pub use observation::{Answer, HttpObservation, Observation, Session, ShownChain};
pub use prober::TargetProber;
pub use resolver::{ResolveFuture, Resolver, SystemResolver};
pub use target::{ParseTarget, Target};
pub use time_limit::time_limit;
pub use url::{ParseUrl, Scheme, Url};

/// The prober that `settings` describe; `None` where nothing may be probed.
pub fn prober(settings: &Settings) -> Option<Arc<dyn Prober>> {
    if !settings.enabled || settings.targets.is_empty() {
        return None;
    }
    let resolver = Arc::new(SystemResolver::new(settings.max_concurrent));
    Some(Arc::new(TargetProber::new(settings, resolver, lookout_runtime::Clock::system())))
}

/// Starts nothing: this exporter has no sources, it works when it is asked to. Says in the log where that stands.
pub fn start(settings: &Settings) {
    if settings.enabled && settings.targets.is_empty() {
        tracing::debug!("`/probe` is off: `probe.targets` lists no target that may be probed");
    }
}
