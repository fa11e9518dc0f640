//! One connection to one broker: TCP or TLS, its versions, its login, its frames.
//!
//! Requests are pipelined: up to a depth they are written while answers are awaited, which come in the order of the
//! requests (Kafka's promise, and checked by correlation identifiers). There is no task behind it: whoever asks drives
//! both directions, and dropping the future stops both.
//!
//! Invariants:
//! - At every moment the connection is idle with nothing under way, or it is spoilt. It is marked spoilt before the first
//!   byte of an exchange and cleared after the last one, so an error, a timeout and a dropped future all leave it so.
//! - A spoilt connection refuses every request.
//! - A login that has a lifetime (KIP-368) is renewed before an exchange, not in the middle of one.

mod exchange;
mod frame;
mod open;

use std::{fmt, future::poll_fn, pin::Pin, sync::Arc, task::Poll};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::Instant,
};

use crate::{
    Address, Answer, Api, Call, EncodeRequest, Failure, Malformed, Options, Request, Traffic, Versions,
};

/// A connection that is open, logged in, and knows what the broker can.
pub struct Connection {
    broker: Address,
    options: Arc<Options>,
    stream: Box<dyn Stream>,
    versions: Versions,
    next_correlation: i32,
    is_spoilt: bool,
    /// When the login has to be renewed, if ever.
    renew_at: Option<Instant>,
    traffic: Arc<Traffic>,
}

/// TCP or TLS.
trait Stream: AsyncRead + AsyncWrite + Send + Sync + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Sync + Unpin> Stream for S {}

// === impl Connection ===

impl Connection {
    /// Opens a connection within the options' time: resolves, connects, shakes hands, asks for the versions, logs in.
    /// One attempt. Everything that goes over it is added to `traffic`.
    pub async fn open(
        broker: Address,
        options: Arc<Options>,
        traffic: Arc<Traffic>,
    ) -> Result<Self, Failure> {
        let within = options.connect_timeout;
        let late = Failure::AwaitConnection { broker: broker.clone(), within };
        tokio::time::timeout(within, open::open(broker, options, traffic)).await.map_err(|_| late)?
    }

    /// Whom it is connected to.
    pub fn broker(&self) -> &Address {
        &self.broker
    }

    /// What the broker can.
    pub fn versions(&self) -> &Versions {
        &self.versions
    }

    /// The version in which `api` is to be asked; a failure if there is none. The connection stays good.
    pub fn version(&self, api: Api) -> Result<i16, Failure> {
        self.versions.choose(api).ok_or_else(|| Failure::ChooseVersion {
            broker: self.broker.clone(),
            api,
            ours: api.versions(),
            theirs: self.versions.offered(api),
        })
    }

    /// Whether it can still be used, as far as can be told without asking: nothing has spoilt it, and the broker has
    /// neither closed it (as brokers do with idle ones) nor said something without being asked.
    pub async fn is_usable(&mut self) -> bool {
        if self.is_spoilt {
            return false;
        }
        let mut byte = [0];
        let mut buffer = ReadBuf::new(&mut byte);
        let quiet = poll_fn(|context| {
            let read = Pin::new(&mut self.stream).poll_read(context, &mut buffer);
            Poll::Ready(read.is_pending())
        });
        let is_quiet = quiet.await;
        self.is_spoilt = !is_quiet;
        is_quiet
    }

    /// Sends one request and awaits its answer.
    pub async fn ask(&mut self, request: Request) -> Result<Answer, Failure> {
        let mut only = None;
        self.ask_all([Ok(request)], |_, answer| {
            only = Some(answer);
            Ok(())
        })
        .await?;
        only.ok_or_else(|| Failure::UseConnection { broker: self.broker.clone() })
    }

    /// Sends the requests one behind the other and gives each answer to `take`, with the number of its request. Requests
    /// are taken from the iterator when there is room for them, so they need not all be in memory.
    ///
    /// An error of `take` ends the exchange: an answer that cannot be understood makes the rest doubtful.
    pub async fn ask_all(
        &mut self,
        requests: impl IntoIterator<Item = Result<Request, EncodeRequest>>,
        take: impl FnMut(usize, Answer) -> Result<(), Malformed>,
    ) -> Result<(), Failure> {
        if self.renew_at.is_some_and(|renew_at| Instant::now() >= renew_at) {
            crate::sasl::log_in(self).await?;
        }
        self.exchange(requests, take).await
    }

    /// Sends a small request and decodes its answer.
    pub async fn call<C: Call>(&mut self, message: &C) -> Result<C::Answer, Failure> {
        let version = self.version(C::API)?;
        let request = message.request(version).map_err(|source| self.unwritten(source))?;
        let answer = self.ask(request).await?;
        self.understood(C::API, C::read(answer.body, version, self.options.limits.decoded_answer))
    }

    /// Sends small requests one behind the other and gives each decoded answer to `take`, with the number of its
    /// request. One answer is in memory at a time, unless `take` keeps it.
    pub async fn call_all<C: Call>(
        &mut self,
        messages: impl IntoIterator<Item = C>,
        mut take: impl FnMut(usize, C::Answer),
    ) -> Result<(), Failure> {
        let version = self.version(C::API)?;
        let limit = self.options.limits.decoded_answer;
        let requests = messages.into_iter().map(|message| message.request(version));
        let decode = |number, answer: Answer| {
            take(number, C::read(answer.body, version, limit)?);
            Ok(())
        };
        self.ask_all(requests, decode).await
    }

    /// The result of reading an answer of this connection. What cannot be understood spoils the connection.
    pub(crate) fn understood<T>(&mut self, api: Api, read: Result<T, Malformed>) -> Result<T, Failure> {
        self.is_spoilt |= read.is_err();
        read.map_err(|source| Failure::UnderstandAnswer { broker: self.broker.clone(), api, source })
    }

    /// The failure of a request that cannot be written; nothing was sent.
    pub(crate) fn unwritten(&self, source: EncodeRequest) -> Failure {
        Failure::EncodeRequest { broker: self.broker.clone(), source }
    }

    pub(crate) fn options(&self) -> &Arc<Options> {
        &self.options
    }

    pub(crate) fn renew_at(&mut self, renew_at: Option<Instant>) {
        self.renew_at = renew_at;
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("broker", &self.broker)
            .field("is_spoilt", &self.is_spoilt)
            .finish_non_exhaustive()
    }
}

/// An answer out of bytes, as [`frame::receive`] takes it from a socket; correlation identifier 0 is due.
#[cfg(feature = "fuzzing")]
pub(crate) async fn fuzz_receive(
    read: &mut &[u8],
    api: Api,
    version: i16,
    broker: &Address,
    limits: &crate::Limits,
) -> Result<bytes::Bytes, Failure> {
    let due = exchange::Due { api, version, correlation: 0 };
    frame::receive(read, due, broker, limits).await.map(|received| received.body)
}
