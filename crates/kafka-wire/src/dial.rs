//! From a host and a port to TCP, and from there to TLS: for brokers and for those who issue tokens to them.
//!
//! How to get it wrong: to wait for each address of a name in turn. One that swallows packets would cost the others
//! their time, so each has an equal part of it.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use rustls_pki_types::ServerName;
use tokio::net::{TcpStream, lookup_host};
use tokio_rustls::{TlsConnector, client::TlsStream};

use crate::{Address, Tls};

/// How many addresses of one name are tried.
const MAX_ADDRESSES: usize = 8;

/// The addresses of a name, as many as are tried.
pub(crate) async fn resolve(peer: &Address) -> io::Result<Vec<SocketAddr>> {
    let found = lookup_host((peer.host.as_str(), peer.port)).await?;
    Ok(found.take(MAX_ADDRESSES).collect())
}

/// A connection to the first of the addresses that answers. An error of the kind `TimedOut` means that the last one did
/// not answer in its part of the time.
pub(crate) async fn connect(addresses: &[SocketAddr], within: Duration) -> io::Result<TcpStream> {
    let count = u32::try_from(addresses.len()).unwrap_or(1).max(1);
    let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
    for address in addresses {
        match tokio::time::timeout(within / count, TcpStream::connect(address)).await {
            Ok(Ok(tcp)) => {
                // Requests are written whole: there is nothing to wait for.
                tcp.set_nodelay(true)?;
                return Ok(tcp);
            }
            Ok(Err(error)) => last = error,
            Err(_) => last = io::ErrorKind::TimedOut.into(),
        }
    }
    Err(last)
}

/// TLS with the peer, under the name that is configured or its own.
pub(crate) async fn shake_hands(
    tcp: TcpStream,
    peer: &Address,
    tls: &Tls,
) -> io::Result<TlsStream<TcpStream>> {
    let name = match &tls.server_name {
        Some(name) => name.clone(),
        None => ServerName::try_from(peer.host.clone()).map_err(io::Error::other)?,
    };
    TlsConnector::from(Arc::clone(&tls.config)).connect(name, tcp).await
}
