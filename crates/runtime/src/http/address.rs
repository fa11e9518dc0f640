//! Addresses to listen on, in the forms that Prometheus' exporters take: `host:port`, `:port`, `[IPv6]:port`.

use core::fmt;
use core::str::FromStr;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use tokio::net::TcpListener;

/// An address to listen on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListenAddress {
    /// The host, without brackets; none for all interfaces.
    host: Option<String>,
    port: u16,
}

/// A text that is no address to listen on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseAddressError {
    /// There is no port.
    #[error("`{0}` has no port; write `host:port`, `:port` or `[IPv6 address]:port`")]
    FindPort(String),
    /// The port is no number from 0 to 65535.
    #[error("`{port}` in `{text}` is no port; use a number from 0 (any free port) to 65535")]
    ParsePort {
        /// The whole text.
        text: String,
        /// The part that should be a port.
        port: String,
    },
    /// An IPv6 address whose end cannot be told from the port.
    #[error("`{0}` is ambiguous; put the IPv6 address into brackets, as in `[::1]:9877`")]
    FindHostEnd(String),
}

impl FromStr for ListenAddress {
    type Err = ParseAddressError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (host, port) =
            text.rsplit_once(':').ok_or_else(|| ParseAddressError::FindPort(text.to_owned()))?;
        let host = match host.strip_prefix('[') {
            Some(inner) => {
                inner.strip_suffix(']').ok_or_else(|| ParseAddressError::FindPort(text.to_owned()))?
            }
            None if host.contains(':') => return Err(ParseAddressError::FindHostEnd(text.to_owned())),
            None => host,
        };
        let number = port.parse();
        let port = number
            .map_err(|_| ParseAddressError::ParsePort { text: text.to_owned(), port: port.to_owned() })?;
        Ok(Self { host: (!host.is_empty()).then(|| host.to_owned()), port })
    }
}

/// Prints as it is written.
impl fmt::Display for ListenAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.host.as_deref() {
            None => write!(formatter, ":{}", self.port),
            Some(host) if host.contains(':') => write!(formatter, "[{host}]:{}", self.port),
            Some(host) => write!(formatter, "{host}:{}", self.port),
        }
    }
}

impl ListenAddress {
    /// Listens. On all interfaces this means IPv6 and IPv4, or IPv4 alone on a machine without IPv6.
    pub(super) async fn bind(&self) -> io::Result<TcpListener> {
        match &self.host {
            Some(host) => TcpListener::bind((host.as_str(), self.port)).await,
            None => match TcpListener::bind(SocketAddr::from((Ipv6Addr::UNSPECIFIED, self.port))).await {
                Err(error) if error.kind() != io::ErrorKind::AddrInUse => {
                    TcpListener::bind(SocketAddr::from((Ipv4Addr::UNSPECIFIED, self.port))).await
                }
                listener => listener,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Result<&str, &str>) {
        let shown = text
            .parse::<ListenAddress>()
            .map(|address| address.to_string())
            .map_err(|error| error.to_string());
        assert_eq!(shown, expected.map(str::to_owned).map_err(str::to_owned), "of `{text}`");
    }

    #[test]
    fn every_form_of_an_address_is_understood() {
        check(":9877", Ok(":9877"));
        check("0.0.0.0:9877", Ok("0.0.0.0:9877"));
        check("localhost:0", Ok("localhost:0"));
        check("[::1]:9877", Ok("[::1]:9877"));
        check("[fe80::1%eth0]:9877", Ok("[fe80::1%eth0]:9877"));
        check("[]:9877", Ok(":9877"));
    }

    #[test]
    fn what_is_no_address_is_refused_with_the_remedy() {
        check(
            "localhost",
            Err("`localhost` has no port; write `host:port`, `:port` or `[IPv6 address]:port`"),
        );
        check("[::1]", Err("`[::1]` has no port; write `host:port`, `:port` or `[IPv6 address]:port`"));
        check(
            "::1:9877",
            Err("`::1:9877` is ambiguous; put the IPv6 address into brackets, as in `[::1]:9877`"),
        );
        check(
            "localhost:http",
            Err("`http` in `localhost:http` is no port; use a number from 0 (any free port) to 65535"),
        );
        check(":65536", Err("`65536` in `:65536` is no port; use a number from 0 (any free port) to 65535"));
    }

    #[tokio::test]
    async fn a_port_alone_listens_on_every_address() {
        let listener = ":0".parse::<ListenAddress>().unwrap().bind().await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::net::TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.unwrap();
    }
}
