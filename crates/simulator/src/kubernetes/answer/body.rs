//! The body of an answer: pieces that are there, or pieces that a task sends; perhaps held or cut on the way.

use core::future::Future as _;
use core::pin::Pin;
use core::task::{Context, Poll, ready};
use core::time::Duration;
use std::collections::VecDeque;
use std::io;

use bytes::Bytes;
use hyper::body::{Frame, SizeHint};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::{Sleep, sleep};

/// How long what was said has to leave before the connection is closed; hyper throws away what waits to be sent.
const LAST_WORDS: Duration = Duration::from_millis(50);

/// A body. Dropping it ends the task behind it.
pub(crate) struct Body {
    pieces: Pieces,
    pause: Option<Duration>,
    pausing: Option<Pin<Box<Sleep>>>,
    end: Option<(usize, End)>,
}

/// What an early end looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// Nothing comes any more.
    Stalls,
    /// The connection is closed.
    Closes,
}

enum Pieces {
    Ready(VecDeque<Bytes>),
    Coming { pieces: mpsc::Receiver<Bytes>, _task: Task },
}

/// A task that ends with its handle.
struct Task(JoinHandle<()>);

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

// === impl Body ===

impl Body {
    pub(super) fn of(pieces: impl Into<VecDeque<Bytes>>) -> Self {
        Self { pieces: Pieces::Ready(pieces.into()), pause: None, pausing: None, end: None }
    }

    pub(super) fn text(text: impl Into<Bytes>) -> Self {
        Self::of([text.into()])
    }

    pub(super) fn coming(pieces: mpsc::Receiver<Bytes>, task: JoinHandle<()>) -> Self {
        Self { pieces: Pieces::Coming { pieces, _task: Task(task) }, ..Self::of([]) }
    }

    /// So much time before each piece.
    pub(super) fn slow(self, pause: Duration) -> Self {
        Self { pause: Some(pause), ..self }
    }

    /// No more than so many bytes.
    pub(super) fn ending(self, after_bytes: usize, end: End) -> Self {
        Self { end: Some((after_bytes, end)), ..self }
    }

    fn poll_piece(&mut self, context: &mut Context<'_>) -> Poll<Option<Bytes>> {
        if let Some(pause) = self.pause {
            let pausing = self.pausing.get_or_insert_with(|| Box::pin(sleep(pause)));
            ready!(pausing.as_mut().poll(context));
        }
        let piece = match &mut self.pieces {
            Pieces::Ready(pieces) => pieces.pop_front(),
            Pieces::Coming { pieces, .. } => ready!(pieces.poll_recv(context)),
        };
        self.pausing = None;
        Poll::Ready(piece)
    }
}

impl hyper::body::Body for Body {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if let Some((0, end)) = self.end {
            return match end {
                // Nobody wakes this; hyper sees by itself that the client has gone.
                End::Stalls => Poll::Pending,
                End::Closes => {
                    let pausing = self.pausing.get_or_insert_with(|| Box::pin(sleep(LAST_WORDS)));
                    ready!(pausing.as_mut().poll(context));
                    Poll::Ready(Some(Err(io::ErrorKind::ConnectionAborted.into())))
                }
            };
        }
        let mut piece = ready!(self.poll_piece(context));
        if let (Some(piece), Some((left, _))) = (&mut piece, &mut self.end) {
            piece.truncate(*left);
            *left -= piece.len();
        }
        Poll::Ready(piece.map(|piece| Ok(Frame::data(piece))))
    }

    fn size_hint(&self) -> SizeHint {
        match &self.pieces {
            // As the real server does: what is short has a length, what is long comes in chunks.
            Pieces::Ready(pieces) if pieces.len() == 1 && self.end.is_none() => {
                SizeHint::with_exact(pieces.iter().map(|piece| piece.len() as u64).sum())
            }
            _ => SizeHint::default(),
        }
    }
}
