//! A plain HTTP client: hyper over a socket, a connection for each request.

use core::convert::Infallible;
use core::future::poll_fn;
use core::pin::Pin;
use core::task::{Context, Poll};
use core::time::Duration;
use std::collections::VecDeque;
use std::sync::Arc;

use bytes::Bytes;
use hyper::body::{Body as _, Frame, Incoming};
use hyper::client::conn::http1;
use hyper::{HeaderMap, Method, Request, Response};
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use lookout_simulator::kubernetes::{ApiServer, ApiServerOptions, Principal};
use lookout_simulator::{IssuedCertificate, kubernetes::objects};
use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, UnixTime};
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

/// No answer takes this long, unless it is not to come.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);
/// Long enough that whatever was to come would have come.
pub(crate) const A_WHILE: Duration = Duration::from_millis(300);

/// The time of all tests: 2026-09-01T12:00:00Z. No clock is asked.
pub(crate) fn now() -> Timestamp {
    "2026-09-01T12:00:00Z".parse().unwrap()
}

/// The token of somebody who may do everything.
pub(crate) const TOKEN: &str = "token-of-the-administrator";

/// A server without TLS, and somebody who may do everything.
pub(crate) fn server() -> ApiServer {
    let principals = vec![Principal::administrator("administrator", TOKEN)];
    ApiServer::start(ApiServerOptions { principals, ..ApiServerOptions::default() }, now()).unwrap()
}

/// The same with so many objects `map-000`… in the namespace `trino`, and one in `kafka`.
pub(crate) fn server_with(maps: usize) -> ApiServer {
    let server = server();
    for number in 0..maps {
        server.apply(map("trino", &format!("map-{number:03}"))).unwrap();
    }
    server.apply(map("kafka", "other")).unwrap();
    server
}

pub(crate) fn map(namespace: &str, name: &str) -> Value {
    objects::config_map(namespace, name, &[("key", "value")])
}

#[derive(Clone)]
pub(crate) struct Client {
    address: std::net::SocketAddr,
    token: Option<String>,
    tls: Option<(String, Option<Arc<IssuedCertificate>>)>,
}

/// A whole answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
    /// Whether the body came to its end.
    pub(crate) is_whole: bool,
}

/// A watch: the events as they come.
pub(crate) struct Watch {
    pub(crate) status: u16,
    body: Incoming,
    rest: Vec<u8>,
    events: VecDeque<Value>,
    pub(crate) lines: Vec<String>,
}

/// A request's body.
struct Whole(Option<Bytes>);

impl hyper::body::Body for Whole {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.take().map(|bytes| Ok(Frame::data(bytes))))
    }
}

// === impl Client ===

impl Client {
    /// Somebody who may do everything.
    pub(crate) fn of(server: &ApiServer) -> Self {
        Self::with_token(server, TOKEN)
    }

    pub(crate) fn with_token(server: &ApiServer, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..Self::anonymous(server) }
    }

    pub(crate) fn anonymous(server: &ApiServer) -> Self {
        let tls = server.authority_pem().map(|pem| (pem.to_owned(), None));
        Self { address: server.address(), token: None, tls }
    }

    pub(crate) fn with_certificate(server: &ApiServer, certificate: Arc<IssuedCertificate>) -> Self {
        let tls = Some((server.authority_pem().unwrap().to_owned(), Some(certificate)));
        Self { tls, ..Self::anonymous(server) }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, &[], None).await
    }

    /// The JSON of an answer that is no refusal.
    pub(crate) async fn json(&self, path: &str) -> Value {
        let answer = self.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        answer.json()
    }

    pub(crate) async fn ask(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Answer {
        let asked = timeout(PATIENCE, self.try_ask(method, path, headers, body)).await;
        asked.expect("an answer in time").expect("an answer")
    }

    /// Sends these bytes.
    pub(crate) async fn send(&self, method: Method, path: &str, body: Vec<u8>) -> Answer {
        let asked = timeout(PATIENCE, self.open(method, path, &[], Some(body.into()))).await;
        whole(asked.expect("an answer in time").expect("an answer")).await
    }

    pub(crate) async fn try_ask(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<Answer, Box<dyn std::error::Error + Send + Sync>> {
        let body = body.map(|body| body.to_string().into());
        Ok(whole(self.open(method, path, headers, body).await?).await)
    }

    pub(crate) async fn watch(&self, path: &str) -> Watch {
        let opened = timeout(PATIENCE, self.open(Method::GET, path, &[], None)).await;
        let response = opened.expect("an answer in time").expect("an answer");
        let status = response.status().as_u16();
        Watch {
            status,
            body: response.into_body(),
            rest: Vec::new(),
            events: VecDeque::new(),
            lines: Vec::new(),
        }
    }

    async fn open(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Bytes>,
    ) -> Result<Response<Incoming>, Box<dyn std::error::Error + Send + Sync>> {
        let stream = TcpStream::connect(self.address).await?;
        let mut request = Request::builder().method(method).uri(path).header("host", "kubernetes");
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Whole(body))?;
        match &self.tls {
            None => send(stream, request).await,
            Some((authority, certificate)) => {
                let config = Arc::new(client_config(authority, certificate.as_deref()));
                let name = "127.0.0.1".try_into()?;
                send(TlsConnector::from(config).connect(name, stream).await?, request).await
            }
        }
    }
}

