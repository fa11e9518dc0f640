//! What is read through the Kubernetes API beside certificates, and how well that goes.

use lookout_declarations::{Counter, Detail, Gauge, ReasonLabel, Unit, metrics};

use super::PEER;
use crate::labels::{
    KubeResource, ObjectFault, ObjectName, Signer, SigningStateLabel, SourceName, SubjectCommonName,
};

metrics! {
    /// Watches that had to begin anew.
    pub WATCH_RESYNCS: Counter<(SourceName, KubeResource)> = Counter::new(
        "x509_kube_watch_resyncs_total",
        "Lists that were made again because the server no longer had the changes since the last one; `source_name` is \
         always `kubernetes`.",
    ).compatible_with(PEER);

    /// Failures of the API.
    pub TRANSPORT_ERRORS: Counter<(SourceName, KubeResource, ReasonLabel)> = Counter::new(
        "x509_kube_transport_errors_total",
        "Cycles in which a resource could not be listed or watched, by reason, in the words of the suite; `source_name` \
         is always `kubernetes`.",
    ).compatible_with(PEER);

    /// What cannot be used, object by object.
    pub OBJECT_FAULTS: Gauge<ObjectFault<'static>> = Gauge::new(
        "certs_object_faults",
        "Items of a watched Secret, ConfigMap or `caBundle` that could not be used, by reason. Objects and reasons \
         without any have no row.",
    ).detail(Detail::Essential);

    /// Requests that are to be signed.
    pub SIGNING_REQUESTS: Gauge<(Signer, SigningStateLabel)> = Gauge::new(
        "certs_signing_requests",
        "CertificateSigningRequests that exist, by signer and how far they have come.",
    );

    /// How long the oldest request waits.
    pub SIGNING_REQUEST_OLDEST_PENDING: Gauge<(Signer,)> = Gauge::new(
        "certs_signing_request_oldest_pending_timestamp_seconds",
        "When the oldest CertificateSigningRequest was made that is neither approved nor denied; no row if there is none.",
    ).unit(Unit::TimestampSeconds).detail(Detail::Essential);

    /// When what was issued for a request ends.
    pub SIGNING_REQUEST_NOT_AFTER: Gauge<(Signer, ObjectName, SubjectCommonName)> = Gauge::new(
        "certs_signing_request_not_after_timestamp_seconds",
        "When the certificate ceases to be valid that was issued for the CertificateSigningRequest; its row goes with the \
         request, which Kubernetes removes about an hour after it was answered.",
    ).unit(Unit::TimestampSeconds)
        .waived("who was given a certificate until when, to be looked up: a row lasts for an hour, so no alarm can rest on it");
}
