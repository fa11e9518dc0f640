//! The metrics of a probe's answer, in the order of the documentation.
//!
//! Names and meanings are blackbox_exporter's where it has them, so that its dashboards and rules go on working. It
//! exports 0 for what it does not know; here such a metric is absent, with one exception, the status code: rules that
//! look for codes outside of a range count on the 0 of a server that did not answer.
//!
//! Invariant: whatever happens, `probe_success`, `probe_duration_seconds` and every reason of `probe_failure` are there.

use lookout_declarations::{Detail, Gauge, Info, ReasonLabel, Unit, metrics};

use crate::labels::{PhaseLabel, TlsCipher, TlsVersion};

/// Whose names they are.
const PEER: &str = "blackbox_exporter 0.28.0";

metrics! {
    /// The verdict.
    pub SUCCESS: Gauge<()> = Gauge::new(
        "probe_success",
        "Whether the target answered as the module expects (1) or not (0).",
    ).compatible_with(PEER).unit(Unit::Boolean).detail(Detail::Essential);

    /// How long all of it took.
    pub DURATION: Gauge<()> = Gauge::new(
        "probe_duration_seconds",
        "How long the whole probe took, whether it succeeded or not.",
    ).compatible_with(PEER).unit(Unit::Seconds).detail(Detail::Essential);

    /// Why it failed.
    pub FAILURE: Gauge<(ReasonLabel,)> = Gauge::new(
        "probe_failure",
        "1 for the reason for which the probe failed, 0 for every other.",
    ).unit(Unit::Boolean).detail(Detail::Essential);

    /// How long name resolution took.
    pub DNS_LOOKUP_TIME: Gauge<()> = Gauge::new(
        "probe_dns_lookup_time_seconds",
        "How long resolving the name of the target took, redirects left out; 0 if it is an address.",
    ).compatible_with(PEER).unit(Unit::Seconds);

    /// The IP version.
    pub IP_PROTOCOL: Gauge<()> = Gauge::new(
        "probe_ip_protocol",
        "The version of IP that the target was last connected by, 4 or 6; absent if no connection was tried.",
    ).compatible_with(PEER);

    /// Whether the address is the one of last time.
    pub IP_ADDR_HASH: Gauge<()> = Gauge::new(
        "probe_ip_addr_hash",
        "A hash (FNV-1a, 32 bits) of the address that was last tried: its changes show that the address changes.",
    ).compatible_with(PEER).waived("a hash says nothing on a board; it is there for `changes()` in people's own rules");

    /// Where the time went.
    pub HTTP_DURATION: Gauge<(PhaseLabel,)> = Gauge::new(
        "probe_http_duration_seconds",
        "How long each phase of the request took, summed over all redirects; 0 for a phase that was not reached.",
    ).compatible_with(PEER).unit(Unit::Seconds);

    /// The status.
    pub HTTP_STATUS_CODE: Gauge<()> = Gauge::new(
        "probe_http_status_code",
        "The status code of the last answer; 0 if the target gave none, as blackbox_exporter has it.",
    ).compatible_with(PEER).detail(Detail::Essential);

    /// The version of HTTP.
    pub HTTP_VERSION: Gauge<()> = Gauge::new(
        "probe_http_version",
        "The version of HTTP of the last answer, such as 1.1; absent if there was none.",
    ).compatible_with(PEER);

    /// How many redirects were followed.
    pub HTTP_REDIRECTS: Gauge<()> =
        Gauge::new("probe_http_redirects", "Redirects that were followed.").compatible_with(PEER);

    /// Whether the last answer came over TLS.
    pub HTTP_SSL: Gauge<()> = Gauge::new(
        "probe_http_ssl",
        "Whether the last answer came over TLS (1) or in clear (0); absent if there was none.",
    ).compatible_with(PEER).unit(Unit::Boolean);

    /// Whether a redirect led out of TLS.
    pub HTTP_DOWNGRADED: Gauge<()> = Gauge::new(
        "probe_http_downgraded",
        "Whether a redirect led from https to http (1) or none did (0).",
    ).unit(Unit::Boolean);

    /// What the server says the length is.
    pub HTTP_CONTENT_LENGTH: Gauge<()> = Gauge::new(
        "probe_http_content_length",
        "The length that the head of the last answer states, in bytes; absent if it states none.",
    ).compatible_with(PEER).unit(Unit::Bytes).waived("the board shows what was read; this is what servers claim");

    /// How long the body was.
    pub HTTP_BODY_LENGTH: Gauge<()> = Gauge::new(
        "probe_http_uncompressed_body_length",
        "Bytes of the body that were read. Compression is never asked for, so they are as they came.",
    ).compatible_with(PEER).unit(Unit::Bytes);

    /// Whether the body was longer than what is read.
    pub HTTP_BODY_CLIPPED: Gauge<()> = Gauge::new(
        "probe_http_body_clipped",
        "Whether the body was longer than the module's `max_body_size` and the rest was not read (1), or not (0).",
    ).unit(Unit::Boolean);

    /// Whether the text of the body is at fault.
    pub FAILED_DUE_TO_REGEX: Gauge<()> = Gauge::new(
        "probe_failed_due_to_regex",
        "Whether the probe failed for what is, or is not, in the body (1) or not (0); plain texts here.",
    ).compatible_with(PEER).unit(Unit::Boolean);

    /// The earliest end of a certificate.
    pub SSL_EARLIEST_EXPIRY: Gauge<()> = Gauge::new(
        "probe_ssl_earliest_cert_expiry",
        "The earliest end of validity in the chain that was shown, whether it is trusted or not, in seconds since \
         1970-01-01T00:00:00Z.",
    ).compatible_with(PEER).unit(Unit::TimestampSeconds).detail(Detail::Essential);

    /// The end of the trusted chain.
    pub SSL_LAST_CHAIN_EXPIRY: Gauge<()> = Gauge::new(
        "probe_ssl_last_chain_expiry_timestamp_seconds",
        "The earliest end of validity on the path that clients trust, its root included; absent if there is none.",
    ).compatible_with(PEER).unit(Unit::TimestampSeconds).detail(Detail::Essential);

    /// The version of TLS.
    pub TLS_VERSION: Info<(TlsVersion,)> = Info::new(
        "probe_tls_version_info",
        "The TLS version of the last handshake that completed.",
    ).compatible_with(PEER);

    /// The cipher suite.
    pub TLS_CIPHER: Info<(TlsCipher,)> = Info::new(
        "probe_tls_cipher_info",
        "The cipher suite of the last TLS handshake that completed.",
    ).compatible_with(PEER);
}
