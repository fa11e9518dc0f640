//! What has gone over the connections of a cluster.

use core::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Counts for as long as the cluster is watched, whatever connections come and go. Frames are counted whole, without
/// what TLS adds.
#[derive(Debug, Default)]
pub struct Traffic {
    pub(crate) connections: AtomicU64,
    pub(crate) requests: AtomicU64,
    pub(crate) sent_bytes: AtomicU64,
    pub(crate) received_bytes: AtomicU64,
}

/// [`Traffic`] at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TrafficFigures {
    /// Connections that were open once: TCP, TLS, versions and login.
    pub connections: u64,
    /// Requests whose answer has come, those that open a connection included.
    pub requests: u64,
    /// Bytes to brokers.
    pub sent_bytes: u64,
    /// Bytes from brokers.
    pub received_bytes: u64,
}

impl Traffic {
    /// What has been counted so far.
    pub fn figures(&self) -> TrafficFigures {
        TrafficFigures {
            connections: self.connections.load(Relaxed),
            requests: self.requests.load(Relaxed),
            sent_bytes: self.sent_bytes.load(Relaxed),
            received_bytes: self.received_bytes.load(Relaxed),
        }
    }
}
