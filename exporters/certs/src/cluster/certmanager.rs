//! cert-manager's objects: is each certificate renewed in time, and if not, why?
//!
//! ```text
//! Certificate ◀─owner─ CertificateRequest ◀─owner─ Order ◀─owner─ Challenge        Issuer, ClusterIssuer
//!      └──────────────────── renewal: the newest of each, and what its status says ────────────┘
//! ```
//!
//! Read as cert-manager 1.21 writes them (`cert-manager.io/v1`, `acme.cert-manager.io/v1`). Where it is not installed there
//! is nothing to read, and that is no failure.
//!
//! Invariants:
//! - What was never issued has no end and says so; a date that is not in the status is no date.
//! - `Ready` may stay true after the end: whether a renewal is overdue is seen from its time alone.
//! - The texts of a status are for people: they are bounded, classified by [`failure`], and no label.

mod assess;
mod condition;
mod failure;
mod findings;
mod model;
mod objects;
mod renewal;
mod source;

pub use assess::assess;
pub use condition::{Condition, ConditionStatus};
pub(crate) use condition::{condition, short};
pub use failure::classify;
pub use findings::findings;
pub use model::{CertManager, Tally};
pub use objects::{
    CertificateObject, CertificateReader, ChallengeReader, IssuerObject, IssuerReader, IssuerReference,
    OrderReader, RequestReader, Step,
};
pub use renewal::{Failing, Lineage};
pub use source::CertManagerSource;
