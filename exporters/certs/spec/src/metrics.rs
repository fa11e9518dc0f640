//! The metrics of the certs exporter.
//!
//! Stored certificates have the names of x509-certificate-exporter v4, so that what was written for it goes on
//! working; what it lacks (roles, fingerprints, the share of life used, served chains) has names of ours.
//!
//! Invariants:
//! - Every row of a stored certificate has the same labels in each `x509_cert_*` family and in
//!   [`STORED_LIFE_USED`], so that they join one to one without a modifier. [`STORED_INFO`] has them too, and more.
//! - Reachability ([`ENDPOINT_UP`], [`ENDPOINT_FAILURE`], [`ENDPOINT_HANDSHAKE_DURATION`], [`ENDPOINT_TLS_INFO`]) is
//!   a measurement of the last attempt; a chain that was seen is a fact that stays until another one is seen, and
//!   [`ENDPOINT_CHAIN_SEEN`] is its age.

use lookout_declarations::{Counter, Detail, Gauge, Info, ReasonLabel, Unit, metrics};

use crate::labels::{
    Endpoint, Filepath, Position, RoleLabel, ServedCertificateInfo, ServerName, SourceKindLabel, SourceName,
    StoredCertificate, StoredCertificateInfo, StoredReasonLabel, TlsCipher, TlsVersion, VerificationLabel,
};

/// The peer whose names and labels are kept.
const PEER: &str = "x509-certificate-exporter 4.2.0";

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
        "1 for a file of which something could not be used as a certificate (of its labels only filename and \
         filepath are set). Certificates that were read have no row here.",
    ).unit(Unit::Boolean).compatible_with(PEER)
        .waived("for rules written for x509-certificate-exporter; certs_file_faults says the same with the reason")
        .with_object_labels(SECRET_LABELS);

    /// Whether a configured place can be watched at all.
    pub SOURCE_UP: Gauge<(SourceKindLabel, SourceName)> = Gauge::new(
        "x509_source_up",
        "Whether the configured path could be read or listed (1) or not (0) in the last cycle.",
    ).unit(Unit::Boolean).detail(Detail::Essential).compatible_with(PEER);

    /// How many files a configured place yields.
    pub SOURCE_BUNDLES: Gauge<(SourceKindLabel, SourceName)> = Gauge::new(
        "x509_source_bundles",
        "Files with at least one certificate, by configured path.",
    ).compatible_with(PEER);

    /// Errors of a configured place.
    pub SOURCE_ERRORS: Counter<(SourceKindLabel, SourceName, StoredReasonLabel)> = Counter::new(
        "x509_source_errors_total",
        "Errors by configured path and reason; an error that stands is counted again in every cycle.",
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
    )
        .with_object_labels(SECRET_LABELS);

    /// What cannot be used, file by file.
    pub FILE_FAULTS: Gauge<(Filepath, ReasonLabel)> = Gauge::new(
        "certs_file_faults",
        "Items of a watched path that could not be used, by reason. Paths and reasons without any have no row.",
    ).detail(Detail::Essential);

    /// Whether an endpoint shows a certificate.
    pub ENDPOINT_UP: Gauge<(Endpoint, ServerName)> = Gauge::new(
        "certs_endpoint_up",
        "Whether the endpoint showed a certificate chain in the last attempt (1) or not (0).",
    ).unit(Unit::Boolean).detail(Detail::Essential);

    /// Why an attempt failed.
    pub ENDPOINT_FAILURE: Gauge<(Endpoint, ServerName, ReasonLabel)> = Gauge::new(
        "certs_endpoint_failure",
        "1 for the reason for which the last attempt failed, 0 for every other. A server that shows its chain and \
         then refuses us (`unauthenticated`) is up and failing.",
    ).unit(Unit::Boolean).detail(Detail::Essential);

    /// What verification said.
    pub ENDPOINT_VERIFIED: Gauge<(Endpoint, ServerName, VerificationLabel)> = Gauge::new(
        "certs_endpoint_verified",
        "1 for the result of verifying the chain that was last seen, 0 for every other result. Dates come last: \
         a chain that is expired and untrusted is `untrusted`.",
    ).unit(Unit::Boolean).detail(Detail::Essential);

    /// When the verified path ends.
    pub ENDPOINT_VERIFIED_NOT_AFTER: Gauge<(Endpoint, ServerName)> = Gauge::new(
        "certs_endpoint_verified_not_after_timestamp_seconds",
        "The earliest end of validity on the path that verified, trusted root included; only for trusted chains.",
    ).unit(Unit::TimestampSeconds);

    /// When the chain was last seen.
    pub ENDPOINT_CHAIN_SEEN: Gauge<(Endpoint, ServerName)> = Gauge::new(
        "certs_endpoint_chain_seen_timestamp_seconds",
        "When the endpoint last showed the chain that the other series describe; no row if it never did.",
    ).unit(Unit::TimestampSeconds);

    /// Whether an OCSP response was stapled.
    pub ENDPOINT_OCSP_STAPLED: Gauge<(Endpoint, ServerName)> = Gauge::new(
        "certs_endpoint_ocsp_stapled",
        "Whether the server stapled an OCSP response to the chain that was last seen (1) or not (0).",
    )
    .unit(Unit::Boolean);

    /// How long a handshake took.
    pub ENDPOINT_HANDSHAKE_DURATION: Gauge<(Endpoint, ServerName)> = Gauge::new(
        "certs_endpoint_handshake_duration_seconds",
        "Duration of the last TLS handshake that completed, without name resolution and connecting; no row if the \
         last attempt did not complete one.",
    ).unit(Unit::Seconds);

    /// What was agreed on.
    pub ENDPOINT_TLS_INFO: Info<(Endpoint, ServerName, TlsVersion, TlsCipher)> = Info::new(
        "certs_endpoint_tls_info",
        "The TLS version and cipher suite of the last handshake; no row if the last attempt did not complete one.",
    );

    /// The end of a served certificate's validity.
    pub SERVED_NOT_AFTER: Gauge<(Endpoint, ServerName, Position, RoleLabel)> = Gauge::new(
        "certs_served_not_after_timestamp_seconds",
        "When the served certificate ceases to be valid, by position in the chain.",
    ).unit(Unit::TimestampSeconds).detail(Detail::Essential);

    /// The beginning of a served certificate's validity.
    pub SERVED_NOT_BEFORE: Gauge<(Endpoint, ServerName, Position, RoleLabel)> = Gauge::new(
        "certs_served_not_before_timestamp_seconds",
        "When the served certificate begins to be valid, by position in the chain.",
    ).unit(Unit::TimestampSeconds).detail(Detail::Essential);

    /// The share of a served certificate's life that is over.
    pub SERVED_LIFE_USED: Gauge<(Endpoint, ServerName, Position, RoleLabel)> = Gauge::new(
        "certs_served_life_used_ratio",
        "Share of the served certificate's validity that is over, rounded down to a thousandth; above 1 it has \
         expired, below 0 it is not valid yet.",
    ).unit(Unit::Ratio);

    /// What a served certificate is.
    pub SERVED_INFO: Info<ServedCertificateInfo<'static>> = Info::new(
        "certs_served_info",
        "What the served certificate is: its fingerprint, names and key, by position in the chain.",
    );
}
