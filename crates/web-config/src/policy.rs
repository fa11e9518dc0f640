//! What a web configuration file comes to.

use std::{fmt, path::PathBuf, sync::Arc};

use http::{HeaderName, HeaderValue};
use rustls::ServerConfig;

use crate::{Authenticator, RateLimit, client_fingerprint::ClientFingerprint};

/// How a server is to serve: immutable, and replaced as a whole when a file changes. Share it by `Arc`.
///
/// A new policy has a new [`ServerConfig`], and with it no memory of sessions: what was agreed on under the old one is
/// not resumed under the new one. Serve a connection to its end under the policy that accepted it, or close it.
#[derive(Default)]
pub struct Policy {
    pub(crate) tls: Option<Arc<ServerConfig>>,
    pub(crate) http2: bool,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) authenticator: Authenticator,
    pub(crate) rate_limit: Option<RateLimit>,
    pub(crate) files: Vec<PathBuf>,
    pub(crate) warnings: Vec<String>,
    pub(crate) certificate_not_after: Option<i64>,
    /// What decides about clients' certificates; `None` without TLS.
    pub(crate) clients: Option<ClientFingerprint>,
}

// === impl Policy ===

impl Policy {
    /// Plain HTTP for everybody: what holds without a web configuration file.
    pub fn open() -> Self {
        Self::default()
    }

    /// How TLS is spoken; `None`: plain HTTP. Offers `h2` and `http/1.1`, or `http/1.1` alone if [`http2`](Self::http2) is off.
    pub fn tls(&self) -> Option<&Arc<ServerConfig>> {
        self.tls.as_ref()
    }

    /// Whether HTTP/2 is served to clients that agree on it; never without TLS.
    pub fn http2(&self) -> bool {
        self.http2
    }

    /// The headers that every response gets, also refusals of the authenticator and of the rate limit.
    pub fn headers(&self) -> &[(HeaderName, HeaderValue)] {
        &self.headers
    }

    /// Who is let in. To be asked after the rate limit.
    pub fn authenticator(&self) -> &Authenticator {
        &self.authenticator
    }

    /// How many requests are let in; `None`: any number. To be asked first; what it refuses is answered with 429.
    pub fn rate_limit(&self) -> Option<&RateLimit> {
        self.rate_limit.as_ref()
    }

    /// The files that it was read from: the web configuration itself, then certificate, key and client CA where they
    /// are files. They are to be watched.
    pub fn files(&self) -> &[PathBuf] {
        &self.files
    }

    /// What is accepted but should be known: one sentence each, lower case, without a full stop. To be logged.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// When the served certificate expires, in Unix seconds; `None` without TLS.
    pub fn certificate_not_after(&self) -> Option<i64> {
        self.certificate_not_after
    }

    /// Whether `other` decides about clients' certificates as this one does: TLS or not, what is asked of clients, whom
    /// they are trusted by, which names they may have. A renewed certificate of the server does not matter. For
    /// connections that are open while a policy is replaced: where it is false, the handshake has to be made anew.
    /// Cheap enough for each request.
    pub fn has_same_clients(&self, other: &Self) -> bool {
        std::ptr::eq(self, other) || self.clients == other.clients
    }
}

impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            tls,
            http2,
            headers,
            authenticator,
            rate_limit,
            files,
            warnings,
            certificate_not_after,
            ..
        } = self;
        f.debug_struct("Policy")
            .field("tls", &tls.is_some()) // rustls would print certificates
            .field("http2", http2)
            .field("headers", headers)
            .field("authenticator", authenticator)
            .field("rate_limit", rate_limit)
            .field("files", files)
            .field("warnings", warnings)
            .field("certificate_not_after", certificate_not_after)
            .finish_non_exhaustive()
    }
}
