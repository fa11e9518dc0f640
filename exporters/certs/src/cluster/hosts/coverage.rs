//! Whether a certificate is made out to a host: pure.
//!
//! The rules of RFC 6125 (6.4) and RFC 9525 (6.3) as today's clients apply them: a name stands for itself or, if its
//! first label is `*`, for exactly one label in that place; case does not count, nor does one final dot; addresses
//! are compared as addresses; the common name is not looked at. International names are taken in the form in which
//! they are given, which is ASCII on both sides.
//!
//! How to get it wrong: matching `*.example.com` against `a.b.example.com`, or against a host that is itself a
//! wildcard of another depth. A host with a wildcard is covered only by the same name.

use core::net::IpAddr;

/// The names of a certificate.
#[derive(Clone, Copy, Debug)]
pub struct Names<'a> {
    /// The DNS names of its subject alternative name.
    pub dns_names: &'a [Box<str>],
    /// The addresses of its subject alternative name.
    pub ip_addresses: &'a [IpAddr],
}

impl Names<'_> {
    /// Whether they cover `host`: a name, a name that begins with `*.`, or an address.
    pub fn cover(&self, host: &str) -> bool {
        if let Ok(address) = host.parse::<IpAddr>() {
            return self.ip_addresses.contains(&address);
        }
        let host = normal(host);
        !host.is_empty() && self.dns_names.iter().any(|name| covers(&normal(name), &host))
    }
}

/// A name in the form in which names are compared.
pub fn normal(name: &str) -> String {
    name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase()
}

fn covers(name: &str, host: &str) -> bool {
    if name == host {
        return true;
    }
    let (Some(domain), Some((label, rest))) = (name.strip_prefix("*."), host.split_once('.')) else {
        return false;
    };
    !domain.is_empty() && !label.is_empty() && label != "*" && domain == rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covered(names: &[&str], host: &str) -> bool {
        let dns_names: Vec<Box<str>> = names.iter().map(|name| (*name).into()).collect();
        let ip_addresses = ["192.0.2.7".parse().unwrap(), "2001:db8::7".parse().unwrap()];
        Names { dns_names: &dns_names, ip_addresses: &ip_addresses }.cover(host)
    }

    #[test]
    fn a_name_covers_itself_and_a_wildcard_one_label() {
        for (name, host, expected) in [
            ("shop.example", "shop.example", true),
            ("SHOP.example", "shop.EXAMPLE.", true),
            ("shop.example.", "shop.example", true),
            ("shop.example", "www.shop.example", false),
            ("shop.example", "shop.example.com", false),
            ("*.example.com", "shop.example.com", true),
            ("*.Example.com", "SHOP.example.com", true),
            ("*.example.com", "example.com", false),
            ("*.example.com", "a.b.example.com", false),
            ("*.example.com", ".example.com", false),
            ("*.example.com", "*.example.com", true),
            ("*.b.example.com", "*.example.com", false),
            ("*.example.com", "*.b.example.com", false),
            ("shop.example.com", "*.example.com", false),
            ("s*.example.com", "shop.example.com", false),
            ("*", "shop", false),
            ("*.", "shop.", false),
            ("xn--bcher-kva.example", "xn--bcher-kva.example", true),
            ("xn--bcher-kva.example", "bücher.example", false),
            ("", "", false),
        ] {
            assert_eq!(covered(&[name], host), expected, "{name} for {host}");
        }
    }

    #[test]
    fn addresses_are_compared_as_addresses() {
        assert!(covered(&[], "192.0.2.7"));
        assert!(covered(&[], "2001:0db8:0::7"));
        assert!(!covered(&["192.0.2.8"], "192.0.2.8"), "an address in a DNS name is none");
    }

    #[test]
    fn one_name_of_several_is_enough() {
        assert!(covered(&["a.example", "*.b.example", "c.example"], "x.b.example"));
        assert!(!covered(&[], "shop.example"), "without a name nothing is covered");
    }
}
