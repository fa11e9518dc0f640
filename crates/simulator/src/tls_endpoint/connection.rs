//! One connection of a simulated TLS endpoint, from accept to close.
//!
//! Errors end a connection and nothing else. They are the client's doing, and being treated badly is what an endpoint
//! is for, so nobody is told.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use super::behaviour::Behaviour;
use super::silence;

/// The longest that a connection lives, a stalled one included; longer than any sensible client waits.
const LIFE: Duration = Duration::from_mins(5);
/// How long a client may go on talking after we have said our last word, before the socket is closed on it.
const FAREWELL: Duration = Duration::from_secs(5);
/// The largest request head that is read.
const REQUEST_HEAD_BYTES: usize = 16 * 1024;
const RESPONSE: &[u8] =
    b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 3\r\nConnection: close\r\n\r\nok\n";

/// What has happened at an endpoint since its start.
#[derive(Debug, Default)]
pub(super) struct Counters {
    pub(super) connections: AtomicU64,
    pub(super) handshakes: AtomicU64,
    pub(super) requests: AtomicU64,
    pub(super) open: AtomicU64,
}

/// Counts a connection as open for as long as it lives, however it ends.
pub(super) struct OpenConnection(Arc<Counters>);

impl OpenConnection {
    pub(super) fn count(counters: &Arc<Counters>) -> Self {
        counters.connections.fetch_add(1, Ordering::Relaxed);
        counters.open.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(counters))
    }
}

impl Drop for OpenConnection {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Does with the connection what the endpoint's state asks for.
pub(super) async fn serve(stream: TcpStream, behaviour: Arc<Behaviour>, open: OpenConnection) {
    let counters = Arc::clone(&open.0);
    let served = async {
        match &*behaviour {
            Behaviour::Refuse => Ok(()),
            Behaviour::Tls { server, silent_after: None } => {
                serve_tls(stream, Arc::clone(server), &counters).await
            }
            Behaviour::Tls { server, silent_after: Some(bytes) } => {
                silence::relay(stream, *bytes, |pipe| serve_tls(pipe, Arc::clone(server), &counters)).await
            }
            Behaviour::Reply(bytes) => reply(stream, bytes).await,
            Behaviour::Reset => reset(stream).await,
        }
    };
    let _ended_or_out_of_time = timeout(LIFE, served).await;
}

async fn serve_tls<S>(stream: S, server: Arc<ServerConfig>, counters: &Counters) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut stream = TlsAcceptor::from(server).accept(stream).await?;
    counters.handshakes.fetch_add(1, Ordering::Relaxed);
    if read_request(&mut stream).await? {
        counters.requests.fetch_add(1, Ordering::Relaxed);
        stream.write_all(RESPONSE).await?;
    }
    stream.shutdown().await?;
    hear_out(&mut stream).await
}

/// Reads until the empty line that ends a request's head; false if the client has closed before it.
async fn read_request<S: AsyncRead + Unpin>(stream: &mut S) -> io::Result<bool> {
    let mut head = Vec::new();
    while !head.windows(4).any(|window| window == b"\r\n\r\n") {
        if head.len() >= REQUEST_HEAD_BYTES || stream.read_buf(&mut head).await? == 0 {
            return Ok(false);
        }
    }
    Ok(true)
}

async fn reply(mut stream: TcpStream, bytes: &[u8]) -> io::Result<()> {
    hear_first(&mut stream).await?;
    stream.write_all(bytes).await?;
    stream.shutdown().await?;
    hear_out(&mut stream).await
}

/// Closing a socket that lingers for no time sends a reset instead of an orderly end.
async fn reset(mut stream: TcpStream) -> io::Result<()> {
    // After the client's first words, so that it meets the reset while it waits for an answer, not while it connects.
    hear_first(&mut stream).await?;
    stream.set_zero_linger()
}

async fn hear_first(stream: &mut TcpStream) -> io::Result<()> {
    stream.read(&mut [0; 1024]).await.map(drop)
}

/// Reads what the client still says. A socket that is closed with bytes unread is reset by the kernel, and the reset
/// can overtake our own last words.
async fn hear_out<S: AsyncRead + Unpin>(stream: &mut S) -> io::Result<()> {
    let mut sink = tokio::io::sink();
    timeout(FAREWELL, tokio::io::copy(stream, &mut sink)).await??;
    Ok(())
}
