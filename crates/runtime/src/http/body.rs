//! The body of an answer: shared buffers, handed over one by one, never copied.
//!
//! It counts what is taken of it and, when it is dropped, how long that took: an answer is over when its last byte
//! was handed over for sending, or when the client has gone.

use core::pin::Pin;
use core::task::{Context, Poll};
use std::convert::Infallible;
use std::sync::Arc;

use hyper::body::{Body, Bytes, Frame, SizeHint};
use lookout_self_metrics::metrics::Path;
use tokio::time::Instant;

use super::figures::HttpMetrics;

/// A body of shared buffers.
#[derive(Debug)]
pub(super) struct SharedBody {
    buffers: Arc<[Bytes]>,
    next: usize,
    remaining: u64,
    observation: Observation,
}

/// A request under way.
#[derive(Debug)]
pub(super) struct Observation {
    pub(super) metrics: HttpMetrics,
    pub(super) path: Path,
    pub(super) since: Instant,
}

impl SharedBody {
    /// A body that consists of `buffers`, `length` bytes in all.
    pub(super) fn new(buffers: Arc<[Bytes]>, length: u64, observation: Observation) -> Self {
        Self { buffers, next: 0, remaining: length, observation }
    }
}

impl Body for SharedBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        while let Some(buffer) = self.buffers.get(self.next).cloned() {
            self.next += 1;
            if !buffer.is_empty() {
                self.remaining = self.remaining.saturating_sub(buffer.len() as u64);
                self.observation.metrics.sent(buffer.len());
                return Poll::Ready(Some(Ok(Frame::data(buffer))));
            }
        }
        Poll::Ready(None)
    }

    fn is_end_stream(&self) -> bool {
        self.buffers.get(self.next..).is_none_or(|rest| rest.iter().all(Bytes::is_empty))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.remaining)
    }
}

impl Drop for SharedBody {
    fn drop(&mut self) {
        self.observation.metrics.took(self.observation.path, self.observation.since.elapsed());
    }
}
