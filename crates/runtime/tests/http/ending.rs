//! How the server ends: drain first, abort second.

use std::sync::Arc;
use std::time::Duration;

use lookout_runtime::Stage;
use lookout_runtime::http::Limits;
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::log::subscribe;
use crate::running::{MANY_ROWS, PATIENT, Running};
use crate::web_directory::{TLS, WebDirectory};
use crate::wire::{Connection, secured};

/// So that a test which fails ends.
const GUARD: Duration = Duration::from_mins(1);

/// A file with what is logged in this test's thread, in which its server runs too, for as long as the guard is there.
fn logged() -> (tempfile::NamedTempFile, tracing::subscriber::DefaultGuard) {
    let file = tempfile::NamedTempFile::new().unwrap();
    let writer = Arc::new(file.reopen().unwrap());
    let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(writer).finish();
    (file, subscribe(subscriber))
}

/// A request in flight: its answer is larger than what the system takes, and the client has read its head alone.
async fn in_flight(server: &Running) -> Connection {
    let mut connection = server.connect_narrow().await;
    connection.send("GET", "/metrics", "").await;
    connection
}

#[tokio::test]
async fn draining_closes_the_listener_and_finishes_what_is_in_flight() {
    let server = Running::ready(MANY_ROWS).await;
    let mut busy = in_flight(&server).await;
    let head = busy.head().await;
    let mut idle = server.connect().await;
    idle.send("GET", "/-/healthy", "").await;
    idle.answer("GET").await;

    assert_eq!(server.trigger.advance(), Stage::Draining);
    // An idle connection is closed at once, a new one refused.
    assert_eq!(idle.rest().await, b"");
    while TcpStream::connect(server.address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    assert!(!server.server.is_finished());

    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    assert_eq!(busy.rest().await.len().to_string(), length);
    server.server.await.unwrap();
}

#[tokio::test]
async fn draining_is_bounded_and_what_it_cuts_off_is_told() {
    let (log, _guard) = logged();
    let limits = Limits { drain: Duration::from_millis(100), ..PATIENT };
    let server = Running::start(Ok(MANY_ROWS), limits).await;
    server.collect().await;
    let mut busy = in_flight(&server).await;
    busy.head().await;
    server.trigger.advance();
    server.server.await.unwrap();
    assert!(busy.rest().await.len() < 20_000_000);
    let text = std::fs::read_to_string(log.path()).unwrap();
    assert!(text.contains("answers were cut off, because the process ends answers=1\n"), "{text}");
}

#[tokio::test]
async fn a_second_signal_aborts() {
    let server = Running::start(Ok(MANY_ROWS), PATIENT).await;
    server.collect().await;
    let mut busy = in_flight(&server).await;
    busy.head().await;
    server.trigger.advance();
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(!server.server.is_finished());
    assert_eq!(server.trigger.advance(), Stage::Aborting);
    server.server.await.unwrap();
    assert!(busy.rest().await.len() < 20_000_000);
}

#[tokio::test]
async fn who_says_nothing_does_not_delay_the_end() {
    let (log, _guard) = logged();
    let server = Running::start(Ok(1), PATIENT).await;
    let mut silent = server.connect().await;
    let mut begun = server.connect().await;
    begun.send_bytes(b"GET /-/healthy HTTP/1.1\r\nHo").await;
    let mut again = server.connect().await;
    again.ask("GET", "/-/healthy", "").await;
    again.send_bytes(b"GET /").await;
    server.until(|figures| figures.connections == 3).await;
    server.trigger.advance();
    for connection in [&mut silent, &mut begun, &mut again] {
        assert_eq!(timeout(GUARD, connection.rest()).await.unwrap(), b"");
    }
    assert_eq!(server.closed_at_all(), 0);
    timeout(GUARD, server.server).await.unwrap().unwrap();
    let text = std::fs::read_to_string(log.path()).unwrap();
    assert!(!text.contains("cut off"), "{text}");
}

#[tokio::test]
async fn who_disregards_that_http_2_ends_does_not_delay_the_end() {
    let directory = WebDirectory::new(TLS);
    let server = directory.setup(1).ready().await;
    let mut half_a_handshake = server.connect().await;
    half_a_handshake.send_bytes(b"\x16\x03\x01").await;
    let stream = server.connect().await.stream;
    let stream = secured(stream, &directory.certificate, &[b"h2"]).await.unwrap();
    let mut client = Connection::over(stream);
    // The preface, empty settings and a ping; whatever the server says is not answered.
    client.send_bytes(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").await;
    client.send_bytes(b"\0\0\x08\x06\0\0\0\0\0lookout!").await;
    let mut heard = Vec::new();
    while !heard.ends_with(b"lookout!") {
        client.stream.read_buf(&mut heard).await.unwrap();
    }
    server.trigger.advance();
    timeout(GUARD, server.server).await.unwrap().unwrap();
    client.rest().await;
    half_a_handshake.rest().await;
}
