//! A broker on a real socket that does what a test tells it: Kafka's frames, and every way to break them.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::{Buf, BufMut, Bytes, BytesMut};
use kafka_protocol::{
    messages::{ApiVersionsResponse, api_versions_response::ApiVersion},
    protocol::{Encodable, HeaderVersion},
};
use lookout_kafka_wire::{Address, Api, Connection, Failure, Options, Traffic};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpSocket},
    task::AbortHandle,
};
use tokio_rustls::TlsAcceptor;

/// A request as the broker saw it.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) api: Api,
    pub(crate) version: i16,
    pub(crate) correlation: i32,
    /// On which connection it came, counted from 0.
    pub(crate) connection: usize,
    pub(crate) body: Bytes,
}

/// What the broker does about a request.
#[derive(Clone, Debug)]
pub(crate) enum Reaction {
    /// Answers properly.
    Answer(Bytes),
    /// Sends these bytes as they are, and goes on.
    Raw(Vec<u8>),
    /// Sends these bytes and closes.
    Close(Vec<u8>),
    /// Sends these bytes and then nothing more, with the connection open.
    Stall(Vec<u8>),
}

/// Options with more patience than any machine needs.
pub(crate) fn patient() -> Options {
    let long = Duration::from_mins(1);
    Options { connect_timeout: long, request_timeout: long, ..Options::default() }
}

/// An address that nobody listens at, and nobody else is given while it is held.
pub(crate) fn nobody() -> (TcpSocket, Address) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let port = socket.local_addr().unwrap().port();
    (socket, Address::new("127.0.0.1", port))
}

type Handler = Arc<dyn Fn(&Seen) -> Reaction + Send + Sync>;

/// A broker that runs until it is dropped.
pub(crate) struct FakeBroker {
    pub(crate) address: Address,
    seen: Arc<Mutex<Vec<Seen>>>,
    task: AbortHandle,
}

impl Drop for FakeBroker {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl FakeBroker {
    /// Starts one that reacts as `handler` says.
    pub(crate) async fn start(handler: impl Fn(&Seen) -> Reaction + Send + Sync + 'static) -> Self {
        Self::start_with(None, handler).await
    }

    /// As [`Self::start`], behind TLS if `tls` is given.
    pub(crate) async fn start_with(
        tls: Option<TlsAcceptor>,
        handler: impl Fn(&Seen) -> Reaction + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = Address::new("127.0.0.1", listener.local_addr().unwrap().port());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (log, handler): (_, Handler) = (Arc::clone(&seen), Arc::new(handler));
        let task = tokio::spawn(async move {
            // The tasks of the connections end with this one.
            let mut connections = tokio::task::JoinSet::new();
            for number in 0.. {
                let Ok((stream, _)) = listener.accept().await else { return };
                let (log, handler, tls) = (Arc::clone(&log), Arc::clone(&handler), tls.clone());
                connections.spawn(async move {
                    match tls {
                        None => serve(stream, number, &log, &handler).await,
                        Some(tls) => {
                            if let Ok(stream) = tls.accept(stream).await {
                                serve(stream, number, &log, &handler).await;
                            }
                        }
                    }
                });
            }
        });
        Self { address, seen, task: task.abort_handle() }
    }

    /// The requests so far, without those for the versions.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        let seen = self.seen.lock().unwrap();
        seen.iter().filter(|seen| seen.api != Api::ApiVersions).cloned().collect()
    }

    /// A connection to it.
    pub(crate) async fn connect(&self, options: &Options) -> Result<Connection, Failure> {
        Connection::open(self.address.clone(), Arc::new(options.clone()), Arc::<Traffic>::default()).await
    }
}

async fn serve(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    connection: usize,
    log: &Mutex<Vec<Seen>>,
    handler: &Handler,
) {
    while let Some(seen) = receive(&mut stream, connection).await {
        log.lock().unwrap().push(seen.clone());
        let (bytes, after) = match handler(&seen) {
            Reaction::Answer(body) => (frame(&seen, &body), After::GoOn),
            Reaction::Raw(bytes) => (bytes, After::GoOn),
            Reaction::Close(bytes) => (bytes, After::Close),
            Reaction::Stall(bytes) => (bytes, After::Stall),
        };
        if stream.write_all(&bytes).await.is_err() || stream.flush().await.is_err() {
            return;
        }
        match after {
            After::GoOn => {}
            After::Close => {
                let _ = stream.shutdown().await;
                return;
            }
            After::Stall => std::future::pending().await,
        }
    }
}

enum After {
    GoOn,
    Close,
    Stall,
}

async fn receive(stream: &mut (impl AsyncRead + Unpin), connection: usize) -> Option<Seen> {
    let length = stream.read_u32().await.ok()?;
    let mut frame = vec![0; length as usize];
    stream.read_exact(&mut frame).await.ok()?;
    let mut frame = Bytes::from(frame);
    let (key, version, correlation) = (frame.get_i16(), frame.get_i16(), frame.get_i32());
    let api = *Api::ALL.iter().find(|api| api.key() == key).expect("a kind of request that is known");
    let client_id = frame.get_i16();
    frame.advance(usize::try_from(client_id).unwrap_or(0));
    if api.is_flexible(version) {
        assert_eq!(frame.get_u8(), 0, "no tagged fields in the header");
    }
    Some(Seen { api, version, correlation, connection, body: frame })
}

/// A proper frame around an answer.
pub(crate) fn frame(seen: &Seen, body: &[u8]) -> Vec<u8> {
    let mut frame = BytesMut::new();
    frame.put_i32(seen.correlation);
    if seen.api.is_flexible(seen.version) && seen.api != Api::ApiVersions {
        frame.put_u8(0);
    }
    frame.extend_from_slice(body);
    let mut prefixed = u32::try_from(frame.len()).unwrap().to_be_bytes().to_vec();
    prefixed.extend_from_slice(&frame);
    prefixed
}

/// An answer, encoded by `kafka-protocol`.
pub(crate) fn encode<M: Encodable + HeaderVersion>(message: &M, version: i16) -> Bytes {
    let mut body = BytesMut::new();
    message.encode(&mut body, version).unwrap();
    body.freeze()
}

/// The answer to `ApiVersions` of a broker that can everything that is asked here.
pub(crate) fn all_versions(seen: &Seen) -> Reaction {
    versions(seen, &Api::ALL.map(|api| (api, api.versions())))
}

/// The answer to `ApiVersions` of a broker that can this.
pub(crate) fn versions(seen: &Seen, offered: &[(Api, (i16, i16))]) -> Reaction {
    let keys = offered.iter().map(|(api, (first, last))| {
        ApiVersion::default().with_api_key(api.key()).with_min_version(*first).with_max_version(*last)
    });
    Reaction::Answer(encode(&ApiVersionsResponse::default().with_api_keys(keys.collect()), seen.version))
}

/// A broker that answers the question for its versions and leaves the rest to `handler`.
pub(crate) async fn modern(handler: impl Fn(&Seen) -> Reaction + Send + Sync + 'static) -> FakeBroker {
    FakeBroker::start(
        move |seen| if seen.api == Api::ApiVersions { all_versions(seen) } else { handler(seen) },
    )
    .await
}
