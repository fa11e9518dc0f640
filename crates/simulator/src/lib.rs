//! A small data platform in one process that speaks the real wire protocols; for tests and for `lookout demo`.
//!
//! Why: what watches a platform is proven by a platform that breaks on demand, over real sockets and real files, on
//! one machine and with nothing installed.
//!
//! Invariants:
//! - It knows nothing of who watches: no package of the exporters, no metric, no alert. It tells in words of the world
//!   what is wrong, and what should be seen.
//! - One type per simulated system; [`Platform`] joins them, [`Incident`] breaks and mends them.
//! - `now` is a parameter wherever a date is made. Names and serial numbers are deterministic.
//! - Everything listens on loopback, is bounded, and ends when it is dropped.
//!
//! How to get it wrong: giving a simulated system a fault that it announces, say by a special header. A fault has to
//! look as it does in the wild.

mod certificate_authority;
mod certificate_files;
mod error;
mod incident;
pub mod kafka;
pub mod kubernetes;
mod noise;
mod platform;
mod tls_endpoint;

pub use certificate_authority::{
    Authorities, CertificateAuthority, CertificatePurpose, CertificateRequest, IssuedCertificate,
    KeyAlgorithm, ReusedKey, Subject, UnusualCertificate, Validity,
};
pub use certificate_files::{CertificateFiles, FileContent};
pub use error::SimulatorError;
pub use incident::Incident;
pub use platform::{
    Defect, EndpointDescription, FileDescription, KafkaDescription, KubernetesDescription, Platform,
    PlatformOptions,
};
pub use tls_endpoint::{EndpointCounts, EndpointState, ServerIdentity, TlsEndpoint};
