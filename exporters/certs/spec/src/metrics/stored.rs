//! Stored certificates, with the names and labels of x509-certificate-exporter v4.
//!
//! Invariant: every row of a stored certificate has the same labels in each `x509_cert_*` family and in
//! [`STORED_LIFE_USED`], so that they join one to one without a modifier. [`STORED_INFO`] has them too, and more.

use lookout_declarations::{Counter, Detail, Gauge, Info, ReasonLabel, Unit, metrics};

use super::PEER;
use crate::labels::{
    Filepath, SourceKindLabel, SourceName, StoredCertificate, StoredCertificateInfo, StoredReasonLabel,
};

/// The prefix under which the labels of a Secret are shown, where the configuration asks for some.
const SECRET_LABELS: &str = "secret_label_";

metrics! {
    /// The end of a stored certificate's validity.
    pub NOT_AFTER: Gauge<StoredCertificate<'static>> = Gauge::new(
        "x509_cert_not_after",
        "When the stored certificate ceases to be valid, in seconds since 1970-01-01T00:00:00Z.",
    ).unit(Unit::TimestampSeconds).detail(Detail::Essential).compatible_with(PEER)
        .with_object_labels(SECRET_LABELS);

    /// The beginning of a stored certificate's validity.
    pub NOT_BEFORE: Gauge<StoredCertificate<'static>> = Gauge::new(
        "x509_cert_not_before",
        "When the stored certificate begins to be valid, in seconds since 1970-01-01T00:00:00Z.",
    ).unit(Unit::TimestampSeconds).detail(Detail::Essential).compatible_with(PEER)
        .with_object_labels(SECRET_LABELS);

    /// Whether a stored certificate has expired.
    pub EXPIRED: Gauge<StoredCertificate<'static>> = Gauge::new(
        "x509_cert_expired",
        "Whether the stored certificate has expired (1) or not (0), as of the last cycle.",
    ).unit(Unit::Boolean).compatible_with(PEER)
        .with_object_labels(SECRET_LABELS);

    /// The time left to a stored certificate.
    pub EXPIRES_IN: Gauge<StoredCertificate<'static>> = Gauge::new(
        "x509_cert_expires_in_seconds",
        "Seconds until the stored certificate expires, as of the last cycle; negative afterwards.",
    ).unit(Unit::Seconds).opt_in().compatible_with(PEER)
        .waived("the same as x509_cert_not_after - time(), for stores that lack such arithmetic")
        .with_object_labels(SECRET_LABELS);

    /// The time since a stored certificate began to be valid.
    pub VALID_SINCE: Gauge<StoredCertificate<'static>> = Gauge::new(
        "x509_cert_valid_since_seconds",
        "Seconds since the stored certificate became valid, as of the last cycle; negative before.",
    ).unit(Unit::Seconds).opt_in().compatible_with(PEER)
        .waived("the same as time() - x509_cert_not_before, for stores that lack such arithmetic")
        .with_object_labels(SECRET_LABELS);

    /// Whether something that should be a certificate is not.
    pub CERTIFICATE_ERROR: Gauge<StoredCertificate<'static>> = Gauge::new(
        "x509_cert_error",
        "1 for a file, or a key of an object, of which something could not be used as a certificate; only the labels of \
         the place are set. Certificates that were read have no row here.",
    ).unit(Unit::Boolean).compatible_with(PEER)
        .waived("for rules written for x509-certificate-exporter; certs_file_faults and certs_object_faults say the same with \
                 the reason")
        .with_object_labels(SECRET_LABELS);

    /// Whether a configured place can be watched at all.
    pub SOURCE_UP: Gauge<(SourceKindLabel, SourceName)> = Gauge::new(
        "x509_source_up",
        "Whether the configured path, or the resource of the cluster, could be read or listed (1) or not (0) in the last \
         cycle; no row before the first answer.",
    ).unit(Unit::Boolean).detail(Detail::Essential).compatible_with(PEER);

    /// How many files a configured place yields.
    pub SOURCE_BUNDLES: Gauge<(SourceKindLabel, SourceName)> = Gauge::new(
        "x509_source_bundles",
        "Files with at least one certificate, by configured path; objects, by resource of the cluster.",
    ).compatible_with(PEER);

    /// Errors of a configured place.
    pub SOURCE_ERRORS: Counter<(SourceKindLabel, SourceName, StoredReasonLabel)> = Counter::new(
        "x509_source_errors_total",
        "Errors by configured path, or resource of the cluster, and reason; an error that stands is counted again in every \
         period.",
    ).compatible_with(PEER);

    /// Certificates that only the discriminator tells apart.
    pub COLLISIONS: Counter<(SourceKindLabel,)> = Counter::new(
        "x509_cert_collision_total",
        "Certificates that needed the label `discriminator` because all their other labels equalled another's; \
         counted when they appear.",
    ).compatible_with(PEER);

    /// The share of a stored certificate's life that is over.
    pub STORED_LIFE_USED: Gauge<StoredCertificate<'static>> = Gauge::new(
        "certs_stored_life_used_ratio",
        "Share of the stored certificate's validity that is over, rounded down to a thousandth; above 1 it has \
         expired, below 0 it is not valid yet.",
    ).unit(Unit::Ratio)
        .with_object_labels(SECRET_LABELS);

    /// What a stored certificate is.
    pub STORED_INFO: Info<StoredCertificateInfo<'static>> = Info::new(
        "certs_stored_info",
        "What the stored certificate is: its fingerprint, role and key.",
    ).detail(Detail::Essential)
        .with_object_labels(SECRET_LABELS);

    /// What cannot be used, file by file.
    pub FILE_FAULTS: Gauge<(Filepath, ReasonLabel)> = Gauge::new(
        "certs_file_faults",
        "Items of a watched path that could not be used, by reason. Paths and reasons without any have no row.",
    ).detail(Detail::Essential);
}
