//! What the server sends: a body in one buffer, or line by line.
//!
//! Invariants:
//! - Every wait has an end, and every buffer a bound; what does not fit is told from what failed.
//! - What is read is in one wiped buffer. The frames that it came in are the transport's, and gone when they were copied.
//!
//! How to get it wrong: a deadline for the whole of a list. A page may be slow to come and still come; what counts is the pause
//! between two pieces.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body::Body as _;
use kube_client::client::Body;
use lookout_declarations::Reason;
use tokio::time::timeout;

use crate::buffer::Buffer;
use crate::failure::Failure;
use crate::ledger::Account;

/// The body of an answer.
pub(crate) struct Answer {
    body: Body,
    /// How long it is, as far as the server says.
    length: usize,
    /// The longest pause between two pieces.
    pause: Duration,
    account: Option<Arc<Account>>,
    /// The number of the client that asked.
    pub(crate) client: u64,
}

/// A body as far as its bound.
pub(crate) struct Whole {
    pub(crate) buffer: Buffer,
    /// Whether there was more.
    pub(crate) is_cut: bool,
}

/// The lines of a body.
pub(crate) struct Lines {
    answer: Answer,
    line: Buffer,
    /// What of the last piece is not yet in a line.
    rest: Bytes,
    /// The line in `line` was given out.
    is_done: bool,
    /// The line in `line` is beyond the bound, and the rest of it is left out.
    is_cut: bool,
}

/// A line.
#[derive(Debug)]
pub(crate) struct TextLine<'a> {
    pub(crate) text: &'a [u8],
    /// Whether there was more than the bound.
    pub(crate) is_cut: bool,
}

// === impl Answer ===

impl Answer {
    pub(crate) fn new(body: Body, pause: Duration, client: u64) -> Self {
        let length =
            body.size_hint().exact().and_then(|length| usize::try_from(length).ok()).unwrap_or_default();
        Self { body, length, pause, account: None, client }
    }

    /// To be counted there.
    pub(crate) fn on(self, account: &Arc<Account>) -> Self {
        Self { account: Some(Arc::clone(account)), ..self }
    }

    /// The whole of it, up to `bound` bytes.
    pub(crate) async fn whole(mut self, bound: usize) -> Result<Whole, Failure> {
        let mut buffer = Buffer::new(bound, self.length);
        loop {
            let piece = timeout(self.pause, self.piece()).await;
            let piece =
                piece.map_err(|_| Failure::new(Reason::Timeout, "the answer stops in the middle"))??;
            let Some(piece) = piece else { return Ok(Whole { buffer, is_cut: false }) };
            if buffer.push(&piece).is_err() {
                return Ok(Whole { buffer, is_cut: true });
            }
        }
    }

    /// Line by line, each up to `bound` bytes.
    pub(crate) fn lines(self, bound: usize) -> Lines {
        Lines { answer: self, line: Buffer::new(bound, 0), rest: Bytes::new(), is_done: false, is_cut: false }
    }

    /// The next piece; nothing at the end. Cancel-safe.
    async fn piece(&mut self) -> Result<Option<Bytes>, Failure> {
        loop {
            let frame = poll_fn(|context| Pin::new(&mut self.body).poll_frame(context)).await;
            match frame {
                None => return Ok(None),
                Some(Err(error)) => return Err(Failure::of_transport(&error)),
                Some(Ok(frame)) => {
                    // Trailers are of no use.
                    let Ok(piece) = frame.into_data() else { continue };
                    if let Some(account) = &self.account {
                        account.receive(piece.len());
                    }
                    return Ok(Some(piece));
                }
            }
        }
    }
}

// === impl Lines ===

impl Lines {
    /// The next line, without its end; nothing at the end of the body, where half a line is left out. Cancel-safe. It waits as
    /// long as it takes: the caller knows until when.
    pub(crate) async fn next(&mut self) -> Result<Option<TextLine<'_>>, Failure> {
        if std::mem::take(&mut self.is_done) {
            self.line.clear();
            self.is_cut = false;
        }
        loop {
            if let Some(end) = memchr::memchr(b'\n', &self.rest) {
                let piece = self.rest.split_to(end + 1);
                let piece = piece.get(..end).unwrap_or_default();
                self.is_cut |= self.line.push(piece).is_err();
                self.is_done = true;
                return Ok(Some(TextLine { text: self.line.bytes(), is_cut: self.is_cut }));
            }
            self.is_cut |= self.line.push(&self.rest).is_err();
            self.rest = Bytes::new();
            match self.answer.piece().await? {
                Some(piece) => self.rest = piece,
                None => return Ok(None),
            }
        }
    }

    /// The number of the client that asked.
    pub(crate) fn client(&self) -> u64 {
        self.answer.client
    }
}
