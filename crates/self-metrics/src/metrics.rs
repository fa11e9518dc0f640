//! The metrics of Lookout itself, in the order in which they are documented and exposed.
//!
//! Invariants:
//! - `exporter` and `source` together name one source; both are ours and bounded by the configuration.
//! - Times of the process keep the names of the Prometheus client libraries, so that existing boards work.

use lookout_declarations::{Counter, Gauge, Histogram, Info, ReasonLabel, Unit, label, metrics};

/// Whose names the `process_` metrics have.
const CLIENT_LIBRARIES: &str = "Prometheus client libraries";

/// The upper bounds of request durations in seconds: a scrape from the snapshot takes less than a millisecond,
/// a slow reader up to the limit of the server.
const REQUEST_SECONDS: &[f64] =
    &[0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

label! {
    /// The version of Lookout.
    pub Version = "version";
    /// The commit that it was built from.
    pub Revision = "revision";
    /// The compiler that it was built with.
    pub Rustc = "rustc";
    /// The exporter, as in `/metrics/NAME`.
    pub Exporter = "exporter";
    /// The source within the exporter: what is read on its own and fails on its own.
    pub Source = "source";
    /// The metric family.
    pub FamilyName = "family";
    /// How the data of a source age.
    pub DataLabel = "data" in Data {
        /// Objects and their properties: they stay until replaced, because their meaning does not age.
        Facts = "facts",
        /// Readings of a moment: they are withdrawn when they are old.
        Measurements = "measurements",
    }
    /// Why series are not served.
    pub DropReasonLabel = "reason" in DropReason {
        /// The exporter's series budget is spent.
        Budget = "budget",
        /// A series with the same labels exists already.
        Duplicate = "duplicate",
        /// It could not be exposed: an invalid name, or a value its kind does not allow.
        Invalid = "invalid",
    }
    /// The path of a request, from a closed list.
    pub PathLabel = "path" in Path {
        /// All metrics.
        Metrics = "/metrics",
        /// The metrics of one exporter, whatever its name.
        ExporterMetrics = "/metrics/NAME",
        /// The liveness probe.
        Healthy = "/-/healthy",
        /// The readiness probe.
        Ready = "/-/ready",
        /// The page for people.
        Root = "/",
        /// The list of runbooks, and each of them, whatever its name.
        Runbooks = "/runbooks/",
        /// A probe on demand.
        Probe = "/probe",
        /// The configuration is to be read again.
        Reload = "/-/reload",
        /// Anything else.
        Other = "other",
    }
    /// The status code of an answer.
    pub CodeLabel = "code" in Code {
        /// Answered.
        Ok = "200",
        /// Sent on to where the pages are.
        Found = "302",
        /// The request makes no sense.
        BadRequest = "400",
        /// The user or the password is wrong, or there is none.
        Unauthorized = "401",
        /// The target may not be probed, or the page is switched off.
        Forbidden = "403",
        /// There is no such page or exporter.
        NotFound = "404",
        /// The page exists, but is only for reading.
        MethodNotAllowed = "405",
        /// More requests than the web configuration allows.
        TooManyRequests = "429",
        /// The new configuration is wrong.
        InternalServerError = "500",
        /// Not ready yet, or too busy.
        ServiceUnavailable = "503",
    }
    /// Why the server closed a connection that its client had not.
    pub CloseReasonLabel = "reason" in CloseReason {
        /// The TLS handshake was not finished in time.
        HandshakeTimeout = "handshake_timeout",
        /// The TLS handshake failed: no common version, a client certificate that is missing or refused, or no TLS.
        HandshakeFailed = "handshake_failed",
        /// The head of a request was not finished in time.
        HeadTimeout = "head_timeout",
        /// What came is no request, or its head is larger than allowed.
        Malformed = "malformed",
        /// Nothing was asked for too long.
        Idle = "idle",
        /// An answer was not taken in time.
        AnswerTimeout = "answer_timeout",
        /// Its place was needed, and its client had kept the server waiting longest or had been served most; or there was none for its scrape.
        Evicted = "evicted",
        /// What the web configuration asks of clients has changed since it was let in.
        PolicyChanged = "policy_changed",
    }
    /// What became of a user and a password.
    pub AuthenticationLabel = "result" in Authentication {
        /// They are right.
        Granted = "granted",
        /// They are wrong, or there are none.
        Refused = "refused",
        /// They were not looked at, because too many others are.
        Overloaded = "overloaded",
    }
    /// Which configuration.
    pub ConfigurationLabel = "configuration" in Configuration {
        /// What is watched: `--config.file`.
        Main = "main",
        /// How it is served: `--web.config.file`, with the certificates and keys that it names.
        Web = "web",
    }
    /// What became of reading a configuration.
    pub ReloadResultLabel = "result" in ReloadResult {
        /// It is in force.
        Success = "success",
        /// It is wrong; the one before stays in force.
        Failure = "failure",
    }
}

metrics! {
    /// What is running.
    pub BUILD_INFO: Info<(Version, Revision, Rustc)> =
        Info::new("lookout_build_info", "The build of Lookout that is running.");

    /// Whether the last cycle of a source worked.
    pub SOURCE_UP: Gauge<(Exporter, Source)> = Gauge::new(
        "lookout_source_up",
        "Whether the source works: its last cycle succeeded and its data are not withdrawn. Absent before its first cycle ended.",
    ).unit(Unit::Boolean);
    /// When a source last worked.
    pub SOURCE_LAST_SUCCESS: Gauge<(Exporter, Source)> = Gauge::new(
        "lookout_source_last_success_timestamp_seconds",
        "When the source last succeeded. Absent means never since Lookout started.",
    ).unit(Unit::TimestampSeconds);
    /// How old the served data are.
    pub SOURCE_DATA_AGE: Gauge<(Exporter, Source)> = Gauge::new(
        "lookout_source_data_age_seconds",
        "Age of the data of the source that is served now. Absent when none is served.",
    ).unit(Unit::Seconds);
    /// How long a cycle took.
    pub SOURCE_COLLECT_DURATION: Gauge<(Exporter, Source)> = Gauge::new(
        "lookout_source_collect_duration_seconds",
        "Duration of the last finished cycle of the source, successful or not.",
    ).unit(Unit::Seconds);
    /// The limit of a cycle.
    pub SOURCE_DEADLINE: Gauge<(Exporter, Source)> = Gauge::new(
        "lookout_source_deadline_seconds",
        "Time after which a cycle of the source is cut off.",
    ).unit(Unit::Seconds);
    /// How often a source is read.
    pub SOURCE_PERIOD: Gauge<(Exporter, Source)> = Gauge::new(
        "lookout_source_period_seconds",
        "Time from one cycle of the source to the next while it works.",
    ).unit(Unit::Seconds);
    /// What a source is.
    pub SOURCE_INFO: Info<(Exporter, Source, DataLabel)> = Info::new(
        "lookout_source_info",
        "The source and how its data age: facts stay until replaced, measurements are withdrawn when old.",
    );
    /// What a source could not read in its last good cycle.
    pub SOURCE_FAULTS: Gauge<(Exporter, Source, ReasonLabel)> = Gauge::new(
        "lookout_source_faults",
        "Items that the source could not read, in the cycle whose data are served. Absent when none are served.",
    );
    /// How often a source failed.
    pub SOURCE_ERRORS: Counter<(Exporter, Source, ReasonLabel)> = Counter::new(
        "lookout_source_errors_total",
        "Cycles of the source that failed, by reason; an overrun is a cycle that could not start.",
    );
    /// Whether data were taken back.
    pub SOURCE_WITHDRAWN: Gauge<(Exporter, Source)> = Gauge::new(
        "lookout_source_withdrawn",
        "Whether the measurements of the source were withdrawn because they are old. Only for measurements.",
    ).unit(Unit::Boolean);
    /// How often a source was started again.
    pub SOURCE_RESTARTS: Counter<(Exporter, Source)> = Counter::new(
        "lookout_source_restarts_total",
        "Times the source was started again after its own code had failed.",
    );

    /// How many series an exporter has.
    pub SERIES: Gauge<(Exporter,)> = Gauge::new("lookout_series", "Series that the exporter serves.");
    /// How many it may have.
    pub SERIES_BUDGET: Gauge<(Exporter,)> = Gauge::new(
        "lookout_series_budget",
        "Series that the exporter may serve before whole families are withheld, the finest first.",
    );
    /// How many were not served.
    pub SERIES_DROPPED: Counter<(Exporter, DropReasonLabel)> = Counter::new(
        "lookout_series_dropped_total",
        "Series that were collected and not served, counted each time they were collected.",
    );
    /// What is missing for want of budget.
    pub FAMILY_WITHHELD: Gauge<(Exporter, FamilyName)> = Gauge::new(
        "lookout_family_withheld",
        "1 for each metric family that is withheld as a whole because the series budget is spent.",
    ).unit(Unit::Boolean);

    /// How much of labels was left out.
    pub LABELS_CLIPPED: Counter<(Exporter,)> = Counter::new(
        "lookout_labels_clipped_total",
        "Label values that were shortened and object labels left out, counted each time they were collected.",
    );

    /// Requests answered.
    pub HTTP_REQUESTS: Counter<(PathLabel, CodeLabel)> =
        Counter::new("lookout_http_requests_total", "Requests answered.");
    /// How long answering took.
    pub HTTP_REQUEST_DURATION: Histogram<(PathLabel,)> = Histogram::new(
        "lookout_http_request_duration_seconds",
        "Time from the end of a request's head until its answer was handed over for sending.",
    ).unit(Unit::Seconds).buckets(REQUEST_SECONDS);
    /// How much was sent.
    pub HTTP_RESPONSE_BYTES: Counter<()> = Counter::new(
        "lookout_http_response_bytes_total",
        "Bytes of response bodies sent, as compressed as they were sent.",
    ).unit(Unit::Bytes);
    /// Connections now.
    pub HTTP_CONNECTIONS: Gauge<()> =
        Gauge::new("lookout_http_connections", "Connections that clients have open.");
    /// Connections at most.
    pub HTTP_CONNECTIONS_LIMIT: Gauge<()> = Gauge::new(
        "lookout_http_connections_limit",
        "Connections that clients may have open; further ones wait until one closes.",
    );

    /// Connections that were closed on their clients.
    pub HTTP_CONNECTIONS_CLOSED: Counter<(CloseReasonLabel,)> = Counter::new(
        "lookout_http_connections_closed_total",
        "Connections that the server closed because of their client, by reason; those that ended in order do not count.",
    );
    /// Scrapes now.
    pub HTTP_SCRAPES: Gauge<()> = Gauge::new(
        "lookout_http_scrapes",
        "Answers to scrapes that are being sent; each may keep an old snapshot in memory.",
    );
    /// Scrapes at most.
    pub HTTP_SCRAPES_LIMIT: Gauge<()> = Gauge::new(
        "lookout_http_scrapes_limit",
        "Scrapes that are answered at the same time; further ones wait a moment and are then refused with 503.",
    );
    /// Probes now.
    pub HTTP_PROBES: Gauge<()> =
        Gauge::new("lookout_http_probes", "Probes on demand that are under way. Absent where none are offered.");
    /// Probes at most.
    pub HTTP_PROBES_LIMIT: Gauge<()> = Gauge::new(
        "lookout_http_probes_limit",
        "Probes on demand that may be under way; further ones are refused with 503. Absent where none are offered.",
    );
    /// Users and passwords.
    pub HTTP_AUTHENTICATIONS: Counter<(AuthenticationLabel,)> = Counter::new(
        "lookout_http_authentications_total",
        "Requests by what became of their user and password. All zero where none are asked for.",
    );
    /// The end of the certificate that the server itself shows.
    pub HTTP_CERTIFICATE_NOT_AFTER: Gauge<()> = Gauge::new(
        "lookout_http_certificate_not_after_timestamp_seconds",
        "When the certificate expires that Lookout itself serves its pages with. Absent without TLS.",
    ).unit(Unit::TimestampSeconds);

    /// Whether the configuration in force is the one that was last read.
    pub CONFIGURATION_LAST_RELOAD_SUCCESSFUL: Gauge<(ConfigurationLabel,)> = Gauge::new(
        "lookout_configuration_last_reload_successful",
        "Whether the configuration that was last read is in force; if not, the one before it still is. Absent without a file.",
    ).unit(Unit::Boolean);
    /// When the configuration in force was read.
    pub CONFIGURATION_LAST_RELOAD_SUCCESS: Gauge<(ConfigurationLabel,)> = Gauge::new(
        "lookout_configuration_last_reload_success_timestamp_seconds",
        "When the configuration that is in force was read. Absent without a file.",
    ).unit(Unit::TimestampSeconds);
    /// How often configurations were read.
    pub CONFIGURATION_RELOADS: Counter<(ConfigurationLabel, ReloadResultLabel)> = Counter::new(
        "lookout_configuration_reloads_total",
        "Readings of the configuration, the first included, by result. Absent without a file.",
    );

    /// Log lines that were not written.
    pub LOG_LINES_SUPPRESSED: Counter<()> = Counter::new(
        "lookout_log_lines_suppressed_total",
        "Log lines that were not written because they repeat others; the log says how often.",
    );

    /// CPU time.
    pub PROCESS_CPU: Counter<()> = Counter::new(
        "process_cpu_seconds_total",
        "CPU time that the process has used in user and kernel mode.",
    ).unit(Unit::Seconds).compatible_with(CLIENT_LIBRARIES);
    /// Memory in use.
    pub PROCESS_RESIDENT_MEMORY: Gauge<()> = Gauge::new(
        "process_resident_memory_bytes",
        "Memory of the process that is resident.",
    ).unit(Unit::Bytes).compatible_with(CLIENT_LIBRARIES);
    /// Address space in use.
    pub PROCESS_VIRTUAL_MEMORY: Gauge<()> = Gauge::new(
        "process_virtual_memory_bytes",
        "Address space of the process.",
    )
    .unit(Unit::Bytes)
    .compatible_with(CLIENT_LIBRARIES)
    .waived("the client libraries export it; the size of the address space says nothing to a person");
    /// Open files.
    pub PROCESS_OPEN_FDS: Gauge<()> = Gauge::new(
        "process_open_fds",
        "File descriptors that the process has open.",
    ).compatible_with(CLIENT_LIBRARIES);
    /// Open files at most.
    pub PROCESS_MAX_FDS: Gauge<()> = Gauge::new(
        "process_max_fds",
        "File descriptors that the process may have open.",
    ).compatible_with(CLIENT_LIBRARIES);
    /// When it started.
    pub PROCESS_START_TIME: Gauge<()> = Gauge::new(
        "process_start_time_seconds",
        "When the process started.",
    ).unit(Unit::TimestampSeconds).compatible_with(CLIENT_LIBRARIES);
    /// Threads.
    pub PROCESS_THREADS: Gauge<()> = Gauge::new(
        "process_threads",
        "Threads of the process, as the operating system counts them.",
    ).compatible_with(CLIENT_LIBRARIES);

    /// Worker threads.
    pub RUNTIME_WORKERS: Gauge<()> =
        Gauge::new("lookout_runtime_workers", "Worker threads of the asynchronous runtime.");
    /// Tasks.
    pub RUNTIME_ALIVE_TASKS: Gauge<()> =
        Gauge::new("lookout_runtime_alive_tasks", "Tasks of the asynchronous runtime that have not ended.");
    /// Tasks that wait for a worker.
    pub RUNTIME_QUEUE_DEPTH: Gauge<()> = Gauge::new(
        "lookout_runtime_global_queue_depth",
        "Tasks that are ready to run and wait in the shared queue of the asynchronous runtime.",
    );
    /// How busy the workers are.
    pub RUNTIME_BUSY: Counter<()> = Counter::new(
        "lookout_runtime_busy_seconds_total",
        "Time that the workers of the asynchronous runtime were busy, summed over all workers.",
    ).unit(Unit::Seconds);
}
