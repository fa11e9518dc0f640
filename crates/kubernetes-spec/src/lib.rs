//! May Lookout read the Kubernetes API, and what does that cost it?
//!
//! This crate declares what belongs to the Kubernetes client as if it were an exporter: settings, metrics, alerts, board,
//! permissions and reasons. The client itself is `lookout-kubernetes`, which exporters import; so this is not among them.
//!
//! Invariant: no IO and no clock here. Rules, boards and documentation are rendered from this crate alone.

mod alerts;
mod board;
pub mod config;
mod health;
pub mod metrics;

pub use alerts::alerts;
pub use board::board;
pub use config::Settings;
pub use health::health;

use lookout_declarations::{Alert, Board, Declares, ExporterSpec, Health, Permission, Reason, Recording};

/// The name: the section in the configuration, the cargo feature, `/metrics/kubernetes`.
pub const NAME: &str = "kubernetes";

/// Every reason for which the API server, or what it answers, can fail.
pub const REASONS: &[Reason] = &[
    Reason::Timeout,
    Reason::Unresolved,
    Reason::Unreachable,
    Reason::Disconnected,
    Reason::Protocol,
    Reason::Handshake,
    Reason::Untrusted,
    Reason::Unauthenticated,
    Reason::Denied,
    Reason::NotFound,
    Reason::Unexpected,
    Reason::Malformed,
    Reason::TooLarge,
    Reason::TooMany,
    Reason::Io,
    Reason::RateLimited,
    Reason::Server,
];

/// The rights that the client itself uses; those of the exporters are theirs.
pub const PERMISSIONS: &[Permission] = &[
    Permission {
        verb: "create",
        resource: "selfsubjectaccessreviews.authorization.k8s.io",
        why: "to find out which of the rights that the exporters need are missing; every service account has this right",
        without: "missing rights are noticed one by one, when a request is refused",
    },
    Permission {
        verb: "get",
        resource: "/version",
        why: "to tell the version of the API server; every service account has this right",
        without: "`lookout_kubernetes_server_info` has no row",
    },
];

/// What belongs to the client, as the catalogue lists it.
pub const SPEC: ExporterSpec = ExporterSpec {
    name: NAME,
    question: "May Lookout read the Kubernetes API, and what does that cost it?",
    unconfigured: "run Lookout in a pod, or name a server under `kubernetes.access`",
    metrics: metrics::METRICS,
    reasons: REASONS,
    permissions: PERMISSIONS,
    alerts,
    equivalents: &[],
    recordings: || Health::all(&health()),
    boards: || vec![board()],
};

impl Declares for Settings {
    fn spec(&self) -> &'static ExporterSpec {
        &SPEC
    }

    fn alerts(&self) -> Vec<Alert> {
        alerts()
    }

    fn recordings(&self) -> Vec<Recording> {
        Health::all(&health())
    }

    fn boards(&self) -> Vec<Board> {
        vec![board()]
    }
}
