//! One connection, from accepted to closed: handshake, then HTTP/1.1 or HTTP/2, watched over.
//!
//! The library speaks the protocols; what it does not bound is bounded here, by the [`Conversation`]: the time of each
//! thing that a client may keep the server waiting for, and being cut off when the place is needed.
//!
//! Invariant: a connection that the server closes because of its client is counted with the reason; one that ends in
//! order, or by the client or the network, is not.
//!
//! How to get it wrong: cutting an answer off in order. A client must be able to tell it from a whole one.

use core::future::poll_fn;
use core::pin::{Pin, pin};
use core::task::{Context, Poll, ready};
use std::sync::{Arc, Mutex, PoisonError};

use hyper::rt::Executor;
use hyper::server::conn::{http1, http2};
use hyper_util::rt::TokioIo;
use lookout_self_metrics::metrics::CloseReason;
use tokio::task::JoinSet;
use tokio::time::{Instant, Sleep, sleep_until};

use super::answerer::Answerer;
use super::conversation::Conversation;
use super::handshake::{Refused, Secured, handshake};
use super::limits::{GRACE, Limits};
use super::listener::Peer;
use super::places::Place;
use super::respond::Origin;
use super::server::Serving;
use super::transport::{Channel, Socket, Transport};
use crate::shutdown::Shutdown;

/// Requests of one HTTP/2 connection at the same time: a scraper has one, a browser asks for a page and an icon. Each may
/// wait for a slot, so more would only help clients that are not well.
const MAX_STREAMS: u32 = 4;
/// What a client may send beside heads before it is taken, bytes: nothing that is sent is used. The least there is.
const WINDOW: u32 = 65_535;
/// What HTTP/2 may keep of answers beside the pieces that are being sent, bytes.
const SEND_BUFFER: usize = 64 * 1024;
/// Streams that a client may open and reset before they are looked at, and that it may make the server reset: a client
/// that is well does neither in numbers.
const MAX_RESETS: usize = 32;
/// The least buffer that the HTTP library works with, bytes.
const MIN_BUFFER: usize = 8192;

/// How a connection ended.
enum Ending {
    /// It was closed on the client.
    Closed(CloseReason),
    /// By itself.
    Over(hyper::Result<()>),
}

/// Serves requests until the client has gone or the process drains; then the requests in flight are finished.
pub(super) async fn serve(
    socket: Socket,
    peer: Peer,
    place: Place,
    serving: Arc<Serving>,
    mut shutdown: Shutdown,
) {
    let _open = serving.metrics.connection();
    let conversation = Arc::clone(place.conversation());
    let policy = serving.policy.borrow().clone();
    let (channel, multiplexed) = match policy.tls().cloned() {
        None => (Channel::Plain(socket), false),
        Some(config) => {
            match handshake(socket, config, &conversation, &serving.limits, &mut shutdown).await {
                Ok(Secured { stream, http2 }) => (Channel::Tls(stream), http2),
                Err(Refused { reason, error }) => {
                    let (reason_text, error) = (reason.map(CloseReason::as_str), error.as_ref());
                    tracing::debug!(%peer, reason = reason_text, error = error.map(tracing::field::display), "no TLS was agreed on");
                    if let Some(reason) = reason {
                        serving.metrics.closed(reason);
                    }
                    return;
                }
            }
        }
    };
    conversation.open(multiplexed);
    let transport = Transport::new(channel, Arc::clone(&conversation));
    let left = transport.left();
    let origin = Origin { conversation: Arc::clone(&conversation), peer: peer.clone(), policy };
    let answerer = Answerer::new(Arc::clone(&serving), origin);
    let limits = &serving.limits;
    let ending = if multiplexed {
        watch_over(over_http2(transport, answerer, limits), &conversation, limits, &mut shutdown).await
    } else {
        watch_over(over_http1(transport, answerer, limits), &conversation, limits, &mut shutdown).await
    };
    let reason = match ending {
        Ending::Over(Ok(())) => return,
        Ending::Closed(reason) => {
            tracing::debug!(%peer, reason = reason.as_str(), "a connection was closed on its client");
            Some(reason)
        }
        Ending::Over(Err(error)) => {
            tracing::debug!(%peer, error = &error as &dyn std::error::Error, "a connection ended badly");
            (error.is_parse() || (multiplexed && !left.has())).then_some(CloseReason::Malformed)
        }
    };
    if let Some(reason) = reason {
        serving.metrics.closed(reason);
    }
}

fn over_http1(
    transport: Transport,
    answerer: Answerer,
    limits: &Limits,
) -> http1::Connection<TokioIo<Transport>, Answerer> {
    http1::Builder::new()
        // Both are the conversation's.
        .header_read_timeout(None)
        .max_header_size(limits.head_bytes)
        .max_buf_size(limits.head_bytes.max(MIN_BUFFER))
        .max_headers(limits.headers)
        .writev(true)
        .serve_connection(TokioIo::new(transport), answerer)
}

