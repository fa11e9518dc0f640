//! What cert-manager says: which Certificates are ready, which are not renewed, and why.
//!
//! How to get it wrong: a 0 for what does not exist yet, as cert-manager's own metrics have. A certificate that was never
//! issued has no dates, and says so by a metric of its own.

use lookout_declarations::{Detail, Gauge, Info, Unit, metrics};

use crate::labels::{
    CertificateInfo, CertificateName, FailureCauseLabel, IssuerName, IssuerResourceKind, ReadinessLabel,
    RequestKindLabel, RequestStateLabel, ResourceNamespace,
};

metrics! {
    /// What a Certificate is.
    pub CERTIFICATE_INFO: Info<CertificateInfo<'static>> =
        Info::new("certs_certmanager_certificate_info", "The Secret and the issuer that a Certificate names.");

    /// Whether a Certificate is ready.
    pub CERTIFICATE_READY: Gauge<(ResourceNamespace, CertificateName, ReadinessLabel)> = Gauge::new(
        "certs_certmanager_certificate_ready",
        "1 for the status of the Certificate's condition `Ready`, 0 for every other status.",
    ).unit(Unit::Boolean).detail(Detail::Essential);

    /// Whether a Certificate was never issued.
    pub CERTIFICATE_NEVER_ISSUED: Gauge<(ResourceNamespace, CertificateName)> = Gauge::new(
        "certs_certmanager_certificate_never_issued",
        "Whether the Certificate has never been issued (1) or has (0); one that was not has no dates.",
    ).unit(Unit::Boolean).detail(Detail::Essential);

    /// When the issued certificate ends.
    pub CERTIFICATE_NOT_AFTER: Gauge<(ResourceNamespace, CertificateName)> = Gauge::new(
        "certs_certmanager_certificate_not_after_timestamp_seconds",
        "When the certificate that was issued last ceases to be valid, as cert-manager says.",
    ).unit(Unit::TimestampSeconds).detail(Detail::Essential);

    /// When it is to be renewed.
    pub CERTIFICATE_RENEWAL: Gauge<(ResourceNamespace, CertificateName)> = Gauge::new(
        "certs_certmanager_certificate_renewal_timestamp_seconds",
        "When cert-manager is to renew the certificate; in the past, the renewal is overdue.",
    ).unit(Unit::TimestampSeconds).detail(Detail::Essential);

    /// How often it was issued.
    pub CERTIFICATE_REVISION: Gauge<(ResourceNamespace, CertificateName)> =
        Gauge::new("certs_certmanager_certificate_revision", "How many times the certificate has been issued.");

    /// Since when it fails.
    pub CERTIFICATE_FAILING_SINCE: Gauge<(ResourceNamespace, CertificateName)> = Gauge::new(
        "certs_certmanager_certificate_failing_since_timestamp_seconds",
        "Since when issuing the certificate fails, at the latest: the earliest failure that was seen, for cert-manager keeps the \
         last one only; no row if it does not fail.",
    ).unit(Unit::TimestampSeconds).detail(Detail::Essential);

    /// How often it failed.
    pub CERTIFICATE_FAILED_ATTEMPTS: Gauge<(ResourceNamespace, CertificateName)> = Gauge::new(
        "certs_certmanager_certificate_failed_attempts",
        "How many times in a row issuing the certificate has failed.",
    );

    /// Why it fails.
    pub CERTIFICATE_FAILURE: Gauge<(ResourceNamespace, CertificateName, FailureCauseLabel)> = Gauge::new(
        "certs_certmanager_certificate_failure",
        "1 for the cause of the failure, 0 for every other cause; no rows while nothing fails.",
    ).unit(Unit::Boolean).detail(Detail::Essential);

    /// Whether an issuer is ready.
    pub ISSUER_READY: Gauge<(ResourceNamespace, IssuerResourceKind, IssuerName, ReadinessLabel)> = Gauge::new(
        "certs_certmanager_issuer_ready",
        "1 for the status of the issuer's condition `Ready`, 0 for every other status.",
    ).unit(Unit::Boolean).detail(Detail::Essential);

    /// What is on its way.
    pub REQUESTS: Gauge<(ResourceNamespace, RequestKindLabel, RequestStateLabel)> = Gauge::new(
        "certs_certmanager_requests",
        "CertificateRequests, Orders and Challenges that exist, by how far they have come.",
    );
}
