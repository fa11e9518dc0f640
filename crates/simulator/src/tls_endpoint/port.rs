//! A TCP port that can be closed and opened again without anybody else getting it in between.
//!
//! How: a socket that is bound and never listens keeps the number out of the kernel's hands, while connections to it
//! are refused. Whoever listens is a second socket beside it, which `SO_REUSEPORT` allows to the same user.
//!
//! How to get it wrong:
//! - With `SO_REUSEPORT` two programs can share a port unnoticed. So a number that somebody chose is first bound without
//!   it, which fails if the port is in use.
//! - With `SO_REUSEADDR` on the reservation, anybody else who sets it may listen, as long as nobody does.

use std::io;
use std::net::SocketAddr;

use tokio::net::{TcpListener, TcpSocket};

use crate::SimulatorError;

/// How many connections the kernel keeps for us until they are accepted.
const BACKLOG: u32 = 128;

/// A reserved port. The reservation ends when it is dropped.
pub(crate) struct ReservedPort {
    address: SocketAddr,
    _reservation: TcpSocket,
}

impl ReservedPort {
    /// Reserves this address; port 0 lets the kernel choose.
    pub(crate) fn reserve(address: SocketAddr) -> Result<Self, SimulatorError> {
        let reserve = || {
            if address.port() != 0 {
                drop(bind(address, Use::Probe)?);
            }
            let reservation = bind(address, Use::Reservation)?;
            Ok(Self { address: reservation.local_addr()?, _reservation: reservation })
        };
        reserve().map_err(|source| SimulatorError::BindAddress { address, source })
    }

    /// The address with its port number.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Accepts connections from now on, until the listener is dropped.
    pub(crate) fn listen(&self) -> Result<TcpListener, SimulatorError> {
        bind(self.address, Use::Listener)
            .and_then(|socket| socket.listen(BACKLOG))
            .map_err(|source| SimulatorError::BindAddress { address: self.address, source })
    }
}

/// What a socket on the port is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    /// Finds out whether the port is free.
    Probe,
    /// Keeps the number.
    Reservation,
    /// Accepts connections, beside the reservation.
    Listener,
}

fn bind(address: SocketAddr, purpose: Use) -> io::Result<TcpSocket> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // Connections of a former listener may linger in TIME_WAIT on this port.
    socket.set_reuseaddr(purpose != Use::Reservation)?;
    socket.set_reuseport(purpose != Use::Probe)?;
    socket.bind(address)?;
    Ok(socket)
}
