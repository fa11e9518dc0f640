//! TLS, and HTTP/2 over it.

use std::time::Duration;

use bytes::Bytes;
use h2::client::SendRequest;
use hyper::{HeaderMap, Request};
use lookout_runtime::Stage;
use lookout_runtime::http::Limits;
use lookout_self_metrics::metrics::CloseReason;
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

use crate::running::{MANY_ROWS, PATIENT, Running};
use crate::web_directory::{TLS, WebDirectory};
use crate::wire::{Connection, secured};

const H2: &[u8] = b"h2";
const HTTP_1_1: &[u8] = b"http/1.1";

/// A secured connection that may agree on `protocols`.
async fn connect(server: &Running, directory: &WebDirectory, protocols: &[&[u8]]) -> TlsStream<TcpStream> {
    let stream = TcpStream::connect(server.address).await.unwrap();
    secured(stream, &directory.certificate, protocols).await.unwrap()
}

fn protocol(stream: &TlsStream<TcpStream>) -> Option<&[u8]> {
    stream.get_ref().1.alpn_protocol()
}

/// Begins HTTP/2 on a connection, and lets it go on.
async fn begin(
    stream: TlsStream<TcpStream>,
    window: u32,
) -> (SendRequest<Bytes>, tokio::task::JoinHandle<Result<(), h2::Error>>) {
    let mut builder = h2::client::Builder::new();
    let (sender, connection) = builder.initial_window_size(window).handshake(stream).await.unwrap();
    (sender, tokio::spawn(connection))
}

fn request(path: &str) -> Request<()> {
    Request::get(format!("https://localhost{path}")).body(()).unwrap()
}

/// The answer to one request: status, headers, body.
async fn ask(sender: &mut SendRequest<Bytes>, path: &str) -> (u16, HeaderMap, Vec<u8>) {
    let mut ready = sender.clone().ready().await.unwrap();
    let response = ready.send_request(request(path), true).unwrap().0.await.unwrap();
    let (parts, mut body) = response.into_parts();
    let mut bytes = Vec::new();
    while let Some(chunk) = body.data().await {
        let chunk = chunk.unwrap();
        body.flow_control().release_capacity(chunk.len()).unwrap();
        bytes.extend_from_slice(&chunk);
    }
    (parts.status.as_u16(), parts.headers, bytes)
}

#[tokio::test]
async fn https_is_served_over_http_1_1_and_says_when_its_certificate_ends() {
    let directory = WebDirectory::new(TLS);
    let server = directory.setup(1000).ready().await;
    assert!(server.metrics.figures().certificate_not_after.is_some());
    for protocols in [&[HTTP_1_1][..], &[]] {
        let stream = connect(&server, &directory, protocols).await;
        assert_eq!(protocol(&stream), protocols.first().copied());
        let mut connection = Connection::over(stream);
        for _ in 0..2 {
            let answer = connection.ask("GET", "/metrics", "").await;
            assert_eq!((answer.status, answer.text().matches("\nexample_value{").count()), (200, 1000));
        }
    }
}

#[tokio::test]
async fn http_2_is_agreed_on_and_serves_requests_beside_each_other() {
    let directory = WebDirectory::new(TLS);
    let server = directory.setup(MANY_ROWS).ready().await;
    let stream = connect(&server, &directory, &[H2, HTTP_1_1]).await;
    assert_eq!(protocol(&stream), Some(H2));
    let (sender, connection) = begin(stream, 1 << 20).await;
    let (mut first, mut second) = (sender.clone(), sender.clone());
    let ((status, headers, body), healthy) =
        tokio::join!(ask(&mut first, "/metrics"), ask(&mut second, "/-/healthy"));
    assert_eq!((status, headers["content-length"].to_str().unwrap()), (200, &*body.len().to_string()));
    assert!(body.len() > 20_000_000);
    assert_eq!((healthy.0, &*healthy.2), (200, &b"healthy\n"[..]));
    assert_eq!(ask(&mut first, "/nowhere").await.0, 404);
    drop((sender, first, second));
    connection.await.unwrap().unwrap();
    server.until(|figures| figures.connections == 0 && figures.scrapes == 0).await;
    assert_eq!(server.closed_at_all(), 0);
}

