//! A server to ask: a source, a driver and the HTTP server, over loopback, with what a test wants to be different.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use lookout_declarations::{Gauge, label, metrics};
use lookout_exposition::{Batch, ExporterFamilies, Exposition, Family};
use lookout_runtime::http::{HttpMetrics, Limits, Server, Site, WebFile, WebOptions, WebReloader};
use lookout_runtime::{
    BuildInfo, Clock, CollectError, Collected, DataKind, Driver, Fault, HttpFigures, Prober, Readiness,
    ReloadHandle, Reloads, Runbooks, ShutdownTrigger, Source, SourceDescription, Suite, shutdown,
};
use lookout_self_metrics::metrics::CloseReason;
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

use crate::wire::{Connection, Response};

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

/// Longer than any machine stalls.
const LONG: Duration = Duration::from_hours(1);

/// Limits whose times no client exceeds, however slow the machine is. A test that is about one of them sets it.
pub(crate) const PATIENT: Limits = Limits {
    request_wait: LONG,
    handshake: LONG,
    head: LONG,
    idle: LONG,
    answer: LONG,
    drain: LONG,
    ..Limits::DEFAULT
};

/// A source that reads `rows` rows, or fails with a message, once the test lets it.
struct Rows {
    count: Result<i64, CollectError>,
    faults: Vec<Fault>,
    go: Arc<Notify>,
    begin: Notify,
}

impl Source for Rows {
    type Model = i64;

    async fn collect(&mut self) -> Result<Collected<i64>, CollectError> {
        self.go.notified().await;
        self.count.clone().map(|model| Collected { model, faults: self.faults.clone() })
    }

    /// The first cycle begins at once. No other does: what the first has brought is what a test finds, however late it looks.
    async fn changed(&mut self) {
        self.begin.notified().await;
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

/// What a server is to be.
pub(crate) struct Setup {
    pub(crate) rows: Result<i64, CollectError>,
    pub(crate) faults: Vec<Fault>,
    pub(crate) web: WebOptions,
    pub(crate) reload: Option<ReloadHandle>,
    pub(crate) prober: Option<Arc<dyn Prober>>,
    pub(crate) runbooks: Runbooks,
}

/// A server that runs.
pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    pub(crate) metrics: HttpMetrics,
    pub(crate) readiness: Readiness,
    pub(crate) reloads: Reloads,
    pub(crate) web_reloader: Option<WebReloader>,
    pub(crate) trigger: ShutdownTrigger,
    pub(crate) server: JoinHandle<()>,
    pub(crate) names: Vec<String>,
    _driver: JoinHandle<()>,
    go: Arc<Notify>,
}

impl Setup {
    /// A server of that many rows, on loopback.
    pub(crate) fn new(rows: i64) -> Self {
        let at = WebOptions::at(vec!["127.0.0.1:0".parse().unwrap()]);
        let web = WebOptions { limits: PATIENT, ..at };
        let runbooks = Runbooks::default();
        Self { rows: Ok(rows), faults: Vec::new(), web, reload: None, prober: None, runbooks }
    }

    pub(crate) fn limits(mut self, limits: Limits) -> Self {
        self.web.limits = limits;
        self
    }

    pub(crate) async fn start(self) -> Running {
        let Self { rows, faults, web, reload, prober, runbooks } = self;
        let families = ExporterFamilies { exporter: "example", families: METRICS, series_budget: 1_000_000 };
        let exposition = Exposition::new([families]);
        let mut driver = Driver::new(exposition.clone(), Clock::system());
        let (go, begin) = (Arc::new(Notify::new()), Notify::new());
        begin.notify_one();
        let description = SourceDescription {
            exporter: "example",
            name: "rows <b>".to_owned(),
            data: DataKind::Facts,
            period: LONG,
            deadline: LONG,
            reasons: &[],
        };
        driver.add(description, Rows { count: rows, faults, go: Arc::clone(&go), begin });
        let server = Server::bind(&web).await.unwrap();
        let names = server.names();
        let address = server.addresses().first().copied().unwrap_or_else(|| ([127, 0, 0, 1], 0).into());
        let (metrics, readiness, reloads) = (server.metrics(), driver.readiness(), Reloads::default());
        let site = Site {
            exposition,
            statuses: driver.statuses(),
            readiness: readiness.clone(),
            clock: driver.clock(),
            build: BuildInfo { version: "0.1.0", revision: "4f1c2d3", rustc: "1.95.0" },
            reloads: reloads.clone(),
            reload,
            prober: watch::channel(prober).1,
            suite: Suite::default(),
            runbooks,
            prefix: web.prefixes.link,
            route_prefix: web.prefixes.route,
        };
        let web_reloader = web.file.as_ref().map(WebFile::reloader);
        if let Some(file) = web.file {
            tokio::spawn(file.keep(reloads.clone(), driver.clock()));
        }
        let (trigger, shutdown) = shutdown();
        let server = tokio::spawn(server.run(site, shutdown));
        let driver = tokio::spawn(driver.run());
        Running {
            address,
            metrics,
            readiness,
            reloads,
            web_reloader,
            trigger,
            server,
            names,
            _driver: driver,
            go,
        }
    }

    /// A server whose source has been read once.
    pub(crate) async fn ready(self) -> Running {
        let running = self.start().await;
        running.collect().await;
        running
    }
}

impl Running {
    pub(crate) async fn start(rows: Result<i64, CollectError>, limits: Limits) -> Self {
        Setup { rows, ..Setup::new(0) }.limits(limits).start().await
    }

    /// A server whose source has been read once.
    pub(crate) async fn ready(rows: i64) -> Self {
        Setup::new(rows).ready().await
    }

    /// Lets the source run its first cycle, and waits for its end.
    pub(crate) async fn collect(&self) {
        self.go.notify_one();
        while !self.readiness.is_ready() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    pub(crate) async fn connect(&self) -> Connection {
        Connection::over(TcpStream::connect(self.address).await.unwrap())
    }

    /// A connection whose client holds little that it has not read.
    pub(crate) async fn connect_narrow(&self) -> Connection {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4096).unwrap();
        Connection::over(socket.connect(self.address).await.unwrap())
    }

    /// The answer to one request on a connection of its own.
    pub(crate) async fn ask(&self, method: &str, path: &str, headers: &str) -> Response {
        self.connect().await.ask(method, path, headers).await
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        self.ask("GET", path, "").await
    }

    /// How often connections were closed for this reason.
    pub(crate) fn closed(&self, reason: CloseReason) -> u64 {
        let figures = self.metrics.figures();
        figures.closed.iter().find(|(known, _)| *known == reason).unwrap().1
    }

    /// How often connections were closed for any reason.
    pub(crate) fn closed_at_all(&self) -> u64 {
        self.metrics.figures().closed.iter().map(|(_, count)| count).sum()
    }

    /// Waits for something that the server counts.
    pub(crate) async fn until(&self, condition: impl Fn(&HttpFigures) -> bool) {
        while !condition(&self.metrics.figures()) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}
