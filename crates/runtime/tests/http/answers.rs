//! What is answered to which request.

use std::io::Read as _;

use lookout_declarations::Reason;
use lookout_runtime::{CollectError, Fault};
use lookout_self_metrics::metrics::{Code, Path};

use crate::running::{PATIENT, Running, Setup};

#[tokio::test]
async fn all_metrics_are_served_as_text_by_default() {
    let server = Running::ready(2).await;
    let response = server.get("/metrics").await;
    assert_eq!(response.status, 200);
    assert!(response.header("content-type").unwrap().starts_with("text/plain; version=0.0.4"));
    assert_eq!(response.header("vary"), Some("Accept, Accept-Encoding"));
    assert_eq!(response.header("content-encoding"), None);
    assert_eq!(response.text().matches("\nexample_value{").count(), 2);
    assert!(!response.text().contains("# EOF"));
}

#[tokio::test]
async fn open_metrics_is_served_to_who_asks_for_it() {
    let server = Running::ready(2).await;
    let accept = "Accept: application/openmetrics-text;version=1.0.0;q=0.6\r\nAccept: text/plain;q=0.3\r\n";
    let response = server.ask("GET", "/metrics", accept).await;
    assert!(
        response.header("content-type").unwrap().starts_with("application/openmetrics-text; version=1.0.0")
    );
    assert!(response.text().ends_with("# EOF\n"));
}

#[tokio::test]
async fn a_compressed_answer_holds_the_same() {
    let server = Running::ready(1000).await;
    let plain = server.get("/metrics").await;
    let compressed = server.ask("GET", "/metrics", "Accept-Encoding: deflate, gzip;q=0.8\r\n").await;
    assert_eq!(compressed.header("content-encoding"), Some("gzip"));
    assert!(compressed.body.len() * 4 < plain.body.len());
    let mut decoded = String::new();
    flate2::read::GzDecoder::new(&*compressed.body).read_to_string(&mut decoded).unwrap();
    assert_eq!(decoded, plain.text());
}

#[tokio::test]
async fn head_has_the_headers_of_get_and_no_body() {
    let server = Running::ready(10).await;
    for path in ["/metrics", "/metrics/example", "/-/healthy", "/-/ready", "/nowhere"] {
        let mut connection = server.connect().await;
        connection.send("HEAD", path, "Connection: close\r\n").await;
        let head = connection.answer("HEAD").await;
        assert_eq!(connection.rest().await, b"", "{path}");
        let get = server.get(path).await;
        assert_eq!(head.status, get.status, "{path}");
        for name in ["content-type", "content-length", "vary"] {
            assert_eq!(head.header(name), get.header(name), "{name} of {path}");
        }
    }
}

#[tokio::test]
async fn one_exporter_is_served_by_its_name_and_another_name_is_answered_with_those_there_are() {
    let server = Running::ready(2).await;
    let known = server.get("/metrics/example").await;
    assert_eq!((known.status, known.text().matches("\nexample_value{").count()), (200, 2));
    let unknown = server.get("/metrics/exampel").await;
    assert_eq!(unknown.status, 404);
    assert_eq!(unknown.text(), "there is no such exporter; there are\n  /metrics/example\n");
    assert_eq!(unknown.header("content-type"), Some("text/plain; charset=utf-8"));
}

#[tokio::test]
async fn a_query_is_ignored() {
    let server = Running::ready(2).await;
    assert_eq!(server.get("/metrics?name[]=x").await.status, 200);
}

#[tokio::test]
async fn other_methods_are_refused_with_those_that_are_allowed() {
    let server = Running::ready(1).await;
    for (method, headers) in
        [("POST", "Content-Length: 0\r\n"), ("DELETE", ""), ("OPTIONS", ""), ("BREW", "")]
    {
        for path in ["/", "/metrics", "/metrics/example", "/-/healthy", "/-/ready"] {
            let response = server.ask(method, path, headers).await;
            assert_eq!(
                (response.status, response.header("allow")),
                (405, Some("GET, HEAD")),
                "{method} {path}"
            );
        }
        assert_eq!(server.ask(method, "/nowhere", headers).await.status, 404);
    }
}

