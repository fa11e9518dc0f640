//! From librdkafka's errors to our reasons.

use lookout_declarations::Reason;
use rdkafka::error::KafkaError;
use rdkafka::types::RDKafkaErrorCode as Code;

/// Every reason for which a record or a commit of the probe can fail: each has a row from the start.
pub const PROBE_REASONS: &[Reason] = &[
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
    Reason::TooLarge,
    Reason::TooMany,
    Reason::Io,
    Reason::RateLimited,
    Reason::Server,
];

/// The reason of an error.
pub(super) fn reason_of(error: &KafkaError) -> Reason {
    match error {
        // A value of the configuration that librdkafka refuses; a certificate or key that it cannot use, too.
        KafkaError::ClientConfig(..) | KafkaError::ClientCreation(_) => Reason::Io,
        KafkaError::AdminOp(code) => reason_of_code(*code),
        other => other.rdkafka_error_code().map_or(Reason::Unexpected, reason_of_code),
    }
}

/// The reason of an error of a client as a whole. That a certificate is not trusted has no code of its own; the words are
/// those of OpenSSL.
pub(super) fn reason_of_client(error: &KafkaError, text: &str) -> Reason {
    match reason_of(error) {
        Reason::Handshake if text.contains("certificate verify failed") => Reason::Untrusted,
        reason => reason,
    }
}

/// The reason of a code: of librdkafka itself, then of brokers.
pub(super) fn reason_of_code(code: Code) -> Reason {
    match code {
        Code::MessageTimedOut | Code::OperationTimedOut | Code::TimedOutQueue | Code::RequestTimedOut => {
            Reason::Timeout
        }
        Code::Resolve => Reason::Unresolved,
        Code::AllBrokersDown => Reason::Unreachable,
        Code::BrokerTransportFailure
        | Code::NetworkException
        | Code::BrokerDestroy
        | Code::DestroyBroker
        | Code::PurgeQueue
        | Code::PurgeInflight => Reason::Disconnected,
        Code::SSL => Reason::Handshake,
        Code::Authentication
        | Code::SaslAuthenticationFailed
        | Code::UnsupportedSASLMechanism
        | Code::IllegalSASLState => Reason::Unauthenticated,
        Code::TopicAuthorizationFailed
        | Code::GroupAuthorizationFailed
        | Code::ClusterAuthorizationFailed
        | Code::PolicyViolation => Reason::Denied,
        Code::UnknownTopic
        | Code::UnknownPartition
        | Code::UnknownTopicOrPartition
        | Code::UnknownTopicId
        | Code::UnknownBroker => Reason::NotFound,
        Code::MessageSizeTooLarge | Code::MessageBatchTooLarge => Reason::TooLarge,
        Code::QueueFull => Reason::TooMany,
        Code::FileSystem | Code::CriticalSystemResource => Reason::Io,
        Code::ThrottlingQuotaExceeded => Reason::RateLimited,
        Code::BadMessage
        | Code::BadCompression
        | Code::InvalidMessage
        | Code::InvalidMessageSize
        | Code::UnsupportedVersion
        | Code::UnsupportedFeature => Reason::Protocol,
        Code::LeaderNotAvailable
        | Code::NotLeaderForPartition
        | Code::BrokerNotAvailable
        | Code::ReplicaNotAvailable
        | Code::NotEnoughReplicas
        | Code::NotEnoughReplicasAfterAppend
        | Code::ISRInsufficient
        | Code::CoordinatorLoadInProgress
        | Code::CoordinatorNotAvailable
        | Code::NotCoordinator
        | Code::WaitingForCoordinator
        | Code::NotController
        | Code::KafkaStorageError
        | Code::LogDirNotFound
        | Code::StaleBrokerEpoch
        | Code::FencedLeaderEpoch
        | Code::UnknownLeaderEpoch
        | Code::Unknown => Reason::Server,
        _ => Reason::Unexpected,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_that_a_code_has_has_its_row() {
        for code in [
            Code::MessageTimedOut,
            Code::Resolve,
            Code::AllBrokersDown,
            Code::BrokerTransportFailure,
            Code::SSL,
            Code::Authentication,
            Code::TopicAuthorizationFailed,
            Code::UnknownTopicOrPartition,
            Code::MessageSizeTooLarge,
            Code::QueueFull,
            Code::FileSystem,
            Code::ThrottlingQuotaExceeded,
            Code::InvalidMessage,
            Code::NotEnoughReplicas,
            Code::InvalidPartitions,
        ] {
            assert!(PROBE_REASONS.contains(&reason_of_code(code)), "{code:?}");
        }
    }

    #[test]
    fn a_certificate_that_is_not_trusted_is_told_from_another_handshake_that_failed() {
        let error = KafkaError::Global(Code::SSL);
        let text = "SSL handshake failed: error:0A000086:SSL routines::certificate verify failed: broker";
        assert_eq!(reason_of_client(&error, text), Reason::Untrusted);
        assert_eq!(reason_of_client(&error, "SSL handshake failed: Disconnected"), Reason::Handshake);
        assert_eq!(reason_of_client(&KafkaError::Global(Code::Resolve), text), Reason::Unresolved);
    }

    #[test]
    fn reasons_are_those_of_the_exporter() {
        for reason in PROBE_REASONS {
            assert!(lookout_kafka_spec::REASONS.contains(reason), "{reason:?}");
        }
    }
}
