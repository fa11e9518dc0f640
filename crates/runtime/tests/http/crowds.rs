//! Many clients at once, well and not.

use std::sync::Arc;
use std::time::Duration;

use lookout_runtime::http::Limits;
use lookout_runtime::{HttpFigures, ProbeFuture, ProbeLoad, ProbeRequest, Prober, Refusal};
use lookout_self_metrics::metrics::{CloseReason, Code, Path};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::running::{MANY_ROWS, PATIENT, Running, Setup};
use crate::web_directory::{TLS, WebDirectory};
use crate::wire::Connection;

/// How often `/metrics` was answered with this code.
fn scrapes(figures: &HttpFigures, code: Code) -> u64 {
    let path = figures.paths.iter().find(|figures| figures.path == Path::Metrics).unwrap();
    path.requests.iter().find(|(known, _)| *known == code).unwrap().1
}

/// Connections that say `bytes` and then nothing.
async fn silent(server: &Running, count: usize, bytes: &[u8]) -> Vec<Connection> {
    let mut connections = Vec::new();
    for _ in 0..count {
        let mut connection = server.connect().await;
        connection.send_bytes(bytes).await;
        connections.push(connection);
    }
    connections
}

#[tokio::test]
async fn clients_that_trickle_their_heads_keep_no_scraper_out() {
    const PLACES: usize = 100;
    let limits = Limits { connections: PLACES, ..PATIENT };
    let server = Arc::new(Setup::new(10).limits(limits).ready().await);
    // Twice as many as there are places, each with another header every 100 ms; who is cut off begins anew.
    let mut crowd = JoinSet::new();
    for _ in 0..2 * PLACES {
        let server = Arc::clone(&server);
        crowd.spawn(async move {
            loop {
                let mut connection = server.connect().await;
                connection.send_bytes(b"GET /metrics HTTP/1.1\r\n").await;
                while connection.stream.write_all(b"X: y\r\n").await.is_ok() {
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        });
    }
    server.until(|figures| figures.connections == PLACES as u64).await;
    for _ in 0..2 {
        assert_eq!(server.get("/metrics").await.status, 200);
        assert!(server.metrics.figures().connections <= PLACES as u64);
    }
    assert!(server.closed(CloseReason::Evicted) > 0);
}

#[tokio::test]
async fn the_place_of_whoever_keeps_the_server_waiting_longest_goes_to_a_new_client() {
    let server = Setup::new(1).limits(Limits { connections: 2, ..PATIENT }).ready().await;
    let mut older = silent(&server, 1, b"GET /").await.remove(0);
    server.until(|figures| figures.connections == 1).await;
    let mut newer = server.connect().await;
    // Longer than the grace: who owes a request goes before who was answered.
    tokio::time::sleep(Duration::from_millis(1100)).await;
    newer.ask("GET", "/-/healthy", "").await;
    assert_eq!(server.get("/-/healthy").await.status, 200);
    assert_eq!(older.rest().await, b"");
    assert_eq!(server.closed(CloseReason::Evicted), 1);
    assert_eq!(newer.ask("GET", "/-/healthy", "").await.status, 200, "the newer one stays");
}

/// Clients that take every place and ask again `pause` after each answer, for ever; who is cut off begins anew.
async fn polite_crowd(server: &Arc<Running>, places: usize, pause: Duration) -> JoinSet<()> {
    let mut crowd = JoinSet::new();
    for _ in 0..places {
        let server = Arc::clone(server);
        crowd.spawn(async move {
            loop {
                let mut stream = server.connect().await.stream;
                let mut answer = [0; 4096];
                while stream.write_all(b"GET /-/healthy HTTP/1.1\r\nHost: lookout\r\n\r\n").await.is_ok()
                    && stream.read(&mut answer).await.is_ok_and(|read| read > 0)
                {
                    tokio::time::sleep(pause).await;
                }
            }
        });
    }
    server.until(|figures| figures.connections == places as u64).await;
    crowd
}

#[tokio::test]
async fn clients_that_ask_now_and_then_keep_no_scraper_out() {
    const PLACES: usize = 50;
    let limits = Limits { connections: PLACES, ..PATIENT };
    let server = Arc::new(Setup::new(10).limits(limits).ready().await);
    let _crowd = polite_crowd(&server, PLACES, Duration::from_millis(300)).await;
    for _ in 0..4 {
        assert_eq!(server.get("/metrics").await.status, 200);
    }
    assert!(server.closed(CloseReason::Evicted) > 0);
}

#[tokio::test]
async fn clients_that_ask_without_a_pause_keep_no_scraper_out() {
    const PLACES: usize = 50;
    let limits = Limits { connections: PLACES, ..PATIENT };
    let server = Arc::new(Setup::new(10).limits(limits).ready().await);
    let _crowd = polite_crowd(&server, PLACES, Duration::ZERO).await;
    for _ in 0..4 {
        assert_eq!(server.get("/metrics").await.status, 200);
    }
    assert!(server.closed(CloseReason::Evicted) > 0);
}

#[tokio::test]
async fn who_takes_an_answer_steadily_keeps_the_place_and_who_stalls_does_not() {
    let limits = Limits { connections: 2, ..PATIENT };
    let server = Arc::new(Setup::new(MANY_ROWS).limits(limits).ready().await);
    let mut steady = server.connect_narrow().await;
    steady.send("GET", "/metrics", "").await;
    let head = steady.head().await;
    let length: usize =
        head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap().parse().unwrap();
    let mut stalled = server.connect_narrow().await;
    stalled.send("GET", "/metrics", "").await;
    stalled.head().await;
    // Another comes when both have been at it for longer than the grace.
    let mut taken = 0;
    let mut other = None;
    while taken < length / 2 {
        let next = taken + length / 40;
        taken = steady.rest_of(next).await;
        assert!(taken >= next, "cut off after {taken} of {length} bytes");
        tokio::time::sleep(Duration::from_millis(100)).await;
        if taken > length / 3 && other.is_none() {
            let server = Arc::clone(&server);
            other = Some(tokio::spawn(async move { server.get("/-/healthy").await.status }));
        }
    }
    assert_eq!(other.unwrap().await.unwrap(), 200);
    assert_eq!(steady.rest_of(length).await, length);
    assert!(stalled.rest().await.len() < length);
    assert_eq!(server.closed(CloseReason::Evicted), 1);
}

#[tokio::test]
async fn handshakes_that_stall_keep_no_scraper_out() {
    let directory = WebDirectory::new(TLS);
    let server = directory.setup(1).limits(Limits { connections: 50, ..PATIENT }).ready().await;
    let _silent = silent(&server, 100, b"\x16\x03\x01").await;
    let stream = server.connect().await.stream;
    let stream = crate::wire::secured(stream, &directory.certificate, &[]).await.unwrap();
    assert_eq!(Connection::over(stream).ask("GET", "/-/ready", "").await.status, 200);
    assert!(server.closed(CloseReason::Evicted) > 0);
}

/// Probes until it is told to end.
#[derive(Default)]
struct Patient {
    begun: Notify,
    finish: Notify,
}

impl Prober for Patient {
    fn families(&self) -> lookout_exposition::ExporterFamilies {
        lookout_exposition::ExporterFamilies { exporter: "probe", families: &[], series_budget: 1 }
    }

    fn probe(&self, _request: ProbeRequest) -> ProbeFuture<'_> {
        Box::pin(async move {
            self.begun.notify_one();
            self.finish.notified().await;
            Err(Refusal::AllowTarget("done".to_owned()))
        })
    }

    fn load(&self) -> ProbeLoad {
        ProbeLoad::default()
    }
}

#[tokio::test]
async fn who_is_worked_for_keeps_the_place_and_the_next_one_waits() {
    let prober = Arc::new(Patient::default());
    let setup = Setup { prober: Some(Arc::clone(&prober) as Arc<dyn Prober>), ..Setup::new(1) };
    let server = setup.limits(Limits { connections: 1, ..PATIENT }).ready().await;
    let mut first = server.connect().await;
    first.send("GET", "/probe", "").await;
    prober.begun.notified().await;
    let mut second = server.connect().await;
    second.send("GET", "/-/healthy", "").await;
    // Longer than the grace.
    assert!(timeout(Duration::from_millis(1500), second.head()).await.is_err(), "served beside the first");
    prober.finish.notify_one();
    assert_eq!(first.answer("GET").await.status, 403);
    assert_eq!(second.answer("GET").await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_scrapers_at_once_are_all_answered() {
    const SCRAPERS: usize = 1000;
    // A place and a slot for each: whoever waits for one longer than the grace, because the machine stalls, may have another cut off.
    let limits = Limits { connections: SCRAPERS, requests: SCRAPERS, ..PATIENT };
    let server = Arc::new(Setup::new(500).limits(limits).ready().await);
    let mut scrapers = JoinSet::new();
    for _ in 0..SCRAPERS {
        let server = Arc::clone(&server);
        scrapers.spawn(async move {
            let answer = server.ask("GET", "/metrics", "Connection: close\r\n").await;
            (answer.status, answer.body.len())
        });
    }
    let answers = scrapers.join_all().await;
    assert!(answers.iter().all(|answer| *answer == (200, answers[0].1)), "{answers:?}");
    server.until(|figures| figures.connections == 0 && figures.scrapes == 0).await;
    assert_eq!(scrapes(&server.metrics.figures(), Code::Ok), SCRAPERS as u64);
    assert_eq!(server.closed_at_all(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_connections_take_no_more_than_the_places_there_are() {
    const WAVES: usize = 20;
    const WAVE: usize = 500;
    const PLACES: usize = 100;
    let server = Running::start(Ok(1), Limits { connections: PLACES, ..PATIENT }).await;
    for wave in 0..WAVES {
        let bytes: &[u8] = if wave % 2 == 0 { b"" } else { b"GET / HTTP/1.1\r\nX: " };
        let connections = silent(&server, WAVE, bytes).await;
        server.until(|figures| figures.connections == PLACES as u64).await;
        drop(connections);
    }
    // And still there is a place, and nothing is left of them.
    assert_eq!(server.get("/-/healthy").await.status, 200);
    server.until(|figures| figures.connections <= 1).await;
    let workers = tokio::runtime::Handle::current().metrics();
    while workers.num_alive_tasks() > 20 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn readers_that_stall_give_up_their_slots_and_one_that_reads_keeps_its_own() {
    const SLOTS: usize = 4;
    let limits = Limits { requests: SLOTS, ..PATIENT };
    let server = Setup::new(MANY_ROWS).limits(limits).ready().await;
    let mut stalled = Vec::new();
    for _ in 0..SLOTS {
        let mut connection = server.connect_narrow().await;
        connection.send("GET", "/metrics", "").await;
        connection.head().await;
        stalled.push(connection);
    }
    assert_eq!(server.metrics.figures().scrapes, SLOTS as u64);
    let answer = server.get("/metrics").await;
    assert_eq!(answer.status, 200);
    assert_eq!(server.closed(CloseReason::Evicted), 1);
    assert!(stalled[0].rest().await.len() < answer.body.len(), "the one that stalled longest was cut off");
    // The others are still served.
    for mut connection in stalled.into_iter().skip(1) {
        assert_eq!(connection.rest_of(answer.body.len()).await, answer.body.len());
    }
    server.until(|figures| figures.scrapes == 0).await;
}

#[tokio::test]
async fn without_a_slot_in_time_a_scrape_is_refused_and_other_pages_are_not() {
    // Less than the grace, so that nobody is cut off for it.
    let limits = Limits { requests: 1, request_wait: Duration::from_millis(200), ..PATIENT };
    let server = Setup::new(MANY_ROWS).limits(limits).ready().await;
    let mut slow = server.connect_narrow().await;
    slow.send("GET", "/metrics", "").await;
    slow.head().await;
    for path in ["/metrics", "/metrics/example"] {
        let refused = server.get(path).await;
        assert_eq!((refused.status, refused.header("retry-after")), (503, Some("5")), "{path}");
    }
    assert_eq!(server.get("/").await.status, 200);
    assert_eq!(scrapes(&server.metrics.figures(), Code::ServiceUnavailable), 1);
    drop(slow);
    server.until(|figures| figures.scrapes == 0).await;
    assert_eq!(server.get("/metrics").await.status, 200);
    // Who was refused connects anew: asking again on the spot does not make it the newest.
    server
        .until(|figures| {
            figures.closed.iter().any(|(reason, count)| *reason == CloseReason::Evicted && *count == 2)
        })
        .await;
    assert_eq!(server.closed_at_all(), 2);
}
