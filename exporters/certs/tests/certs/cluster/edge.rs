//! The own certificates of CDNs and tunnels in front of a cluster, and what is not to be mistaken for them.

use core::net::IpAddr;
use std::collections::BTreeMap;
use std::sync::Arc;

use lookout_certs::cluster::hosts::{Hosts, Judged, Stored};
use lookout_certs::cluster::served::{
    Ask, Asked, HostProbeSource, Outcome, Plan, Served, assess, compare, findings,
};
use lookout_certs_spec::labels::ServedResult;
use lookout_declarations::Reason;
use lookout_runtime::Shard;
use lookout_simulator::{Authorities, EndpointState, IssuedCertificate, Validity};

use super::controller::{Controller, judged, leaf, planned, seen, shown};
use super::objects::{ones, scrape};
use crate::support::{cycle, fixed_now};

fn answer(addresses: &[&str], issued: Option<&IssuedCertificate>) -> Asked {
    let outcome = match issued {
        Some(issued) => Outcome::Shown(shown(issued)),
        None => Outcome::Failed { reason: Reason::Unreachable, message: "no".to_owned() },
    };
    let addresses = addresses.iter().map(|text| (text.parse::<IpAddr>().unwrap(), 443).into()).collect();
    Asked { addresses, outcome }
}

/// What is shown of a host whose controller and public name answer like this.
fn with_edge(stored: Stored, controller: Asked, public: Asked) -> Served {
    let hosts = Arc::new(Hosts::new(vec![judged("shop.example", stored)]));
    let mut settings = planned(&[("nginx", "192.0.2.10:443")]);
    settings.planning.public_names = true;
    let plan = Plan::new(&hosts, Shard::WHOLE, &settings.planning);
    let at = |host: &str, is_configured| Ask {
        host: host.to_owned(),
        port: 443,
        server_name: "shop.example".to_owned(),
        is_configured,
    };
    let asked = BTreeMap::from([(at("192.0.2.10", true), controller), (at("shop.example", false), public)]);
    assert_eq!(plan.asks().len(), 2);
    Served { hosts, plan, asked }
}

#[test]
fn the_certificate_of_an_edge_has_series_of_its_own_and_never_differs() {
    let authorities = Authorities::create(fixed_now()).unwrap();
    let issue = || authorities.issue("shop.example", Validity::current(fixed_now())).unwrap();
    let (stored, of_edge) = (issue(), issue());
    let edge = ["198.51.100.7"];
    let served =
        with_edge(leaf(&stored), answer(&["192.0.2.10"], Some(&stored)), answer(&edge, Some(&of_edge)));
    let batch = scrape(|batch| assess(&served, batch));
    assert_eq!(ones(&batch, "certs_host_served", &["endpoint", "result"]), ["192.0.2.10:443 same"]);
    assert_eq!(
        batch.value("certs_edge_not_after_timestamp_seconds", &[("host", "shop.example")]),
        Some(shown(&of_edge).not_after as f64)
    );
    let fingerprint = shown(&of_edge).fingerprint.to_string();
    assert_eq!(
        ones(&batch, "certs_edge_info", &["host", "fingerprint_sha256"]),
        [format!("shop.example {fingerprint}")]
    );
    assert_eq!(findings(&served, fixed_now()), []);
}

#[test]
fn a_public_name_that_leads_to_the_cluster_is_no_edge() {
    let authorities = Authorities::create(fixed_now()).unwrap();
    let issue = || authorities.issue("shop.example", Validity::current(fixed_now())).unwrap();
    let (stored, old, other) = (issue(), issue(), issue());
    let edges = |served: &Served| {
        let batch = scrape(|batch| assess(served, batch));
        batch.family("certs_edge_info").is_some()
            || batch.family("certs_edge_not_after_timestamp_seconds").is_some()
    };
    let elsewhere = ["198.51.100.7"];
    let controller = |issued| answer(&["192.0.2.10"], issued);
    for (why, served, expected) in [
        ("an edge", with_edge(leaf(&stored), controller(Some(&old)), answer(&elsewhere, Some(&other))), true),
        (
            "what is stored",
            with_edge(leaf(&stored), controller(None), answer(&elsewhere, Some(&stored))),
            false,
        ),
        (
            "what the controller serves",
            with_edge(leaf(&stored), controller(Some(&old)), answer(&elsewhere, Some(&old))),
            false,
        ),
        (
            "its address",
            with_edge(leaf(&stored), controller(Some(&old)), answer(&["192.0.2.10"], Some(&other))),
            false,
        ),
        (
            "nothing is known",
            with_edge(Stored::Unknown, controller(None), answer(&elsewhere, Some(&other))),
            false,
        ),
        ("no answer", with_edge(leaf(&stored), controller(Some(&stored)), answer(&elsewhere, None)), false),
    ] {
        assert_eq!(edges(&served), expected, "{why}");
    }
}

#[test]
fn nothing_is_said_to_differ_from_what_is_not_known() {
    let authorities = Authorities::create(fixed_now()).unwrap();
    let issue = || authorities.issue("shop.example", Validity::current(fixed_now())).unwrap();
    let (stored, other) = (issue(), issue());
    let outcome = Outcome::Shown(shown(&other));
    let of = |all: Vec<Judged>| compare(&all[0].clone(), &Hosts::new(all), Some(&outcome));
    assert_eq!(of(vec![judged("shop.example", leaf(&stored))]), ServedResult::Differs);
    let unknown = judged("shop.example", Stored::Unknown);
    assert_eq!(of(vec![judged("shop.example", leaf(&stored)), unknown]), ServedResult::Unknown);
    let mut default = judged("shop.example", Stored::Unknown);
    (default.claim.secrets, default.stored) = (Vec::new(), Vec::new());
    assert_eq!(of(vec![default]), ServedResult::Unknown);
}
#[tokio::test]
async fn a_public_name_is_asked_where_it_leads_and_its_own_certificate_is_the_edges() {
    let (controller, edge) = (Controller::start(), Controller::start());
    let stored = controller.issue("shop.example");
    let of_edge = edge.issue("shop.example");
    controller.serves(&[("shop.example", &stored)]).await;
    edge.serves(&[("shop.example", &of_edge)]).await;
    let mut settings = controller.settings();
    settings.planning.public_names = true;
    let address = edge.endpoint.address().to_string().parse().unwrap();
    settings.planning.public_addresses = BTreeMap::from([("shop.example".to_owned(), address)]);
    let mut source =
        HostProbeSource::new(settings, seen(vec![judged("shop.example", leaf(&stored))]), Shard::WHOLE);
    let (batch, faults) = cycle(&mut source, fixed_now()).await;
    assert_eq!(faults, Vec::<String>::new());
    assert_eq!(ones(&batch, "certs_host_served", &["result"]), ["same"]);
    let fingerprint = shown(&of_edge).fingerprint.to_string();
    assert_eq!(ones(&batch, "certs_edge_info", &["fingerprint_sha256"]), [fingerprint]);
    // Without a tunnel, the name leads to the controller itself.
    edge.serves(&[("shop.example", &stored)]).await;
    let (batch, _) = cycle(&mut source, fixed_now()).await;
    assert!(batch.family("certs_edge_info").is_none());
    // That the edge is down is no fault of the cluster.
    edge.endpoint.switch(EndpointState::Dead, fixed_now()).await.unwrap();
    let (batch, faults) = cycle(&mut source, fixed_now()).await;
    assert!(batch.family("certs_edge_info").is_none() && faults.is_empty(), "{faults:?}");
}
