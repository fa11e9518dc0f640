//! Why the sources of this exporter fail, from the suite's vocabulary.

use lookout_declarations::Reason;

/// Why a configured path, or an item under it, cannot be used.
pub const FILE_REASONS: &[Reason] = &[
    Reason::Denied,
    Reason::NotFound,
    Reason::Empty,
    Reason::Malformed,
    Reason::TooLarge,
    Reason::TooMany,
    Reason::Io,
];

/// Why an attempt at an endpoint fails; the rows of `certs_endpoint_failure`.
pub const ATTEMPT_REASONS: &[Reason] = &[
    Reason::Timeout,
    Reason::Unresolved,
    Reason::Unreachable,
    Reason::Disconnected,
    Reason::Protocol,
    Reason::Handshake,
    Reason::Unauthenticated,
    Reason::Malformed,
    Reason::Io,
];

/// Why the source of an endpoint reports a fault: the attempt's reasons, and those of its trusted roots.
pub const ENDPOINT_REASONS: &[Reason] = &[
    Reason::Timeout,
    Reason::Unresolved,
    Reason::Unreachable,
    Reason::Disconnected,
    Reason::Protocol,
    Reason::Handshake,
    Reason::Unauthenticated,
    Reason::Denied,
    Reason::NotFound,
    Reason::Empty,
    Reason::Malformed,
    Reason::TooLarge,
    Reason::TooMany,
    Reason::Io,
];

/// Why something cannot be read through the Kubernetes API, or an item of it cannot be used.
pub const CLUSTER_REASONS: &[Reason] = REASONS;

/// Every reason of this exporter.
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
    Reason::Empty,
    Reason::Unexpected,
    Reason::Malformed,
    Reason::TooLarge,
    Reason::TooMany,
    Reason::Io,
    Reason::RateLimited,
    Reason::Server,
];
