//! How the server ends: drain first, abort second.

use std::time::Duration;

use lookout_runtime::Stage;
use lookout_runtime::http::Limits;
use tokio::net::TcpStream;

use crate::running::{MANY_ROWS, Running};
use crate::wire::Connection;

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
async fn draining_is_bounded() {
    let limits = Limits { drain: Duration::from_millis(100), ..Limits::default() };
    let server = Running::start(Ok(MANY_ROWS), limits).await;
    server.collect().await;
    let mut busy = in_flight(&server).await;
    busy.head().await;
    server.trigger.advance();
    server.server.await.unwrap();
    assert!(busy.rest().await.len() < 20_000_000);
}

#[tokio::test]
async fn a_second_signal_aborts() {
    let limits = Limits { drain: Duration::from_hours(1), ..Limits::default() };
    let server = Running::start(Ok(MANY_ROWS), limits).await;
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
