//! One request, from the end of its head to the last byte of its answer; dropping it ends and counts it.
//!
//! Invariant: it lives as long as anything of the answer has not been handed over for sending, because every buffer
//! that is on its way holds it. So its end is the end of the answer, and its slot is free then and not before.
//!
//! How to get it wrong: doing something here that may wait. It may be dropped under a lock of the HTTP library.

use core::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use hyper::header::{HeaderValue, USER_AGENT};
use hyper::http::request::Parts;
use hyper::{Method, Version};
use lookout_self_metrics::metrics::{Code, Path};
use tokio::time::Instant;

use super::conversation::{Conversation, Turn};
use super::figures::HttpMetrics;
use super::listener::Peer;
use super::slots::Slot;
use crate::logging::request::RequestLine;

/// A request that is answered.
#[derive(Debug)]
pub(super) struct Exchange {
    metrics: HttpMetrics,
    path: Path,
    since: Instant,
    turn: Turn,
    /// The answer's code and the length of its body, once it is there.
    answer: Option<(Code, u64)>,
    sent: AtomicU64,
    slot: Option<Slot>,
    line: Option<Box<Line>>,
}

/// What the request log says, if it is on.
#[derive(Debug)]
struct Line {
    method: Method,
    path: String,
    peer: Peer,
    user: Option<Arc<str>>,
    agent: Option<HeaderValue>,
    version: Version,
}

impl Exchange {
    /// A request whose head has just arrived.
    pub(super) fn begin(metrics: HttpMetrics, path: Path, turn: Turn) -> Self {
        let (since, sent) = (Instant::now(), AtomicU64::new(0));
        Self { metrics, path, since, turn, answer: None, sent, slot: None, line: None }
    }

    /// Has a line written when it ends.
    pub(super) fn log(&mut self, parts: &Parts, peer: &Peer) {
        self.line = Some(Box::new(Line {
            method: parts.method.clone(),
            path: parts.uri.path().to_owned(),
            peer: peer.clone(),
            user: None,
            agent: parts.headers.get(USER_AGENT).cloned(),
            version: parts.version,
        }));
    }

    /// Who asks.
    pub(super) fn user(&mut self, user: Option<Arc<str>>) {
        if let Some(line) = &mut self.line {
            line.user = user;
        }
    }

    /// The slot that the answer takes.
    pub(super) fn keep(&mut self, slot: Slot) {
        self.slot = Some(slot);
    }

    /// The connection that it belongs to.
    pub(super) fn conversation(&self) -> &Arc<Conversation> {
        self.turn.conversation()
    }

    /// The answer is there.
    pub(super) fn answered(&mut self, code: Code, length: u64) {
        self.answer = Some((code, length));
        self.metrics.answered(self.path, code);
        self.turn.answered();
    }

    /// That many bytes of the answer were handed over for sending.
    pub(super) fn sent(&self, bytes: usize) {
        self.metrics.sent(bytes);
        self.sent.fetch_add(bytes as u64, Ordering::Relaxed);
        self.turn.progressed();
        if let Some(slot) = &self.slot {
            slot.progressed();
        }
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        let duration = self.since.elapsed();
        if self.answer.is_some() {
            self.metrics.took(self.path, duration);
        }
        let Some(line) = self.line.take() else { return };
        let bytes = self.sent.load(Ordering::Relaxed);
        let request = RequestLine {
            method: line.method.as_str(),
            path: &line.path,
            code: self.answer.map(|(code, _)| code.as_str()),
            whole: self.answer.is_some_and(|(_, length)| length == bytes),
            bytes,
            duration,
            peer: &line.peer,
            user: line.user.as_deref(),
            agent: line.agent.as_ref().map(HeaderValue::as_bytes),
            protocol: &Protocol(line.version),
        };
        request.write();
    }
}

/// A version as people write it.
struct Protocol(Version);

impl fmt::Display for Protocol {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?}", self.0)
    }
}
