//! A connection that does not wait for ever: for the rest of a request's head, or for the client to take an answer.
//!
//! hyper bounds the time until a whole head has arrived, idling included, so that alone cannot be both short for
//! slow senders and long for scrapers that keep their connection. Here the time for a head begins with its first
//! byte; hyper's limit is the one for idling. And hyper has no limit for a client that does not read: here it begins
//! when the client first falls behind, and ends when everything was taken.

use core::pin::Pin;
use core::sync::atomic::{AtomicBool, Ordering};
use core::task::{Context, Poll};
use core::time::Duration;
use std::io::{self, IoSlice};
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep};

/// Whether a request is being answered; shared with the service, which alone knows.
#[derive(Clone, Debug, Default)]
pub(super) struct Answering(Arc<AtomicBool>);

impl Answering {
    /// A head has arrived whole.
    pub(super) fn begin(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    fn take(&self) -> bool {
        self.0.swap(false, Ordering::Relaxed)
    }
}

/// A time limit that runs or does not.
struct Limit {
    duration: Duration,
    sleep: Pin<Box<Sleep>>,
    running: bool,
}

impl Limit {
    fn new(duration: Duration, running: bool) -> Self {
        Self { duration, sleep: Box::pin(sleep(duration)), running }
    }

    fn start(&mut self) {
        if !self.running {
            self.running = true;
            self.sleep.as_mut().reset(Instant::now() + self.duration);
        }
    }

    fn stop(&mut self) {
        self.running = false;
    }

    /// Whether the limit has passed; else wakes the task when it does.
    fn passed(&mut self, context: &mut Context<'_>) -> bool {
        self.running && self.sleep.as_mut().poll(context).is_ready()
    }
}

/// A stream with patience.
pub(super) struct Patient<S> {
    stream: S,
    answering: Answering,
    head: Limit,
    answer: Limit,
}

impl<S> Patient<S> {
    /// A stream whose client has `head` for the head of a request, at first from now on, and `answer` for taking an
    /// answer.
    pub(super) fn new(stream: S, answering: Answering, head: Duration, answer: Duration) -> Self {
        Self { stream, answering, head: Limit::new(head, true), answer: Limit::new(answer, false) }
    }

    /// Notes how a write went.
    fn wrote(&mut self, context: &mut Context<'_>, poll: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if poll.is_pending() {
            self.answer.start();
            if self.answer.passed(context) {
                return Poll::Ready(Err(io::Error::new(
                    io::ErrorKind::TimedOut,
                    "the client does not take its answer",
                )));
            }
        }
        poll
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Patient<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.answering.take() {
            this.head.stop();
        }
        let before = buffer.filled().len();
        let poll = Pin::new(&mut this.stream).poll_read(context, buffer);
        if poll.is_ready() && buffer.filled().len() > before {
            this.head.start();
        }
        if poll.is_pending() && this.head.passed(context) {
            return Poll::Ready(Err(io::Error::new(
                io::ErrorKind::TimedOut,
                "the head of the request takes too long",
            )));
        }
        poll
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Patient<S> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let poll = Pin::new(&mut this.stream).poll_write(context, bytes);
        this.wrote(context, poll)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let poll = Pin::new(&mut this.stream).poll_write_vectored(context, slices);
        this.wrote(context, poll)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let poll = Pin::new(&mut this.stream).poll_flush(context);
        if poll.is_ready() {
            // hyper flushes when it has nothing left to write.
            this.answer.stop();
        }
        poll
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};

    use super::*;

    const HEAD: Duration = Duration::from_secs(10);
    const ANSWER: Duration = Duration::from_mins(2);

    /// A patient stream whose pipe holds four bytes, the client's end, and the service's word.
    fn stream() -> (Patient<DuplexStream>, DuplexStream, Answering) {
        let (server, client) = duplex(4);
        let answering = Answering::default();
        (Patient::new(server, answering.clone(), HEAD, ANSWER), client, answering)
    }

    async fn read(stream: &mut Patient<DuplexStream>) -> io::Result<usize> {
        stream.read(&mut [0; 4]).await
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_sends_nothing_is_given_up_after_the_time_for_a_head() {
        let (mut stream, _client, _) = stream();
        let start = Instant::now();
        assert_eq!(read(&mut stream).await.unwrap_err().kind(), io::ErrorKind::TimedOut);
        assert_eq!(start.elapsed().as_secs(), HEAD.as_secs());
    }

    #[tokio::test(start_paused = true)]
    async fn a_head_that_trickles_has_no_more_time_than_one_that_stalls() {
        let (mut stream, mut client, answering) = stream();
        // The first head is complete; then the client idles for longer than a head may take.
        client.write_all(b"1").await.unwrap();
        read(&mut stream).await.unwrap();
        answering.begin();
        let writer = tokio::spawn(async move {
            sleep(3 * HEAD).await;
            while client.write_all(b"2").await.is_ok() {
                sleep(Duration::from_secs(3)).await;
            }
        });
        let start = Instant::now();
        let error = loop {
            if let Err(error) = read(&mut stream).await {
                break error;
            }
        };
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert_eq!(start.elapsed().as_secs(), (4 * HEAD).as_secs());
        drop(stream);
        writer.await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_does_not_take_its_answer_is_given_up() {
        let (mut stream, _client, _) = stream();
        let start = Instant::now();
        assert_eq!(stream.write_all(b"too long").await.unwrap_err().kind(), io::ErrorKind::TimedOut);
        assert_eq!(start.elapsed().as_secs(), ANSWER.as_secs());
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_catches_up_has_all_its_time_for_the_next_answer() {
        let (mut stream, mut client, _) = stream();
        let reader = tokio::spawn(async move {
            for _ in 0..3 {
                sleep(ANSWER * 2 / 3).await;
                client.read_exact(&mut [0; 8]).await.unwrap();
            }
        });
        for _ in 0..3 {
            stream.write_all(b"too long").await.unwrap();
            stream.flush().await.unwrap();
        }
        reader.await.unwrap();
    }
}
