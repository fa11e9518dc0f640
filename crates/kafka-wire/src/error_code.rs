//! The error codes of Kafka: data that stand in a row, not failures of a request.
//!
//! A code is kept as the number that the broker sent, so that one which is newer than this program is neither lost nor
//! taken for another. What the number means is asked of `kafka-protocol`, which has Kafka's own list.

use core::fmt;

use kafka_protocol::error::ResponseError;
use lookout_declarations::Reason;

/// What a broker says of one item: 0 is fine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ErrorCode(pub i16);

// === impl ErrorCode ===

impl ErrorCode {
    /// No error.
    pub const NONE: Self = Self(0);
    /// The listener does not offer the mechanism of a login.
    pub const UNSUPPORTED_SASL_MECHANISM: Self = Self(33);
    /// The version of the request is not supported; the answer to it has version 0.
    pub const UNSUPPORTED_VERSION: Self = Self(35);

    /// The credentials were refused.
    pub const SASL_AUTHENTICATION_FAILED: Self = Self(58);

    /// Whether the item is fine.
    pub const fn is_none(self) -> bool {
        self.0 == 0
    }

    /// Which error it is: none if the item is fine, `ResponseError::Unknown` if it is newer than this program.
    pub fn known(self) -> Option<ResponseError> {
        ResponseError::try_from_code(self.0)
    }

    /// The reason under which it is counted; none if the item is fine.
    pub fn reason(self) -> Option<Reason> {
        use ResponseError as Kafka;
        let known = self.known()?;
        Some(match known {
            Kafka::TopicAuthorizationFailed
            | Kafka::GroupAuthorizationFailed
            | Kafka::ClusterAuthorizationFailed
            | Kafka::TransactionalIdAuthorizationFailed
            | Kafka::DelegationTokenAuthorizationFailed
            | Kafka::SecurityDisabled => Reason::Denied,
            Kafka::SaslAuthenticationFailed | Kafka::UnsupportedSaslMechanism => Reason::Unauthenticated,
            Kafka::UnknownTopicOrPartition
            | Kafka::UnknownTopicId
            | Kafka::GroupIdNotFound
            | Kafka::ResourceNotFound
            | Kafka::LogDirNotFound
            | Kafka::InvalidTopicException
            | Kafka::InvalidGroupId => Reason::NotFound,
            Kafka::RequestTimedOut => Reason::Timeout,
            Kafka::ThrottlingQuotaExceeded => Reason::RateLimited,
            Kafka::UnsupportedVersion
            | Kafka::IllegalSaslState
            | Kafka::InvalidRequest
            | Kafka::CorruptMessage => Reason::Protocol,
            // Moves, elections, loading coordinators, storage: the cluster is at work on itself or broken.
            Kafka::UnknownServerError
            | Kafka::LeaderNotAvailable
            | Kafka::NotLeaderOrFollower
            | Kafka::BrokerNotAvailable
            | Kafka::ReplicaNotAvailable
            | Kafka::NetworkException
            | Kafka::CoordinatorLoadInProgress
            | Kafka::CoordinatorNotAvailable
            | Kafka::NotCoordinator
            | Kafka::NotController
            | Kafka::KafkaStorageError
            | Kafka::FencedLeaderEpoch
            | Kafka::UnknownLeaderEpoch
            | Kafka::OffsetNotAvailable
            | Kafka::ListenerNotFound
            | Kafka::UnstableOffsetCommit
            | Kafka::InconsistentTopicId
            | Kafka::NewLeaderElected
            | Kafka::RebootstrapRequired => Reason::Server,
            _ => Reason::Unexpected,
        })
    }

    /// Whether the broker that answered no longer has what was asked for: who leads or coordinates must be looked up
    /// again.
    pub fn has_moved(self) -> bool {
        use ResponseError as Kafka;
        matches!(
            self.known(),
            Some(
                Kafka::NotLeaderOrFollower
                    | Kafka::LeaderNotAvailable
                    | Kafka::NotCoordinator
                    | Kafka::CoordinatorNotAvailable
                    | Kafka::NotController
                    | Kafka::FencedLeaderEpoch
                    | Kafka::UnknownLeaderEpoch
            )
        )
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.known() {
            None => f.write_str("no error"),
            Some(ResponseError::Unknown(code)) => write!(f, "error {code}, which is not known here"),
            Some(known) => write!(f, "error {} ({known:?})", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_from_the_future_is_kept_and_has_a_reason() {
        let code = ErrorCode(9_999);
        assert_eq!(code.known(), Some(ResponseError::Unknown(9_999)));
        assert_eq!(code.reason(), Some(Reason::Unexpected));
        assert_eq!(code.to_string(), "error 9999, which is not known here");
    }

    #[test]
    fn every_code_has_a_reason_that_is_declared() {
        for code in (i16::MIN..=i16::MAX).filter(|code| *code != 0).map(ErrorCode) {
            let reason = code.reason().unwrap_or_else(|| panic!("{code} has no reason"));
            assert!(crate::Failure::REASONS.contains(&reason), "{code}: {reason:?}");
        }
    }

    #[test]
    fn no_error_has_no_reason() {
        assert_eq!(ErrorCode::NONE.reason(), None);
        assert_eq!(ErrorCode(30).reason(), Some(Reason::Denied));
        assert_eq!(ErrorCode(-1).reason(), Some(Reason::Server));
        assert!(ErrorCode(6).has_moved() && !ErrorCode(3).has_moved());
    }
}
