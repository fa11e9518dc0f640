//! What is to be probed, as the parameter `target` says it.

use core::fmt;

use lookout_probe_spec::config::ProberKind;
use lookout_probe_spec::host::Host;
use lookout_probe_spec::pattern::{TargetPattern, parse_port};

use crate::url::{MAX_URL, ParseUrl, Url};

/// What is to be probed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A URL.
    Http(Url),
    /// A TCP port.
    Port(Host, u16),
}

/// Why a text is not a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseTarget {
    /// A URL that cannot be asked.
    #[error(transparent)]
    ReadUrl(#[from] ParseUrl),
    /// Not a host with a port.
    #[error("it is not a host with a port; write `example.org:443`, and an IPv6 address as `[…]:443`")]
    ReadPort,
}

impl Target {
    /// Reads the target of a prober of this kind.
    pub fn parse(text: &str, kind: ProberKind) -> Result<Self, ParseTarget> {
        if kind == ProberKind::Http {
            return Ok(Self::Http(Url::parse(text)?));
        }
        if text.len() > MAX_URL {
            return Err(ParseUrl::ShortenUrl.into());
        }
        if text.contains('@') {
            return Err(ParseUrl::DropCredentials.into());
        }
        let (host, port) = text.rsplit_once(':').ok_or(ParseTarget::ReadPort)?;
        let host = host.parse().map_err(|_| ParseTarget::ReadPort)?;
        Ok(Self::Port(host, parse_port(port).ok_or(ParseTarget::ReadPort)?))
    }

    /// The host and the port that are connected to.
    pub fn place(&self) -> (&Host, u16) {
        match self {
            Self::Http(url) => (&url.host, url.port),
            Self::Port(host, port) => (host, *port),
        }
    }

    /// Whether one of `patterns` lets it be asked for.
    pub(crate) fn is_listed(&self, patterns: &[TargetPattern]) -> bool {
        let (host, port) = self.place();
        patterns.iter().any(|pattern| pattern.matches(host, port))
    }
}

/// `host:port`, which is all of it that may be logged: a path or a query may hold a token.
impl fmt::Display for Target {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (host, port) = self.place();
        write!(formatter, "{host}:{port}")
    }
}
