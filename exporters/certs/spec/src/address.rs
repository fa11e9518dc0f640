//! The address of an endpoint: `host:port`, or the URL of an HTTPS server.
//!
//! Invariants:
//! - A host that was accepted is an IP address or an ASCII host name, so that it can be resolved, sent as SNI and put
//!   into a label without a second look.
//! - A text that may hold a password is never repeated: an error gets into the log and onto the page.

use core::fmt;
use core::net::{IpAddr, Ipv6Addr};
use core::str::FromStr;

/// Where an endpoint listens.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    host: String,
    port: u16,
}

/// Why a text is not an address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// It names a user, perhaps with a password; so nothing of it is repeated.
    #[error(
        "a user before the host, or an `@`, cannot stand in an address (it is not repeated here); write the host alone"
    )]
    RefuseUser,
    /// The scheme of the URL is not `https`.
    #[error("the scheme `{scheme}` is not supported; write `https://…`, or `host:port` for plain TLS")]
    ReadScheme {
        /// What stands before `://`.
        scheme: String,
    },
    /// No port, and no scheme that has one.
    #[error("`{text}` has no port; write `host:port`, and an IPv6 address as `[…]:port`")]
    ReadPort {
        /// The address as written.
        text: String,
    },
    /// The port is no number from 1 to 65535.
    #[error("the port `{port}` is not a number from 1 to 65535")]
    ParsePort {
        /// The port as written.
        port: String,
    },
    /// The host is neither an IP address nor a host name.
    #[error(
        "`{host}` is neither an IP address nor a host name; write an international name in its `xn--` form"
    )]
    ParseHost {
        /// The host as written.
        host: String,
    },
}

impl Address {
    /// The host: a name, or an IP address without brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }
}

/// `host:port`, an IPv6 address in brackets: the value of the label `endpoint`.
impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(formatter, "[{}]:{}", self.host, self.port)
        } else {
            write!(formatter, "{}:{}", self.host, self.port)
        }
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        // First, for every other error repeats a part of it.
        if text.contains('@') {
            return Err(AddressError::RefuseUser);
        }
        let (authority, default_port) = match text.split_once("://") {
            Some(("https", rest)) => (rest.split(['/', '?', '#']).next().unwrap_or_default(), Some(443)),
            Some((scheme, _)) => return Err(AddressError::ReadScheme { scheme: scheme.to_owned() }),
            None => (text, None),
        };
        let (host, port) = split_port(authority);
        let port = match (port, default_port) {
            (Some(port), _) => parse_port(port)?,
            (None, Some(port)) => port,
            (None, None) => return Err(AddressError::ReadPort { text: text.to_owned() }),
        };
        Ok(Self { host: parse_host(host)?, port })
    }
}

/// Whether `name` can be sent as SNI or looked for in a certificate: an IP address or an ASCII host name.
pub fn is_host(name: &str) -> bool {
    name.parse::<IpAddr>().is_ok() || is_host_name(name)
}

/// Splits the port off; a colon inside the brackets of an IPv6 address belongs to the host.
fn split_port(authority: &str) -> (&str, Option<&str>) {
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (authority, None),
    }
}

fn parse_port(port: &str) -> Result<u16, AddressError> {
    let digits = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    match port.parse() {
        Ok(number) if digits && number > 0 => Ok(number),
        _ => Err(AddressError::ParsePort { port: port.to_owned() }),
    }
}

fn parse_host(host: &str) -> Result<String, AddressError> {
    let wrong = || AddressError::ParseHost { host: host.to_owned() };
    if let Some(inside) = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return inside.parse::<Ipv6Addr>().map(|address| address.to_string()).map_err(|_| wrong());
    }
    if host.contains(':') || !is_host(host) {
        return Err(wrong());
    }
    Ok(host.to_ascii_lowercase())
}

/// RFC 1123 host names, with the underscore that is seen in practice; an all-numeric last label would be a mistyped
/// IP address.
fn is_host_name(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    let label_is_fine = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    let last_is_numeric =
        name.rsplit('.').next().is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_digit()));
    name.len() <= 253 && name.split('.').all(label_is_fine) && !last_is_numeric
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_hosts_addresses_and_urls() {
        for (text, expected) in [
            ("example.org:443", "example.org:443"),
            ("Example.ORG:8443", "example.org:8443"),
            ("https://example.org", "example.org:443"),
            ("https://example.org:8443/health?x=1", "example.org:8443"),
            ("192.0.2.7:636", "192.0.2.7:636"),
            ("[2001:db8::7]:443", "[2001:db8::7]:443"),
            ("https://[2001:db8::7]/", "[2001:db8::7]:443"),
            ("my_service:443", "my_service:443"),
        ] {
            assert_eq!(text.parse::<Address>().map(|address| address.to_string()), Ok(expected.to_owned()));
        }
    }

    #[test]
    fn refuses_what_cannot_be_connected_to() {
        for text in [
            "",
            "example.org",
            ":443",
            "example.org:",
            "example.org:0",
            "example.org:65536",
            "example.org:+1",
            "http://example.org",
            "2001:db8::7:443",
            "[::1]",
            "[example.org]:443",
            "exämple.org:443",
            "-a.org:443",
            "a..org:443",
            "192.0.2.700:443",
            "a b:443",
        ] {
            assert!(text.parse::<Address>().is_err(), "{text:?} must be refused");
        }
    }
    #[test]
    fn a_password_in_an_address_is_refused_and_not_repeated() {
        for text in [
            "https://user:MARKER@example.org",
            "https://MARKER@example.org",
            "ftp://user:MARKER@example.org",
            "user:MARKER@example.org:443",
            "https://example.org:MARKER@443",
        ] {
            let error = text.parse::<Address>().unwrap_err();
            assert_eq!(error, AddressError::RefuseUser);
            assert!(!error.to_string().contains("MARKER"));
        }
    }
}
