//! Redirects: bounded, and each held to the same rules as the target itself.

use lookout_probe_spec::config::HttpSettings;

use crate::server::{Reply, Server};
use crate::support::{World, at, failure, value};

#[tokio::test]
async fn a_chain_is_followed_to_its_end_whatever_the_form_of_its_links() {
    let server = Server::start(|path| match path {
        "/" => Reply::redirect("/a/b?x=1"),
        "/a/b?x=1" => Reply::redirect("../c d"),
        "/c%20d" => Reply::redirect("?again"),
        "/c%20d?again" => Reply::redirect("//shop.example:PORT/end#fragment"),
        _ => Reply::of(200, "", ""),
    })
    .await;
    // The port is not known before the server runs, so the last link is checked in another test.
    let scrape = World::new().probe(&at(server.address, "/")).await;
    assert_eq!(server.paths(), ["/", "/a/b?x=1", "/c%20d", "/c%20d?again"]);
    assert_eq!(failure(&scrape).as_deref(), Some("malformed"), "PORT is no number");
    assert_eq!(value(&scrape, "probe_http_redirects"), Some(3.0));
    assert_eq!(value(&scrape, "probe_http_status_code"), Some(302.0));
}

#[tokio::test]
async fn a_redirect_to_another_host_is_resolved_and_told() {
    let end = Server::start(|_| Reply::of(200, "", "end")).await;
    let location = format!("http://shop.example:{}/end", end.address.port());
    let start = Server::start(move |_| Reply::redirect(&location)).await;
    let world = World::with_http(HttpSettings { host: "own.example".to_owned(), ..HttpSettings::default() });
    let scrape = world.probe(&at(start.address, "/")).await;
    assert_eq!(failure(&scrape), None);
    assert_eq!(value(&scrape, "probe_http_redirects"), Some(1.0));
    assert_eq!(value(&scrape, "probe_http_content_length"), Some(3.0));
    assert_eq!(value(&scrape, "probe_dns_lookup_time_seconds"), Some(0.0), "the target is an address");
    assert_eq!(*world.names.asked.lock().unwrap(), ["shop.example"]);
    let resolve = scrape.value("probe_http_duration_seconds", &[("phase", "resolve")]).unwrap();
    assert!(resolve > 0.0, "redirects count there");
    assert!(start.requests.lock().unwrap()[0].contains("host: own.example\r\n"));
    let port = end.address.port();
    assert!(end.requests.lock().unwrap()[0].contains(&format!("host: shop.example:{port}\r\n")));
}

#[tokio::test]
async fn a_loop_ends_at_the_bound() {
    let server = Server::start(|_| Reply::redirect("/")).await;
    for max_redirects in [0, 3, 10] {
        let world = World::with_http(HttpSettings { max_redirects, ..HttpSettings::default() });
        let before = server.paths().len();
        let scrape = world.probe(&at(server.address, "/")).await;
        assert_eq!(failure(&scrape).as_deref(), Some("too_many"));
        assert_eq!(value(&scrape, "probe_http_redirects"), Some(f64::from(max_redirects)));
        assert_eq!(server.paths().len() - before, max_redirects as usize + 1);
    }
}

#[tokio::test]
async fn where_redirects_are_not_followed_they_are_the_answer() {
    let server = Server::start(|_| Reply::redirect("/elsewhere")).await;
    let settings = |codes| HttpSettings {
        follow_redirects: false,
        valid_status_codes: codes,
        ..HttpSettings::default()
    };
    let scrape = World::with_http(settings(vec![302])).probe(&at(server.address, "/")).await;
    assert_eq!(failure(&scrape), None);
    assert_eq!(value(&scrape, "probe_http_redirects"), Some(0.0));
    let scrape = World::with_http(settings(vec![])).probe(&at(server.address, "/")).await;
    assert_eq!(failure(&scrape).as_deref(), Some("unexpected"));
}

#[tokio::test]
async fn a_redirect_that_says_no_place_is_the_answer() {
    let server = Server::start(|_| Reply::of(302, "", "")).await;
    let scrape = World::new().probe(&at(server.address, "/")).await;
    assert_eq!(failure(&scrape).as_deref(), Some("unexpected"));
}

#[tokio::test]
async fn redirects_to_where_nothing_may_be_probed_are_denied() {
    let forbidden = Server::start(|_| Reply::of(200, "", "")).await;
    let port = forbidden.address.port();
    for (location, reason) in [
        // Not listed.
        (format!("http://127.0.0.1:{port}/"), "denied"),
        // Listed by its name, and leads to a closed network.
        ("http://metadata.example/latest/".to_owned(), "denied"),
        ("http://mapped.example/".to_owned(), "denied"),
        // A wildcard is no address.
        ("http://169.254.169.254/latest/".to_owned(), "denied"),
        ("http://[::ffff:169.254.169.254]/".to_owned(), "denied"),
        ("http://2852039166/".to_owned(), "malformed"),
        ("http://0xa9fea9fe/".to_owned(), "malformed"),
        ("http://user:secret@shop.example/".to_owned(), "malformed"),
        ("http://shop.example\\@127.0.0.1/".to_owned(), "malformed"),
        ("ftp://shop.example/".to_owned(), "malformed"),
        ("file:///etc/passwd".to_owned(), "malformed"),
        ("javascript:alert(1)".to_owned(), "malformed"),
        ("http://".to_owned(), "malformed"),
        ("x".repeat(5000), "malformed"),
    ] {
        let told = location.clone();
        let server = Server::start(move |_| Reply::redirect(&told)).await;
        let mut world = World::new();
        world.settings.targets = vec!["**".to_owned(), server.address.to_string()];
        world.settings.allow_networks.push("169.254.0.0/16".to_owned());
        world.names.set("metadata.example", &[&["169.254.169.254", "fd00:ec2::254"]]);
        world.names.set("mapped.example", &[&["::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe"]]);
        let scrape = world.probe(&at(server.address, "/")).await;
        assert_eq!(failure(&scrape).as_deref(), Some(reason), "{location:.80}");
        assert_eq!(value(&scrape, "probe_http_status_code"), Some(302.0), "what was learnt is told");
    }
    assert!(forbidden.paths().is_empty());
}
