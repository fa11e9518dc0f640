//! Which addresses may be asked for a host.
//!
//! Whoever may write an Ingress or a Gateway says which hosts there are, and some controllers copy what they find into its
//! status. So an address that comes from an object is not asked if it can only be this machine's or this link's own: an
//! object must not have us knock at the metadata service of a cloud. What is configured is asked as it is.

use core::net::IpAddr;

/// The domains under which the edges of CDNs and tunnels have their names. What such a name shows is the edge's.
const EDGES: [&str; 9] = [
    "cfargotunnel.com",
    "cloudflare.net",
    "cloudfront.net",
    "azureedge.net",
    "azurefd.net",
    "akamaiedge.net",
    "edgekey.net",
    "fastly.net",
    "ngrok.app",
];

/// The domains of names that are for a cluster or a site alone: there is no public name to look at.
const INTERNAL: [&str; 7] = ["svc", "local", "internal", "lan", "localhost", "test", "home.arpa"];

/// Whether an address that an object gave may be connected to.
pub(super) fn may_be_asked(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            !(v4.is_loopback()
                || v4.is_unspecified()
                || v4.is_link_local()
                || v4.is_multicast()
                || v4.is_broadcast())
        }
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(mapped) => may_be_asked(IpAddr::V4(mapped)),
            None => {
                !(v6.is_loopback() || v6.is_unspecified() || v6.is_unicast_link_local() || v6.is_multicast())
            }
        },
    }
}

/// Whether `name`, which an object gives as its controller's address, leads to an edge, or is the public name itself.
pub(super) fn leads_to_edge(name: &str, host: &str) -> bool {
    let name = crate::cluster::hosts::normal(name);
    name == host || EDGES.iter().any(|domain| is_within(&name, domain))
}

/// Whether `host` may be known outside the cluster.
pub(super) fn may_be_public(host: &str) -> bool {
    host.contains('.')
        && host.parse::<IpAddr>().is_err()
        && !INTERNAL.iter().any(|domain| is_within(host, domain))
}

fn is_within(name: &str, domain: &str) -> bool {
    name.strip_suffix(domain).is_some_and(|front| front.is_empty() || front.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_this_machine_and_this_link_are_not_asked() {
        for (text, expected) in [
            ("10.0.0.7", true),
            ("192.0.2.7", true),
            ("2001:db8::7", true),
            ("fd00::7", true),
            ("127.0.0.1", false),
            ("0.0.0.0", false),
            ("169.254.169.254", false),
            ("224.0.0.1", false),
            ("255.255.255.255", false),
            ("::1", false),
            ("::", false),
            ("fe80::1", false),
            ("ff02::1", false),
            ("::ffff:169.254.169.254", false),
            ("::ffff:10.0.0.7", true),
        ] {
            assert_eq!(may_be_asked(text.parse().unwrap()), expected, "{text}");
        }
    }

    #[test]
    fn names_of_edges_and_the_host_itself_are_no_controllers_address() {
        for (name, expected) in [
            ("shop.example", true),
            ("Shop.Example.", true),
            ("6ff42ae2.cfargotunnel.com", true),
            ("d111.cloudfront.net.", true),
            ("k8s-ingress-1.elb.eu-west-1.amazonaws.com", false),
            ("notcloudfront.net", false),
            ("ingress.example", false),
        ] {
            assert_eq!(leads_to_edge(name, "shop.example"), expected, "{name}");
        }
    }

    #[test]
    fn names_of_a_cluster_or_a_site_are_not_public() {
        for (host, expected) in [
            ("shop.example", true),
            ("web.shop.svc", false),
            ("web.shop.svc.cluster.local", false),
            ("nas.home.arpa", false),
            ("grafana", false),
            ("192.0.2.7", false),
            ("mylocal.example", true),
        ] {
            assert_eq!(may_be_public(host), expected, "{host}");
        }
    }
}
