//! Addresses to listen on, in the forms that Prometheus' exporters take: `host:port`, `:port`, `[IPv6]:port`. And
//! `unix:PATH`, a Unix socket.

use core::fmt;
use core::str::FromStr;
use std::path::PathBuf;

/// What stands before the path of a Unix socket.
const UNIX: &str = "unix:";

/// An address to listen on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListenAddress {
    /// A port of the machine.
    Port {
        /// The host, without brackets; none for all interfaces.
        host: Option<String>,
        /// The port; 0 for any that is free.
        port: u16,
    },
    /// A Unix socket.
    Unix {
        /// Its file.
        path: PathBuf,
    },
}

/// A text that is no address to listen on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseAddressError {
    /// There is no port.
    #[error("`{0}` has no port; write `host:port`, `:port` or `[IPv6 address]:port`")]
    FindPort(String),
    /// A kind of socket that Lookout does not listen on.
    #[error(
        "`{0}` is a vsock address, which Lookout cannot listen on; use a port, `unix:PATH`, or --web.systemd-socket"
    )]
    ListenOnVsock(String),
    /// A Unix socket without a path.
    #[error("`{0}` has no path; write `unix:PATH`, as in `unix:/run/lookout.sock`")]
    FindPath(String),
    /// A Unix socket without a file.
    #[error("`{0}` names an abstract Unix socket, which has no file and no permissions; write `unix:PATH`")]
    FindFile(String),
    /// A URI with a host.
    #[error("`{0}` has no absolute path after `unix://`; write `unix:PATH`, as in `unix:/run/lookout.sock`")]
    FindRoot(String),
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
        if let Some(path) = text.strip_prefix(UNIX) {
            return parse_path(text, path);
        }
        if text.starts_with("vsock:") {
            return Err(ParseAddressError::ListenOnVsock(text.to_owned()));
        }
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
        Ok(Self::Port { host: (!host.is_empty()).then(|| host.to_owned()), port })
    }
}

/// What stands behind `unix:` in `text`.
fn parse_path(text: &str, path: &str) -> Result<ListenAddress, ParseAddressError> {
    // As a URI has it, with an empty host.
    let path = match path.strip_prefix("//") {
        Some(path) if !path.starts_with('/') => return Err(ParseAddressError::FindRoot(text.to_owned())),
        Some(path) => path,
        None => path,
    };
    match path {
        "" => Err(ParseAddressError::FindPath(text.to_owned())),
        path if path.starts_with('@') => Err(ParseAddressError::FindFile(text.to_owned())),
        path => Ok(ListenAddress::Unix { path: PathBuf::from(path) }),
    }
}

/// Prints as it is written.
impl fmt::Display for ListenAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Port { host: None, port } => write!(formatter, ":{port}"),
            Self::Port { host: Some(host), port } if host.contains(':') => {
                write!(formatter, "[{host}]:{port}")
            }
            Self::Port { host: Some(host), port } => write!(formatter, "{host}:{port}"),
            Self::Unix { path } => write!(formatter, "{UNIX}{}", path.display()),
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
        check("unix:/run/lookout.sock", Ok("unix:/run/lookout.sock"));
        check("unix:///run/lookout.sock", Ok("unix:/run/lookout.sock"));
        check("unix:relative.sock", Ok("unix:relative.sock"));
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
        check("unix:", Err("`unix:` has no path; write `unix:PATH`, as in `unix:/run/lookout.sock`"));
        check(
            "unix:@lookout",
            Err("`unix:@lookout` names an abstract Unix socket, which has no file and no permissions; \
                 write `unix:PATH`"),
        );
        for text in ["unix://", "unix://run/lookout.sock"] {
            check(
                text,
                Err(&format!(
                    "`{text}` has no absolute path after `unix://`; write `unix:PATH`, as in `unix:/run/lookout.sock`"
                )),
            );
        }
        check(
            "vsock://:9100",
            Err("`vsock://:9100` is a vsock address, which Lookout cannot listen on; \
                 use a port, `unix:PATH`, or --web.systemd-socket"),
        );
        check(
            "localhost:http",
            Err("`http` in `localhost:http` is no port; use a number from 0 (any free port) to 65535"),
        );
        check(":65536", Err("`65536` in `:65536` is no port; use a number from 0 (any free port) to 65535"));
    }
}
