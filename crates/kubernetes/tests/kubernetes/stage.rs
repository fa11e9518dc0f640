//! An API server on a real socket that plays what a test scripts, byte by byte where the test wants it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use lookout_config::HumanDuration;
use lookout_kubernetes::{Cluster, Followed, Follower, Settings};
use lookout_runtime::Sources;
use serde_json::{Value, json};
use tokio::io::{
    AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader,
};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

/// How long anything is waited for before a test fails.
const PATIENCE: Duration = Duration::from_mins(1);

/// A request, as it came.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: BTreeMap<String, String>,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
}

/// What is answered.
pub(crate) enum Reply {
    /// A body of a kind.
    Body(u16, &'static str, Vec<(&'static str, String)>, Vec<u8>),
    /// Chunks as they come; the end of the channel ends the body properly.
    Stream(mpsc::UnboundedReceiver<Piece>),
    /// Nothing, for ever.
    Silence,
}

/// A piece of a stream.
pub(crate) enum Piece {
    /// Bytes.
    Bytes(Vec<u8>),
    /// The connection is cut.
    Cut,
}

/// What a test writes into a watch.
#[derive(Clone)]
pub(crate) struct Feed(mpsc::UnboundedSender<Piece>);

/// The server.
pub(crate) struct Stage {
    pub(crate) port: u16,
    asked: Arc<Mutex<Vec<Asked>>>,
    open: Arc<Mutex<usize>>,
    _connections: JoinSet<()>,
}

// === impl Asked ===

impl Asked {
    pub(crate) fn is_watch(&self) -> bool {
        self.query.contains_key("watch")
    }

    /// Of the query.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.query.get(name).map_or("", String::as_str)
    }
}

// === impl Reply ===

impl Reply {
    pub(crate) fn json(value: &Value) -> Self {
        Self::Body(200, "application/json", Vec::new(), value.to_string().into_bytes())
    }

    pub(crate) fn text(text: impl Into<Vec<u8>>) -> Self {
        Self::Body(200, "application/json", Vec::new(), text.into())
    }

    /// A `Status`.
    pub(crate) fn status(code: u16, reason: &str, message: &str) -> Self {
        let status = json!({"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": reason, "message": message, "code": code});
        Self::Body(code, "application/json", Vec::new(), status.to_string().into_bytes())
    }

    pub(crate) fn html() -> Self {
        Self::Body(200, "text/html; charset=utf-8", Vec::new(), b"<html>log in</html>".to_vec())
    }

    /// Lines, then the proper end.
    pub(crate) fn lines(lines: &[Value]) -> Self {
        let (feed, reply) = Self::feed();
        for line in lines {
            feed.line(line);
        }
        reply
    }

    /// A stream that a test writes.
    pub(crate) fn feed() -> (Feed, Self) {
        let (sender, receiver) = mpsc::unbounded_channel();
        (Feed(sender), Self::Stream(receiver))
    }

    /// A watch in which nothing happens.
    pub(crate) fn quiet() -> Self {
        let (feed, reply) = Self::feed();
        feed.keep();
        reply
    }
}

impl Feed {
    pub(crate) fn line(&self, line: &Value) {
        self.bytes(format!("{line}\n"));
    }

    pub(crate) fn bytes(&self, bytes: impl Into<Vec<u8>>) {
        let _ = self.0.send(Piece::Bytes(bytes.into()));
    }

    /// Keeps the stream open for longer than any test.
    pub(crate) fn keep(self) {
        tokio::spawn(async move {
            tokio::time::sleep(PATIENCE * 4).await;
            drop(self);
        });
    }

    pub(crate) fn cut(&self) {
        let _ = self.0.send(Piece::Cut);
    }
}

// === impl Stage ===

impl Stage {
    /// Plays `script`, which is given each request with its number from 0.
    pub(crate) async fn start(script: impl Fn(usize, &Asked) -> Reply + Send + Sync + 'static) -> Self {
        Self::start_with(None, script).await
    }

    /// The same, behind TLS where that is given.
    pub(crate) async fn start_with(
        tls: Option<TlsAcceptor>,
        script: impl Fn(usize, &Asked) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (asked, open): (Arc<Mutex<Vec<Asked>>>, Arc<Mutex<usize>>) = Default::default();
        let (script, their_asked, their_open) = (Arc::new(script), Arc::clone(&asked), Arc::clone(&open));
        let mut connections = JoinSet::new();
        connections.spawn(async move {
            let mut conversations = JoinSet::new();
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (script, asked, open) =
                    (Arc::clone(&script), Arc::clone(&their_asked), Arc::clone(&their_open));
                let tls = tls.clone();
                conversations.spawn(async move {
                    *open.lock().unwrap() += 1;
                    match tls {
                        None => drop(converse(stream, &*script, &asked).await),
                        Some(tls) => {
                            if let Ok(stream) = tls.accept(stream).await {
                                let _ = converse(stream, &*script, &asked).await;
                            }
                        }
                    }
                    *open.lock().unwrap() -= 1;
                });
            }
        });
        Self { port, asked, open, _connections: connections }
    }

    /// Every request so far, those for the version aside.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().iter().filter(|asked| asked.path != "/version").cloned().collect()
    }

    /// How many connections are open.
    pub(crate) fn open(&self) -> usize {
        *self.open.lock().unwrap()
    }

    pub(crate) fn settings(&self) -> Settings {
        let mut settings = patient();
        settings.access.server = format!("http://127.0.0.1:{}", self.port);
        settings
    }

    pub(crate) fn cluster(&self) -> Arc<Cluster> {
        cluster(&self.settings())
    }

    /// Waits until so many requests have come.
    pub(crate) async fn await_asked(&self, count: usize) {
        eventually("requests", || self.asked().len() >= count).await;
    }
}

