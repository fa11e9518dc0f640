//! CertificateSigningRequests (`certificates.k8s.io/v1`): how many there are by signer and state, and which wait for long.
//!
//! A kubelet that gets no serving or client certificate waits here, and so does whoever asked a signer by hand. A request
//! and what is issued for it are public.

mod assess;
mod reader;
mod source;

pub use assess::{assess, findings};
pub use reader::{SigningRequest, SigningRequestReader};
pub use source::SigningRequestSource;
