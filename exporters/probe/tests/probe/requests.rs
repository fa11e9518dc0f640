//! What may be asked for, and how refusals read.

use std::sync::Arc;

use lookout_config::HumanDuration;
use lookout_probe::{Target, prober};
use lookout_probe_spec::Settings;
use lookout_probe_spec::config::ProberKind;
use lookout_runtime::{ProbeLoad, ProbeRequest, Prober as _, Refusal};
use tokio::sync::Notify;

use crate::server::{Reply, Server};
use crate::support::{ClosedPort, World, at, failure, request, scrape_of, value};

fn parameters(pairs: &[(&str, &str)]) -> ProbeRequest {
    let parameters = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    ProbeRequest { parameters: parameters.collect(), scrape_timeout: None }
}

#[test]
fn nothing_is_probed_by_default() {
    assert!(prober(&Settings::default()).is_none());
    let targets = vec!["example.org".to_owned()];
    assert!(prober(&Settings { targets: targets.clone(), ..Settings::default() }).is_some());
    assert!(prober(&Settings { targets, enabled: false, ..Settings::default() }).is_none());
}

#[tokio::test]
async fn wrong_requests_are_answered_with_what_is_known() {
    let prober = World::new().prober();
    for (pairs, answer) in [
        (&[][..], "`target` is missing"),
        (&[("target", "")], "`target` is missing"),
        (&[("target", "a"), ("target", "b")], "each be there once"),
        (&[("target", "a"), ("module", "x"), ("module", "x")], "each be there once"),
        (&[("target", "a"), ("module", "marker")], "known are `http_2xx`, `tcp_connect`, `tls_connect`"),
        (&[("target", "a"), ("marker", "marker")], "known are `target` and `module`"),
        (&[("target", "ftp://a/marker")], "neither `http` nor `https`"),
        (&[("target", "https://marker:marker@a/")], "user or a password"),
        (&[("target", "marker@a")], "user or a password"),
        (&[("target", "https://a\\@marker/")], "user or a password"),
        (&[("target", "marker@a:1"), ("module", "tcp_connect")], "user or a password"),
        (&[("target", "marker"), ("module", "tcp_connect")], "not a host with a port"),
        (&[("target", "https://a:1/marker"), ("module", "tls_connect")], "not a host with a port"),
        (&[("target", "http://a b/marker")], "neither a name nor an IP address"),
        (&[("target", "http://2130706433/marker")], "neither a name nor an IP address"),
        (&[("target", "http://a:65536/marker")], "not a number from 1 to 65535"),
        (&[("target", "http://a/mark\r\ner")], "not a URL"),
        (&[("target", &"marker".repeat(1000))], "longer than 4096 bytes"),
    ] {
        let Err(Refusal::UnderstandRequest(message)) = prober.probe(parameters(pairs)).await else {
            panic!("{pairs:?}")
        };
        assert!(message.contains(answer), "{pairs:?}: {message}");
        assert!(!message.contains("marker"), "what was asked is repeated: {message}");
    }
}

#[tokio::test]
async fn what_is_not_listed_is_refused_without_a_question_to_the_resolver() {
    let mut world = World::new();
    world.settings.targets = vec!["shop.example:80".to_owned(), "127.0.0.1:9".to_owned()];
    for target in
        ["other.example", "shop.example:8080", "https://shop.example", "127.0.0.2:9", "127.0.0.1:10"]
    {
        let refusal = world.refusal(target).await;
        assert!(
            matches!(&refusal, Refusal::AllowTarget(message) if message.contains("probe.targets")),
            "{target}"
        );
        assert!(!refusal.to_string().contains("127.0"), "{refusal}");
    }
    assert_eq!(*world.names.asked.lock().unwrap(), Vec::<String>::new());
}

#[test]
fn what_is_logged_of_a_target_is_its_host_and_port() {
    for (text, kind) in [
        ("https://shop.example/marker?token=marker#marker", ProberKind::Http),
        ("shop.example:443", ProberKind::Tls),
    ] {
        assert_eq!(Target::parse(text, kind).unwrap().to_string(), "shop.example:443");
    }
}

#[tokio::test]
async fn a_listed_address_of_a_closed_network_is_refused() {
    let mut world = World::new();
    world.settings.targets = vec!["0.0.0.0/0".to_owned(), "::/0".to_owned()];
    for target in ["10.0.0.1", "169.254.169.254", "[::1]", "[::ffff:10.0.0.1]", "0.0.0.0", "[64:ff9b::a00:1]"]
    {
        let refusal = world.refusal(target).await;
        assert!(
            matches!(&refusal, Refusal::AllowTarget(message) if message.contains("allow_networks")),
            "{target}"
        );
    }
}

