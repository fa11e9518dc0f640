//! The host of a target: a name or an IP address, as it was asked for.
//!
//! Invariant: a name that was accepted is ASCII and follows RFC 1123, so that it can be resolved, sent as SNI, matched
//! against a pattern and put into a message without a second look.
//!
//! How to get it wrong: taking `0x7f.1` or `2130706433` for a name. Resolvers read them as addresses, as C's
//! `inet_aton` does; so what ends in a number is an address in its usual form, or nothing.

use core::fmt;
use core::net::{IpAddr, Ipv6Addr};
use core::str::FromStr;

/// The longest name (RFC 1035, section 2.3.4).
const MAX_NAME: usize = 253;

/// The longest label of a name.
const MAX_LABEL: usize = 63;

/// A host.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Host {
    /// A name, in lower case; with its final dot, if it has one.
    Name(String),
    /// An IP address.
    Address(IpAddr),
}

/// That a text is neither a host name nor an IP address. It does not repeat the text, which may be a secret in the
/// wrong place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the host is neither a name nor an IP address; write an international name in its `xn--` form, and an IPv6 \
     address in brackets"
)]
pub struct ParseHost;

impl Host {
    /// The name without a final dot; `None` for an address.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Name(name) => Some(name.strip_suffix('.').unwrap_or(name)),
            Self::Address(_) => None,
        }
    }
}

impl FromStr for Host {
    type Err = ParseHost;

    /// Reads a host as it stands in a URL: an IPv6 address in brackets.
    fn from_str(text: &str) -> Result<Self, ParseHost> {
        if let Some(inside) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            return inside
                .parse::<Ipv6Addr>()
                .map(|address| Self::Address(address.into()))
                .map_err(|_| ParseHost);
        }
        if text.contains(':') {
            return Err(ParseHost);
        }
        match text.parse::<IpAddr>() {
            Ok(address) => Ok(Self::Address(address)),
            Err(_) if is_name(text) => Ok(Self::Name(text.to_ascii_lowercase())),
            Err(_) => Err(ParseHost),
        }
    }
}

/// As in a URL: an IPv6 address in brackets.
impl fmt::Display for Host {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => formatter.write_str(name),
            Self::Address(IpAddr::V4(address)) => write!(formatter, "{address}"),
            Self::Address(IpAddr::V6(address)) => write!(formatter, "[{address}]"),
        }
    }
}

fn is_name(text: &str) -> bool {
    let text = text.strip_suffix('.').unwrap_or(text);
    text.len() <= MAX_NAME && text.split('.').all(is_label) && !ends_in_number(text)
}

/// A label of RFC 1123, with the underscore that is seen in practice.
fn is_label(label: &str) -> bool {
    (1..=MAX_LABEL).contains(&label.len())
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

fn ends_in_number(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or_default();
    let hexadecimal = last.strip_prefix("0x").or_else(|| last.strip_prefix("0X"));
    last.bytes().all(|byte| byte.is_ascii_digit())
        || hexadecimal.is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_names_and_addresses() {
        for (text, expected) in [
            ("Example.ORG", "example.org"),
            ("example.org.", "example.org."),
            ("my_service", "my_service"),
            ("192.0.2.7", "192.0.2.7"),
            ("[2001:DB8::7]", "[2001:db8::7]"),
            ("0xyz", "0xyz"),
        ] {
            assert_eq!(text.parse::<Host>().map(|host| host.to_string()), Ok(expected.to_owned()));
        }
    }

    #[test]
    fn refuses_what_resolvers_would_read_as_an_address_in_disguise() {
        for text in [
            "",
            ".",
            "2130706433",
            "0x7f000001",
            "0x7f.1",
            "127.1",
            "0177.0.0.1",
            "127.0.0.1.",
            "1.2.3.0x4",
            "example.0x",
            "[::1",
            "::1",
            "[fe80::1%eth0]",
            "[127.0.0.1]",
            "exämple.org",
            "-a.org",
            "a..org",
            "a b",
            "user@a",
            "a%2e",
        ] {
            assert_eq!(text.parse::<Host>(), Err(ParseHost), "{text:?}");
        }
    }
}
