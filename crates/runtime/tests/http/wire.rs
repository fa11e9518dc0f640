//! A server to ask, and the client's side of the wire: bytes.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use lookout_declarations::{Gauge, label, metrics};
use lookout_exposition::{Batch, ExporterFamilies, Exposition, Family};
use lookout_runtime::http::{HttpMetrics, Limits, Server, Site};
use lookout_runtime::{
    BuildInfo, Clock, CollectError, Collected, DataKind, Driver, Fault, Readiness, ShutdownTrigger, Source,
    SourceDescription, shutdown,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

label! {
    /// The number of a row.
    pub(crate) Row: i64 = "row";
    /// Something long.
    pub(crate) Padding = "padding";
}
metrics! {
    /// Rows that make an answer as large as a test wants.
    pub(crate) VALUE: Gauge<(Row, Padding)> = Gauge::new("example_value", "A row.");
}

/// More than the buffers of the system between two sockets hold, together with what hyper takes on top.
pub(crate) const MANY_ROWS: i64 = 100_000;

/// A source that reads `rows` rows, or fails with a message, once the test lets it.
struct Rows {
    count: Result<i64, CollectError>,
    faults: Vec<Fault>,
    go: Arc<Notify>,
}

impl Source for Rows {
    type Model = i64;

    async fn collect(&mut self) -> Result<Collected<i64>, CollectError> {
        self.go.notified().await;
        self.count.clone().map(|model| Collected { model, faults: self.faults.clone() })
    }

    fn assess(&self, rows: &i64, _now: Timestamp, batch: &mut Batch) {
        let padding = "x".repeat(200);
        let mut family = Family::new(&VALUE);
        for row in 0..*rows {
            family.set((row, &padding), 1.0);
        }
        batch.add(family);
    }
}

/// A server that runs.
pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    pub(crate) metrics: HttpMetrics,
    pub(crate) readiness: Readiness,
    pub(crate) trigger: ShutdownTrigger,
    pub(crate) server: JoinHandle<()>,
    _driver: JoinHandle<()>,
    go: Arc<Notify>,
}

impl Running {
    pub(crate) async fn start(rows: Result<i64, CollectError>, limits: Limits) -> Self {
        Self::with_faults(rows, Vec::new(), limits).await
    }

    /// A server whose source cannot read some of its items.
    pub(crate) async fn with_faults(
        rows: Result<i64, CollectError>,
        faults: Vec<Fault>,
        limits: Limits,
    ) -> Self {
        let families = ExporterFamilies { exporter: "example", families: METRICS, series_budget: 1_000_000 };
        let exposition = Exposition::new([families]);
        let mut driver = Driver::new(exposition.clone(), Clock::system());
        let go = Arc::new(Notify::new());
        let description = SourceDescription {
            exporter: "example",
            name: "rows <b>".to_owned(),
            data: DataKind::Facts,
            period: Duration::from_secs(1),
            deadline: Duration::from_mins(1),
            reasons: &[],
        };
        driver.add(description, Rows { count: rows, faults, go: Arc::clone(&go) });
        let server = Server::bind(&["127.0.0.1:0".parse().unwrap()], limits).await.unwrap();
        let address = server.addresses()[0];
        let (metrics, readiness) = (server.metrics(), driver.readiness());
        let site = Site {
            exposition,
            statuses: driver.statuses(),
            readiness: readiness.clone(),
            clock: driver.clock(),
            build: BuildInfo { version: "0.1.0", revision: "4f1c2d3", rustc: "1.95.0" },
        };
        let (trigger, shutdown) = shutdown();
        let server = tokio::spawn(server.run(site, shutdown));
        Self { address, metrics, readiness, trigger, server, _driver: tokio::spawn(driver.run()), go }
    }

    /// A server whose source has been read once.
    pub(crate) async fn ready(rows: i64) -> Self {
        let running = Self::start(Ok(rows), Limits::default()).await;
        running.collect().await;
        running
    }

    /// Lets the source run its first cycle, and waits for its end.
    pub(crate) async fn collect(&self) {
        self.go.notify_one();
        while !self.readiness.is_ready() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    pub(crate) async fn connect(&self) -> Connection {
        Connection { stream: TcpStream::connect(self.address).await.unwrap(), read: Vec::new() }
    }

    /// A connection whose client holds little that it has not read.
    pub(crate) async fn connect_narrow(&self) -> Connection {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4096).unwrap();
        Connection { stream: socket.connect(self.address).await.unwrap(), read: Vec::new() }
    }

    /// The answer to one request on a connection of its own.
    pub(crate) async fn ask(&self, method: &str, path: &str, headers: &str) -> Response {
        let mut connection = self.connect().await;
        connection.send(method, path, headers).await;
        connection.answer(method).await
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        self.ask("GET", path, "").await
    }
}

/// The client's end of a connection.
pub(crate) struct Connection {
    pub(crate) stream: TcpStream,
    read: Vec<u8>,
}

/// An answer, taken apart.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Connection {
    pub(crate) async fn send_bytes(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.unwrap();
    }

    pub(crate) async fn send(&mut self, method: &str, path: &str, headers: &str) {
        let request = format!("{method} {path} HTTP/1.1\r\nHost: lookout\r\n{headers}\r\n");
        self.send_bytes(request.as_bytes()).await;
    }

    /// The head of the next answer.
    pub(crate) async fn head(&mut self) -> String {
        loop {
            if let Some(end) = self.read.windows(4).position(|window| window == b"\r\n\r\n") {
                let rest = self.read.split_off(end + 4);
                return String::from_utf8(std::mem::replace(&mut self.read, rest)).unwrap();
            }
            assert!(self.more().await, "closed within a head: {:?}", String::from_utf8_lossy(&self.read));
        }
    }

    /// The next answer, whole. Fails if the connection ends before its announced length.
    pub(crate) async fn answer(&mut self, method: &str) -> Response {
        let head = self.head().await;
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let mut response = Response { status, head, body: Vec::new() };
        if method != "HEAD" {
            let length: usize = response.header("content-length").unwrap().parse().unwrap();
            while self.read.len() < length {
                assert!(self.more().await, "closed after {} of {length} bytes", self.read.len());
            }
            let rest = self.read.split_off(length);
            response.body = std::mem::replace(&mut self.read, rest);
        }
        response
    }

    /// Reads until the server closes the connection, however it does; gives what was read.
    pub(crate) async fn rest(&mut self) -> Vec<u8> {
        while self.more().await {}
        std::mem::take(&mut self.read)
    }

    async fn more(&mut self) -> bool {
        self.stream.read_buf(&mut self.read).await.is_ok_and(|read| read > 0)
    }
}

impl Response {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then_some(value.trim())
        })
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}
