//! The metrics of Lookout's own use of the Kubernetes API, in the order of the documentation.
//!
//! What is read from the API belongs to the exporters that want it; here stands what reading it costs, and whether it is allowed.
//!
//! Invariants:
//! - `resource` is the plural and the group, as `kubectl auth can-i` takes them (`ingresses.networking.k8s.io`): a closed list, of what the exporters follow.
//! - No label holds a name of an object; namespaces only where they were configured one by one.

use lookout_declarations::{Counter, Detail, Gauge, Histogram, Info, ReasonLabel, Unit, label, metrics};

/// The upper bounds of answers in seconds: a healthy API server answers a page in some ten milliseconds.
const ANSWER_SECONDS: &[f64] = &[0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

label! {
    /// The version that the API server says of itself.
    pub ServerVersion = "version";
    /// What is asked for: the plural, and the group where it is not the core group.
    pub ResourceLabel = "resource";
    /// Which exporter needs the right.
    pub NeededBy = "exporter";
    /// The namespace in which the right is needed; empty for all of them.
    pub ResourceNamespace = "resource_namespace";
    /// The verb, as roles have it.
    pub VerbLabel = "verb" in Verb {
        /// One object is read.
        Get = "get",
        /// A page of a list is read.
        List = "list",
        /// Changes are waited for.
        Watch = "watch",
        /// A review is asked for.
        Create = "create",
    }
    /// The status code of the answer; `none` if there was no answer.
    pub Code = "code";
    /// Why a list was read from its beginning.
    pub ListCauseLabel = "cause" in ListCause {
        /// Nothing had been read yet.
        Start = "start",
        /// The server no longer has the changes since the version that was read (410 Gone).
        Expired = "expired",
        /// The answer was not what a list or a watch is.
        Broken = "broken",
    }
    /// What happened to an object.
    pub EventLabel = "event" in Event {
        /// It is new.
        Added = "added",
        /// It was changed.
        Modified = "modified",
        /// It is gone.
        Deleted = "deleted",
        /// Nothing: the server tells how far it is.
        Bookmark = "bookmark",
    }
    /// Why a request had to wait.
    pub WaitCauseLabel = "cause" in WaitCause {
        /// The budget of the configuration was spent.
        Budget = "budget",
        /// The server asked for patience (`Retry-After`).
        Server = "server",
    }
}

metrics! {
    /// What the API server is.
    pub SERVER_INFO: Info<(ServerVersion,)> = Info::new(
        "lookout_kubernetes_server_info",
        "The version of the API server.",
    );

    /// Whether a right is there.
    pub PERMISSION_GRANTED: Gauge<(NeededBy, VerbLabel, ResourceLabel, ResourceNamespace)> = Gauge::new(
        "lookout_kubernetes_permission_granted",
        "Whether the API server grants what an exporter wants to do (1) or not (0), as of the last review; no row while it could not be reviewed.",
    ).unit(Unit::Boolean).detail(Detail::Essential);

    /// What was asked.
    pub REQUESTS: Counter<(VerbLabel, ResourceLabel, Code)> = Counter::new(
        "lookout_kubernetes_requests_total",
        "Requests to the API server by verb, resource and status code; `none` where no answer came.",
    );

    /// Why requests failed.
    pub REQUEST_FAILURES: Counter<(VerbLabel, ResourceLabel, ReasonLabel)> = Counter::new(
        "lookout_kubernetes_request_failures_total",
        "Requests that failed, by verb, resource and reason.",
    );

    /// How long answers take.
    pub REQUEST_DURATION: Histogram<(VerbLabel,)> = Histogram::new(
        "lookout_kubernetes_request_duration_seconds",
        "Time from sending a request until its answer was read; of a watch, until it began.",
    ).unit(Unit::Seconds).buckets(ANSWER_SECONDS);

    /// How much was read.
    pub RECEIVED_BYTES: Counter<(ResourceLabel,)> = Counter::new(
        "lookout_kubernetes_received_bytes_total",
        "Bytes of answers read, by resource.",
    ).unit(Unit::Bytes);

    /// How busy the budget is.
    pub REQUESTS_WAITING: Gauge<()> = Gauge::new(
        "lookout_kubernetes_requests_in_flight",
        "Requests that wait for their answer, watches aside.",
    );

    /// How busy it may be.
    pub REQUESTS_LIMIT: Gauge<()> = Gauge::new(
        "lookout_kubernetes_requests_limit",
        "Requests that may wait for their answer at the same time (`kubernetes.budget.concurrent_requests`).",
    );

    /// How long requests waited before they were sent.
    pub WAITED: Counter<(WaitCauseLabel,)> = Counter::new(
        "lookout_kubernetes_waited_seconds_total",
        "Time that requests waited before they were sent, summed, by what they waited for.",
    ).unit(Unit::Seconds);

    /// Whether changes are seen.
    pub WATCHES: Gauge<(ResourceLabel,)> = Gauge::new(
        "lookout_kubernetes_watches",
        "Watches that are open, by resource. One ends every half minute and goes on where it was.",
    );

    /// What is held.
    pub OBJECTS: Gauge<(ResourceLabel,)> = Gauge::new(
        "lookout_kubernetes_objects",
        "Objects that are held in memory, by resource.",
    );

    /// Lists from the beginning.
    pub LISTS: Counter<(ResourceLabel, ListCauseLabel)> = Counter::new(
        "lookout_kubernetes_lists_total",
        "Lists read from their beginning, by resource and cause. After the start there should be next to none.",
    );

    /// Watches that went on.
    pub WATCH_RESUMES: Counter<(ResourceLabel,)> = Counter::new(
        "lookout_kubernetes_watch_resumes_total",
        "Watches that were resumed where the one before had ended, by resource.",
    );

    /// What was seen to happen.
    pub WATCH_EVENTS: Counter<(ResourceLabel, EventLabel)> = Counter::new(
        "lookout_kubernetes_watch_events_total",
        "Events of watches, by resource and event.",
    );

    /// What could not be read.
    pub OBJECTS_UNREADABLE: Counter<(ResourceLabel,)> = Counter::new(
        "lookout_kubernetes_objects_unreadable_total",
        "Objects that were left out because they are larger than the limit, or not an object at all, by resource.",
    );
}
