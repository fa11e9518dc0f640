//! What is served for the hosts of a cluster: planned, asked over real sockets, compared.

use core::time::Duration;
use std::sync::Arc;

use lookout_certs::cluster::hosts::{Hosts, Stored};
use lookout_certs::cluster::served::{HostProbeSource, Plan, ProbeSettings};
use lookout_runtime::{Shard, Source};
use lookout_simulator::{EndpointState, Validity};
use tokio::sync::watch;

use super::controller::{Controller, judged, leaf, planned, seen};
use super::objects::ones;
use crate::support::{cycle, fixed_now};

#[tokio::test]
async fn what_a_controller_serves_is_compared_with_what_is_stored() {
    let controller = Controller::start();
    let (old, new) = (controller.issue("a.example"), controller.issue("a.example"));
    let other = controller.issue("b.example");
    controller.serves(&[("a.example", &old), ("b.example", &other)]).await;
    let hosts = vec![
        judged("a.example", leaf(&new)),
        judged("b.example", leaf(&other)),
        judged("c.example", leaf(&new)),
        judged("d.example", Stored::Unknown),
        judged("e.example", Stored::Missing),
        judged("*.example", leaf(&new)),
    ];
    let mut source = HostProbeSource::new(controller.settings(), seen(hosts), Shard::WHOLE);
    let (shown, faults) = cycle(&mut source, fixed_now()).await;
    assert_eq!(faults, Vec::<String>::new());
    assert_eq!(
        ones(&shown, "certs_host_served", &["host", "result"]),
        [
            "a.example differs",
            "b.example same",
            "c.example differs",
            "d.example unknown",
            "e.example unknown",
            "*.example not_probed",
        ]
    );
    let endpoint = controller.endpoint.address().to_string();
    let labels =
        [("host", "b.example"), ("endpoint", endpoint.as_str()), ("kind", "Ingress"), ("name", "shop")];
    let end = Validity::current(fixed_now()).not_after.as_second() as f64;
    assert_eq!(shown.value("certs_host_served_not_after_timestamp_seconds", &labels), Some(end));

    let collected = source.collect().await.unwrap();
    let found = source.findings(&collected.model, fixed_now());
    let told: Vec<_> = found.iter().map(|finding| finding.message.as_str()).collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(
        told[0].starts_with("for `a.example`")
            && told[0].ends_with("serves another certificate than the stored one"),
        "{told:?}"
    );
    let later = "2099-01-01T00:00:00Z".parse().unwrap();
    let found = source.findings(&collected.model, later);
    assert!(
        found[0].message.ends_with("serves a certificate that has expired, and another one is stored"),
        "{found:?}"
    );
    assert!(
        found[1].message.starts_with("for `b.example`") && found[1].message.ends_with("that has expired"),
        "{found:?}"
    );

    // Reloaded: what is stored is what is served.
    controller.serves(&[("a.example", &new), ("b.example", &other)]).await;
    let (shown, _) = cycle(&mut source, fixed_now()).await;
    assert!(ones(&shown, "certs_host_served", &["host", "result"]).contains(&"a.example same".to_owned()));
}

#[tokio::test]
async fn of_two_objects_with_one_host_the_controller_may_serve_either() {
    let controller = Controller::start();
    let (one, other) = (controller.issue("a.example"), controller.issue("a.example"));
    controller.serves(&[("a.example", &one)]).await;
    let mut second = judged("a.example", leaf(&other));
    second.claim.key.name = "second".into();
    let hosts = vec![judged("a.example", leaf(&one)), second];
    let mut source = HostProbeSource::new(controller.settings(), seen(hosts), Shard::WHOLE);
    let (shown, _) = cycle(&mut source, fixed_now()).await;
    assert_eq!(ones(&shown, "certs_host_served", &["name", "result"]), ["shop same", "second same"]);
}

#[tokio::test]
async fn a_host_at_two_ports_is_asked_for_once_where_its_controller_is_configured() {
    let controller = Controller::start();
    let (one, other) = (controller.issue("a.example"), controller.issue("a.example"));
    controller.serves(&[("a.example", &other)]).await;
    let at_two_ports = |host: &str| {
        let mut second = judged(host, leaf(&other));
        second.claim.port = 8443;
        second.claim.secrets[0].name = "second".into();
        [judged(host, leaf(&one)), second]
    };
    let hosts = [at_two_ports("a.example"), at_two_ports("*.example")].concat();
    let plan = Plan::new(&Hosts::new(hosts.clone()), Shard::WHOLE, &controller.settings().planning);
    assert_eq!(plan.controllers.keys().collect::<Vec<_>>(), [&0, &2]);
    let mut source = HostProbeSource::new(controller.settings(), seen(hosts), Shard::WHOLE);
    let (shown, _) = cycle(&mut source, fixed_now()).await;
    assert_eq!(
        ones(&shown, "certs_host_served", &["host", "result"]),
        ["a.example same", "*.example not_probed"]
    );
}

#[tokio::test]
async fn a_dead_controller_is_unreachable_for_all_its_hosts_and_one_fault() {
    let controller = Controller::start();
    controller.endpoint.switch(EndpointState::Dead, fixed_now()).await.unwrap();
    let stored = leaf(&controller.issue("a.example"));
    let hosts = (0..40).map(|index| judged(&format!("h{index}.example"), stored.clone())).collect();
    let mut source = HostProbeSource::new(controller.settings(), seen(hosts), Shard::WHOLE);
    let (shown, faults) = cycle(&mut source, fixed_now()).await;
    assert_eq!(faults, [format!("unreachable controller {}", controller.endpoint.address())]);
    assert_eq!(ones(&shown, "certs_host_served", &["result"]), vec!["unreachable"; 40]);
    assert!(shown.family("certs_host_served_not_after_timestamp_seconds").is_none());
}

