//! The body of an answer: shared buffers, handed over one by one, never copied.
//!
//! Each buffer on its way holds the [`Exchange`] that it belongs to. So the exchange ends when the last byte was handed
//! over for sending, or when the client has gone: not when the HTTP library has taken the last buffer, which over
//! HTTP/2 may then wait for the client for as long as it likes.

use core::pin::Pin;
use core::task::{Context, Poll};
use std::convert::Infallible;
use std::sync::Arc;

use bytes::Buf;
use hyper::body::{Body, Bytes, Frame, SizeHint};

use super::exchange::Exchange;

/// A body of shared buffers.
#[derive(Debug)]
pub(super) struct SharedBody {
    buffers: Arc<[Bytes]>,
    next: usize,
    remaining: u64,
    exchange: Arc<Exchange>,
}

/// A buffer on its way.
#[derive(Debug)]
pub(super) struct Sending {
    bytes: Bytes,
    exchange: Arc<Exchange>,
}

impl SharedBody {
    /// A body that consists of `buffers`, `length` bytes in all.
    pub(super) fn new(buffers: Arc<[Bytes]>, length: u64, exchange: Exchange) -> Self {
        Self { buffers, next: 0, remaining: length, exchange: Arc::new(exchange) }
    }
}

impl Body for SharedBody {
    type Data = Sending;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Sending>, Infallible>>> {
        while let Some(bytes) = self.buffers.get(self.next).cloned() {
            self.next += 1;
            if !bytes.is_empty() {
                self.remaining = self.remaining.saturating_sub(bytes.len() as u64);
                let sending = Sending { bytes, exchange: Arc::clone(&self.exchange) };
                return Poll::Ready(Some(Ok(Frame::data(sending))));
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

impl Buf for Sending {
    fn remaining(&self) -> usize {
        self.bytes.len()
    }

    fn chunk(&self) -> &[u8] {
        &self.bytes
    }

    fn advance(&mut self, count: usize) {
        self.bytes.advance(count);
        self.exchange.sent(count);
    }
}
