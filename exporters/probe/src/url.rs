//! URLs of HTTP, as people and servers write them, read strictly where it matters: scheme, host, port.
//!
//! Paths and queries in the wild break the grammar of RFC 3986 with blanks, brackets and umlauts. Those are escaped as
//! browsers do; nothing is guessed about the authority, where two readers that differ are a hole.
//!
//! Invariant: no error repeats what was read. It may hold a password.

use core::fmt::Write as _;

use fluent_uri::pct_enc::EStr;
use fluent_uri::{Uri, UriRef};
use lookout_probe_spec::host::{Host, ParseHost};
use lookout_probe_spec::pattern::parse_port;

/// The longest URL that is read, in bytes.
pub(crate) const MAX_URL: usize = 4096;

/// How it is spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// In clear.
    Http,
    /// Over TLS.
    Https,
}

/// A URL of HTTP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Url {
    uri: Uri<String>,
    /// How it is spoken.
    pub scheme: Scheme,
    /// The host.
    pub host: Host,
    /// The port, the scheme's own where none was written.
    pub port: u16,
}

/// Why a text is not a URL that can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseUrl {
    /// Too long.
    #[error("the URL is longer than {MAX_URL} bytes")]
    ShortenUrl,
    /// Another scheme.
    #[error("the scheme is neither `http` nor `https`")]
    ReadScheme,
    /// A user, or a user and a password.
    #[error("the URL has a user or a password in it; nothing is probed with credentials, remove them")]
    DropCredentials,
    /// The host.
    #[error(transparent)]
    ReadHost(#[from] ParseHost),
    /// The port.
    #[error("the port is not a number from 1 to 65535")]
    ReadPort,
    /// Anything else.
    #[error("it is not a URL; write for example `https://example.org/path`")]
    ReadUrl,
}

impl Url {
    /// Reads a URL; without a scheme it is one of `http`.
    pub fn parse(text: &str) -> Result<Self, ParseUrl> {
        let has_scheme = text.split_once("://").is_some_and(|(scheme, _)| is_scheme(scheme));
        let text =
            if has_scheme { escape(text.as_bytes())? } else { escape(format!("http://{text}").as_bytes())? };
        Self::new(Uri::parse(text).map_err(|_| ParseUrl::ReadUrl)?)
    }

    /// The URL that `location` means, read where this one was answered.
    pub fn join(&self, location: &[u8]) -> Result<Self, ParseUrl> {
        let text = escape(location.trim_ascii())?;
        let reference = UriRef::parse(text.as_str()).map_err(|_| ParseUrl::ReadUrl)?;
        let base = self.uri.strip_fragment();
        Self::new(reference.resolve_against(&base).map_err(|_| ParseUrl::ReadUrl)?)
    }

    /// The path and the query, as they stand in a request.
    pub fn path_and_query(&self) -> String {
        let path = self.uri.path().as_str();
        let path = if path.is_empty() { "/" } else { path };
        match self.uri.query() {
            Some(query) => format!("{path}?{}", query.as_str()),
            None => path.to_owned(),
        }
    }

    /// The host, and the port where it is not the scheme's own.
    pub fn authority(&self) -> String {
        // A final dot is for the resolver alone.
        let host = self.host.name().map_or_else(|| self.host.to_string(), str::to_owned);
        if self.port == self.scheme.port() { host } else { format!("{host}:{}", self.port) }
    }

    fn new(uri: Uri<String>) -> Result<Self, ParseUrl> {
        let scheme = match uri.scheme().as_str().to_ascii_lowercase().as_str() {
            "http" => Scheme::Http,
            "https" => Scheme::Https,
            _ => return Err(ParseUrl::ReadScheme),
        };
        let authority = uri.authority().ok_or(ParseUrl::ReadUrl)?;
        if authority.has_userinfo() {
            return Err(ParseUrl::DropCredentials);
        }
        let host = authority.host().parse()?;
        let port = match authority.port().map(EStr::as_str) {
            None | Some("") => scheme.port(),
            Some(port) => parse_port(port).ok_or(ParseUrl::ReadPort)?,
        };
        Ok(Self { uri, scheme, host, port })
    }
}

impl Scheme {
    /// The port that is meant where none is written.
    pub const fn port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
}

/// The text with what no URL may hold in percent signs and digits. Control characters are refused: no browser's rule
/// for them is safe.
fn escape(text: &[u8]) -> Result<String, ParseUrl> {
    if text.len() > MAX_URL {
        return Err(ParseUrl::ShortenUrl);
    }
    if text.iter().any(u8::is_ascii_control) {
        return Err(ParseUrl::ReadUrl);
    }
    let authority = authority_of(text);
    let mut escaped = String::with_capacity(text.len());
    let mut has_fragment = false;
    for (index, byte) in text.iter().enumerate() {
        let stays = match byte {
            b'%' => text.get(index + 1..index + 3).is_some_and(|pair| pair.iter().all(u8::is_ascii_hexdigit)),
            b'[' | b']' => authority.contains(&index),
            b'#' => !core::mem::replace(&mut has_fragment, true),
            _ => byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/?".contains(byte),
        };
        if stays {
            escaped.push(char::from(*byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(escaped, "%{byte:02X}");
        }
    }
    Ok(escaped)
}

/// Where the authority stands; empty if there is none.
fn authority_of(text: &[u8]) -> core::ops::Range<usize> {
    let colon = text.iter().position(|byte| matches!(byte, b':' | b'/' | b'?' | b'#'));
    let after_scheme = colon.filter(|at| text[*at] == b':').map_or(0, |at| at + 1);
    if !text[after_scheme..].starts_with(b"//") {
        return 0..0;
    }
    let start = after_scheme + 2;
    let length = text[start..].iter().position(|byte| matches!(byte, b'/' | b'?' | b'#'));
    start..length.map_or(text.len(), |length| start + length)
}
