//! What goes over a connection: a request without its header, an answer without its header.

use bytes::Bytes;

use crate::{Api, ErrorCode};

/// A request, ready to be sent.
#[derive(Clone)]
pub struct Request {
    /// The kind of request.
    pub api: Api,
    /// The version in which it is written, and in which it will be answered.
    pub version: i16,
    /// The message, without the header.
    pub body: Bytes,
}

/// An answer: a whole frame, not yet understood.
#[derive(Clone)]
pub struct Answer {
    /// The kind of request that it answers.
    pub api: Api,
    /// The version in which it is written.
    pub version: i16,
    /// The message, without the header.
    pub body: Bytes,
}

/// What an answer says of itself as a whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Overall {
    /// For how many milliseconds the broker held the answer back, or will hold back the next, because of a quota.
    pub throttle_millis: i32,
    /// An error for all of it, where the kind and version have such a field.
    pub code: ErrorCode,
}

// A request may hold a password, an answer a whole cluster: neither is printed.

impl core::fmt::Debug for Request {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{} v{} ({} bytes)", self.api, self.version, self.body.len())
    }
}

impl core::fmt::Debug for Answer {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "answer to {} v{} ({} bytes)", self.api, self.version, self.body.len())
    }
}