#[tokio::test]
async fn http_2_can_be_switched_off_and_is_not_spoken_without_tls() {
    let directory = WebDirectory::new(&format!("{TLS}http_server_config: {{http2: false}}\n"));
    let server = directory.setup(1).ready().await;
    assert_eq!(protocol(&connect(&server, &directory, &[H2, HTTP_1_1]).await), Some(HTTP_1_1));

    let plain = Running::ready(1).await;
    let mut connection = plain.connect().await;
    connection.send_bytes(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await;
    connection.rest().await;
    plain.until(|figures| figures.connections == 0).await;
    assert_eq!((plain.closed(CloseReason::Malformed), plain.closed_at_all()), (1, 1));
}

#[tokio::test]
async fn who_speaks_plain_http_to_tls_is_told_so() {
    let server = WebDirectory::new(TLS).setup(1).ready().await;
    let mut connection = server.connect().await;
    let answer = connection.ask("GET", "/metrics", "").await;
    assert_eq!(answer.status, 400);
    assert_eq!(answer.text(), "This port speaks TLS: use https:// in place of http:// here.");
    assert_eq!(connection.rest().await, b"");
    server.until(|figures| figures.connections == 0).await;
    assert_eq!((server.closed(CloseReason::HandshakeFailed), server.closed_at_all()), (1, 1));
}

/// The beginning of a `ClientHello` that announces 512 bytes.
const HELLO: &[u8] = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03";

/// Clients that begin a handshake and stall.
async fn stalled(server: &Running) -> Vec<Connection> {
    futures_of(20, || async {
        let mut connection = server.connect().await;
        connection.send_bytes(HELLO).await;
        connection
    })
    .await
}

#[tokio::test]
async fn a_handshake_that_breaks_off_fails_and_keeps_nobody_else_from_theirs() {
    let directory = WebDirectory::new(TLS);
    let server = directory.setup(1).ready().await;
    // Who connects and goes, as a health check of a load balancer does, has not failed at anything.
    drop(server.connect().await);
    for length in 1..HELLO.len() {
        server.connect().await.send_bytes(&HELLO[..length]).await;
    }
    let broken = HELLO.len() as u64 - 1;
    let failed = |closed: &(CloseReason, u64)| *closed == (CloseReason::HandshakeFailed, broken);
    server.until(|figures| figures.connections == 0 && figures.closed.iter().any(failed)).await;
    assert_eq!(server.closed_at_all(), broken);
    let _stalled = stalled(&server).await;
    let mut connection = Connection::over(connect(&server, &directory, &[]).await);
    assert_eq!(connection.ask("GET", "/-/healthy", "").await.status, 200);
}

#[tokio::test]
async fn a_handshake_that_stalls_ends_in_time() {
    let limits = Limits { handshake: Duration::from_millis(200), ..PATIENT };
    let server = WebDirectory::new(TLS).setup(1).limits(limits).ready().await;
    for mut connection in stalled(&server).await {
        assert_eq!(connection.rest().await, b"");
    }
    server.until(|figures| figures.connections == 0).await;
    assert_eq!((server.closed(CloseReason::HandshakeTimeout), server.closed_at_all()), (20, 20));
}

async fn futures_of<F: Future>(count: usize, make: impl Fn() -> F) -> Vec<F::Output> {
    let mut outputs = Vec::new();
    for _ in 0..count {
        outputs.push(make().await);
    }
    outputs
}

#[tokio::test]
async fn an_idle_connection_is_closed_as_tls_closes_and_an_answer_is_cut_off_otherwise() {
    let limits = Limits { idle: Duration::from_millis(100), answer: Duration::from_millis(300), ..PATIENT };
    let directory = WebDirectory::new(TLS);
    let server = directory.setup(MANY_ROWS).limits(limits).ready().await;
    let mut idle = Connection::over(connect(&server, &directory, &[]).await);
    idle.ask("GET", "/-/healthy", "").await;
    assert_eq!(idle.stream.read(&mut [0; 1]).await.unwrap(), 0, "closed in order");

    let stream = server.connect_narrow().await.stream;
    let mut slow = Connection::over(secured(stream, &directory.certificate, &[]).await.unwrap());
    slow.send("GET", "/metrics", "").await;
    server.until(|figures| figures.connections == 0).await;
    let mut bytes = Vec::new();
    slow.stream.read_to_end(&mut bytes).await.unwrap_err();
    assert_eq!(server.closed(CloseReason::Idle), 1);
    assert_eq!(server.closed(CloseReason::AnswerTimeout), 1);
}

#[tokio::test]
async fn a_stream_whose_window_never_opens_keeps_its_slot_while_it_has_time() {
    let directory = WebDirectory::new(TLS);
    // One piece, which HTTP/2 takes whole and keeps until the window opens.
    let server = directory.setup(100).ready().await;
    let (mut sender, connection) = begin(connect(&server, &directory, &[H2]).await, 0).await;
    let response = sender.send_request(request("/metrics"), true).unwrap().0.await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(server.metrics.figures().scrapes, 1, "what is not sent keeps its slot");
    connection.abort();
    server.until(|figures| figures.connections == 0 && figures.scrapes == 0).await;
    assert_eq!(server.closed_at_all(), 0);
}

#[tokio::test]
async fn a_stream_whose_window_never_opens_is_given_up() {
    let limits = Limits { answer: Duration::from_millis(300), ..PATIENT };
    let directory = WebDirectory::new(TLS);
    let server = directory.setup(100).limits(limits).ready().await;
    let (mut sender, connection) = begin(connect(&server, &directory, &[H2]).await, 0).await;
    let _response = sender.send_request(request("/metrics"), true).unwrap();
    connection.await.unwrap().unwrap_err();
    server.until(|figures| figures.connections == 0 && figures.scrapes == 0).await;
    assert_eq!((server.closed(CloseReason::AnswerTimeout), server.closed_at_all()), (1, 1));
}

#[tokio::test]
async fn an_http_2_connection_that_idles_is_told_to_go() {
    let limits = Limits { idle: Duration::from_millis(100), ..PATIENT };
    let directory = WebDirectory::new(TLS);
    let server = directory.setup(1).limits(limits).ready().await;
    let (mut sender, connection) = begin(connect(&server, &directory, &[H2]).await, 1 << 16).await;
    assert_eq!(ask(&mut sender, "/-/healthy").await.0, 200);
    connection.await.unwrap().unwrap();
    server.until(|figures| figures.connections == 0).await;
    assert_eq!((server.closed(CloseReason::Idle), server.closed_at_all()), (1, 1));
}

#[tokio::test]
async fn what_is_not_http_2_is_refused() {
    let directory = WebDirectory::new(TLS);
    let server = directory.setup(1).ready().await;
    let mut connection = Connection::over(connect(&server, &directory, &[H2]).await);
    connection.send_bytes(&[b'x'; 64]).await;
    connection.rest().await;
    server.until(|figures| figures.connections == 0).await;
    assert_eq!((server.closed(CloseReason::Malformed), server.closed_at_all()), (1, 1));
}

#[tokio::test]
async fn who_opens_streams_and_resets_them_in_numbers_is_refused() {
    const FRAME_HEADERS: u8 = 1;
    const FRAME_RST_STREAM: u8 = 3;
    const FRAME_SETTINGS: u8 = 4;
    const END_STREAM_AND_HEADERS: u8 = 5;
    let directory = WebDirectory::new(TLS);
    let server = directory.setup(1).ready().await;
    let mut bytes = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
    let mut frame = |kind: u8, flags: u8, stream: u32, payload: &[u8]| {
        bytes.extend_from_slice(&u32::try_from(payload.len()).unwrap().to_be_bytes()[1..]);
        bytes.extend_from_slice(&[kind, flags]);
        bytes.extend_from_slice(&stream.to_be_bytes());
        bytes.extend_from_slice(payload);
    };
    frame(FRAME_SETTINGS, 0, 0, &[]);
    for stream in (1..400).step_by(2) {
        // GET, https, `/`, and the authority `x`, from HPACK's static table.
        frame(FRAME_HEADERS, END_STREAM_AND_HEADERS, stream, b"\x82\x87\x84\x41\x01x");
        frame(FRAME_RST_STREAM, 0, stream, &8_u32.to_be_bytes());
    }
    let mut connection = Connection::over(connect(&server, &directory, &[H2]).await);
    connection.send_bytes(&bytes).await;
    connection.rest().await;
    server.until(|figures| figures.connections == 0).await;
    assert_eq!((server.closed(CloseReason::Malformed), server.closed_at_all()), (1, 1));
}

#[tokio::test]
async fn an_http_2_connection_ends_in_order_when_the_process_drains() {
    let directory = WebDirectory::new(TLS);
    let server = directory.setup(MANY_ROWS).ready().await;
    let (mut sender, connection) = begin(connect(&server, &directory, &[H2]).await, 1 << 16).await;
    let (head, _) = sender.send_request(request("/metrics"), true).unwrap();
    let mut body = head.await.unwrap().into_body();
    assert_eq!(server.trigger.advance(), Stage::Draining);
    let mut length = 0;
    while let Some(chunk) = body.data().await {
        let chunk = chunk.unwrap();
        body.flow_control().release_capacity(chunk.len()).unwrap();
        length += chunk.len();
    }
    assert!(length > 20_000_000);
    drop((sender, body));
    connection.await.unwrap().unwrap();
    server.server.await.unwrap();
}
