//! Certificates as servers show them: from a configured endpoint to an observation.
//!
//! ```text
//! Target ──attempt (resolve, connect, handshake)──▶ Attempt ─┐
//! trusted roots ──────────────────────────────────▶ TrustStore┴▶ Observation (the model) ──verify──▶ samples
//! ```
//!
//! Each endpoint is a source of its own: it fails, times out and is withdrawn alone. Its data are of two kinds
//! (invariant 4). Whether it answers is a measurement of the last attempt. The chain that it showed is a fact: a
//! certificate goes on expiring while its server is down, so the chain last seen stays until another one is seen, with
//! its age beside it. The source as a whole is declared as measurements, so that nothing is repeated if the source
//! itself stops working.
//!
//! Invariants:
//! - The handshake judges nothing: whatever chain is shown is recorded, and verified afterwards by the time.
//! - Nothing is sent beyond the handshake, and no secret is involved.
//! - One connection at a time per endpoint, and an end to everything by the endpoint's timeout.

mod attempt;
mod failure;
mod recorder;
mod source;
mod target;
mod trust;

pub use attempt::{Attempt, Chain, Session, attempt};
pub use failure::Failure;
pub use source::{EndpointSource, Observation, SeenCell, SeenChain};
pub use target::{BuildTarget, Target};
pub use trust::{TrustCell, TrustSource, TrustStore, TrustedRoot};
