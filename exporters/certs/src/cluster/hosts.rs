//! Which host is served with which Secret, and whether that one's certificate is made out to it.
//!
//! ```text
//! Ingress, Gateway, ListenerSet, Service ──readers──▶ HostObject ──claims──▶ Claim ─┐
//! Secrets with certificates ───────────────────────────────────────────────▶ Stored ┴──judge──▶ HostResult
//! ```
//!
//! Invariants:
//! - A Secret that cannot be seen is not called missing, and one that does not have a certificate is not called expired.
//! - Every host is judged by the process that owns its Secret, so that processes that divide the Secrets give together
//!   what one would give.
//! - What is judged here is what is stored. What is served may differ, and is seen by connecting: [`super::served`].
//!
//! How to get it wrong: taking `*.example.com` in an Ingress for a pattern that a certificate must match. It is a name, and
//! the certificate must have the same one.

mod assess;
mod claim;
mod coverage;
mod findings;
mod follows;
mod gateway;
mod ingress;
mod ingress_class;
mod judge;
mod listener_set;
mod named;
mod object;
mod service;
mod source;
mod stored;
mod stored_secrets;

pub use assess::assess;
pub use claim::{Claim, attached_claims, claims};
pub use coverage::{Names, normal};
pub use findings::findings;
pub use gateway::GatewayReader;
pub use ingress::IngressReader;
pub use ingress_class::{IngressClass, IngressClassReader, classify};
pub use judge::{Judged, judge};
pub use listener_set::ListenerSetReader;
pub use named::LeafReader;
pub use object::{HostObject, HostObjectKind, Listener};
pub use service::ServiceReader;
pub use source::{HostSource, Hosts, HostsCell};
pub use stored::{Leaf, Stored};
