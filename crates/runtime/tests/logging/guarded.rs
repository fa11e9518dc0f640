//! Real requests of HTTP/2 with secrets in them: nothing of the secrets is logged, although everything is asked for.

use std::convert::Infallible;
use std::time::Duration;

use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use lookout_runtime::logging::{Format, Level, subscriber};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::Memory;

const SECRET: &str = "PLANTED";
/// How long an answer is waited for, at most.
const GUARD: Duration = Duration::from_mins(1);
/// The type of a frame with headers, as in RFC 9113, 6.2.
const HEADERS: u8 = 1;
/// The request that is answered; the ones before it are malformed.
const LAST_STREAM: u8 = 7;

/// A frame with headers that ends its stream; the headers are literals without an index (RFC 7541, 6.2.2).
fn headers(stream: u8, fields: &[(&str, &str)]) -> Vec<u8> {
    let short = |text: &str| u8::try_from(text.len()).ok().filter(|length| *length < 127).unwrap();
    let block: Vec<u8> = fields
        .iter()
        .flat_map(|(name, value)| {
            [&[0, short(name)], name.as_bytes(), &[short(value)], value.as_bytes()].concat()
        })
        .collect();
    let length = u16::try_from(block.len()).unwrap().to_be_bytes();
    // END_STREAM and END_HEADERS.
    [&[0, length[0], length[1], HEADERS, 0x5, 0, 0, 0, stream], block.as_slice()].concat()
}

/// Four requests: a path, an authority and a header that are wrong, each with the secret, and a good one with it.
fn requests() -> Vec<u8> {
    let common = [(":method", "GET"), (":scheme", "http")];
    let request = |stream, fields: &[(&str, &str)]| headers(stream, &[&common, fields].concat());
    [
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(),
        // Empty settings.
        vec![0, 0, 0, 4, 0, 0, 0, 0, 0],
        request(1, &[(":path", "/metrics?token=PLANTED path")]),
        request(3, &[(":path", "/metrics"), (":authority", "user:PLANTED@no host")]),
        request(5, &[(":path", "/metrics"), ("te", "PLANTED")]),
        request(LAST_STREAM, &[(":path", "/metrics?token=PLANTED"), ("authorization", "Basic PLANTED")]),
    ]
    .concat()
}

/// Sends the requests and waits for the answer to the last.
async fn ask(mut stream: TcpStream) {
    stream.write_all(&requests()).await.unwrap();
    loop {
        let mut head = [0; 9];
        stream.read_exact(&mut head).await.unwrap();
        if (head[3], head[8]) == (HEADERS, LAST_STREAM) {
            return;
        }
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        stream.read_exact(&mut vec![0; usize::try_from(length).unwrap()]).await.unwrap();
    }
}

/// One connection with the requests, everything of it in this thread, logged to `subscriber`.
fn exchange(subscriber: impl tracing::Subscriber + Send + Sync + 'static) {
    let _logs = tracing::subscriber::set_default(subscriber);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (server, _) = listener.accept().await.unwrap();
        tokio::spawn(async move {
            let answer =
                service_fn(async |_request| Ok::<_, Infallible>(hyper::Response::new(String::new())));
            tracing::trace!(target: "lookout_runtime", "serving");
            let _ = hyper::server::conn::http2::Builder::new(TokioExecutor::new())
                .serve_connection(TokioIo::new(server), answer)
                .await;
        });
        tokio::time::timeout(GUARD, ask(client)).await.expect("the last request is answered");
    });
}

#[test]
fn secrets_in_requests_of_http_2_are_not_logged_at_any_level() {
    // What the libraries would write: the test can fail, and the guard is needed.
    let unguarded = Memory::default();
    let writer = unguarded.clone();
    let everything = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_ansi(false);
    exchange(everything.with_writer(move || writer.clone()).finish());
    let shown: Vec<String> =
        unguarded.text().lines().filter(|line| line.contains(SECRET)).map(str::to_owned).collect();
    assert!(shown.iter().any(|line| line.contains("malformed path")), "{shown:?}");
    assert!(shown.iter().any(|line| line.contains("malformed authority")), "{shown:?}");

    for format in [Format::Logfmt, Format::Json] {
        let guarded = Memory::default();
        exchange(subscriber(Level::Trace, format, guarded.clone()));
        let text = guarded.text();
        assert!(text.contains("serving"), "the log is on: {text}");
        assert!(!text.contains(SECRET), "{text}");
    }
}
