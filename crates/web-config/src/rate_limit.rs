//! How many requests are let in: a token bucket, as Go's `golang.org/x/time/rate` keeps it.
//!
//! It holds no tokens but what is owed: the time until the bucket is full again. A request adds one interval to it, time
//! takes away from it, and it may not exceed `burst` intervals. So there are no fractions and nothing to round.
//!
//! Invariant: time is a parameter. A time before the last one counts as the last one.
//!
//! How to get it wrong: one limit for each connection. It is one for the whole server.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

/// A token bucket for the requests of a whole server.
#[derive(Debug)]
pub struct RateLimit {
    interval: Duration,
    burst: u32,
    bucket: Mutex<Bucket>,
}

#[derive(Debug, Default)]
struct Bucket {
    /// When `owed` was true; `None`: nobody has asked yet.
    last: Option<Instant>,
    /// The nanoseconds until the bucket is full. 128 bits hold the largest interval times the largest burst.
    owed: u128,
}

// === impl RateLimit ===

impl RateLimit {
    /// A full bucket of `burst` requests, to which one is added each `interval`. With a burst of 0 it refuses all.
    pub fn new(interval: Duration, burst: u32) -> Self {
        Self { interval, burst, bucket: Mutex::default() }
    }

    /// The time in which one more request may come.
    pub fn interval(&self) -> Duration {
        self.interval
    }

    /// The requests that may come at once.
    pub fn burst(&self) -> u32 {
        self.burst
    }

    /// Takes one request out of the bucket; `false`: there is none left at `now`, and the request is to be refused.
    pub fn take(&self, now: Instant) -> bool {
        let mut bucket = self.bucket.lock().unwrap_or_else(PoisonError::into_inner);
        let last = bucket.last.unwrap_or(now).max(now);
        let elapsed = last.saturating_duration_since(bucket.last.unwrap_or(now)).as_nanos();
        bucket.last = Some(last);
        bucket.owed = bucket.owed.saturating_sub(elapsed);
        let owed = bucket.owed + self.interval.as_nanos();
        let fits = owed <= self.interval.as_nanos() * u128::from(self.burst);
        if fits {
            bucket.owed = owed;
        }
        fits
    }
}
