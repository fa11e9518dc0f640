//! Plain answers: what is sent, what is told of them, and what is called a failure.

use lookout_config::HumanSize;
use lookout_probe_spec::config::{HttpSettings, Method};

use crate::server::{Reply, Server};
use crate::support::{ClosedPort, World, at, failure, value};

#[tokio::test]
async fn a_good_answer_is_told_in_full() {
    let server = Server::start(|_| Reply::of(200, "", "hello")).await;
    let scrape = World::new().probe(&at(server.address, "/path?q=1#fragment")).await;
    for (family, expected) in [
        ("probe_success", Some(1.0)),
        ("probe_http_status_code", Some(200.0)),
        ("probe_http_version", Some(1.1)),
        ("probe_http_redirects", Some(0.0)),
        ("probe_http_ssl", Some(0.0)),
        ("probe_http_downgraded", Some(0.0)),
        ("probe_http_content_length", Some(5.0)),
        ("probe_http_uncompressed_body_length", Some(5.0)),
        ("probe_http_body_clipped", Some(0.0)),
        ("probe_failed_due_to_regex", Some(0.0)),
        ("probe_ip_protocol", Some(4.0)),
        ("probe_dns_lookup_time_seconds", Some(0.0)),
        ("probe_ssl_earliest_cert_expiry", None),
    ] {
        assert_eq!(value(&scrape, family), expected, "{family}");
    }
    for phase in ["connect", "processing"] {
        let duration = scrape.value("probe_http_duration_seconds", &[("phase", phase)]).unwrap();
        assert!(duration > 0.0, "{phase}");
    }
    assert_eq!(scrape.value("probe_http_duration_seconds", &[("phase", "tls")]), Some(0.0));
    assert_eq!(server.paths(), ["/path?q=1"]);
}

#[tokio::test]
async fn the_request_says_who_asks_and_carries_nothing_secret() {
    let server = Server::start(|_| Reply::of(200, "set-cookie: session=secret\r\n", "")).await;
    World::new().probe(&at(server.address, "/")).await;
    let head = server.requests.lock().unwrap()[0].to_lowercase();
    let mut lines: Vec<&str> = head.trim_end().lines().collect();
    assert_eq!(lines.remove(0), "get / http/1.1");
    lines.sort_unstable();
    let host = format!("host: {}", server.address);
    let agent = concat!("user-agent: lookout/", env!("CARGO_PKG_VERSION"));
    assert_eq!(lines, ["accept-encoding: identity", "accept: */*", "connection: close", &host, agent]);
}

#[tokio::test]
async fn the_path_is_asked_for_as_a_browser_would() {
    let server = Server::start(|_| Reply::of(200, "", "")).await;
    let world = World::new();
    for path in ["", "/a b", "/ä?x[]=1|2", "/%41%zz", "?only=query"] {
        assert_eq!(
            value(&world.probe(&at(server.address, path)).await, "probe_success"),
            Some(1.0),
            "{path}"
        );
    }
    assert_eq!(server.paths(), ["/", "/a%20b", "/%C3%A4?x%5B%5D=1%7C2", "/%41%25zz", "/?only=query"]);
}

#[tokio::test]
async fn a_target_without_a_scheme_is_asked_over_http() {
    let server = Server::start(|_| Reply::of(204, "", "")).await;
    let scrape = World::new().probe(&server.address.to_string()).await;
    assert_eq!(value(&scrape, "probe_http_status_code"), Some(204.0));
}

#[tokio::test]
async fn a_status_that_is_not_expected_fails_with_its_reason() {
    for (status, reason) in [
        (304, "unexpected"),
        (400, "unexpected"),
        (401, "unauthenticated"),
        (403, "denied"),
        (404, "not_found"),
        (429, "rate_limited"),
        (500, "server"),
        (503, "server"),
    ] {
        let server = Server::start(move |_| Reply::of(status, "", "")).await;
        let scrape = World::new().probe(&at(server.address, "/")).await;
        assert_eq!(failure(&scrape).as_deref(), Some(reason), "{status}");
        assert_eq!(value(&scrape, "probe_http_status_code"), Some(f64::from(status)));
        let valid_status_codes = vec![200, status];
        let world = World::with_http(HttpSettings { valid_status_codes, ..HttpSettings::default() });
        let scrape = world.probe(&at(server.address, "/")).await;
        assert_eq!(failure(&scrape), None, "{status} is what is expected");
    }
}

