//! The bearer token of the probe's clients, kept fresh.
//!
//! librdkafka asks for a token on a thread that also takes acknowledgements: whatever that thread waits for is measured as
//! the brokers' latency. So a task of the runtime asks ahead of time, by the token sources with which the read side logs in,
//! and the thread takes what is held.
//!
//! Invariants:
//! - There is a token before there are clients: librdkafka would wait ten seconds before it asks for one again.
//! - A token is renewed at half of its life, and librdkafka asks at four fifths of what is left: it gets the new one.
//! - While an issuer fails, its last token is good until its end, and the failure is told from its beginning.
//! - The text is wiped here. What librdkafka is given, it keeps for as long as its client lives.
//!
//! How to get it wrong: handing over a token that was not checked. librdkafka repeats one that it refuses in its error.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use lookout_declarations::Reason;
use lookout_kafka_spec::config::{ClusterSettings, OauthBearer, SaslSettings};
use lookout_kafka_wire::Token;
use tokio::task::AbortHandle;

use super::desk::{Trouble, bounded};
use crate::collect::missed::chain;
use crate::connect::token_source;

/// How long a token is taken for good of which nobody says so, such as one from a file. Projected tokens of Kubernetes are
/// renewed with minutes to spare.
const UNKNOWN_LIFETIME: Duration = Duration::from_mins(1);

/// The time until somebody who gave no token is asked again.
const RETRY: Duration = Duration::from_secs(5);

/// The shortest time between two tokens: an issuer whose tokens live for less must not be flooded.
const SHORTEST: Duration = Duration::from_secs(1);

/// Keeps a token fresh until it is dropped.
pub(super) struct Bearer {
    pub(super) held: Arc<Held>,
    renewal: AbortHandle,
}

/// The token that is held now.
pub(super) struct Held(Mutex<State>);

struct State {
    token: Token,
    end: Instant,
    /// Why there is no newer one.
    trouble: Option<Trouble>,
}

// === impl Bearer ===

impl Bearer {
    /// Asks for the first token, and keeps it fresh from then on; none if the login is of another kind.
    ///
    /// # Errors
    /// Why there is no token.
    pub(super) async fn obtain(cluster: &ClusterSettings) -> Result<Option<Self>, Trouble> {
        let Some(SaslSettings::OauthBearer(login)) = &cluster.sasl else { return Ok(None) };
        let (login, within) = (login.clone(), cluster.connect_timeout.get());
        let (token, end) = fetch(&login, within).await?;
        let held = Arc::new(Held(Mutex::new(State { token, end, trouble: None })));
        let renewal = tokio::spawn(renew(Arc::clone(&held), login, within)).abort_handle();
        Ok(Some(Self { held, renewal }))
    }
}

impl Drop for Bearer {
    fn drop(&mut self) {
        self.renewal.abort();
    }
}

// === impl Held ===

impl Held {
    /// Calls `take` with the text of the token and the rest of its life.
    ///
    /// # Errors
    /// Why there is no token that is still good.
    pub(super) fn lend<T>(&self, take: impl FnOnce(&str, Duration) -> T) -> Result<T, Trouble> {
        let state = self.lock();
        let rest = state.end.saturating_duration_since(Instant::now());
        if rest.is_zero() { Err(state.lapse()) } else { Ok(take(state.token.expose(), rest)) }
    }

    /// Why the token could not be renewed, if it could not.
    pub(super) fn trouble(&self) -> Option<Trouble> {
        self.lock().trouble.clone()
    }

    /// Why nobody can log in with the token any more, if so.
    pub(super) fn lapse(&self) -> Option<Trouble> {
        let state = self.lock();
        (state.end <= Instant::now()).then(|| state.lapse())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

// === impl State ===

impl State {
    fn lapse(&self) -> Trouble {
        let unrenewed = || Trouble {
            reason: Reason::Unauthenticated,
            message: "the token was not renewed before its end".to_owned(),
        };
        self.trouble.clone().unwrap_or_else(unrenewed)
    }

    /// The time until the token is to be renewed.
    fn pause(&self) -> Duration {
        let rest = self.end.saturating_duration_since(Instant::now());
        if self.trouble.is_some() { RETRY } else { (rest / 2).max(SHORTEST) }
    }
}

async fn renew(held: Arc<Held>, login: OauthBearer, within: Duration) {
    loop {
        let pause = held.lock().pause();
        tokio::time::sleep(pause).await;
        let fetched = fetch(&login, within).await;
        let mut state = held.lock();
        match fetched {
            Ok((token, end)) => *state = State { token, end, trouble: None },
            Err(trouble) => state.trouble = Some(trouble),
        }
    }
}

/// Asks for a token that is new, and says until when it is good. The issuer's roots are read anew each time.
async fn fetch(login: &OauthBearer, within: Duration) -> Result<(Token, Instant), Trouble> {
    let asked_at = Instant::now();
    let late = |_| Trouble {
        reason: Reason::Timeout,
        message: format!("no token was had within {} ms", within.as_millis()),
    };
    let token = tokio::time::timeout(within, ask(login.clone(), within)).await.map_err(late)??;
    let end = token.expires_at().map_or_else(|| asked_at + UNKNOWN_LIFETIME, tokio::time::Instant::into_std);
    Ok((token, end))
}

async fn ask(login: OauthBearer, within: Duration) -> Result<Token, Trouble> {
    let built = tokio::task::spawn_blocking(move || token_source(&login, within)).await;
    let lost =
        |_| Trouble { reason: Reason::Unexpected, message: "reading for the token was given up".to_owned() };
    let source = built.map_err(lost)?;
    let source =
        source.map_err(|error| Trouble { reason: error.reason(), message: bounded(&chain(&error)) })?;
    let token = source.token().await.and_then(|token| token.check().map(|()| token));
    token.map_err(|error| Trouble { reason: error.reason, message: bounded(&chain(&error)) })
}
