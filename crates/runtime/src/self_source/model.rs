//! What Lookout knows of itself at one moment. Plain data.

use core::time::Duration;
use std::collections::BTreeMap;

use lookout_exposition::ExporterStatistics;
use lookout_self_metrics::metrics::{Authentication, CloseReason, Code, Configuration, Path};
use tokio::time::Instant;

use crate::prober::ProbeLoad;
use crate::reload::ConfigurationFigures;
use crate::status::SourceStatus;

/// What is running; the binary knows it from its build.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BuildInfo {
    /// The version.
    pub version: &'static str,
    /// The commit.
    pub revision: &'static str,
    /// The compiler's version.
    pub rustc: &'static str,
}

/// Everything at one moment.
#[derive(Clone, Debug)]
pub struct SelfModel {
    /// What is running.
    pub build: BuildInfo,
    /// Each source.
    pub sources: Vec<SourceFigures>,
    /// Each exporter's series.
    pub exporters: Vec<ExporterStatistics>,
    /// The server.
    pub http: HttpFigures,
    /// The process; absent where the system does not tell.
    pub process: Option<ProcessFigures>,
    /// The asynchronous runtime.
    pub runtime: RuntimeFigures,
    /// What became of reading each configuration that has a file.
    pub configurations: BTreeMap<Configuration, ConfigurationFigures>,
    /// Log lines that were not written.
    pub log_lines_suppressed: u64,
}

/// A source's status, with the age of its data at the moment of the model.
#[derive(Clone, Debug)]
pub struct SourceFigures {
    /// Where it stands.
    pub status: SourceStatus,
    /// How old the data that are served are.
    pub data_age: Option<Duration>,
}

impl SourceFigures {
    /// The figures of a source at `now`.
    pub fn new(status: SourceStatus, now: Instant) -> Self {
        let data_age = status.data_age(now);
        Self { status, data_age }
    }
}

/// What the server has counted.
#[derive(Clone, Debug, PartialEq)]
pub struct HttpFigures {
    /// By path.
    pub paths: Vec<PathFigures>,
    /// Bytes of bodies sent.
    pub response_bytes: u64,
    /// Connections that are open.
    pub connections: u64,
    /// Connections that may be open.
    pub connections_limit: u64,
    /// Connections that the server closed, by every reason.
    pub closed: Vec<(CloseReason, u64)>,
    /// Answers to scrapes that are being sent.
    pub scrapes: u64,
    /// Scrapes that may be answered at the same time.
    pub scrapes_limit: u64,
    /// How busy the prober is, if there is one.
    pub probes: Option<ProbeLoad>,
    /// Users and passwords, by every result.
    pub authentications: Vec<(Authentication, u64)>,
    /// The end of the server's own certificate, Unix seconds; none without TLS.
    pub certificate_not_after: Option<i64>,
}

/// What the server has counted for one path.
#[derive(Clone, Debug, PartialEq)]
pub struct PathFigures {
    /// The path.
    pub path: Path,
    /// Requests, by every code that the path can answer with.
    pub requests: Vec<(Code, u64)>,
    /// Durations, by bucket, not cumulative; the last is above all bounds.
    pub buckets: Vec<u64>,
    /// The sum of the durations, seconds.
    pub seconds: f64,
}

/// What the operating system says of the process; each figure may be missing.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ProcessFigures {
    /// CPU time used, seconds.
    pub cpu_seconds: Option<f64>,
    /// Resident memory, bytes.
    pub resident_bytes: Option<u64>,
    /// Address space, bytes.
    pub virtual_bytes: Option<u64>,
    /// Open file descriptors.
    pub open_fds: Option<u64>,
    /// Allowed file descriptors; infinite where there is no limit.
    pub max_fds: Option<f64>,
    /// When the process started, Unix seconds.
    pub start_seconds: Option<f64>,
    /// Threads.
    pub threads: Option<u64>,
}

/// What Tokio says of itself.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct RuntimeFigures {
    /// Worker threads.
    pub workers: usize,
    /// Tasks that have not ended.
    pub alive_tasks: usize,
    /// Tasks that wait in the shared queue.
    pub queue_depth: usize,
    /// Time that the workers were busy, summed, seconds.
    pub busy_seconds: f64,
}

impl RuntimeFigures {
    /// The figures of the runtime that this is called in.
    pub fn now() -> Self {
        let metrics = tokio::runtime::Handle::current().metrics();
        let workers = metrics.num_workers();
        Self {
            workers,
            alive_tasks: metrics.num_alive_tasks(),
            queue_depth: metrics.global_queue_depth(),
            busy_seconds: (0..workers)
                .map(|worker| metrics.worker_total_busy_duration(worker).as_secs_f64())
                .sum(),
        }
    }
}
