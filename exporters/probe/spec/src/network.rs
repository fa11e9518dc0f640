//! IP networks as people write them: `10.0.0.0/8`, `2001:db8::/32`, or a single address.

use core::fmt;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use core::str::FromStr;

/// A network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

/// Why a text is not a network.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseNetwork {
    /// The part before the slash.
    #[error("must be a network such as `10.0.0.0/8` or `2001:db8::/32`, or a single address")]
    ReadAddress,
    /// The part behind the slash.
    #[error("the length of the prefix must be a number from 0 to {longest}")]
    ReadPrefix {
        /// The longest prefix of this version of IP.
        longest: u8,
    },
    /// An address inside of a network, not its first.
    #[error("has bits behind its prefix; did you mean `{meant}`?")]
    ClearBits {
        /// The network with these bits cleared.
        meant: Network,
    },
}

impl Network {
    /// The network of IPv4 that begins with `address` and has `prefix` bits in common; at most 32.
    pub(crate) const fn v4(address: [u8; 4], prefix: u8) -> Self {
        Self { address: IpAddr::V4(Ipv4Addr::new(address[0], address[1], address[2], address[3])), prefix }
    }

    /// The network of IPv6 that begins with these 16-bit groups and has `prefix` bits in common; at most 128.
    pub(crate) const fn v6(groups: [u16; 8], prefix: u8) -> Self {
        let [one, two, three, four, ..] = groups;
        let [.., five, six, seven, eight] = groups;
        Self { address: IpAddr::V6(Ipv6Addr::new(one, two, three, four, five, six, seven, eight)), prefix }
    }

    /// Whether `address` is in it. Addresses of IPv4 in the clothes of IPv6 are not unwrapped.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.address.is_ipv4() == address.is_ipv4() && masked(address, self.prefix) == self.address
    }

    /// Whether all of `other` is in it.
    pub fn covers(&self, other: &Self) -> bool {
        self.prefix <= other.prefix && self.contains(other.address)
    }

    /// Its first address.
    pub const fn first(&self) -> IpAddr {
        self.address
    }

    /// Its only address, if it has only one.
    pub fn single(&self) -> Option<IpAddr> {
        (self.prefix == longest(self.address)).then_some(self.address)
    }
}

impl FromStr for Network {
    type Err = ParseNetwork;

    fn from_str(text: &str) -> Result<Self, ParseNetwork> {
        let (address, prefix) =
            text.split_once('/').map_or((text, None), |(address, rest)| (address, Some(rest)));
        let address: IpAddr = address.parse().map_err(|_| ParseNetwork::ReadAddress)?;
        let longest = longest(address);
        let digits = |prefix: &&str| !prefix.is_empty() && prefix.bytes().all(|byte| byte.is_ascii_digit());
        let prefix = match prefix {
            None => longest,
            Some(prefix) => Some(prefix)
                .filter(digits)
                .and_then(|prefix| prefix.parse().ok())
                .filter(|prefix| *prefix <= longest)
                .ok_or(ParseNetwork::ReadPrefix { longest })?,
        };
        let first = masked(address, prefix);
        if first != address {
            return Err(ParseNetwork::ClearBits { meant: Self { address: first, prefix } });
        }
        Ok(Self { address, prefix })
    }
}

impl fmt::Display for Network {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.address, self.prefix)
    }
}

const fn longest(address: IpAddr) -> u8 {
    match address {
        IpAddr::V4(_) => 32,
        IpAddr::V6(_) => 128,
    }
}

/// `address` with the bits behind `prefix` cleared.
fn masked(address: IpAddr, prefix: u8) -> IpAddr {
    match address {
        IpAddr::V4(address) => {
            let mask = u32::MAX.checked_shl(u32::from(32_u8.saturating_sub(prefix))).unwrap_or(0);
            Ipv4Addr::from_bits(address.to_bits() & mask).into()
        }
        IpAddr::V6(address) => {
            let mask = u128::MAX.checked_shl(u32::from(128_u8.saturating_sub(prefix))).unwrap_or(0);
            Ipv6Addr::from_bits(address.to_bits() & mask).into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_contains_its_addresses_and_no_others() {
        for (network, inside, outside) in [
            ("10.0.0.0/8", "10.255.255.255", "11.0.0.0"),
            ("192.0.2.7", "192.0.2.7", "192.0.2.8"),
            ("0.0.0.0/0", "255.255.255.255", "::1"),
            ("2001:db8::/32", "2001:db8:ffff::1", "2001:db9::"),
            ("::/0", "ffff::", "1.2.3.4"),
            ("::1", "::1", "::ffff:0.0.0.1"),
        ] {
            let network: Network = network.parse().unwrap();
            assert!(network.contains(inside.parse().unwrap()), "{network} {inside}");
            assert!(!network.contains(outside.parse().unwrap()), "{network} {outside}");
        }
    }

    #[test]
    fn what_is_no_network_is_answered_with_what_was_meant() {
        for (text, answer) in [
            ("10.0.0.1/8", "did you mean `10.0.0.0/8`?"),
            ("10.0.0.0/33", "from 0 to 32"),
            ("10.0.0.0/+8", "from 0 to 32"),
            ("::/129", "from 0 to 128"),
            ("example.org/8", "a network such as"),
            ("10.0.0.0/", "from 0 to 32"),
        ] {
            let error = text.parse::<Network>().unwrap_err().to_string();
            assert!(error.contains(answer), "{text}: {error}");
        }
    }
}
