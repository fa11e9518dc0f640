//! What a connection may do, and for how long.

use std::time::Duration;

use lookout_runtime::http::{BindError, Limits, Server, WebOptions};
use lookout_self_metrics::metrics::CloseReason;
use tokio::io::AsyncWriteExt as _;

use crate::running::{MANY_ROWS, PATIENT, Running};

#[tokio::test]
async fn a_connection_serves_many_requests() {
    let server = Running::ready(10).await;
    let mut connection = server.connect().await;
    for path in ["/metrics", "/-/healthy", "/nowhere", "/metrics"] {
        connection.send("GET", path, "").await;
        connection.answer("GET").await;
    }
    // And several at once.
    connection.send_bytes(&b"GET /-/healthy HTTP/1.1\r\nHost: lookout\r\n\r\n".repeat(3)).await;
    for _ in 0..3 {
        assert_eq!(connection.answer("GET").await.text(), "healthy\n");
    }
}

#[tokio::test]
async fn a_request_of_http_1_0_is_answered_and_closed() {
    let server = Running::ready(10).await;
    let mut connection = server.connect().await;
    connection.send_bytes(b"GET /-/healthy HTTP/1.0\r\n\r\n").await;
    assert_eq!(connection.answer("GET").await.text(), "healthy\n");
    assert_eq!(connection.rest().await, b"");
}

#[tokio::test]
async fn a_large_answer_arrives_whole() {
    let server = Running::ready(MANY_ROWS).await;
    let response = server.get("/metrics").await;
    assert!(response.body.len() > 20_000_000);
    assert_eq!(response.text().lines().filter(|line| line.starts_with("example_value{")).count(), 100_000);
}

#[tokio::test]
async fn a_head_that_is_too_slow_is_dropped() {
    let limits = Limits { head: Duration::from_millis(100), ..PATIENT };
    let server = Running::start(Ok(1), limits).await;
    let mut connection = server.connect().await;
    connection.send_bytes(b"GET /-/healthy HTTP/1.1\r\nHost: lo").await;
    assert_eq!(connection.rest().await, b"");
    server.until(|figures| figures.connections == 0).await;
    assert_eq!((server.closed(CloseReason::HeadTimeout), server.closed_at_all()), (1, 1));
}

#[tokio::test]
async fn a_head_that_begins_behind_a_request_has_the_time_of_a_head() {
    let limits = Limits { head: Duration::from_millis(100), ..PATIENT };
    let server = Running::start(Ok(1), limits).await;
    let mut connection = server.connect().await;
    let request = "GET /-/healthy HTTP/1.1\r\nHost: lookout\r\n\r\n";
    connection.send_bytes(format!("{request}GET /-/healthy HT").as_bytes()).await;
    assert_eq!(connection.answer("GET").await.status, 200);
    assert_eq!(connection.rest().await, b"");
    server.until(|figures| figures.connections == 0).await;
    assert_eq!((server.closed(CloseReason::HeadTimeout), server.closed_at_all()), (1, 1));
}

#[tokio::test]
async fn a_connection_without_a_request_is_closed_in_time() {
    let limits = Limits { idle: Duration::from_millis(100), ..PATIENT };
    let server = Running::start(Ok(1), limits).await;
    let mut connection = server.connect().await;
    connection.send("GET", "/-/healthy", "").await;
    connection.answer("GET").await;
    assert_eq!(connection.rest().await, b"");
    server.until(|figures| figures.connections == 0).await;
    assert_eq!((server.closed(CloseReason::Idle), server.closed_at_all()), (1, 1));
}

#[tokio::test]
async fn a_connection_that_ends_in_order_is_not_counted_as_closed() {
    let server = Running::ready(1).await;
    let mut connection = server.connect().await;
    connection.ask("GET", "/-/healthy", "").await;
    drop(connection);
    server.ask("GET", "/metrics", "Connection: close\r\n").await;
    server.until(|figures| figures.connections == 0).await;
    // One that goes within a head.
    let mut connection = server.connect().await;
    connection.send_bytes(b"GET /-/hea").await;
    server.until(|figures| figures.connections == 1).await;
    drop(connection);
    server.until(|figures| figures.connections == 0).await;
    assert_eq!(server.closed_at_all(), 0);
}

