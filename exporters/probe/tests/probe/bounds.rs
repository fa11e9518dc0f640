//! Targets without an end: each probe ends all the same, in its time and its memory, and tells what it has learnt.

use core::time::Duration;

use lookout_config::HumanDuration;
use lookout_exposition::Batch;
use lookout_probe_spec::config::{HttpSettings, ModuleSettings, ProberKind};
use lookout_runtime::Prober as _;
use lookout_testkit::scrape::Scrape;
use tokio::time::timeout;

use crate::server::{Reply, Server};
use crate::support::{World, at, failure, hurried, scrape_of, value};

async fn probe_hurried(world: &World, target: &str, module: &str) -> Scrape {
    let probe: Batch = world.prober().probe(hurried(target, module)).await.unwrap();
    scrape_of(probe)
}

/// Probes in a hurry until the time was up where `has_come_far` says: where a machine stands still, it may be up anywhere before.
async fn probe_until_cut_off(server: &Server, has_come_far: impl Fn(&Scrape) -> bool) -> Scrape {
    let probing = async {
        loop {
            let scrape = probe_hurried(&World::new(), &at(server.address, "/"), "").await;
            assert_eq!(failure(&scrape).as_deref(), Some("timeout"));
            if has_come_far(&scrape) {
                return scrape;
            }
        }
    };
    timeout(Duration::from_mins(1), probing).await.expect("a probe comes far, and tells it")
}

#[tokio::test]
async fn a_silent_server_is_left_in_time() {
    let server = Server::start(|_| Reply::Stall(Vec::new())).await;
    // The time of the phase that was cut off is told.
    let waited = |scrape: &Scrape| scrape.value("probe_http_duration_seconds", &[("phase", "processing")]);
    probe_until_cut_off(&server, |scrape| waited(scrape).unwrap() > 0.0).await;
}

#[tokio::test]
async fn the_least_limit_is_in_force() {
    let server = Server::start(|_| Reply::Stall(Vec::new())).await;
    let timeout = Some(HumanDuration::from_millis(100));
    let mut by_module =
        World::with_module(ModuleSettings { timeout, ..ModuleSettings::of(ProberKind::Http) });
    assert_eq!(failure(&by_module.probe(&at(server.address, "/")).await).as_deref(), Some("timeout"));
    by_module.settings.modules.clear();
    by_module.settings.max_timeout = HumanDuration::from_millis(100);
    assert_eq!(failure(&by_module.probe(&at(server.address, "/")).await).as_deref(), Some("timeout"));
}

#[tokio::test]
async fn a_head_that_never_ends_is_cut_off() {
    let endless = Server::start(|_| Reply::Endless(b"HTTP/1.1 200 OK\r\nx: y".to_vec())).await;
    let scrape = World::new().probe(&at(endless.address, "/")).await;
    assert_eq!(failure(&scrape).as_deref(), Some("too_large"));
    let many = Server::start(|_| Reply::of(200, &"x: y\r\n".repeat(1000), "")).await;
    let scrape = World::new().probe(&at(many.address, "/")).await;
    assert_eq!(failure(&scrape).as_deref(), Some("too_large"));
    let slow = Server::start(|_| Reply::Stall(b"HTTP/1.1 200 OK\r\nx: ".to_vec())).await;
    let scrape = probe_hurried(&World::new(), &at(slow.address, "/"), "").await;
    assert_eq!(failure(&scrape).as_deref(), Some("timeout"));
}

#[tokio::test]
async fn a_body_that_never_ends_is_clipped_and_is_no_failure() {
    let server = Server::start(|_| Reply::Endless(b"HTTP/1.1 200 OK\r\n\r\nx".to_vec())).await;
    let scrape = World::new().probe(&at(server.address, "/")).await;
    assert_eq!(failure(&scrape), None);
    assert_eq!(value(&scrape, "probe_http_body_clipped"), Some(1.0));
    assert_eq!(value(&scrape, "probe_http_uncompressed_body_length"), Some(1024.0 * 1024.0));
}

#[tokio::test]
async fn a_body_that_stalls_tells_how_far_it_came() {
    let server =
        Server::start(|_| Reply::Stall(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhello".to_vec())).await;
    let body = |scrape: &Scrape| value(scrape, "probe_http_uncompressed_body_length");
    let scrape = probe_until_cut_off(&server, |scrape| body(scrape) == Some(5.0)).await;
    assert_eq!(value(&scrape, "probe_http_status_code"), Some(200.0));
    let waited = scrape.value("probe_http_duration_seconds", &[("phase", "transfer")]).unwrap();
    assert!(waited > 0.0);
}

#[tokio::test]
async fn interim_answers_without_end_are_left_in_time() {
    let server = Server::start(|_| Reply::Stall(b"HTTP/1.1 100 Continue\r\n\r\n".repeat(50))).await;
    let scrape = probe_hurried(&World::new(), &at(server.address, "/"), "").await;
    assert_eq!(failure(&scrape).as_deref(), Some("timeout"));
    assert_eq!(value(&scrape, "probe_http_status_code"), Some(0.0));
}

#[tokio::test]
async fn a_compressed_bomb_is_not_unpacked() {
    let server = Server::start(|_| Reply::of(200, "content-encoding: gzip\r\n", "not gzip at all")).await;
    let http = HttpSettings { fail_if_body_lacks: vec!["not gzip".to_owned()], ..HttpSettings::default() };
    assert_eq!(failure(&World::with_http(http).probe(&at(server.address, "/")).await), None);
}
