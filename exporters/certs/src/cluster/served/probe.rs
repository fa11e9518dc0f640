//! Asking: a bounded number of connections at a time, each with its end, and an end to all of them.

use core::net::SocketAddr;
use core::time::Duration;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use lookout_certs_spec::config::ExpiryThreshold;
use lookout_declarations::Reason;
use rustls_pki_types::ServerName;
use tokio::net::lookup_host;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};

use super::address::may_be_asked;
use super::plan::Ask;
use crate::endpoints::{Attempt, Failure, Target, attempt};
use crate::parse::Fingerprint;

/// How many connections there are at a time.
const AT_ONCE: usize = 16;

/// The most addresses of a name that are tried.
const MAX_ADDRESSES: usize = 2;

/// After how many failures to connect an address is given up for the rest of the cycle: what serves many hosts is down for
/// all of them, and each would wait for as long.
const GIVE_UP_AFTER: u32 = 2;

/// What an ask brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The addresses that the name has, as far as they were tried or may be.
    pub addresses: Vec<SocketAddr>,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of an ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// No certificate was shown.
    Failed {
        /// Why.
        reason: Reason,
        /// What happened.
        message: String,
    },
    /// A certificate was shown.
    Shown(Shown),
}

/// What was shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The SHA-256 of the certificate.
    pub fingerprint: Fingerprint,
    /// The last second of its validity, in seconds since 1970-01-01T00:00:00Z.
    pub not_after: i64,
    /// Who issued it, as one text.
    pub issuer: Box<str>,
}

/// How a connection is made.
#[derive(Clone, Debug, PartialEq)]
pub struct Connecting {
    /// How long resolving may take, and after it connecting and the handshake together.
    pub within: Duration,
    /// When a certificate that is served is about to expire, for people.
    pub about_to_expire: ExpiryThreshold,
}

/// The failures to connect of a cycle, by host and port.
type Failures = Arc<Mutex<BTreeMap<(String, u16), (u32, Failure)>>>;

/// Asks everything of `asks`, in order, until `end`; gives what was brought, and what was not begun in time.
pub(super) async fn ask_all(
    asks: Vec<Ask>,
    connecting: &Connecting,
    end: Instant,
) -> (BTreeMap<Ask, Asked>, VecDeque<Ask>) {
    let mut waiting = VecDeque::from(asks);
    let failures = Failures::default();
    let mut running = JoinSet::new();
    let mut brought = BTreeMap::new();
    loop {
        while running.len() < AT_ONCE
            && Instant::now() < end
            && let Some(ask) = waiting.pop_front()
        {
            let (failures, connecting) = (Arc::clone(&failures), connecting.clone());
            running.spawn(async move {
                let asked = ask_one(&ask, &connecting, &failures).await;
                (ask, asked)
            });
        }
        match running.join_next().await {
            Some(Ok((ask, asked))) => {
                brought.insert(ask, asked);
            }
            // A defect in one: the others go on, and this one is said to be missing.
            Some(Err(error)) => tracing::error!(%error, "asking for a host has panicked"),
            None => return (brought, waiting),
        }
    }
}

async fn ask_one(ask: &Ask, connecting: &Connecting, failures: &Failures) -> Asked {
    let place = (ask.host.clone(), ask.port);
    let known = failures.lock().unwrap_or_else(PoisonError::into_inner).get(&place).cloned();
    if let Some((count, failure)) = known
        && count >= GIVE_UP_AFTER
    {
        return failed(Vec::new(), failure);
    }
    let addresses = match resolve(ask, connecting.within).await {
        Ok(addresses) => addresses,
        Err(failure) => {
            note(failures, place, &failure);
            return failed(Vec::new(), failure);
        }
    };
    let mut last = Failure { reason: Reason::Unresolved, message: "the name has no address".to_owned() };
    for address in addresses.iter().take(MAX_ADDRESSES) {
        let target = match target(ask, *address, connecting) {
            Ok(target) => target,
            Err(failure) => return failed(addresses, failure),
        };
        match shown(attempt(&target).await) {
            Ok(shown) => return Asked { addresses, outcome: Outcome::Shown(shown) },
            Err(failure) => last = failure,
        }
    }
    note(failures, place, &last);
    failed(addresses, last)
}

fn failed(addresses: Vec<SocketAddr>, failure: Failure) -> Asked {
    let Failure { reason, message } = failure;
    Asked { addresses, outcome: Outcome::Failed { reason, message } }
}

/// Counts a failure that every other host at this place would meet too.
fn note(failures: &Failures, place: (String, u16), failure: &Failure) {
    if matches!(failure.reason, Reason::Timeout | Reason::Unreachable | Reason::Unresolved) {
        let mut failures = failures.lock().unwrap_or_else(PoisonError::into_inner);
        let (count, _) = failures.entry(place).or_insert_with(|| (0, failure.clone()));
        *count += 1;
    }
}

/// The addresses of what is asked that may be asked.
async fn resolve(ask: &Ask, within: Duration) -> Result<Vec<SocketAddr>, Failure> {
    let failure = |reason, message: String| Failure { reason, message };
    let found = match timeout(within, lookup_host((ask.host.as_str(), ask.port))).await {
        Ok(Ok(found)) => found,
        Ok(Err(error)) => return Err(failure(Reason::Unresolved, format!("resolving failed: {error}"))),
        Err(_) => return Err(failure(Reason::Timeout, format!("resolving did not end within {within:?}"))),
    };
    let mut addresses: Vec<_> = found.collect();
    addresses.dedup();
    let count = addresses.len();
    addresses.retain(|address| ask.is_configured || may_be_asked(address.ip()));
    if addresses.is_empty() && count > 0 {
        let message = "the address is of this machine or this link alone, and is not asked because an object gives it; \
                       write it under `ingress_addresses` if it is meant";
        return Err(failure(Reason::Unreachable, message.to_owned()));
    }
    Ok(addresses)
}

fn target(ask: &Ask, address: SocketAddr, connecting: &Connecting) -> Result<Target, Failure> {
    let name = ServerName::try_from(ask.server_name.clone()).map_err(|_| Failure {
        reason: Reason::Unresolved,
        message: "the host cannot be asked for by SNI, because it is no host name".to_owned(),
    })?;
    Ok(Target {
        endpoint: ask.endpoint(),
        server_name: ask.server_name.clone(),
        host: address.ip().to_string(),
        port: address.port(),
        asked_name: name.clone(),
        expected_name: name,
        trusted_roots: Vec::new(),
        timeout: connecting.within,
        about_to_expire: connecting.about_to_expire.clone(),
    })
}

/// The server's own certificate, if it was shown and can be read.
fn shown(attempt: Attempt) -> Result<Shown, Failure> {
    let leaf = attempt.chain.as_ref().and_then(|chain| chain.certificates.first());
    match (leaf, attempt.failure) {
        (Some(Ok(leaf)), _) => Ok(Shown {
            fingerprint: leaf.fingerprint_sha256,
            not_after: leaf.not_after,
            issuer: leaf.issuer.text().into(),
        }),
        (_, Some(failure)) => Err(failure),
        (_, None) => {
            let message = "no certificate that can be read was shown".to_owned();
            Err(Failure { reason: Reason::Handshake, message })
        }
    }
}

impl Ask {
    /// The label `endpoint`: `host:port`.
    pub fn endpoint(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }
}
