//! CertificateSigningRequests (`certificates.k8s.io/v1`): how many there are by signer and state, which wait for long, and when what
//! was issued ends.
//!
//! A kubelet that gets no serving or client certificate waits here, and so does whoever asked a signer by hand. A request
//! and what is issued for it are public.
//!
//! How to get it wrong: to build an alarm on the end of what was issued. Kubernetes removes a request within the hour, and whoever
//! asked keeps the certificate elsewhere.

mod assess;
mod reader;
mod source;

pub use assess::{MAX_ISSUED, assess, faults, findings};
pub use reader::{IssuedCertificate, SigningRequest, SigningRequestReader};
pub use source::SigningRequestSource;
