//! Why a probe fails, from the suite's vocabulary.

use lookout_declarations::Reason;

/// The rows of `probe_failure`.
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
    Reason::RateLimited,
    Reason::Server,
    Reason::Io,
];
