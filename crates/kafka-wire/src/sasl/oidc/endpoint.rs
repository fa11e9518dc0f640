//! Where tokens are asked for: a URL, checked once.
//!
//! Invariant: a plain `http` endpoint is reached over this machine's own loopback and nowhere else, whatever a resolver
//! says of `localhost`.

use core::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use hyper::Uri;

use crate::Address;

/// A token endpoint.
pub(super) struct Endpoint {
    pub(super) is_tls: bool,
    pub(super) peer: Address,
    /// Host and port as they stand in the URL: what the request names.
    pub(super) authority: String,
    /// Path and query.
    pub(super) target: String,
    path: String,
}

/// Why no token endpoint could be made. Never holds the URL, in which a password may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BuildTokenEndpoint {
    /// No URL.
    #[error("the token endpoint is no URL; write it as `https://issuer.example/path`")]
    ReadUrl,
    /// Neither `https` nor `http`.
    #[error("the token endpoint is neither `https` nor `http`")]
    ChooseScheme,
    /// `http` to another machine.
    #[error(
        "the token endpoint is `http` on another machine, which would show the secret to everybody between; use `https`"
    )]
    CrossNetwork,
    /// User or password in the URL.
    #[error("the token endpoint has a user or password in its URL; name them as client and secret")]
    CarryPassword,
    /// A fragment, which a token endpoint must not have (RFC 6749, section 3.2).
    #[error("the token endpoint has a fragment (`#`), which no token endpoint has")]
    CarryFragment,
    /// `https` without TLS.
    #[error("the token endpoint is `https`, and no TLS is configured for it")]
    FindTls,
    /// No client identifier.
    #[error("the client identifier is empty")]
    NameClient,
}

// === impl Endpoint ===

impl Endpoint {
    pub(super) fn parse(url: &str) -> Result<Self, BuildTokenEndpoint> {
        if url.contains('#') {
            return Err(BuildTokenEndpoint::CarryFragment);
        }
        let uri: Uri = url.parse().map_err(|_| BuildTokenEndpoint::ReadUrl)?;
        let (Some(authority), Some(scheme)) = (uri.authority(), uri.scheme_str()) else {
            return Err(BuildTokenEndpoint::ReadUrl);
        };
        if authority.as_str().contains('@') {
            return Err(BuildTokenEndpoint::CarryPassword);
        }
        let is_tls = match scheme {
            "https" => true,
            "http" => false,
            _ => return Err(BuildTokenEndpoint::ChooseScheme),
        };
        let host = authority.host().trim_start_matches('[').trim_end_matches(']');
        // A port that is no number is none to `http`, and would silently be the scheme's own.
        let has_odd_port = authority.port_u16().is_none() && authority.as_str() != authority.host();
        if host.is_empty() || has_odd_port {
            return Err(BuildTokenEndpoint::ReadUrl);
        }
        let port = authority.port_u16().unwrap_or(if is_tls { 443 } else { 80 });
        let endpoint = Self {
            is_tls,
            peer: Address::new(host, port),
            authority: authority.as_str().to_owned(),
            target: uri.path_and_query().map_or("/", |target| target.as_str()).to_owned(),
            path: uri.path().to_owned(),
        };
        if !is_tls && endpoint.own_addresses().is_none() {
            return Err(BuildTokenEndpoint::CrossNetwork);
        }
        Ok(endpoint)
    }

    /// The addresses of this machine itself, if that is what is meant: they need no resolver.
    pub(super) fn own_addresses(&self) -> Option<Vec<SocketAddr>> {
        let port = self.peer.port;
        if self.peer.host.eq_ignore_ascii_case("localhost") {
            return Some(vec![(Ipv4Addr::LOCALHOST, port).into(), (Ipv6Addr::LOCALHOST, port).into()]);
        }
        let address: IpAddr = self.peer.host.parse().ok()?;
        address.is_loopback().then(|| vec![(address, port).into()])
    }
}

/// Without the query, which may hold what is nobody's business.
impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.is_tls { "https" } else { "http" };
        write!(f, "{scheme}://{}{}", self.authority, self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_endpoint_is_on_this_machine() {
        for url in ["http://localhost:8080/token", "http://127.0.0.9/token", "http://[::1]:8080/token"] {
            assert!(
                Endpoint::parse(url).unwrap().own_addresses().unwrap().iter().all(|at| at.ip().is_loopback())
            );
        }
        for url in ["http://issuer.example/token", "http://10.0.0.1/token", "http://localhost.example/"] {
            assert_eq!(Endpoint::parse(url).err(), Some(BuildTokenEndpoint::CrossNetwork), "{url}");
        }
    }

    #[test]
    fn what_is_no_endpoint_is_refused_without_being_repeated() {
        for (url, expected) in [
            ("", BuildTokenEndpoint::ReadUrl),
            ("/token", BuildTokenEndpoint::ReadUrl),
            ("https://", BuildTokenEndpoint::ReadUrl),
            ("https://issuer:port/token", BuildTokenEndpoint::ReadUrl),
            ("https://issuer:99999/token", BuildTokenEndpoint::ReadUrl),
            ("ftp://issuer/token", BuildTokenEndpoint::ChooseScheme),
            ("https://user:hunter2@issuer/token", BuildTokenEndpoint::CarryPassword),
            ("https://issuer/token#part", BuildTokenEndpoint::CarryFragment),
        ] {
            assert_eq!(Endpoint::parse(url).err(), Some(expected), "{url}");
        }
    }

    #[test]
    fn host_port_and_target_are_taken_from_the_url() {
        let endpoint = Endpoint::parse("https://issuer.example/realms/a/token?tenant=1").unwrap();
        assert_eq!(endpoint.peer, Address::new("issuer.example", 443));
        assert_eq!(endpoint.target, "/realms/a/token?tenant=1");
        assert_eq!(endpoint.to_string(), "https://issuer.example/realms/a/token");
        let endpoint = Endpoint::parse("https://[2001:db8::1]:8443").unwrap();
        assert_eq!((endpoint.peer, &*endpoint.target), (Address::new("2001:db8::1", 8443), "/"));
    }
}
