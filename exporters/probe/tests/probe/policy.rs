//! Which addresses may be connected to, in each of the forms that an address can take.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use lookout_probe_spec::network::Network;
use lookout_probe_spec::policy::{AddressPolicy, Forbidden, METADATA};
use proptest::prelude::*;

fn policy(open: &[&str]) -> AddressPolicy {
    AddressPolicy::new(open.iter().map(|network| network.parse().unwrap()).collect())
}

/// Special networks, written from the registries anew and not taken from the code.
const CLOSED: &[&str] = &[
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
    "255.255.255.255/32",
];

const CLOSED_V6: &[&str] = &[
    "::/128",
    "::1/128",
    "::/96",
    "::ffff:0:0:0/96",
    "100::/64",
    "64:ff9b:1::/48",
    "2001:2::/48",
    "2001:10::/28",
    "2001:db8::/32",
    "3fff::/20",
    "4000::/3",
    "5f00::/16",
    "fc00::/7",
    "fe80::/10",
    "fec0::/10",
    "ff00::/8",
];

/// Every form of IPv6 that leads to an address of IPv4.
fn forms(address: Ipv4Addr) -> Vec<IpAddr> {
    let bits = u128::from(address.to_bits());
    let inverted = u128::from(!address.to_bits());
    let public = u128::from(Ipv4Addr::new(8, 8, 8, 8).to_bits());
    [
        0xffff_u128 << 32 | bits,                                  // IPv4-mapped
        bits,                                                      // IPv4-compatible
        0xffff_u128 << 48 | bits,                                  // IPv4-translated
        0x0064_ff9b_u128 << 96 | bits,                             // NAT64
        0x0064_ff9b_0001_u128 << 80 | bits,                        // NAT64, local
        0x2002_u128 << 112 | bits << 80 | 1,                       // 6to4
        0x2001_u128 << 112 | public << 64 | inverted,              // Teredo, the client
        0x2001_u128 << 112 | bits << 64 | (!public & 0xffff_ffff), // Teredo, the server
        0x2607_f8b0_u128 << 96 | 0x5efe_u128 << 32 | bits,         // ISATAP
    ]
    .map(|bits| Ipv6Addr::from_bits(bits).into())
    .to_vec()
}

fn in_network(network: &str) -> impl Strategy<Value = IpAddr> + use<> {
    let network: Network = network.parse().unwrap();
    let prefix: u32 = network.to_string().split('/').nth(1).unwrap().parse().unwrap();
    any::<u128>().prop_map(move |noise| match network.first() {
        IpAddr::V4(first) => {
            let noise = u32::try_from(noise & 0xffff_ffff).unwrap();
            let host = noise & u32::MAX.checked_shr(prefix).unwrap_or(0);
            Ipv4Addr::from_bits(first.to_bits() | host).into()
        }
        IpAddr::V6(first) => {
            let host = noise & u128::MAX.checked_shr(prefix).unwrap_or(0);
            Ipv6Addr::from_bits(first.to_bits() | host).into()
        }
    })
}

fn closed_v4() -> impl Strategy<Value = IpAddr> {
    proptest::sample::select(CLOSED).prop_flat_map(in_network)
}

fn closed_v6() -> impl Strategy<Value = IpAddr> {
    proptest::sample::select(CLOSED_V6).prop_flat_map(in_network)
}

#[test]
fn the_public_internet_is_open() {
    for address in [
        "1.1.1.1",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.0",
        "169.253.0.1",
        "172.15.0.1",
        "172.32.0.1",
        "192.167.0.1",
        "198.17.0.1",
        "198.20.0.1",
        "223.255.255.255",
        "2606:4700:4700::1111",
        "2a00:1450::1",
        "2001:4860:4860::8888",
        "64:ff9b::808:808",
        "::ffff:8.8.8.8",
        "2002:808:808::1",
    ] {
        assert_eq!(policy(&[]).judge(address.parse().unwrap()), Ok(()), "{address}");
    }
}

#[test]
fn metadata_is_refused_in_every_form_even_in_an_open_network() {
    let open = policy(&["0.0.0.0/0", "::/0", "169.254.169.0/24", "fd00:ec2::/32"]);
    for address in METADATA {
        assert_eq!(open.judge(*address), Err(Forbidden::Metadata), "{address}");
        if let IpAddr::V4(address) = address {
            for form in forms(*address) {
                assert_eq!(open.judge(form), Err(Forbidden::Metadata), "{form}");
            }
        }
        let named = AddressPolicy::new(vec![address.to_string().parse().unwrap()]);
        assert_eq!(named.judge(*address), Ok(()), "{address} is named");
    }
    let listed = [
        "169.254.169.254",
        "169.254.169.252",
        "fd00:ec2::254",
        "fd00:a9fe:a9fe::1",
        "100.100.100.200",
        "168.63.129.16",
        "fd20:ce::254",
    ];
    for address in listed {
        assert!(METADATA.contains(&address.parse().unwrap()), "{address}");
    }
}

#[test]
fn naming_one_metadata_address_opens_no_other() {
    let named = policy(&["169.254.169.254/32"]);
    assert_eq!(named.judge("169.254.169.254".parse().unwrap()), Ok(()));
    assert_eq!(named.judge("::ffff:169.254.169.254".parse().unwrap()), Ok(()));
    assert_eq!(named.judge("169.254.170.2".parse().unwrap()), Err(Forbidden::Metadata));
    assert!(named.judge("169.254.169.253".parse().unwrap()).is_err());
}

proptest! {
    #[test]
    fn special_addresses_are_refused_in_every_form(address in closed_v4()) {
        prop_assert!(policy(&[]).judge(address).is_err(), "{}", address);
        let IpAddr::V4(address) = address else { unreachable!() };
        for form in forms(address) {
            prop_assert!(policy(&[]).judge(form).is_err(), "{} as {}", address, form);
        }
    }

    #[test]
    fn special_addresses_of_version_6_are_refused(address in closed_v6()) {
        prop_assert!(policy(&[]).judge(address).is_err(), "{}", address);
    }

    #[test]
    fn an_open_network_opens_itself_and_nothing_else(address in closed_v4(), other in closed_v6()) {
        let open = policy(&["10.0.0.0/8", "fd00::/8"]);
        let is_ten = address.to_string().starts_with("10.");
        prop_assert_eq!(open.judge(address).is_ok(), is_ten, "{}", address);
        let IpAddr::V6(v6) = other else { unreachable!() };
        let is_listed = v6.segments()[0] >> 8 == 0xfd && !METADATA.contains(&other);
        prop_assert_eq!(open.judge(other).is_ok(), is_listed, "{}", other);
    }

    #[test]
    fn what_is_not_given_out_is_refused(bits in any::<u128>()) {
        let address = Ipv6Addr::from_bits(bits);
        let is_given_out = bits >> 125 == 1 || bits >> 32 == 0x0064_ff9b_u128 << 64 || bits >> 32 == 0xffff;
        prop_assume!(!is_given_out);
        prop_assert!(policy(&[]).judge(address.into()).is_err(), "{}", address);
    }
}
