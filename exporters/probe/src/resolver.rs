//! From a name to its addresses.
//!
//! A trait of its own, so that tests can put a resolver in place that would betray a second question.
//!
//! Names below `localhost` lead to this machine everywhere (RFC 6761, section 6.3), but not every system's resolver knows that.
//! So they are answered here, as browsers and curl do it.

use core::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use core::pin::Pin;
use std::io;
use std::net::ToSocketAddrs as _;
use std::sync::Arc;

use tokio::sync::Semaphore;

/// What [`Resolver::resolve`] gives.
pub type ResolveFuture<'a> = Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send + 'a>>;

/// Finds the addresses of names.
pub trait Resolver: Send + Sync + 'static {
    /// The addresses of `name`, best first, each with `port`.
    fn resolve<'a>(&'a self, name: &'a str, port: u16) -> ResolveFuture<'a>;
}

/// The operating system's resolver, as every program of the machine asks it.
#[derive(Debug)]
pub struct SystemResolver {
    places: Arc<Semaphore>,
}

impl SystemResolver {
    /// A resolver that asks the system at most `limit` questions at the same time. The system's call cannot be broken
    /// off: a question that nobody waits for any more keeps its place until the system gives up.
    pub fn new(limit: usize) -> Self {
        Self { places: Arc::new(Semaphore::new(limit)) }
    }
}

impl Resolver for SystemResolver {
    fn resolve<'a>(&'a self, name: &'a str, port: u16) -> ResolveFuture<'a> {
        Box::pin(async move {
            if name.trim_end_matches('.').ends_with(".localhost") {
                return Ok(vec![(Ipv4Addr::LOCALHOST, port).into(), (Ipv6Addr::LOCALHOST, port).into()]);
            }
            let place = Arc::clone(&self.places).acquire_owned().await.map_err(io::Error::other)?;
            let name = name.to_owned();
            let lookup = tokio::task::spawn_blocking(move || {
                let _place = place;
                (name.as_str(), port).to_socket_addrs().map(Iterator::collect)
            });
            lookup.await.map_err(io::Error::other)?
        })
    }
}
