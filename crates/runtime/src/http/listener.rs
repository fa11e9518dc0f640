//! What is listened on: ports, Unix sockets, and sockets that systemd passes.

use core::fmt;
use core::task::{Context, Poll, ready};
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::AsFd;

use listenfd::ListenFd;
use socket2::SockRef;
use tokio::net::{TcpListener, TcpSocket, UnixListener, lookup_host};

use super::address::ListenAddress;
use super::socket_file::{self, SocketFile};
use super::transport::Socket;

/// Clients that may wait in the system's queue for a place. The libraries' 128 are gone in a moment when many come at
/// once, and a client that finds the queue full tries again after a second at the earliest.
const BACKLOG: u32 = 1024;

/// What the system may keep of an answer that a client does not take, bytes; it counts twice that, for its own. By itself
/// it would go up to megabytes for each connection, of memory that nobody sees. It is more than enough for what a
/// scraper across a continent takes in one round trip.
const UNSENT: usize = 128 * 1024;

/// What to listen on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listen {
    /// These addresses.
    Addresses(Vec<ListenAddress>),
    /// The sockets that systemd, or who else speaks its protocol (`LISTEN_FDS`), has passed to this process.
    Inherited,
}

/// A socket cannot be listened on.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// No address was given.
    #[error("there is no address to listen on; give at least one")]
    FindAddress,
    /// The operating system refused a port.
    #[error(
        "listening on `{address}` is not possible; the address must be the machine's own, the port free and allowed"
    )]
    BindAddress {
        /// As given.
        address: ListenAddress,
        /// Why not.
        source: io::Error,
    },
    /// The operating system refused a Unix socket.
    #[error(
        "listening on `{address}` is not possible; its directory must be there and writable, and its path free and short"
    )]
    BindUnixSocket {
        /// As given.
        address: ListenAddress,
        /// Why not.
        source: io::Error,
    },
    /// Nothing was passed.
    #[error(
        "systemd has passed no sockets to this process; start it by a socket unit, or leave --web.systemd-socket out"
    )]
    FindInheritedSocket,
    /// Something was passed that is no socket to listen on.
    #[error(
        "socket {number} that systemd has passed cannot be listened on; use ListenStream= in the socket unit"
    )]
    TakeInheritedSocket {
        /// Which of them, from 1.
        number: usize,
        /// Why not.
        source: io::Error,
    },
}