#[tokio::test]
async fn head_has_no_body() {
    let server =
        Server::start(|_| Reply::Bytes(b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n".to_vec())).await;
    let world = World::with_http(HttpSettings { method: Method::Head, ..HttpSettings::default() });
    let scrape = world.probe(&at(server.address, "/")).await;
    assert_eq!(failure(&scrape), None);
    assert_eq!(value(&scrape, "probe_http_content_length"), Some(99.0));
    assert_eq!(value(&scrape, "probe_http_uncompressed_body_length"), None);
    assert!(server.requests.lock().unwrap()[0].starts_with("HEAD / "));
}

#[tokio::test]
async fn texts_of_the_body_decide() {
    let server = Server::start(|_| Reply::of(200, "", "the database is unwell")).await;
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    for (contains, lacks, expected) in [
        (texts(&["panic"]), texts(&["database"]), None),
        (texts(&["panic", "unwell"]), texts(&[]), Some("unexpected")),
        (texts(&[]), texts(&["database", "Welcome"]), Some("unexpected")),
    ] {
        let world = World::with_http(HttpSettings {
            fail_if_body_contains: contains,
            fail_if_body_lacks: lacks,
            ..HttpSettings::default()
        });
        let scrape = world.probe(&at(server.address, "/")).await;
        assert_eq!(failure(&scrape).as_deref(), expected);
        let at_fault = if expected.is_some() { 1.0 } else { 0.0 };
        assert_eq!(value(&scrape, "probe_failed_due_to_regex"), Some(at_fault));
    }
}

#[tokio::test]
async fn a_text_beyond_the_bound_is_not_said_to_be_missing() {
    let server = Server::start(|_| Reply::of(200, "", &format!("{}needle", "x".repeat(2000)))).await;
    let settings = |needle: &str, kibibytes| HttpSettings {
        fail_if_body_lacks: vec![needle.to_owned()],
        max_body_size: HumanSize::from_kibibytes(kibibytes),
        ..HttpSettings::default()
    };
    let scrape = World::with_http(settings("needle", 1)).probe(&at(server.address, "/")).await;
    assert_eq!(failure(&scrape).as_deref(), Some("too_large"));
    assert_eq!(value(&scrape, "probe_http_body_clipped"), Some(1.0));
    let scrape = World::with_http(settings("needle", 2)).probe(&at(server.address, "/")).await;
    assert_eq!(failure(&scrape), None);
}

#[tokio::test]
async fn a_host_of_its_own_is_sent_to_the_target() {
    let server = Server::start(|_| Reply::of(200, "", "")).await;
    let world =
        World::with_http(HttpSettings { host: "vhost.example:8080".to_owned(), ..HttpSettings::default() });
    assert_eq!(failure(&world.probe(&at(server.address, "/")).await), None);
    assert!(server.requests.lock().unwrap()[0].contains("host: vhost.example:8080\r\n"));
}

#[tokio::test]
async fn old_servers_that_end_a_body_by_closing_are_understood() {
    let server = Server::start(|_| Reply::Bytes(b"HTTP/1.0 200 OK\r\n\r\nhello".to_vec())).await;
    let scrape = World::new().probe(&at(server.address, "/")).await;
    assert_eq!(failure(&scrape), None);
    assert_eq!(value(&scrape, "probe_http_version"), Some(1.0));
    assert_eq!(value(&scrape, "probe_http_content_length"), None);
    assert_eq!(value(&scrape, "probe_http_uncompressed_body_length"), Some(5.0));
}

#[tokio::test]
async fn what_is_no_answer_has_its_reason() {
    let bytes = |bytes: &[u8]| {
        let bytes = bytes.to_vec();
        Server::start(move |_| Reply::Bytes(bytes.clone()))
    };
    for (server, reason) in [
        (bytes(b"").await, "disconnected"),
        (bytes(b"HTTP/1.1 200 OK\r\ncontent-le").await, "disconnected"),
        (bytes(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhello").await, "disconnected"),
        (bytes(b"220 mail.example ESMTP\r\n\r\n").await, "protocol"),
        (bytes(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n").await, "protocol"),
    ] {
        let scrape = World::new().probe(&at(server.address, "/")).await;
        assert_eq!(failure(&scrape).as_deref(), Some(reason));
    }
    let closed = ClosedPort::new();
    let scrape = World::new().probe(&at(closed.address, "/")).await;
    assert_eq!(failure(&scrape).as_deref(), Some("unreachable"));
    assert_eq!(value(&scrape, "probe_http_status_code"), Some(0.0), "as blackbox_exporter has it");
    assert_eq!(value(&scrape, "probe_http_version"), None);
    assert_eq!(value(&scrape, "probe_http_ssl"), None);
}
