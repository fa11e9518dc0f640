//! Addresses of IPv4 inside of addresses of IPv6: by what a translator or a tunnel will make of them.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The addresses of IPv4 that `address` leads to on the wire; none for most. An IPv4-mapped one is not among them:
/// the operating system itself makes it IPv4, and so does [`IpAddr::to_canonical`].
pub(super) fn carried(address: IpAddr) -> Vec<IpAddr> {
    let IpAddr::V6(address) = address else { return Vec::new() };
    match address.segments() {
        // `::` and `::1` carry nothing.
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => Vec::new(),
        // NAT64 by the prefix for local use (RFC 8215): where in it the address stands depends on the length.
        [0x64, 0xff9b, 1, ..] => local_nat64(address),
        // Teredo (RFC 4380): the server, and the client with its bits inverted.
        [0x2001, 0, server_high, server_low, _, _, high, low] => {
            vec![v4(server_high, server_low), v4(!high, !low)]
        }
        // In this order: IPv4-compatible (RFC 4291, section 2.5.5.1) and IPv4-translated addresses (RFC 2765), NAT64 by
        // the well-known prefix (RFC 6052), 6to4 (RFC 3056), ISATAP below any prefix (RFC 5214).
        [0, 0, 0, 0, 0 | 0xffff, 0, high, low]
        | [0x64, 0xff9b, 0, 0, 0, 0, high, low]
        | [0x2002, high, low, ..]
        | [.., 0 | 0x0200, 0x5efe, high, low] => vec![v4(high, low)],
        _ => Vec::new(),
    }
}

/// Every place that RFC 6052, section 2.2, has for an address behind a prefix of 48, 56, 64 or 96 bits. The eight bits
/// from 64 on are left out.
fn local_nat64(address: Ipv6Addr) -> Vec<IpAddr> {
    let octets = address.octets();
    [[6, 7, 9, 10], [7, 9, 10, 11], [9, 10, 11, 12], [12, 13, 14, 15]]
        .map(|[a, b, c, d]| IpAddr::V4(Ipv4Addr::new(octets[a], octets[b], octets[c], octets[d])))
        .to_vec()
}

fn v4(high: u16, low: u16) -> IpAddr {
    Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low)).into()
}
