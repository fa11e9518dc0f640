//! Ports for servers that cannot be told to choose one themselves and to say which.
//!
//! How to get it wrong: to let the system choose, and to give back what it chose. Until the server binds it, and for as long as one that
//! was killed is away, the system gives it to whoever asks: to another test, or as the near end of one of the ten thousand connections
//! that an attack opens. So these ports lie below those that the system chooses from.

use std::net::TcpListener;
use std::sync::atomic::{AtomicU32, Ordering};

/// The first of them.
const FIRST: u16 = 10_000;
/// Fewer than this would not do.
const LEAST: u16 = 1_000;
/// Where Linux begins to choose unless it is told otherwise.
const SYSTEM: u16 = 32_768;

/// A port of the loopback interface that is free, and that no other test of this program is given.
pub(crate) fn free() -> u16 {
    static GIVEN: AtomicU32 = AtomicU32::new(0);
    let number = u32::from(system().clamp(FIRST + LEAST, SYSTEM) - FIRST);
    // Two programs begin at different ports.
    let begin = std::process::id().wrapping_mul(127);
    let candidates = (0..number).map(|_| {
        let place = begin.wrapping_add(GIVEN.fetch_add(1, Ordering::Relaxed)) % number;
        FIRST + u16::try_from(place).expect("there are fewer ports than that")
    });
    let mut free = candidates.filter(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok());
    free.next().expect("a port is free")
}

/// An address of the loopback interface with such a port.
pub(crate) fn free_address() -> String {
    format!("127.0.0.1:{}", free())
}

/// The first port that the system chooses from.
fn system() -> u16 {
    let range = std::fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range").unwrap_or_default();
    range.split_whitespace().next().and_then(|first| first.parse().ok()).unwrap_or(SYSTEM)
}