/// A socket that is listened on.
#[derive(Debug)]
pub(super) enum Listener {
    Tcp(TcpListener),
    /// With its file, if it is ours.
    Unix(UnixListener, #[expect(dead_code, reason = "it is there to be dropped")] Option<SocketFile>),
}

/// Who has connected.
#[derive(Clone, Debug)]
pub(super) enum Peer {
    Tcp(SocketAddr),
    Unix,
}

/// Listens on everything, or on nothing if something cannot be listened on.
pub(super) async fn bind(listen: &Listen, socket_mode: Option<u32>) -> Result<Vec<Listener>, BindError> {
    match listen {
        Listen::Inherited => inherited(),
        Listen::Addresses(addresses) if addresses.is_empty() => Err(BindError::FindAddress),
        Listen::Addresses(addresses) => {
            let mut listeners = Vec::new();
            for address in addresses {
                listeners.push(bind_address(address, socket_mode).await?);
            }
            Ok(listeners)
        }
    }
}

async fn bind_address(address: &ListenAddress, socket_mode: Option<u32>) -> Result<Listener, BindError> {
    match address {
        ListenAddress::Port { host, port } => match bind_port(host.as_deref(), *port).await {
            Ok(listener) => Ok(Listener::Tcp(listener)),
            Err(source) => Err(BindError::BindAddress { address: address.clone(), source }),
        },
        ListenAddress::Unix { path } => match socket_file::listen(path, socket_mode) {
            Ok((listener, file)) => Ok(Listener::Unix(listener, Some(file))),
            Err(source) => Err(BindError::BindUnixSocket { address: address.clone(), source }),
        },
    }
}

/// On all interfaces means IPv6 and IPv4, or IPv4 alone on a machine without IPv6.
async fn bind_port(host: Option<&str>, port: u16) -> io::Result<TcpListener> {
    let Some(host) = host else {
        return match bind_socket(SocketAddr::from((Ipv6Addr::UNSPECIFIED, port))) {
            Err(error) if error.kind() != io::ErrorKind::AddrInUse => {
                bind_socket(SocketAddr::from((Ipv4Addr::UNSPECIFIED, port)))
            }
            listener => listener,
        };
    };
    let mut refused = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
    for address in lookup_host((host, port)).await? {
        match bind_socket(address) {
            Ok(listener) => return Ok(listener),
            Err(error) => refused = error,
        }
    }
    Err(refused)
}

fn bind_socket(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // A process that starts again does not wait for the connections of its predecessor.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

fn inherited() -> Result<Vec<Listener>, BindError> {
    let mut passed = ListenFd::from_env();
    if passed.len() == 0 {
        return Err(BindError::FindInheritedSocket);
    }
    (0..passed.len())
        .map(|index| {
            take(&mut passed, index)
                .map_err(|source| BindError::TakeInheritedSocket { number: index + 1, source })
        })
        .collect()
}

fn take(passed: &mut ListenFd, index: usize) -> io::Result<Listener> {
    if let Ok(Some(listener)) = passed.take_tcp_listener(index) {
        require_listening(&listener)?;
        listener.set_nonblocking(true)?;
        return Ok(Listener::Tcp(TcpListener::from_std(listener)?));
    }
    match passed.take_unix_listener(index)? {
        Some(listener) => {
            require_listening(&listener)?;
            listener.set_nonblocking(true)?;
            // Its file is systemd's.
            Ok(Listener::Unix(UnixListener::from_std(listener)?, None))
        }
        None => Err(io::ErrorKind::NotFound.into()),
    }
}

/// A socket that is only bound would fail with each accept, and not before.
fn require_listening(socket: &impl AsFd) -> io::Result<()> {
    if SockRef::from(socket).is_listener()? {
        return Ok(());
    }
    Err(io::Error::new(io::ErrorKind::InvalidInput, "it is bound, and nobody has begun to listen on it"))
}

/// For each connection and not for the listener, because that may be systemd's.
fn bound_unsent(stream: &impl AsFd) {
    // A system that refuses keeps more than it should, and serves all the same.
    let _ = SockRef::from(stream).set_send_buffer_size(UNSENT);
}

impl Listener {
    /// The next connection.
    pub(super) fn poll_accept(&self, context: &mut Context<'_>) -> Poll<io::Result<(Socket, Peer)>> {
        Poll::Ready(match self {
            Self::Tcp(listener) => ready!(listener.poll_accept(context)).map(|(stream, address)| {
                // Answers go out whole; waiting for more to send costs a scrape 40 ms. Without it it works too.
                let _ = stream.set_nodelay(true);
                bound_unsent(&stream);
                (stream.into(), Peer::Tcp(address))
            }),
            Self::Unix(listener, _) => ready!(listener.poll_accept(context)).map(|(stream, _)| {
                bound_unsent(&stream);
                (stream.into(), Peer::Unix)
            }),
        })
    }

    /// The port that is listened on, if it is one.
    pub(super) fn address(&self) -> Option<SocketAddr> {
        match self {
            Self::Tcp(listener) => listener.local_addr().ok(),
            Self::Unix(..) => None,
        }
    }
}

/// As in `--web.listen-address`.
impl fmt::Display for Listener {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(listener) => match listener.local_addr() {
                Ok(address) => write!(formatter, "{address}"),
                Err(_) => formatter.write_str("a port"),
            },
            Self::Unix(listener, _) => match listener.local_addr() {
                Ok(address) if address.as_pathname().is_some() => {
                    let path = address.as_pathname().unwrap_or_else(|| "".as_ref());
                    write!(formatter, "unix:{}", path.display())
                }
                _ => formatter.write_str("unix"),
            },
        }
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => write!(formatter, "{address}"),
            Self::Unix => formatter.write_str("unix"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_socket_that_is_bound_and_not_listening_is_refused() {
        let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
        socket.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into()).unwrap();
        assert_eq!(require_listening(&socket).unwrap_err().kind(), io::ErrorKind::InvalidInput);
        socket.listen(1).unwrap();
        require_listening(&socket).unwrap();
    }

    #[tokio::test]
    async fn a_port_alone_listens_on_every_address() {
        let listen = Listen::Addresses(vec![":0".parse().unwrap()]);
        let listeners = bind(&listen, None).await.unwrap();
        let port = listeners[0].address().unwrap().port();
        tokio::net::TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.unwrap();
    }
}
