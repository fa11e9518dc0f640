//! Tokens from an issuer's endpoint: the OAuth 2.0 client-credentials grant (RFC 6749, section 4.4).
//!
//! Invariants:
//! - One request at a time. Those who ask meanwhile wait for its outcome and share it, a failure too: a hundred
//!   connections that open at once are one request, and an issuer that is down is asked once.
//! - A token is given out for four fifths of its lifetime, counted from before it was asked for. Without a lifetime in
//!   the answer it is for those who waited, and nobody else.
//! - The secret is read for each request, goes over TLS (or stays on this machine), and is wiped after; redirects, which
//!   would carry it elsewhere, are not followed. hyper's and rustls' own buffers are beyond our wiping.
//! - Nothing that the issuer says is repeated in an error, but a code that is in RFC 6749 itself.
//!
//! How to get it wrong: to give a timeout as long as the connection's own. The login would then never hear why.

mod answer;
mod ask;
mod endpoint;
mod failure;

use core::{
    fmt,
    future::Future,
    pin::Pin,
    sync::atomic::{AtomicU64, Ordering},
};
use std::{sync::Arc, time::Duration};

use lookout_config::Secret;
use tokio::{sync::Mutex, time::Instant};

use super::{Token, TokenSource};
use crate::{FetchToken, Tls};
use answer::Grant;
pub use endpoint::BuildTokenEndpoint;
use endpoint::Endpoint;
pub use failure::AskIssuer;

/// What is needed to ask an issuer for tokens.
#[derive(Clone, Debug)]
pub struct ClientCredentials {
    /// The token endpoint: an `https` URL, or `http` to this very machine.
    pub endpoint: String,
    /// Who we are.
    pub client_id: String,
    /// Where our secret is.
    pub client_secret: Secret,
    /// How both are shown.
    pub authentication: AuthenticateClient,
    /// What the token is to allow; the issuer's own choice without it.
    pub scope: Option<String>,
    /// For whom the token is to be, where the issuer wants to know (not in RFC 6749, but asked for by Auth0 and others).
    pub audience: Option<String>,
    /// TLS with the issuer: needed for `https`.
    pub tls: Option<Tls>,
    /// The time for one request as a whole: secret, name, TCP, TLS, answer. Less than a connection's own.
    pub timeout: Duration,
}

/// How a client shows who it is (RFC 6749, section 2.3.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AuthenticateClient {
    /// In the header, by HTTP Basic: `client_secret_basic`, which every issuer must support.
    #[default]
    Basic,
    /// In the body: `client_secret_post`, for issuers that want it so.
    Post,
}

/// An issuer's token endpoint. Share it among all connections that log in with its tokens.
pub struct TokenEndpoint {
    endpoint: Endpoint,
    credentials: ClientCredentials,
    last: Mutex<Option<Outcome>>,
    /// How many requests have come to an end.
    ended: AtomicU64,
}

/// How the last request ended.
struct Outcome {
    result: Result<Token, Arc<AskIssuer>>,
    /// Until when it is good for those who ask later.
    keep_until: Option<Instant>,
}

/// The part of a token's lifetime for which it is given out; the rest is for the session that begins with it.
const KEEP_FOR: f64 = 0.8;

// === impl TokenEndpoint ===

impl TokenEndpoint {
    /// The endpoint that `credentials` name. Nothing is asked yet.
    pub fn new(credentials: ClientCredentials) -> Result<Self, BuildTokenEndpoint> {
        let endpoint = Endpoint::parse(&credentials.endpoint)?;
        if endpoint.is_tls && credentials.tls.is_none() {
            return Err(BuildTokenEndpoint::FindTls);
        }
        if credentials.client_id.is_empty() {
            return Err(BuildTokenEndpoint::NameClient);
        }
        Ok(Self { endpoint, credentials, last: Mutex::new(None), ended: AtomicU64::new(0) })
    }

    async fn share(&self) -> Result<Token, Arc<AskIssuer>> {
        let before = self.ended.load(Ordering::Acquire);
        let mut last = self.last.lock().await;
        let was_awaited = self.ended.load(Ordering::Acquire) > before;
        if let Some(outcome) = &*last
            && (was_awaited || outcome.keep_until.is_some_and(|until| Instant::now() < until))
        {
            return outcome.copy();
        }
        let outcome = self.ask().await;
        let result = outcome.copy();
        *last = Some(outcome);
        // Whoever gives up before this has not asked: the next one in the queue does.
        self.ended.fetch_add(1, Ordering::Release);
        result
    }

    async fn ask(&self) -> Outcome {
        let asked_at = Instant::now();
        let within = self.credentials.timeout;
        let asked = tokio::time::timeout(within, ask::ask(&self.endpoint, &self.credentials)).await;
        match asked.unwrap_or(Err(AskIssuer::AwaitAnswer { within })) {
            Ok(Grant { token, lifetime }) => {
                let Some(lifetime) = lifetime else {
                    return Outcome { result: Ok(token), keep_until: None };
                };
                let keep_until = Some(asked_at + lifetime.mul_f64(KEEP_FOR));
                Outcome { result: Ok(token.until(asked_at + lifetime)), keep_until }
            }
            Err(failure) => Outcome { result: Err(Arc::new(failure)), keep_until: None },
        }
    }
}

impl TokenSource for TokenEndpoint {
    fn token(&self) -> Pin<Box<dyn Future<Output = Result<Token, FetchToken>> + Send + '_>> {
        Box::pin(async move {
            self.share().await.map_err(|source| {
                let what = format!("the issuer `{}` gives no token", self.endpoint);
                FetchToken { reason: source.reason(), what, source: Some(Box::new(source)) }
            })
        })
    }
}

impl fmt::Debug for TokenEndpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenEndpoint({})", self.endpoint)
    }
}

// === impl Outcome ===

impl Outcome {
    fn copy(&self) -> Result<Token, Arc<AskIssuer>> {
        match &self.result {
            Ok(token) => Ok(token.copy()),
            Err(failure) => Err(Arc::clone(failure)),
        }
    }
}

/// Reads whatever an issuer may say; whether it was a token.
#[cfg(feature = "fuzzing")]
pub(crate) fn fuzz_answer(answer: &[u8]) -> Result<Token, AskIssuer> {
    let _ = answer::error_code(answer);
    answer::read(answer).map(|grant| grant.token)
}