#[tokio::test]
async fn a_path_that_does_not_exist_is_answered_with_the_pages_there_are() {
    let server = Running::ready(1).await;
    let response = server.get("/nowhere").await;
    assert_eq!((response.status, response.header("content-type")), (404, Some("text/html; charset=utf-8")));
    assert!(response.text().contains("<a href=\"/metrics/example\">"));
}

#[tokio::test]
async fn the_process_is_healthy_at_once_and_ready_after_the_first_cycle() {
    let server = Running::start(Ok(1), PATIENT).await;
    assert_eq!(server.get("/-/healthy").await.status, 200);
    let waiting = server.get("/-/ready").await;
    assert_eq!(waiting.status, 503);
    assert_eq!(waiting.text(), "not ready: the first cycle has not ended of\n  example/rows <b>\n");
    server.collect().await;
    let ready = server.get("/-/ready").await;
    assert_eq!((ready.status, ready.text()), (200, "ready\n"));
}

#[tokio::test]
async fn the_page_for_people_says_what_is_wrong_and_what_to_do_and_escapes_it() {
    let error = CollectError::new(Reason::Unresolved, "<script>alert(1)</script> & \"quoted\"");
    let server = Running::start(Err(error), PATIENT).await;
    server.collect().await;
    let response = server.get("/").await;
    assert_eq!((response.status, response.header("content-type")), (200, Some("text/html; charset=utf-8")));
    assert!(response.header("content-security-policy").unwrap().starts_with("default-src 'none'"));
    let page = response.text();
    for expected in [
        "<html lang=\"en\">",
        "<title>1 failing – Lookout</title>",
        "<h1 id=\"answer\">1 of 1 source fails</h1>",
        "example: rows &lt;b&gt;</h3>",
        "<code>unresolved</code>: ",
        "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;quoted&quot;",
        Reason::Unresolved.remedy(),
        "<a href=\"/metrics/example\">",
    ] {
        assert!(page.contains(expected), "`{expected}` is not in\n{page}");
    }
    assert!(!page.contains("<script"));
}

#[tokio::test]
async fn a_source_with_unreadable_items_is_partial_and_not_simply_up() {
    let fault = Fault {
        reason: Reason::Malformed,
        subject: "/etc/<b>.pem".to_owned(),
        message: "cut off".to_owned(),
    };
    let server = Setup { faults: vec![fault], ..Setup::new(1) }.ready().await;
    let response = server.get("/").await;
    let page = response.text();
    for expected in [
        "1 of 1 source cannot read everything",
        "<span class=\"badge warn\">partial</span>",
        "1 not readable",
        "<strong>/etc/&lt;b&gt;.pem</strong>: cut off",
        Reason::Malformed.remedy(),
    ] {
        assert!(page.contains(expected), "`{expected}` is not in\n{page}");
    }
}

#[tokio::test]
async fn requests_are_counted_by_path_and_code_with_their_bytes_and_durations() {
    let server = Running::ready(1).await;
    let sent =
        [server.get("/metrics").await, server.get("/metrics/none").await, server.get("/nowhere").await];
    let bytes: usize = sent.iter().map(|response| response.body.len()).sum();
    server.ask("HEAD", "/metrics", "").await;
    // A duration is observed when the body is dropped, which may be after the client has read it.
    let (metrics, observed) = (&server.metrics, |path| {
        let figures = server.metrics.figures();
        let figures = figures.paths.iter().find(|figures| figures.path == path).unwrap().clone();
        figures.buckets.iter().sum::<u64>()
    });
    while observed(Path::Metrics) < 2 || observed(Path::Other) < 1 {
        tokio::task::yield_now().await;
    }
    let figures = metrics.figures();
    let count = |path, code| {
        let of_path = figures.paths.iter().find(|figures| figures.path == path).unwrap();
        of_path.requests.iter().find(|(known, _)| *known == code).unwrap().1
    };
    assert_eq!(count(Path::Metrics, Code::Ok), 2);
    assert_eq!(count(Path::ExporterMetrics, Code::NotFound), 1);
    assert_eq!(count(Path::ExporterMetrics, Code::Ok), 0);
    assert_eq!(count(Path::Other, Code::NotFound), 1);
    assert_eq!(usize::try_from(figures.response_bytes).unwrap(), bytes);
}
