//! A broker's address as it is configured: `host:port`, `192.0.2.1:9092`, `[2001:db8::1]:9092`.

/// Why a text is no address of a broker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseAddress {
    /// No port.
    #[error("expected `host:port`, as in `kafka-0.kafka:9092`")]
    FindPort,
    /// The port is no number from 1 to 65535.
    #[error("expected a port from 1 to 65535 behind the last `:`")]
    ReadPort,
    /// The host is empty, or no host name and no IP address.
    #[error("expected a host name, an IPv4 address, or an IPv6 address in `[…]` before the port")]
    ReadHost,
}

/// Host, without brackets, and port.
pub fn parse_address(text: &str) -> Result<(&str, u16), ParseAddress> {
    let (host, port) = text.rsplit_once(':').ok_or(ParseAddress::FindPort)?;
    let is_number = port.bytes().all(|byte| byte.is_ascii_digit());
    let port = port.parse().ok().filter(|port| is_number && *port != 0).ok_or(ParseAddress::ReadPort)?;
    if let Some(inner) = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return inner
            .parse::<core::net::Ipv6Addr>()
            .map(|_| (inner, port))
            .map_err(|_| ParseAddress::ReadHost);
    }
    let is_host = !host.is_empty()
        && host.len() <= 253
        && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'));
    if is_host { Ok((host, port)) } else { Err(ParseAddress::ReadHost) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_and_ports_are_told_apart() {
        assert_eq!(parse_address("kafka-0.kafka:9092"), Ok(("kafka-0.kafka", 9092)));
        assert_eq!(parse_address("[2001:db8::1]:1"), Ok(("2001:db8::1", 1)));
        for (text, expected) in [
            ("kafka", ParseAddress::FindPort),
            ("kafka:", ParseAddress::ReadPort),
            ("kafka:0", ParseAddress::ReadPort),
            ("kafka:+1", ParseAddress::ReadPort),
            ("kafka:65536", ParseAddress::ReadPort),
            (":9092", ParseAddress::ReadHost),
            ("2001:db8::1:9092", ParseAddress::ReadHost),
            ("kafka://a:9092", ParseAddress::ReadHost),
        ] {
            assert_eq!(parse_address(text), Err(expected), "{text}");
        }
    }
}