async fn send(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    request: Request<Whole>,
) -> Result<Response<Incoming>, Box<dyn std::error::Error + Send + Sync>> {
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    Ok(sender.send_request(request).await?)
}

/// The time of all tests, for certificates too.
#[derive(Debug)]
struct TestTime;

impl rustls::time_provider::TimeProvider for TestTime {
    fn current_time(&self) -> Option<UnixTime> {
        Some(UnixTime::since_unix_epoch(Duration::from_secs(now().as_second().try_into().unwrap())))
    }
}

fn client_config(authority: &str, certificate: Option<&IssuedCertificate>) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(authority.as_bytes()).unwrap()).unwrap();
    let builder = ClientConfig::builder_with_details(Arc::new(ring::default_provider()), Arc::new(TestTime))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots);
    match certificate {
        Some(own) => builder.with_client_auth_cert(own.chain(), own.key()).unwrap(),
        None => builder.with_no_client_auth(),
    }
}

async fn whole(response: Response<Incoming>) -> Answer {
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let (mut bytes, mut is_whole, mut body) = (Vec::new(), true, response.into_body());
    while let Some(frame) = next(&mut body).await {
        match frame {
            Ok(frame) => bytes.extend_from_slice(&frame),
            Err(_) => is_whole = false,
        }
    }
    let text = String::from_utf8_lossy(&bytes).into_owned();
    Answer { status, headers, text, is_whole }
}

async fn next(body: &mut Incoming) -> Option<Result<Bytes, hyper::Error>> {
    let frame = poll_fn(|context| Pin::new(&mut *body).poll_frame(context)).await?;
    Some(frame.map(|frame| frame.into_data().unwrap_or_default()))
}

// === impl Answer ===

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|why| panic!("{why}: {}", self.text))
    }

    pub(crate) fn message(&self) -> String {
        self.json()["message"].as_str().unwrap().to_owned()
    }
}

/// The names of a list's items.
pub(crate) fn names(list: &Value) -> Vec<String> {
    let items = list["items"].as_array().unwrap();
    items.iter().map(|item| item["metadata"]["name"].as_str().unwrap().to_owned()).collect()
}

// === impl Watch ===

impl Watch {
    /// The next event; none at the end of the stream.
    pub(crate) async fn next(&mut self) -> Option<Value> {
        timeout(PATIENCE, self.read()).await.expect("an event in time")
    }

    /// Whether nothing comes, and the stream does not end either.
    pub(crate) async fn is_silent(&mut self) -> bool {
        timeout(A_WHILE, self.read()).await.is_err()
    }

    /// The next event as `TYPE name`.
    pub(crate) async fn next_told(&mut self) -> String {
        let event = self.next().await.expect("an event");
        let name = event["object"]["metadata"]["name"].as_str().unwrap_or_default();
        format!("{} {name}", event["type"].as_str().unwrap())
    }

    async fn read(&mut self) -> Option<Value> {
        loop {
            if let Some(event) = self.events.pop_front() {
                return Some(event);
            }
            self.rest.extend_from_slice(&next(&mut self.body).await?.ok()?);
            while let Some(end) = self.rest.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.rest.drain(..=end).collect();
                self.lines.push(String::from_utf8(line).unwrap());
                self.events.push_back(serde_json::from_str(self.lines.last().unwrap()).unwrap());
            }
        }
    }
}
