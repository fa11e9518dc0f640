//! Where the pages are, and those that do something: `/-/reload` and `/probe`.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use lookout_exposition::{Batch, ExporterFamilies, Family};
use lookout_runtime::http::Prefixes;
use lookout_runtime::{ProbeFuture, ProbeLoad, ProbeRequest, Prober, Refusal, reload_channel};
use lookout_self_metrics::metrics::{Code, Path};
use tokio::sync::Notify;

use crate::running::{METRICS, Running, Setup, VALUE};

async fn below(external_url: Option<&str>, route_prefix: Option<&str>) -> Running {
    let mut setup = Setup::new(2);
    let (external_url, route_prefix) =
        (external_url.map(|url| url.parse().unwrap()), route_prefix.map(|path| path.parse().unwrap()));
    setup.web.prefixes = Prefixes::new(external_url, route_prefix);
    setup.ready().await
}

const PAGES: [&str; 5] = ["/", "/metrics", "/metrics/example", "/-/healthy", "/-/ready"];

#[tokio::test]
async fn below_a_prefix_are_all_pages_and_the_root_leads_there() {
    let server = below(Some("https://example.org/lookout/"), None).await;
    for page in PAGES {
        assert_eq!(server.get(&format!("/lookout{page}")).await.status, 200, "{page}");
        if page != "/" {
            assert_eq!(server.get(page).await.status, 404, "{page}");
        }
    }
    for path in ["/", "/lookout"] {
        let answer = server.get(path).await;
        assert_eq!((answer.status, answer.header("location")), (302, Some("/lookout/")), "{path}");
        assert_eq!(server.ask("POST", path, "Content-Length: 0\r\n").await.status, 405, "{path}");
    }
    assert_eq!(server.get("/lookoutx/metrics").await.status, 404);
    let page = server.get("/lookout/").await;
    assert!(page.text().contains("<a href=\"/lookout/metrics/example\">"), "{}", page.text());
    let unknown = server.get("/lookout/metrics/none").await;
    assert_eq!(unknown.text(), "there is no such exporter; there are\n  /lookout/metrics/example\n");
}

#[tokio::test]
async fn behind_a_proxy_that_strips_the_prefix_links_have_it_and_requests_do_not() {
    let server = below(Some("/lookout"), Some("/")).await;
    for page in PAGES {
        assert_eq!(server.get(page).await.status, 200, "{page}");
    }
    assert!(server.get("/").await.text().contains("<a href=\"/lookout/metrics/example\">"));
    assert_eq!(server.get("/lookout/metrics").await.status, 404);
}

#[tokio::test]
async fn a_redirect_stays_on_the_side_of_the_proxy_that_asks() {
    let server = below(Some("https://example.org/outer"), Some("/inner")).await;
    // Through the proxy, which makes `/inner` of `/outer`; and directly.
    assert_eq!(server.get("/inner").await.header("location"), Some("/outer/"));
    assert_eq!(server.get("/").await.header("location"), Some("/inner/"));
}

#[tokio::test]
async fn reloading_is_switched_off_unless_it_is_asked_for() {
    let server = Running::ready(1).await;
    for method in ["POST", "PUT"] {
        let refused = server.ask(method, "/-/reload", "Content-Length: 0\r\n").await;
        assert_eq!(refused.status, 403);
        assert!(refused.text().contains("--web.enable-lifecycle"), "{}", refused.text());
    }
    let refused = server.get("/-/reload").await;
    assert_eq!((refused.status, refused.header("allow")), (405, Some("POST, PUT")));
}

#[tokio::test]
async fn who_asks_for_a_reload_is_told_what_became_of_it() {
    let (handle, mut requests) = reload_channel();
    let server = Setup { reload: Some(handle), ..Setup::new(1) }.ready().await;
    let faults = "lookout.yaml:3:1: certs.filse: unknown key; did you mean `files`?\nweb.yml:1:1: …";
    tokio::spawn(async move {
        requests.next().await.answer(Ok(()));
        requests.next().await.answer(Err(faults.to_owned()));
    });
    let foreign = "Content-Length: 0\r\nOrigin: https://evil.example\r\n";
    assert_eq!(server.ask("POST", "/-/reload", foreign).await.status, 403, "a page of another site asks");
    assert_eq!(server.ask("POST", "/-/reload", "Content-Length: 0\r\n").await.status, 200);
    let wrong = server.ask("PUT", "/-/reload", "Content-Length: 0\r\n").await;
    assert_eq!(wrong.status, 500);
    assert!(wrong.text().ends_with(&format!(":\n{faults}\n")), "{}", wrong.text());
    // Nobody reloads any more.
    assert_eq!(server.ask("POST", "/-/reload", "Content-Length: 0\r\n").await.status, 503);
    assert_eq!(server.get("/-/reload").await.status, 405);
}

/// Answers as the target says, or not before it is told to.
#[derive(Default)]
struct Scripted {
    asked: Mutex<Vec<ProbeRequest>>,
    begun: Notify,
    /// Told when a probe ends, however it does.
    ended: Arc<Notify>,
}