#[tokio::test]
async fn a_client_that_does_not_take_its_answer_is_dropped() {
    let limits = Limits { answer: Duration::from_millis(200), ..PATIENT };
    let server = Running::start(Ok(MANY_ROWS), limits).await;
    server.collect().await;
    let mut connection = server.connect_narrow().await;
    connection.send("GET", "/metrics", "").await;
    connection.head().await;
    server.until(|figures| figures.connections == 0).await;
    assert!(connection.rest().await.len() < 20_000_000);
    assert_eq!((server.closed(CloseReason::AnswerTimeout), server.closed_at_all()), (1, 1));
    assert_eq!(server.metrics.figures().scrapes, 0);
}

#[tokio::test]
async fn a_client_that_takes_its_answer_slowly_keeps_it() {
    let limits = Limits { head: Duration::from_millis(200), ..PATIENT };
    let server = Running::start(Ok(MANY_ROWS), limits).await;
    server.collect().await;
    let mut connection = server.connect_narrow().await;
    connection.send("GET", "/metrics", "").await;
    let head = connection.head().await;
    // Longer than a head may take, and than any part of the answer that the system buffers.
    tokio::time::sleep(Duration::from_millis(600)).await;
    connection.send("GET", "/-/healthy", "Connection: close\r\n").await;
    let length: usize =
        head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap().parse().unwrap();
    let rest = connection.rest().await;
    assert!(
        rest.len() > length && rest.ends_with(b"healthy\n"),
        "{} of {length} bytes and another answer",
        rest.len()
    );
}

#[tokio::test]
async fn a_head_that_is_too_large_is_refused() {
    let server = Running::ready(1).await;
    let mut connection = server.connect().await;
    connection.send_bytes(b"GET /-/healthy HTTP/1.1\r\nX: ").await;
    // The server may close before all of it is sent; then the system may take its answer away from the client.
    let _ = connection.stream.write_all(&vec![b'x'; 1 << 20]).await;
    let answer = String::from_utf8(connection.rest().await).unwrap();
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431 "), "{answer}");
    server.until(|figures| figures.connections == 0).await;
    assert_eq!((server.closed(CloseReason::Malformed), server.closed_at_all()), (1, 1));
    assert_eq!(server.get("/-/healthy").await.status, 200);
}

#[tokio::test]
async fn what_is_not_http_is_refused_and_harms_nobody() {
    let server = Running::ready(1).await;
    for bytes in
        [&b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..], b"\r\n\r\n\r\n", b"GET\r\n\r\n", &[0; 100]]
    {
        let mut connection = server.connect().await;
        connection.send_bytes(bytes).await;
        connection.stream.shutdown().await.unwrap();
        let answer = String::from_utf8_lossy(&connection.rest().await).into_owned();
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400 "), "{answer}");
    }
    assert_eq!(server.get("/-/healthy").await.status, 200);
}

#[tokio::test]
async fn every_listen_address_is_served() {
    let addresses = ["127.0.0.1:0".parse().unwrap(), "localhost:0".parse().unwrap(), ":0".parse().unwrap()];
    let server = Server::bind(&WebOptions::at(addresses.into())).await.unwrap();
    // Two of them may have the same port, by chance.
    let distinct: std::collections::BTreeSet<_> = server.addresses().into_iter().collect();
    assert_eq!(distinct.len(), 3);
}

#[tokio::test]
async fn an_address_that_is_taken_is_an_error_that_names_it() {
    let first = Server::bind(&WebOptions::at(vec!["127.0.0.1:0".parse().unwrap()])).await.unwrap();
    let taken = first.addresses()[0].to_string();
    let error = Server::bind(&WebOptions::at(vec![taken.parse().unwrap()])).await.unwrap_err();
    assert!(error.to_string().starts_with(&format!("listening on `{taken}` is not possible")), "{error}");
    assert!(matches!(Server::bind(&WebOptions::at(Vec::new())).await, Err(BindError::FindAddress)));
}
