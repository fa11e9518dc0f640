//! The errors of the simulator: what it tried, on what, and why that failed.
//!
//! Only the simulator's own work can fail here. What a client does wrong on a simulated connection is not an error: the
//! simulated systems exist to be treated badly.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

/// What the simulator could not do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SimulatorError {
    /// A certificate could not be made, mostly for a subject or a name that no certificate may hold.
    #[error("cannot issue a certificate for `{subject}`; check its names and its validity")]
    IssueCertificate {
        /// Whom the certificate was for.
        subject: String,
        /// Why.
        source: rcgen::Error,
    },
    /// A point in time lies outside the years that a certificate can express.
    #[error(
        "cannot express {seconds} s since 1970 in a certificate; take a time between the years 1 and 9999"
    )]
    ConvertTime {
        /// The time asked for, in seconds since 1970.
        seconds: i64,
    },
    /// A TLS server could not be set up with the certificates and keys at hand.
    #[error("cannot set up the TLS server `{server_name}`")]
    BuildServer {
        /// The name that the server answers to.
        server_name: String,
        /// Why.
        source: rustls::Error,
    },
    /// The verifier of client certificates could not be set up.
    #[error("cannot ask for client certificates at `{server_name}`")]
    BuildClientVerifier {
        /// The name that the server answers to.
        server_name: String,
        /// Why.
        source: rustls::server::VerifierBuilderError,
    },
    /// There is no tokio runtime to run in.
    #[error("cannot run the endpoint `{server_name}`; start it within a tokio runtime")]
    EnterRuntime {
        /// The name that the server answers to.
        server_name: String,
        /// Why.
        source: tokio::runtime::TryCurrentError,
    },
    /// An address could not be bound or listened on.
    #[error("cannot listen on {address}; is the port taken by another program?")]
    BindAddress {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// The task behind an endpoint has ended, because its runtime is shutting down.
    #[error("cannot switch the endpoint `{server_name}`: its server has ended; start a new one")]
    SwitchEndpoint {
        /// The name that the server answers to.
        server_name: String,
    },
    /// A file or directory could not be written, replaced or removed.
    #[error("cannot {action} `{path}`", path = path.display())]
    ChangeFile {
        /// What was tried, as a verb: `write`, `rename`, `remove`.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The simulated Kubernetes has no such object, or no such kind.
    #[error("cannot find `{what}` in the simulated Kubernetes; check the kind, the namespace and the name")]
    FindObject {
        /// The object, or the version and kind asked for.
        what: String,
    },
    /// No service of the platform has this name.
    #[error("cannot find the service `{name}` on the platform; there are {known}")]
    FindService {
        /// The name asked for.
        name: String,
        /// The names there are.
        known: String,
    },
}