struct Ended(Arc<Notify>);

impl Drop for Ended {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}

impl Prober for Scripted {
    fn families(&self) -> ExporterFamilies {
        ExporterFamilies { exporter: "probe", families: METRICS, series_budget: 100 }
    }

    fn probe(&self, request: ProbeRequest) -> ProbeFuture<'_> {
        let target = request.parameters.first().map(|(_, value)| value.clone()).unwrap_or_default();
        self.asked.lock().unwrap().push(request);
        Box::pin(async move {
            let _ended = Ended(Arc::clone(&self.ended));
            match &*target {
                "wrong" => Err(Refusal::UnderstandRequest("there is no module".to_owned())),
                "forbidden" => Err(Refusal::AllowTarget("it is not on the list".to_owned())),
                "busy" => Err(Refusal::FindPlace("probe.concurrency")),
                "slow" => {
                    self.begun.notify_one();
                    core::future::pending().await
                }
                _ => {
                    let (mut batch, mut family) = (Batch::new(), Family::new(&VALUE));
                    family.set((7, ""), 1.0);
                    batch.add(family);
                    Ok(batch)
                }
            }
        })
    }

    fn load(&self) -> ProbeLoad {
        ProbeLoad { in_flight: 3, limit: 20 }
    }
}

async fn probing() -> (Running, Arc<Scripted>) {
    let prober = Arc::new(Scripted::default());
    (Setup { prober: Some(Arc::clone(&prober) as Arc<dyn Prober>), ..Setup::new(1) }.ready().await, prober)
}

#[tokio::test]
async fn without_a_prober_there_is_nothing_to_probe_and_it_says_how_there_would_be() {
    let server = Running::ready(1).await;
    let answer = server.get("/probe?target=a").await;
    assert_eq!(answer.status, 404);
    assert!(answer.text().contains("section `probe`"), "{}", answer.text());
    assert_eq!(server.metrics.figures().probes, None);
}

#[tokio::test]
async fn a_probe_is_asked_with_what_the_scraper_said_and_answered_in_its_format() {
    let (server, prober) = probing().await;
    let headers =
        "X-Prometheus-Scrape-Timeout-Seconds: 9.5\r\nAccept: application/openmetrics-text;version=1.0.0\r\n";
    let answer = server.ask("GET", "/probe?target=http%3A%2F%2Fa%2F&module=b", headers).await;
    assert_eq!(answer.status, 200);
    assert!(answer.header("content-type").unwrap().starts_with("application/openmetrics-text"));
    assert!(answer.text().contains("example_value{row=\"7\"} 1"), "{}", answer.text());
    let parameter = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let expected = ProbeRequest {
        parameters: vec![parameter("target", "http://a/"), parameter("module", "b")],
        scrape_timeout: Some(Duration::from_millis(9500)),
    };
    assert_eq!(*prober.asked.lock().unwrap(), [expected]);
    assert_eq!(server.metrics.figures().probes, Some(ProbeLoad { in_flight: 3, limit: 20 }));
    // It is this answer's alone.
    assert!(!server.get("/metrics").await.text().contains("row=\"7\""));
}

#[tokio::test]
async fn refusals_are_told_apart() {
    let (server, _) = probing().await;
    for (target, status, text) in [
        ("wrong", 400, "there is no module\n"),
        ("forbidden", 403, "it is not on the list\n"),
        (
            "busy",
            503,
            "as many probes as are allowed are under way; try again later, or raise the limit `probe.concurrency`\n",
        ),
    ] {
        let answer = server.get(&format!("/probe?target={target}")).await;
        assert_eq!((answer.status, answer.text()), (status, text));
        assert_eq!(answer.header("retry-after").is_some(), status == 503);
    }
    let nonsense =
        server.ask("GET", "/probe?target=a", "X-Prometheus-Scrape-Timeout-Seconds: soon\r\n").await;
    assert_eq!(nonsense.status, 400);
    assert_eq!(server.ask("POST", "/probe?target=a", "Content-Length: 0\r\n").await.status, 405);
    let figures = server.metrics.figures();
    let figures = figures.paths.iter().find(|figures| figures.path == Path::Probe).unwrap();
    let counted = |code| figures.requests.iter().find(|(known, _)| *known == code).unwrap().1;
    assert_eq!(
        (counted(Code::BadRequest), counted(Code::Forbidden), counted(Code::ServiceUnavailable)),
        (2, 1, 1)
    );
}

#[tokio::test]
async fn a_probe_ends_when_its_client_goes() {
    let (server, prober) = probing().await;
    let mut connection = server.connect().await;
    connection.send("GET", "/probe?target=slow", "").await;
    prober.begun.notified().await;
    drop(connection);
    prober.ended.notified().await;
    server.until(|figures| figures.connections == 0).await;
    assert_eq!(server.closed_at_all(), 0);
}
