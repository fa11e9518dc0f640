//! What can be wrong with an answer, whatever it says.

use core::time::Duration;
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use kafka_protocol::error::ResponseError;
use kafka_protocol::messages::ApiKey;

/// What is wrong with an answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Disturbance {
    /// It comes so much later.
    Delayed(Duration),
    /// After so many bytes of the frame, its length of four included, nothing comes any more; the connection stays open.
    Stalled {
        /// The bytes that do come.
        after_bytes: usize,
    },
    /// After so many bytes of the frame the connection is closed.
    CutOff {
        /// The bytes that do come.
        after_bytes: usize,
    },
    /// The length and the correlation identifier are right, all else is noise.
    Garbage,
    /// It answers another question: the correlation identifier is wrong.
    Misdirected,
    /// It says that the client is being throttled for so long.
    Throttled(Duration),
    /// Each thing that was asked for (partition, group, broker) is answered with this error.
    Refused(ResponseError),
}

/// Which answers are disturbed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// Those of one broker. None: of all.
    pub broker: Option<i32>,
    /// Those to one kind of request. None: to all.
    pub api: Option<ApiKey>,
}

// === impl Scope ===

impl Scope {
    /// All answers to one kind of request.
    pub fn api(api: ApiKey) -> Self {
        Self { broker: None, api: Some(api) }
    }

    /// All answers of one broker.
    pub fn broker(broker: i32) -> Self {
        Self { broker: Some(broker), api: None }
    }

    /// One broker's answers to one kind of request.
    pub fn both(broker: i32, api: ApiKey) -> Self {
        Self { broker: Some(broker), api: Some(api) }
    }

    fn covers(self, broker: i32, api: ApiKey) -> bool {
        self.broker.is_none_or(|only| only == broker) && self.api.is_none_or(|only| only == api)
    }
}

/// What is disturbed, and what was asked.
#[derive(Default)]
pub(super) struct Desk {
    disturbances: Mutex<Vec<(Scope, Disturbance)>>,
    counts: Mutex<HashMap<(i32, i16), u64>>,
    /// How many answers are being made.
    answering: AtomicUsize,
}

/// An answer that is being made, until this is dropped.
pub(super) struct Answering<'a>(&'a AtomicUsize);

impl Drop for Answering<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

// === impl Desk ===

impl Desk {
    pub(super) fn disturb(&self, scope: Scope, disturbance: Disturbance) {
        self.disturbances.lock().unwrap_or_else(PoisonError::into_inner).push((scope, disturbance));
    }

    pub(super) fn undisturb(&self) {
        self.disturbances.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    pub(super) fn disturbances(&self, broker: i32, api: ApiKey) -> Vec<Disturbance> {
        let all = self.disturbances.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().filter(|(scope, _)| scope.covers(broker, api)).map(|(_, each)| *each).collect()
    }

    /// Counts a request, whose answer is being made from now on.
    pub(super) fn begin(&self, broker: i32, api: ApiKey) -> Answering<'_> {
        self.answering.fetch_add(1, Ordering::Relaxed);
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.entry((broker, api as i16)).or_default() += 1;
        Answering(&self.answering)
    }

    pub(super) fn is_answering(&self) -> bool {
        self.answering.load(Ordering::Relaxed) > 0
    }

    pub(super) fn counted(&self, matches: impl Fn(i32, i16) -> bool) -> u64 {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.iter().filter(|((broker, api), _)| matches(*broker, *api)).map(|(_, count)| *count).sum()
    }

    pub(super) fn forget_counts(&self) {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
