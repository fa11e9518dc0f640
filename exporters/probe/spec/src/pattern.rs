//! Which targets may be asked for: a host or a network, perhaps with a port.
//!
//! A pattern speaks of what stands in the request, or in a redirect, and not of what a name resolves to; the latter is
//! [`policy`](crate::policy)'s.
//!
//! Invariant: a wildcard matches names only, never an IP address: for those there are networks.

use core::net::IpAddr;
use core::str::FromStr;

use globset::{GlobBuilder, GlobMatcher};

use crate::host::Host;
use crate::network::{Network, ParseNetwork};

/// One entry of the list of targets.
#[derive(Clone, Debug)]
pub struct TargetPattern {
    host: HostPattern,
    port: Option<u16>,
}

#[derive(Clone, Debug)]
enum HostPattern {
    Name(GlobMatcher),
    Network(Network),
}

/// Why a text is not a pattern.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParsePattern {
    /// A URL.
    #[error("must be a host, perhaps with a port, not a URL: `example.org` or `example.org:443`")]
    DropUrl,
    /// The port.
    #[error("the port must be a number from 1 to 65535")]
    ReadPort,
    /// The host.
    #[error(
        "must be a host name, perhaps with `*`, `**` or `?`, an IP address or a network such as `10.0.0.0/8`"
    )]
    ReadHost,
    /// `**` beside other characters.
    #[error("`**` must stand alone between dots, as in `**.example.org`")]
    ReadAnyDepth,
    /// The network.
    #[error(transparent)]
    ReadNetwork(#[from] ParseNetwork),
}

impl TargetPattern {
    /// Whether it lets this host and port be asked for.
    pub fn matches(&self, host: &Host, port: u16) -> bool {
        let host_matches = match (&self.host, host) {
            (HostPattern::Name(glob), Host::Name(_)) => {
                host.name().is_some_and(|name| glob.is_match(as_path(name)))
            }
            (HostPattern::Network(network), Host::Address(address)) => network.contains(*address),
            _ => false,
        };
        host_matches && self.port.is_none_or(|own| own == port)
    }

    /// The network that it stands for, unless it stands for names.
    pub fn network(&self) -> Option<&Network> {
        match &self.host {
            HostPattern::Network(network) => Some(network),
            HostPattern::Name(_) => None,
        }
    }
}

impl FromStr for TargetPattern {
    type Err = ParsePattern;

    fn from_str(text: &str) -> Result<Self, ParsePattern> {
        if text.contains("://") {
            return Err(ParsePattern::DropUrl);
        }
        let (host, port) = split_port(text)?;
        let port = port.map(|port| parse_port(port).ok_or(ParsePattern::ReadPort)).transpose()?;
        let host = if host.contains('/') || host.parse::<IpAddr>().is_ok() {
            HostPattern::Network(host.parse()?)
        } else {
            HostPattern::Name(name_glob(host)?)
        };
        Ok(Self { host, port })
    }
}

/// A port in digits alone, from 1 on.
pub fn parse_port(port: &str) -> Option<u16> {
    let digits = port.bytes().all(|byte| byte.is_ascii_digit());
    port.parse().ok().filter(|number| digits && *number > 0)
}

/// The host and the port. Brackets surround what has colons of its own, and more than one colon is an IPv6 address.
fn split_port(text: &str) -> Result<(&str, Option<&str>), ParsePattern> {
    if let Some(rest) = text.strip_prefix('[') {
        let (inside, after) = rest.split_once(']').ok_or(ParsePattern::ReadHost)?;
        return match after.strip_prefix(':') {
            Some(port) => Ok((inside, Some(port))),
            None if after.is_empty() => Ok((inside, None)),
            None => Err(ParsePattern::ReadHost),
        };
    }
    match text.split_once(':') {
        Some((_, rest)) if rest.contains(':') => Ok((text, None)),
        Some((host, port)) => Ok((host, Some(port))),
        None => Ok((text, None)),
    }
}

/// A glob over the labels of a name: `*` and `?` stay within one label, `**` is any number of labels, none included.
fn name_glob(name: &str) -> Result<GlobMatcher, ParsePattern> {
    let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    for label in name.split('.') {
        if label.contains("**") && label != "**" {
            return Err(ParsePattern::ReadAnyDepth);
        }
    }
    // With its wildcards filled in it must be a name.
    let example = name.replace("**", "a").replace(['*', '?'], "a");
    if !matches!(example.parse(), Ok(Host::Name(_))) {
        return Err(ParsePattern::ReadHost);
    }
    let glob = GlobBuilder::new(&as_path(&name)).literal_separator(true).build();
    glob.map(|glob| glob.compile_matcher()).map_err(|_| ParsePattern::ReadHost)
}

/// A name as the path that globs are made for.
fn as_path(name: &str) -> String {
    name.replace('.', "/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, host: &str, port: u16) -> bool {
        let pattern: TargetPattern = pattern.parse().unwrap_or_else(|error| panic!("{pattern}: {error}"));
        pattern.matches(&host.parse().unwrap(), port)
    }

    #[test]
    fn names_match_label_by_label() {
        for (pattern, host, expected) in [
            ("example.org", "example.org", true),
            ("example.org", "EXAMPLE.org.", true),
            ("example.org", "a.example.org", false),
            ("example.org", "example.org.evil.net", false),
            ("*.example.org", "a.example.org", true),
            ("*.example.org", "a.b.example.org", false),
            ("*.example.org", "example.org", false),
            ("*.example.org", "aexample.org", false),
            ("**.example.org", "a.b.example.org", true),
            ("**.example.org", "example.org", true),
            ("**.example.org", "evilexample.org", false),
            ("api-?.example.org", "api-1.example.org", true),
            ("*", "localhost", true),
            ("*", "example.org", false),
            ("**", "a.b.c", true),
            ("**", "192.0.2.7", false),
            ("*.*.*.*", "192.0.2.7", false),
        ] {
            assert_eq!(matches(pattern, host, 443), expected, "{pattern} {host}");
        }
    }

    #[test]
    fn networks_match_addresses_and_ports_narrow() {
        for (pattern, host, port, expected) in [
            ("10.0.0.0/8", "10.1.2.3", 80, true),
            ("10.0.0.0/8:443", "10.1.2.3", 80, false),
            ("10.0.0.0/8:443", "10.1.2.3", 443, true),
            ("10.0.0.7", "10.0.0.7", 9, true),
            ("2001:db8::7", "[2001:db8::7]", 9, true),
            ("[2001:db8::/32]:443", "[2001:db8::7]", 443, true),
            ("[2001:db8::/32]:443", "[2001:db8::7]", 80, false),
            ("example.org:443", "example.org", 443, true),
            ("example.org:443", "example.org", 8443, false),
            ("0.0.0.0/0", "example.org", 80, false),
        ] {
            assert_eq!(matches(pattern, host, port), expected, "{pattern} {host}:{port}");
        }
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        for text in [
            "",
            "https://example.org",
            "example.org:0",
            "example.org:http",
            "10.0.0.1/8",
            "a**.org",
            "a b",
            "[::1",
            "[::1]x",
            "exämple.org",
            "{a,b}.org",
            "a/b",
            "user@example.org",
        ] {
            assert!(text.parse::<TargetPattern>().is_err(), "{text:?}");
        }
    }
}
