//! TLS servers, and the chains that they show.
//!
//! Invariant: reachability ([`ENDPOINT_UP`], [`ENDPOINT_FAILURE`], [`ENDPOINT_HANDSHAKE_DURATION`], [`ENDPOINT_TLS_INFO`]) is a
//! measurement of the last attempt; a chain that was seen is a fact that stays until another one is seen, and
//! [`ENDPOINT_CHAIN_SEEN`] is its age.

use lookout_declarations::{Detail, Gauge, Info, ReasonLabel, Unit, metrics};

use crate::labels::{
    Endpoint, Position, RoleLabel, ServedCertificateInfo, ServerName, TlsCipher, TlsVersion,
    VerificationLabel,
};

metrics! {
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
