//! Names that lead somewhere: one question, every address judged, and the connection to a judged one.

use lookout_probe::{Resolver as _, SystemResolver};
use lookout_probe_spec::config::{IpProtocol, ModuleSettings, ProberKind};

use crate::server::{Reply, Server};
use crate::support::{World, failure, value};

fn target(server: &Server) -> String {
    format!("http://shop.example:{}/", server.address.port())
}

#[tokio::test]
async fn a_name_that_changes_between_the_check_and_the_connection_is_asked_once() {
    let server = Server::start(|_| Reply::of(200, "", "")).await;
    let world = World::new();
    world.names.set("shop.example", &[&["127.0.0.1"], &["169.254.169.254"]]);
    assert_eq!(value(&world.probe(&target(&server)).await, "probe_success"), Some(1.0));
    assert_eq!(*world.names.asked.lock().unwrap(), ["shop.example"]);
    // And where the second answer comes first, there is no connection at all.
    assert_eq!(failure(&world.probe(&target(&server)).await).as_deref(), Some("denied"));
    assert_eq!(server.paths().len(), 1);
}

#[tokio::test]
async fn addresses_that_may_not_be_connected_to_are_passed_over() {
    let server = Server::start(|_| Reply::of(200, "", "")).await;
    let world = World::new();
    world.names.set("shop.example", &[&["10.0.0.1", "::1", "127.0.0.1"]]);
    let scrape = world.probe(&target(&server)).await;
    assert_eq!(value(&scrape, "probe_success"), Some(1.0));
    assert_eq!(value(&scrape, "probe_ip_protocol"), Some(4.0));
    world.names.set("shop.example", &[&["10.0.0.1", "::1"]]);
    let scrape = world.probe(&target(&server)).await;
    assert_eq!(failure(&scrape).as_deref(), Some("denied"));
    assert_eq!(value(&scrape, "probe_ip_protocol"), None, "no address was tried");
}

#[tokio::test]
async fn the_next_address_is_tried_where_the_first_refuses() {
    let server = Server::start(|_| Reply::of(200, "", "")).await;
    let world = World::new();
    world.names.set("shop.example", &[&["127.0.0.9", "127.0.0.1"]]);
    let scrape = world.probe(&target(&server)).await;
    assert_eq!(value(&scrape, "probe_success"), Some(1.0));
    // FNV-1a, 32 bits, of the octets 127, 0, 0 and 1.
    assert_eq!(value(&scrape, "probe_ip_addr_hash"), Some(3_668_918_509.0));
}

#[tokio::test]
async fn names_that_do_not_resolve_are_unresolved() {
    let world = World::new();
    for target in ["http://missing.example/", "http://missing.example:8443/"] {
        assert_eq!(failure(&world.probe(target).await).as_deref(), Some("unresolved"));
    }
    world.names.set("empty.example", &[&[]]);
    assert_eq!(failure(&world.probe("empty.example").await).as_deref(), Some("unresolved"));
}

#[tokio::test]
async fn a_module_can_want_one_version_of_ip() {
    let server = Server::start(|_| Reply::of(200, "", "")).await;
    for (ip_protocol, expected) in [(IpProtocol::Ip4, None), (IpProtocol::Ip6, Some("unresolved"))] {
        let world =
            World::with_module(ModuleSettings { ip_protocol, ..ModuleSettings::of(ProberKind::Http) });
        assert_eq!(failure(&world.probe(&target(&server)).await).as_deref(), expected, "{ip_protocol:?}");
    }
}

#[tokio::test]
async fn the_system_resolver_knows_the_machine_itself() {
    let addresses = SystemResolver::new(1).resolve("localhost", 9).await.unwrap();
    assert!(!addresses.is_empty());
    assert!(
        addresses.iter().all(|address| address.ip().is_loopback() && address.port() == 9),
        "{addresses:?}"
    );
}

#[tokio::test]
async fn names_below_localhost_lead_to_this_machine_whatever_the_system_knows() {
    for name in ["portal.localhost", "portal.platform.localhost."] {
        let addresses = SystemResolver::new(1).resolve(name, 9).await.unwrap();
        assert_eq!(addresses, ["127.0.0.1:9".parse().unwrap(), "[::1]:9".parse().unwrap()], "{name}");
    }
}