/// Settings by which nothing takes too long, however slow the machine is; and nobody asks whether a quiet watch is right.
pub(crate) fn patient() -> Settings {
    let mut settings = Settings::default();
    settings.budget.request_timeout = HumanDuration::from_secs(300);
    settings.budget.watch_timeout = HumanDuration::from_secs(3600);
    settings
}

pub(crate) fn cluster(settings: &Settings) -> Arc<Cluster> {
    Cluster::of(settings, &mut Sources::default()).unwrap()
}

/// Waits until something holds.
pub(crate) async fn eventually(what: &str, holds: impl Fn() -> bool) {
    let end = tokio::time::Instant::now() + PATIENCE;
    while !holds() {
        assert!(tokio::time::Instant::now() < end, "{what} never came");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// Waits until what is known is as expected.
pub(crate) async fn until<T>(
    follower: &Follower<T>,
    what: &str,
    holds: impl Fn(&Followed<T>) -> bool,
) -> Followed<T> {
    let end = tokio::time::Instant::now() + PATIENCE;
    loop {
        let latest = follower.latest();
        if holds(&latest) {
            return latest;
        }
        assert!(tokio::time::Instant::now() < end, "{what} never came: {latest:?}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

async fn converse(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    script: &(impl Fn(usize, &Asked) -> Reply + ?Sized),
    asked: &Mutex<Vec<Asked>>,
) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    while let Some(request) = read_request(&mut stream).await? {
        let number = {
            let mut asked = asked.lock().unwrap();
            let number = asked.iter().filter(|before| before.path != "/version").count();
            asked.push(request.clone());
            number
        };
        match script(number, &request) {
            Reply::Body(status, kind, headers, body) => {
                let mut head = format!(
                    "HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n",
                    body.len()
                );
                for (name, value) in headers {
                    head.extend([name, ": ", value.as_str(), "\r\n"]);
                }
                stream.write_all((head + "\r\n").as_bytes()).await?;
                stream.write_all(&body).await?;
                stream.flush().await?;
            }
            Reply::Stream(pieces) => play(&mut stream, pieces).await?,
            Reply::Silence => loop {
                if stream.read_u8().await.is_err() {
                    return Ok(());
                }
            },
        }
    }
    Ok(())
}

async fn play(
    stream: &mut BufReader<impl AsyncRead + AsyncWrite + Unpin>,
    mut pieces: mpsc::UnboundedReceiver<Piece>,
) -> std::io::Result<()> {
    let head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
    stream.write_all(head).await?;
    stream.flush().await?;
    loop {
        // The client's end of the connection is noticed too.
        let piece = tokio::select! {
            piece = pieces.recv() => piece,
            _ = stream.fill_buf() => return Err(std::io::ErrorKind::ConnectionReset.into()),
        };
        match piece {
            Some(Piece::Bytes(bytes)) if bytes.is_empty() => {}
            Some(Piece::Bytes(bytes)) => {
                let mut chunk = format!("{:x}\r\n", bytes.len()).into_bytes();
                chunk.extend(bytes);
                chunk.extend(b"\r\n");
                stream.write_all(&chunk).await?;
                stream.flush().await?;
            }
            Some(Piece::Cut) => return Err(std::io::ErrorKind::ConnectionReset.into()),
            None => {
                stream.write_all(b"0\r\n\r\n").await?;
                return stream.flush().await;
            }
        }
    }
}

async fn read_request(
    stream: &mut BufReader<impl AsyncRead + AsyncWrite + Unpin>,
) -> std::io::Result<Option<Asked>> {
    let mut line = String::new();
    if stream.read_line(&mut line).await? == 0 {
        return Ok(None);
    }
    let mut words = line.split(' ');
    let method = words.next().unwrap_or_default().to_owned();
    let target = words.next().unwrap_or_default().to_owned();
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        headers.insert(name.to_ascii_lowercase(), value.to_owned());
    }
    let length = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await?;
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let query = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let body = String::from_utf8(body).unwrap();
    Ok(Some(Asked { method, path: path.to_owned(), query, headers, body }))
}
