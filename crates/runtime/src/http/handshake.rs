//! The TLS handshake: bounded in time, cut off when the place is needed, and an answer to who speaks plain HTTP.

use std::io;
use std::sync::Arc;

use lookout_self_metrics::metrics::CloseReason;
use rustls::ServerConfig;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::conversation::Conversation;
use super::limits::{GRACE, Limits};
use super::transport::Socket;
use crate::shutdown::Shutdown;

/// What ALPN calls HTTP/2.
const H2: &[u8] = b"h2";

/// What is answered to a client that speaks plain HTTP.
const PLAIN: &[u8] =
    b"HTTP/1.0 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\
    Content-Length: 60\r\n\r\nThis port speaks TLS: use https:// in place of http:// here.";

/// A connection with TLS.
pub(super) struct Secured {
    pub(super) stream: Box<TlsStream<Socket>>,
    /// Whether HTTP/2 was agreed on.
    pub(super) http2: bool,
}

/// A connection without TLS.
pub(super) struct Refused {
    /// What it counts as; not at all if the process ends or the client has gone.
    pub(super) reason: Option<CloseReason>,
    pub(super) error: Option<io::Error>,
}

/// Shakes hands.
pub(super) async fn handshake(
    socket: Socket,
    config: Arc<ServerConfig>,
    conversation: &Conversation,
    limits: &Limits,
    shutdown: &mut Shutdown,
) -> Result<Secured, Refused> {
    // What the client has done counts first: after a stall its time may be over as well.
    let (reason, error) = tokio::select! {
        biased;
        secured = secure(socket, config) => match secured {
            Ok(Some(secured)) => return Ok(secured),
            // It has only looked whether anybody listens.
            Ok(None) => (None, None),
            Err(error) => (Some(CloseReason::HandshakeFailed), Some(error)),
        },
        () = sleep(limits.handshake) => (Some(CloseReason::HandshakeTimeout), None),
        reason = cut(conversation) => (Some(reason), None),
        // Nothing was asked for.
        () = shutdown.draining() => (None, None),
    };
    Err(Refused { reason, error })
}

/// None if the client goes without having said anything.
async fn secure(mut socket: Socket, config: Arc<ServerConfig>) -> io::Result<Option<Secured>> {
    let Some(first) = socket.first().await? else { return Ok(None) };
    // A method begins with a capital letter, no record of TLS does.
    if first.is_ascii_uppercase() {
        // It is a courtesy, and it is not insisted on.
        let _ = timeout(GRACE, socket.refuse(PLAIN)).await;
        return Err(io::Error::new(io::ErrorKind::InvalidData, "the client speaks plain HTTP"));
    }
    let stream = TlsAcceptor::from(config).accept(socket).await?;
    let http2 = stream.get_ref().1.alpn_protocol() == Some(H2);
    Ok(Some(Secured { stream: Box::new(stream), http2 }))
}

/// Completes when the client is cut off.
async fn cut(conversation: &Conversation) -> CloseReason {
    loop {
        if let Some(reason) = conversation.cut_for() {
            return reason;
        }
        conversation.changed().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_to_plain_http_is_as_long_as_it_says() {
        let text = core::str::from_utf8(PLAIN).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(head.ends_with(&format!("Content-Length: {}", body.len())), "{}", body.len());
    }
}
