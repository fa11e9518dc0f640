//! The names in a client's certificate, as texts: what `client_allowed_sans` is compared with.
//!
//! The texts are those of Go: DNS names, e-mail addresses and URIs as they stand in the certificate, IP addresses as
//! `net.IP` prints them. Compared is the whole text, exactly: no wildcard, no change of case.
//!
//! How to get it wrong: falling back to the subject's common name. Go does not either.

use std::net::{Ipv4Addr, Ipv6Addr};

use x509_parser::{certificate::X509Certificate, extensions::GeneralName};

/// The subject alternative names of `certificate`; `None`: they cannot be understood, and the certificate is refused.
pub(crate) fn names(certificate: &X509Certificate<'_>) -> Option<Vec<String>> {
    let Some(extension) = certificate.subject_alternative_name().ok()? else { return Some(Vec::new()) };
    let mut names = Vec::new();
    for name in &extension.value.general_names {
        match name {
            GeneralName::DNSName(text) | GeneralName::RFC822Name(text) | GeneralName::URI(text) => {
                names.push((*text).to_owned());
            }
            GeneralName::IPAddress(octets) => names.push(address(octets)?),
            GeneralName::Invalid(..) => return None,
            _ => {}
        }
    }
    Some(names)
}

/// An address as Go prints it: an IPv4 address within IPv6 is an IPv4 address.
pub(crate) fn address(octets: &[u8]) -> Option<String> {
    if let Ok(octets) = <[u8; 4]>::try_from(octets) {
        return Some(Ipv4Addr::from(octets).to_string());
    }
    let address = Ipv6Addr::from(<[u8; 16]>::try_from(octets).ok()?);
    Some(address.to_ipv4_mapped().map_or_else(|| address.to_string(), |address| address.to_string()))
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;
    use rcgen::{CertificateParams, KeyPair, SanType};
    use x509_parser::prelude::FromDer;

    use super::*;

    #[test]
    fn addresses_are_printed_as_go_prints_them() {
        for (octets, text) in [
            (&[127, 0, 0, 1][..], Some("127.0.0.1")),
            (&[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 1], Some("10.0.0.1")),
            (&[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], Some("::1")),
            (&[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4], Some("::102:304")),
            (&[0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1], Some("2001:db8::1:0:0:1")),
            (&[0x20, 1, 0xd, 0xb8, 0, 0, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5], Some("2001:db8:0:1:2:3:4:5")),
            (&[127, 0, 0], None),
            (&[0; 8], None),
        ] {
            assert_eq!(address(octets).as_deref(), text, "{octets:?}");
        }
    }

    /// A client's certificate with these DNS names and URIs.
    fn certificate(dns: &[String], uris: &[String]) -> Vec<u8> {
        static KEY: LazyLock<KeyPair> = LazyLock::new(|| KeyPair::generate().unwrap());
        let mut parameters = CertificateParams::default();
        let dns = dns.iter().map(|name| SanType::DnsName(name.as_str().try_into().unwrap()));
        let uris = uris.iter().map(|name| SanType::URI(name.as_str().try_into().unwrap()));
        parameters.subject_alt_names = dns.chain(uris).collect();
        parameters.self_signed(&*KEY).unwrap().der().to_vec()
    }

    #[test]
    fn a_certificate_without_names_has_none() {
        let der = certificate(&[], &[]);
        assert_eq!(names(&X509Certificate::from_der(&der).unwrap().1), Some(Vec::new()));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn the_names_are_those_of_the_certificate_and_no_others(
            dns in prop::collection::vec("[*a-zA-Z0-9.-]{1,40}", 0..5),
            uris in prop::collection::vec("[a-z]{1,5}://[!-~]{0,40}", 0..5),
        ) {
            let der = certificate(&dns, &uris);
            let found = names(&X509Certificate::from_der(&der).unwrap().1).unwrap();
            prop_assert_eq!(found, [dns, uris].concat());
        }

        #[test]
        fn damage_gives_names_or_none_and_never_an_end(at in 0_usize..500, byte in any::<u8>()) {
            let mut der = certificate(&["scraper".to_owned()], &["spiffe://a/b".to_owned()]);
            let at = at % der.len();
            der[at] = byte;
            if let Ok((_, certificate)) = X509Certificate::from_der(&der) {
                let _ = names(&certificate);
            }
        }
    }

    proptest! {
        #[test]
        fn an_address_reads_back(octets in any::<[u8; 16]>()) {
            let text = address(&octets).unwrap();
            prop_assert_eq!(text.parse::<Ipv6Addr>().unwrap().octets(), octets);
        }
    }
}
