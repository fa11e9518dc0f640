//! What is served for the hosts of a cluster: is it what is stored?
//!
//! ```text
//! Hosts ──plan──▶ (controller's address, host) ──TLS, SNI──▶ Shown ─┬─compare with what is stored─▶ same | differs
//!            └──▶ public name ──DNS, TLS───────────────────▶ Shown ─┴─ another certificate ───────▶ the edge's
//! ```
//!
//! The controller is asked at its own address, for the host by SNI. The public name may lead to a CDN or the edge of a
//! tunnel, which has a certificate of its own: that is nobody's fault, and has series of its own.
//!
//! Invariants:
//! - What the public name shows is never compared with what is stored to say that something differs.
//! - An address that an object gives, and not the configuration, is asked only if it can be a controller's: [`address`].
//! - Number of hosts, of connections at a time and duration of a cycle are bounded. What was not reached is said, keeps what
//!   was seen before, and is first in the next cycle.
//!
//! How to get it wrong: saying `differs` where what is stored is not known, or where two objects have the same host.

mod address;
mod assess;
mod compare;
mod findings;
mod plan;
mod probe;
mod source;

pub use assess::assess;
pub use compare::compare;
pub use findings::findings;
pub use plan::{Ask, Plan, Planning};
pub use probe::{Asked, Connecting, Outcome, Shown};
pub use source::{HostProbeSource, ProbeSettings, Served};