#[tokio::test]
async fn an_address_of_this_machine_is_asked_only_if_it_is_configured() {
    let controller = Controller::start();
    let own = controller.issue("a.example");
    controller.serves(&[("a.example", &own)]).await;
    let mut from_object = judged("a.example", leaf(&own));
    from_object.claim.addresses = vec!["127.0.0.1".into()];
    from_object.claim.port = controller.endpoint.address().port();
    let hosts = vec![from_object];
    let mut source = HostProbeSource::new(planned(&[]), seen(hosts.clone()), Shard::WHOLE);
    let (shown, _) = cycle(&mut source, fixed_now()).await;
    assert_eq!(ones(&shown, "certs_host_served", &["result"]), ["unreachable"]);
    let mut configured = HostProbeSource::new(controller.settings(), seen(hosts), Shard::WHOLE);
    let (shown, _) = cycle(&mut configured, fixed_now()).await;
    assert_eq!(ones(&shown, "certs_host_served", &["result"]), ["same"]);
}

#[tokio::test]
async fn what_is_not_reached_in_time_is_said_and_keeps_what_it_showed() {
    let controller = Controller::start();
    let own = controller.issue("a.example");
    controller.serves(&[("a.example", &own)]).await;
    let hosts = vec![judged("a.example", leaf(&own))];
    let without_time = ProbeSettings { budget: Duration::ZERO, ..controller.settings() };
    let mut source = HostProbeSource::new(without_time, seen(hosts), Shard::WHOLE);
    let (shown, faults) = cycle(&mut source, fixed_now()).await;
    assert_eq!(ones(&shown, "certs_host_served", &["result"]), ["not_probed"]);
    assert_eq!(faults, ["timeout hosts"]);
}

#[tokio::test]
async fn hosts_that_come_or_go_wake_the_source_and_the_same_ones_do_not() {
    let controller = Controller::start();
    let stored = leaf(&controller.issue("a.example"));
    let hosts = |host: &str| Some(Arc::new(Hosts::new(vec![judged(host, stored.clone())])));
    let (cell, receiver) = watch::channel(hosts("a.example"));
    let mut source = HostProbeSource::new(controller.settings(), receiver, Shard::WHOLE);
    source.collect().await.unwrap();
    cell.send_replace(hosts("a.example"));
    assert!(tokio::time::timeout(Duration::from_millis(50), source.changed()).await.is_err());
    cell.send_replace(hosts("b.example"));
    tokio::time::timeout(Duration::from_mins(1), source.changed())
        .await
        .expect("another host is asked at once");
}

fn asks(plan: &Plan) -> Vec<String> {
    plan.asks().iter().map(|ask| format!("{} for {}", ask.endpoint(), ask.server_name)).collect()
}

#[test]
fn the_configured_address_comes_before_the_status_and_the_public_name_never() {
    let with = |addresses: &[&str]| {
        let mut judged = judged("shop.example", Stored::Missing);
        judged.claim.addresses = addresses.iter().map(|address| (*address).into()).collect();
        Hosts::new(vec![judged])
    };
    let plan = |hosts: &Hosts, settings: &ProbeSettings| Plan::new(hosts, Shard::WHOLE, &settings.planning);
    let status = with(&["192.0.2.10", "2001:db8::1", "lb.example.net"]);
    assert_eq!(
        asks(&plan(&status, &planned(&[]))),
        [
            "192.0.2.10:443 for shop.example",
            "[2001:db8::1]:443 for shop.example",
            "lb.example.net:443 for shop.example"
        ]
    );
    let configured = planned(&[("nginx", "ingress.example.net:8443"), ("other", "192.0.2.99:443")]);
    assert_eq!(asks(&plan(&status, &configured)), ["ingress.example.net:8443 for shop.example"]);
    let mut of_class = status;
    of_class.judged[0].claim.controller = "k8s.io/ingress-nginx".into();
    let by_controller = planned(&[("k8s.io/ingress-nginx", "192.0.2.98:443")]);
    assert_eq!(asks(&plan(&of_class, &by_controller)), ["192.0.2.98:443 for shop.example"]);
    assert_eq!(asks(&plan(&of_class, &configured)), ["ingress.example.net:8443 for shop.example"]);
    let edges = with(&["6ff42ae2.cfargotunnel.com", "shop.example", "d111.cloudfront.net"]);
    assert_eq!(asks(&plan(&edges, &planned(&[]))), Vec::<String>::new());
    let mut passed_through = judged("shop.example", Stored::Missing);
    passed_through.claim.is_passed_through = true;
    passed_through.claim.addresses = vec!["192.0.2.10".into()];
    assert_eq!(asks(&plan(&Hosts::new(vec![passed_through]), &planned(&[]))), Vec::<String>::new());
}

#[test]
fn hosts_beyond_the_limit_are_counted_and_not_asked_for() {
    let hosts = (0..5).map(|index| judged(&format!("h{index}.example"), Stored::Missing)).collect();
    let mut settings = planned(&[("nginx", "192.0.2.10:443")]);
    settings.planning.max_hosts = 2;
    let plan = Plan::new(&Hosts::new(hosts), Shard::WHOLE, &settings.planning);
    assert_eq!((plan.asks().len(), plan.beyond_limit, plan.controllers.len()), (2, 3, 5));
}
