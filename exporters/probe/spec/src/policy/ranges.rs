//! The special ranges, from IANA's registries of special-purpose addresses, and the metadata services of clouds.

use core::net::IpAddr;

use crate::network::Network;

/// Where clouds hand out credentials and secrets to whoever asks from inside of a machine.
pub const METADATA: &[IpAddr] = &[
    // AWS, Google, Azure, OpenStack, Oracle, DigitalOcean, Hetzner and others
    v4([169, 254, 169, 254]),
    // AWS: the credentials of tasks and of pods
    v4([169, 254, 170, 2]),
    v4([169, 254, 170, 23]),
    v6([0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254]),
    v6([0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x23]),
    // Google: the metadata server of GKE's nodes, where connections to the address of all end up
    v4([169, 254, 169, 252]),
    // Google
    v6([0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254]),
    // Azure: the agent's wire server
    v4([168, 63, 129, 16]),
    // Alibaba
    v4([100, 100, 100, 200]),
    // Tencent
    v4([169, 254, 0, 23]),
    // Oracle's classic machines
    v4([192, 0, 0, 192]),
    // Scaleway
    v4([169, 254, 42, 42]),
    v6([0xfd00, 0x42, 0, 0, 0, 0, 0, 0x42]),
    // Akamai (Linode)
    v6([0xfd00, 0xa9fe, 0xa9fe, 0, 0, 0, 0, 0x1]),
    // OpenStack, Akamai
    v6([0xfe80, 0, 0, 0, 0, 0, 0xa9fe, 0xa9fe]),
];

/// What is not the public internet, with its name.
const SPECIAL: &[(Network, &str)] = &[
    (Network::v4([0, 0, 0, 0], 8), "unspecified"),
    (Network::v4([10, 0, 0, 0], 8), "private"),
    (Network::v4([100, 64, 0, 0], 10), "shared by carriers"),
    (Network::v4([127, 0, 0, 0], 8), "loopback"),
    (Network::v4([169, 254, 0, 0], 16), "link-local"),
    (Network::v4([172, 16, 0, 0], 12), "private"),
    (Network::v4([192, 0, 0, 0], 24), "protocol assignments"),
    (Network::v4([192, 0, 2, 0], 24), "documentation"),
    (Network::v4([192, 31, 196, 0], 24), "name server sinks"),
    (Network::v4([192, 52, 193, 0], 24), "multicast tunnels"),
    (Network::v4([192, 88, 99, 0], 24), "6to4 relays"),
    (Network::v4([192, 168, 0, 0], 16), "private"),
    (Network::v4([192, 175, 48, 0], 24), "name server sinks"),
    (Network::v4([198, 18, 0, 0], 15), "benchmarking"),
    (Network::v4([198, 51, 100, 0], 24), "documentation"),
    (Network::v4([203, 0, 113, 0], 24), "documentation"),
    (Network::v4([224, 0, 0, 0], 4), "multicast"),
    (Network::v4([240, 0, 0, 0], 4), "reserved"),
    (Network::v6([0, 0, 0, 0, 0, 0, 0, 0], 128), "unspecified"),
    (Network::v6([0, 0, 0, 0, 0, 0, 0, 1], 128), "loopback"),
    (Network::v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 23), "protocol assignments"),
    (Network::v6([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32), "documentation"),
    (Network::v6([0x2620, 0x4f, 0x8000, 0, 0, 0, 0, 0], 48), "name server sinks"),
    (Network::v6([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20), "documentation"),
    (Network::v6([0xfc00, 0, 0, 0, 0, 0, 0, 0], 7), "unique-local"),
    (Network::v6([0xfe80, 0, 0, 0, 0, 0, 0, 0], 10), "link-local"),
    (Network::v6([0xfec0, 0, 0, 0, 0, 0, 0, 0], 10), "site-local"),
    (Network::v6([0xff00, 0, 0, 0, 0, 0, 0, 0], 8), "multicast"),
];

/// Where IPv6 gives out public addresses. The rest is reserved (RFC 3513, section 4).
const GLOBAL_V6: Network = Network::v6([0x2000, 0, 0, 0, 0, 0, 0, 0], 3);

/// Prefixes that are public as far as the addresses that they carry are: NAT64, Teredo, 6to4.
const CARRIERS: &[Network] = &[
    Network::v6([0x64, 0xff9b, 0, 0, 0, 0, 0, 0], 96),
    Network::v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 32),
    Network::v6([0x2002, 0, 0, 0, 0, 0, 0, 0], 16),
];

/// The special range that `address` is in, if it is in one. What it carries is not looked at.
pub(super) fn of(address: IpAddr) -> Option<&'static str> {
    if CARRIERS.iter().any(|network| network.contains(address)) {
        return None;
    }
    let special = SPECIAL.iter().find(|(network, _)| network.contains(address)).map(|(_, name)| *name);
    let is_reserved = address.is_ipv6() && !GLOBAL_V6.contains(address);
    special.or(is_reserved.then_some("reserved"))
}

const fn v4(address: [u8; 4]) -> IpAddr {
    Network::v4(address, 32).first()
}

const fn v6(groups: [u16; 8]) -> IpAddr {
    Network::v6(groups, 128).first()
}
