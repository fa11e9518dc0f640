//! The whole of a serving process: driver, server, self-metrics and shutdown together.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::net::SocketAddr;
use std::time::Duration;

use jiff::Timestamp;
use lookout_declarations::{Gauge, metrics};
use lookout_exposition::{Batch, ExporterFamilies, Exposition, Family};
use lookout_runtime::http::{Limits, ListenAddress, WebOptions};
use lookout_runtime::{
    BuildInfo, Clock, CollectError, Collected, DataKind, Driver, Reloads, Runbooks, ServeError, Service,
    ShutdownTrigger, Source, SourceDescription, Suite, serve, shutdown,
};
use lookout_testkit::scrape::{Scrape, ScrapeFormat};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;

metrics! {
    /// What the example says.
    pub ANSWER: Gauge<()> = Gauge::new("example_answer", "The answer.");
}

/// Longer than any machine stalls.
const LONG: Duration = Duration::from_hours(1);

struct Example;

impl Source for Example {
    type Model = f64;

    async fn collect(&mut self) -> Result<Collected<f64>, CollectError> {
        Ok(Collected::complete(42.0))
    }

    fn assess(&self, model: &f64, _now: Timestamp, batch: &mut Batch) {
        let mut family = Family::new(&ANSWER);
        family.set((), *model);
        batch.add(family);
    }
}

fn service(address: ListenAddress) -> Service {
    let families = |exporter, families| ExporterFamilies { exporter, families, series_budget: 10_000 };
    let exposition = Exposition::new([
        families("example", METRICS),
        families(lookout_self_metrics::NAME, lookout_self_metrics::SPEC.metrics),
    ]);
    let mut driver = Driver::new(exposition, Clock::system());
    let description = SourceDescription {
        exporter: "example",
        name: "answer".to_owned(),
        data: DataKind::Facts,
        period: Duration::from_secs(1),
        deadline: LONG,
        reasons: &[],
    };
    driver.add(description, Example);
    let build = BuildInfo { version: "0.1.0", revision: "4f1c2d3", rustc: "1.95.0" };
    let limits = Limits { head: LONG, ..Limits::DEFAULT };
    Service {
        web: WebOptions { limits, ..WebOptions::at(vec![address]) },
        driver,
        build,
        reloads: Reloads::default(),
        reload: None,
        prober: watch::channel(None).1,
        suite: Suite::default(),
        runbooks: Runbooks::default(),
    }
}

async fn start() -> (SocketAddr, ShutdownTrigger, JoinHandle<Result<(), ServeError>>) {
    let (trigger, shutdown) = shutdown();
    let (sender, address) = oneshot::channel();
    let service = service("127.0.0.1:0".parse().unwrap());
    let serving = tokio::spawn(serve(service, shutdown, |addresses| sender.send(addresses[0]).unwrap()));
    (address.await.unwrap(), trigger, serving)
}

async fn get(address: SocketAddr, path: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: lookout\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer.split_once("\r\n\r\n").unwrap().1.to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_scrape_shows_the_sources_and_what_lookout_says_of_them() {
    let (address, trigger, serving) = start().await;
    while get(address, "/-/ready").await != "ready\n" {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    // The self-metrics follow each cycle, at most once a second: wait for those that know of themselves and of the
    // request above.
    let both = [("exporter", "lookout"), ("source", "self")];
    let scrape = loop {
        let scrape = Scrape::parse(ScrapeFormat::Text, &get(address, "/metrics").await).unwrap();
        let ready = scrape.value("lookout_http_requests_total", &[("path", "/-/ready"), ("code", "200")]);
        if scrape.value("lookout_source_up", &both) == Some(1.0) && ready >= Some(1.0) {
            break scrape;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    assert_eq!(scrape.value("example_answer", &[]), Some(42.0));
    assert_eq!(
        scrape.value("lookout_source_up", &[("exporter", "example"), ("source", "answer")]),
        Some(1.0)
    );
    assert_eq!(scrape.value("lookout_series", &[("exporter", "example")]), Some(1.0));
    assert!(scrape.value("process_resident_memory_bytes", &[]).unwrap() > 100_000.0);
    assert_eq!(scrape.value("lookout_runtime_workers", &[]), Some(2.0));
    assert_eq!(scrape.value("lookout_build_info", &[("version", "0.1.0")]), Some(1.0));
    // One exporter's page has that exporter alone.
    let example = get(address, "/metrics/example").await;
    assert!(example.contains("example_answer 42") && !example.contains("lookout_"));

    trigger.advance();
    serving.await.unwrap().unwrap();
}

#[tokio::test]
async fn the_second_signal_ends_it_at_once() {
    let (_, trigger, serving) = start().await;
    trigger.advance();
    trigger.advance();
    serving.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_taken_port_is_an_error_before_anything_is_watched() {
    let (address, _trigger, _serving) = start().await;
    let (_other_trigger, shutdown) = shutdown();
    let taken = service(address.to_string().parse().unwrap());
    let error = serve(taken, shutdown, |_| panic!("it does not listen")).await.unwrap_err();
    let chain = format!("{error}: {}", std::error::Error::source(&error).unwrap());
    assert!(
        chain.starts_with(&format!("the server cannot start: listening on `{address}` is not")),
        "{chain}"
    );
}
