//! A buffer for what comes over the wire, wiped when it grows and when it goes.
//!
//! Why not `Zeroizing<Vec<u8>>`: a vector that grows leaves its old place behind as it was.
//!
//! Invariants:
//! - It never holds more than its bound.
//! - Every place that it leaves is wiped.

use std::fmt;

use zeroize::{Zeroize as _, Zeroizing};

/// What a buffer begins with, and what it never shrinks below: most events fit, so it seldom grows.
const FIRST: usize = 16 * 1024;

/// Bytes, up to a bound.
pub(crate) struct Buffer {
    bytes: Zeroizing<Vec<u8>>,
    /// The most bytes.
    bound: usize,
}

/// There was more than the bound. What was already there still is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BoundExceeded;

// === impl Buffer ===

impl Buffer {
    /// An empty one; `expected` is how much is expected, as far as somebody says.
    pub(crate) fn new(bound: usize, expected: usize) -> Self {
        Self { bytes: Zeroizing::new(Vec::with_capacity(expected.min(bound))), bound }
    }

    /// Adds `more`, or as much of it as the bound leaves.
    pub(crate) fn push(&mut self, more: &[u8]) -> Result<(), BoundExceeded> {
        let room = self.bound - self.bytes.len();
        let fitting = more.get(..room).unwrap_or(more);
        self.reserve(fitting.len());
        self.bytes.extend_from_slice(fitting);
        if fitting.len() == more.len() { Ok(()) } else { Err(BoundExceeded) }
    }

    /// What is there.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Empties it, wiped. What was grown far beyond the ordinary is given back.
    pub(crate) fn clear(&mut self) {
        if self.bytes.capacity() > FIRST * 4 {
            self.bytes = Zeroizing::new(Vec::new());
        } else {
            self.bytes.zeroize(); // empties it too, and keeps its room
        }
    }

    /// Makes room without leaving anything behind.
    fn reserve(&mut self, more: usize) {
        let needed = self.bytes.len() + more;
        if needed > self.bytes.capacity() {
            let capacity = needed.max(self.bytes.capacity() * 2).max(FIRST).min(self.bound.max(needed));
            let mut larger = Zeroizing::new(Vec::with_capacity(capacity));
            larger.extend_from_slice(&self.bytes);
            self.bytes = larger;
        }
    }
}

impl fmt::Debug for Buffer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Buffer({} bytes)", self.bytes.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_holds_what_it_is_given_up_to_its_bound() {
        let mut buffer = Buffer::new(100_000, 0);
        for _ in 0..10 {
            buffer.push(&[7; 9_999]).unwrap();
        }
        assert_eq!(buffer.push(&[1; 11]), Err(BoundExceeded));
        assert_eq!(buffer.bytes().len(), 100_000);
        assert!(buffer.bytes().ends_with(&[7, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]));
        buffer.clear();
        assert_eq!(buffer.bytes(), b"");
        buffer.push(b"x").unwrap();
        assert_eq!(buffer.bytes(), b"x");
    }
}