#[tokio::test]
async fn a_metadata_address_must_be_named_itself_and_the_refusal_says_so() {
    let mut world = World::new();
    world.settings.targets = vec!["0.0.0.0/0".to_owned(), "::/0".to_owned()];
    world.settings.allow_networks = vec!["169.254.0.0/16".to_owned(), "fd00::/8".to_owned()];
    for target in
        ["169.254.169.254", "[::ffff:169.254.169.254]", "169.254.169.252", "http://[fd00:a9fe:a9fe::1]/"]
    {
        let Refusal::AllowTarget(message) = world.refusal(target).await else { panic!("{target}") };
        let advice = "add its address itself to `probe.allow_networks`";
        assert!(message.contains("metadata") && message.contains(advice), "{target}: {message}");
        assert!(!message.contains("its network"), "{target}: {message}");
    }
    let Refusal::AllowTarget(message) = world.refusal("10.0.0.1").await else { panic!() };
    assert!(message.contains("add its network to `probe.allow_networks`"), "{message}");
}

#[tokio::test]
async fn beyond_the_limit_there_is_no_place_and_afterwards_there_is() {
    let let_go = Arc::new(Notify::new());
    let until = Arc::clone(&let_go);
    let slow =
        Server::start(move |_| Reply::Held(Arc::clone(&until), b"HTTP/1.1 200 OK\r\n\r\n".to_vec())).await;
    let good = Server::start(|_| Reply::of(200, "", "")).await;
    let mut world = World::new();
    world.settings.max_concurrent = 1;
    let prober = world.prober();
    let first = prober.probe(request(&at(slow.address, "/"), ""));
    let second = async {
        while slow.requests.lock().unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
        assert_eq!(prober.load(), ProbeLoad { in_flight: 1, limit: 1 });
        let second = prober.probe(request(&at(good.address, "/"), "")).await;
        let_go.notify_one();
        second
    };
    let (first, second) = tokio::join!(first, second);
    assert_eq!(second.unwrap_err(), Refusal::FindPlace("probe.max_concurrent"));
    assert_eq!(failure(&scrape_of(first.unwrap())), None);
    assert_eq!(prober.load().in_flight, 0);
    let third = scrape_of(prober.probe(request(&at(good.address, "/"), "")).await.unwrap());
    assert_eq!(value(&third, "probe_success"), Some(1.0));
}

#[tokio::test]
async fn a_probe_that_is_dropped_gives_its_place_back() {
    let silent = Server::start(|_| Reply::Stall(Vec::new())).await;
    let prober = World::new().prober();
    {
        let probe = prober.probe(request(&at(silent.address, "/"), ""));
        let begun = async {
            while silent.requests.lock().unwrap().is_empty() {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            _ = probe => panic!("a silent server is not waited for"),
            () = begun => {}
        }
    }
    assert_eq!(prober.load().in_flight, 0);
}

#[tokio::test]
async fn a_port_is_probed_by_connecting_alone() {
    let server = Server::start(|_| Reply::of(200, "", "")).await;
    let world = World::new();
    let scrape = world.probe_by(&server.address.to_string(), "tcp_connect").await;
    assert_eq!(value(&scrape, "probe_success"), Some(1.0));
    assert_eq!(value(&scrape, "probe_ip_protocol"), Some(4.0));
    assert!(scrape.family("probe_http_status_code").is_none_or(|family| family.samples.is_empty()));
    assert!(server.paths().is_empty());
    let closed = ClosedPort::new();
    let scrape = world.probe_by(&closed.address.to_string(), "tcp_connect").await;
    assert_eq!(failure(&scrape).as_deref(), Some("unreachable"));
}

#[tokio::test]
async fn a_module_of_the_configuration_takes_the_place_of_a_built_in_one() {
    let server = Server::start(|_| Reply::of(404, "", "")).await;
    let mut world = World::new();
    let mut module = world.settings.effective_modules()["http_2xx"].clone();
    module.http.get_or_insert_default().valid_status_codes = vec![404];
    module.timeout = Some(HumanDuration::from_minutes(2));
    world.settings.modules.insert("http_2xx".to_owned(), module);
    assert_eq!(value(&world.probe(&at(server.address, "/")).await, "probe_success"), Some(1.0));
}
