//! A relay that lets so many bytes of a server through and then falls silent.
//!
//! Why a relay: the server behind it is an ordinary one that knows nothing of this, so the silence can begin at any
//! byte, in the middle of a record too.

use std::io;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, copy, duplex, split};
use tokio::net::TcpStream;

/// How much the server can be ahead of the relay.
const PIPE_BYTES: usize = 16 * 1024;

/// Relays until the client closes, or the server does before it has said `after_bytes`.
pub(super) async fn relay<F>(
    client: TcpStream,
    after_bytes: u64,
    serve: impl FnOnce(DuplexStream) -> F,
) -> io::Result<()>
where
    F: Future<Output = io::Result<()>>,
{
    let (near, far) = duplex(PIPE_BYTES);
    let (from_server, mut to_server) = split(far);
    let (mut from_client, mut to_client) = client.into_split();

    let client_talks = async {
        copy(&mut from_client, &mut to_server).await?;
        to_server.shutdown().await
    };
    let server_talks = async {
        let relayed = copy(&mut from_server.take(after_bytes), &mut to_client).await?;
        if relayed == after_bytes {
            std::future::pending::<()>().await;
        }
        to_client.shutdown().await
    };
    let server_ends = async {
        let (_client_made_it_fail, relayed) = tokio::join!(serve(near), server_talks);
        relayed
    };
    tokio::select! {
        closed = client_talks => closed,
        ended = server_ends => ended,
    }
}
