//! Why a cluster, a broker, a partition or a group could not be read.

use lookout_declarations::Reason;

/// Every reason that a source of this exporter can give.
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