fn over_http2(
    transport: Transport,
    answerer: Answerer,
    limits: &Limits,
) -> http2::Connection<TokioIo<Transport>, Answerer, Tasks> {
    http2::Builder::new(Tasks::default())
        .max_concurrent_streams(MAX_STREAMS)
        .initial_stream_window_size(WINDOW)
        .initial_connection_window_size(WINDOW)
        .max_header_list_size(u32::try_from(limits.head_bytes).unwrap_or(u32::MAX))
        .max_pending_accept_reset_streams(MAX_RESETS)
        .max_local_error_reset_streams(MAX_RESETS)
        .max_send_buf_size(SEND_BUFFER)
        .serve_connection(TokioIo::new(transport), answerer)
}

/// A connection that the library conducts.
trait Conducted: Future<Output = hyper::Result<()>> {
    /// Finishes what is in flight, and ends.
    fn wind_up(self: Pin<&mut Self>);
}

impl Conducted for http1::Connection<TokioIo<Transport>, Answerer> {
    fn wind_up(self: Pin<&mut Self>) {
        self.graceful_shutdown();
    }
}

impl Conducted for http2::Connection<TokioIo<Transport>, Answerer, Tasks> {
    fn wind_up(self: Pin<&mut Self>) {
        self.graceful_shutdown();
    }
}

/// Lets a connection go on until it ends or its client's time is over.
async fn watch_over(
    connection: impl Conducted,
    conversation: &Conversation,
    limits: &Limits,
    shutdown: &mut Shutdown,
) -> Ending {
    let mut connection = pin!(connection);
    let mut changed = pin!(conversation.changed());
    let mut draining = pin!(shutdown.draining());
    // Since when the process drains, for this connection.
    let mut drains = None;
    // Whether it was wound up before the last answer that its client gets.
    let mut leaves = false;
    let mut deadline = Deadline::new(limits);
    // An idle connection is ended in order, and not waited for: until when.
    let mut idle_until = None;
    poll_fn(|context| {
        loop {
            if let Poll::Ready(ended) = connection.as_mut().poll(context) {
                // However a client takes it to be told to go.
                return Poll::Ready(match (idle_until, conversation.leaves_for()) {
                    (Some(_), _) => Ending::Closed(CloseReason::Idle),
                    (None, Some(reason)) => Ending::Closed(reason),
                    (None, None) => Ending::Over(ended),
                });
            }
            if let Some(reason) = conversation.cut_for() {
                return Poll::Ready(Ending::Closed(reason));
            }
            if changed.as_mut().poll(context).is_ready() {
                changed.set(conversation.changed());
                continue;
            }
            if drains.is_none() && draining.as_mut().poll(context).is_ready() {
                drains = Some(Instant::now());
                connection.as_mut().wind_up();
                continue;
            }
            if !leaves && conversation.leaves_for().is_some() {
                leaves = true;
                connection.as_mut().wind_up();
                continue;
            }
            if let Some(due) = drains.and_then(|since| conversation.due_draining(since)) {
                // Nothing was asked for, so nothing is counted.
                ready!(deadline.poll(context, Some((due, CloseReason::Idle))));
                return Poll::Ready(Ending::Over(Ok(())));
            }
            let due = idle_until.map(|until| (until, CloseReason::Idle));
            match ready!(deadline.poll(context, due.or_else(|| conversation.due(limits)))) {
                CloseReason::Idle if idle_until.is_none() => {
                    idle_until = Some(Instant::now() + GRACE);
                    connection.as_mut().wind_up();
                }
                reason => return Poll::Ready(Ending::Closed(reason)),
            }
        }
    })
    .await
}

/// A timer that is moved forward only when it has to be: most deadlines are put off before they pass.
struct Deadline(Pin<Box<Sleep>>);

impl Deadline {
    fn new(limits: &Limits) -> Self {
        Self(Box::pin(sleep_until(Instant::now() + limits.head)))
    }

    /// Completes when `due` has passed; else wakes the task no later than then.
    fn poll(&mut self, context: &mut Context<'_>, due: Option<(Instant, CloseReason)>) -> Poll<CloseReason> {
        let Some((time, reason)) = due else { return Poll::Pending };
        loop {
            if self.0.deadline() > time || self.0.is_elapsed() {
                if time <= Instant::now() {
                    return Poll::Ready(reason);
                }
                self.0.as_mut().reset(time);
            }
            ready!(self.0.as_mut().poll(context));
        }
    }
}

/// The tasks of one HTTP/2 connection's requests; they end with it.
#[derive(Clone, Debug, Default)]
struct Tasks(Arc<Mutex<JoinSet<()>>>);

impl<F: Future<Output = ()> + Send + 'static> Executor<F> for Tasks {
    fn execute(&self, future: F) {
        let mut tasks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while tasks.try_join_next().is_some() {}
        tasks.spawn(future);
    }
}
