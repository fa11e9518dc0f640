//! The board of the certs exporter: what fails next, then why, then what there is.

use lookout_declarations::{Board, Panel, PanelKind, Query, Row};

use crate::Settings;
use crate::labels::{
    FingerprintSha256, KeyAlgorithmLabel, KeyBits, Position, Role, RoleLabel, SourceName, StoredReasonLabel,
    TlsCipher, TlsVersion, Verification, VerificationLabel,
};
use crate::metrics::{
    COLLISIONS, ENDPOINT_CHAIN_SEEN, ENDPOINT_FAILURE, ENDPOINT_HANDSHAKE_DURATION, ENDPOINT_OCSP_STAPLED,
    ENDPOINT_TLS_INFO, ENDPOINT_UP, ENDPOINT_VERIFIED, ENDPOINT_VERIFIED_NOT_AFTER, EXPIRED, FILE_FAULTS,
    NOT_AFTER, NOT_BEFORE, SERVED_INFO, SERVED_LIFE_USED, SERVED_NOT_AFTER, SOURCE_BUNDLES, SOURCE_ERRORS,
    SOURCE_UP, STORED_INFO, STORED_LIFE_USED,
};

mod cluster;

/// The board for `settings`.
pub fn board(settings: &Settings) -> Board {
    Board {
        slug: "certs",
        title: "Certificates",
        question: "Which certificate fails next, and is the one being served the one that is stored?",
        rows: rows(settings),
    }
}

fn rows(settings: &Settings) -> Vec<Row> {
    let mut rows = vec![
        Row { title: "What fails next", panels: what_fails_next(settings) },
        Row { title: "Why", panels: why() },
    ];
    rows.extend(cluster::rows());
    rows.push(Row { title: "What there is", panels: what_there_is() });
    rows
}

/// A panel with one query.
fn panel(
    title: &'static str,
    description: &'static str,
    kind: PanelKind,
    expression: String,
    legend: &'static str,
) -> Panel {
    Panel { title, description, kind, queries: vec![Query { expression, legend }] }
}

fn what_fails_next(settings: &Settings) -> Vec<Panel> {
    use PanelKind::{Stat, Table};
    let seconds = settings.alerts.warning.remaining_seconds();
    let served = SERVED_NOT_AFTER.not_at(RoleLabel, Role::Root);
    let roots = STORED_INFO.at(RoleLabel, Role::Root);
    let stored = format!(
        "({NOT_AFTER} - time() unless ignoring ({FingerprintSha256}, {RoleLabel}, {KeyAlgorithmLabel}, {KeyBits}) {roots})"
    );
    let trusted = ENDPOINT_VERIFIED.at(VerificationLabel, Verification::Trusted);
    vec![
        panel(
            "Endpoints that clients refuse",
            "Endpoints whose chain is not trusted now, for whatever reason; the table below says why.",
            Stat,
            format!("sum({trusted} == bool 0)"),
            "refused",
        ),
        panel(
            "Endpoints without a certificate",
            "Endpoints that showed no chain in the last attempt.",
            Stat,
            format!("sum({ENDPOINT_UP} == bool 0)"),
            "down",
        ),
        panel(
            "Served certificates near their end",
            "Served certificates, roots excepted, with less time left than the warning threshold; expired ones too.",
            Stat,
            format!("sum({served} - time() < bool {seconds})"),
            "served",
        ),
        panel(
            "Stored certificates near their end",
            "Stored certificates, roots excepted, with less time left than the warning threshold; expired ones too.",
            Stat,
            format!("sum({stored} < bool {seconds})"),
            "stored",
        ),
        panel(
            "Served certificates that end first",
            "Time left, shortest first; negative means expired. Position 0 is the server's own certificate.",
            Table,
            format!("sort(bottomk(20, {served} - time()))"),
            "",
        ),
        panel(
            "Stored certificates that end first",
            "Time left, shortest first; negative means expired. Roots are left out.",
            Table,
            format!("sort(bottomk(20, {stored}))"),
            "",
        ),
    ]
}

fn why() -> Vec<Panel> {
    use PanelKind::{Table, TimeSeries};
    let not_trusted = ENDPOINT_VERIFIED.not_at(VerificationLabel, Verification::Trusted);
    vec![
        panel(
            "Chains that are not trusted",
            "The result of verification, by endpoint.",
            Table,
            format!("{not_trusted} == 1"),
            "",
        ),
        panel(
            "Attempts that failed",
            "Why the last attempt failed, by endpoint.",
            Table,
            format!("{ENDPOINT_FAILURE} == 1"),
            "",
        ),
        panel(
            "Age of chains that were not seen again",
            "How long ago an endpoint that is down showed the chain that the dates above are taken from.",
            Table,
            format!("time() - {ENDPOINT_CHAIN_SEEN} and {ENDPOINT_UP} == 0"),
            "",
        ),
        panel(
            "Served, but stored nowhere that is watched",
            "Servers whose certificate is in no watched file: not reloaded after a renewal, or stored elsewhere.",
            Table,
            format!("{} unless on ({FingerprintSha256}) {STORED_INFO}", SERVED_INFO.at(Position, 0)),
            "",
        ),
        panel(
            "Items that cannot be used",
            "Watched paths with something that is no readable certificate, by reason.",
            Table,
            format!("{FILE_FAULTS} > 0"),
            "",
        ),
        panel(
            "Errors of watched paths",
            "Errors in each interval, by configured path and reason; one that stands is counted in every cycle.",
            TimeSeries,
            format!(
                "sum by ({SourceName}, {StoredReasonLabel}) (increase({SOURCE_ERRORS}[$__rate_interval])) > 0"
            ),
            "{{source_name}} {{reason}}",
        ),
        panel(
            "Watched paths that cannot be listed",
            "Configured paths that could not be read or listed in the last cycle.",
            Table,
            format!("{SOURCE_UP} == 0"),
            "",
        ),
    ]
}

fn what_there_is() -> Vec<Panel> {
    use PanelKind::{Table, TimeSeries};
    vec![
        panel(
            "Life used by served certificates",
            "Share of the validity that is over. A renewal falls back to 0; a line that reaches 1 has expired.",
            TimeSeries,
            format!("topk(20, {SERVED_LIFE_USED})"),
            "{{endpoint}} {{server_name}} {{position}}",
        ),
        panel(
            "Life used by stored certificates",
            "Share of the validity that is over. A renewal falls back to 0; a line that reaches 1 has expired.",
            TimeSeries,
            format!("topk(20, {STORED_LIFE_USED})"),
            "{{subject_CN}} {{filepath}}{{secret_name}}",
        ),
        panel(
            "Stored certificates by role and key",
            "How many certificates there are of each role and key algorithm.",
            Table,
            format!("count by ({RoleLabel}, {KeyAlgorithmLabel}) ({STORED_INFO})"),
            "",
        ),
        panel(
            "Expired stored certificates",
            "Everything that has expired, roots in trust bundles too.",
            Table,
            format!("{EXPIRED} == 1"),
            "",
        ),
        panel(
            "Shortest lifetimes",
            "The lifetimes that certificates were issued for, shortest first: who must be renewed most often.",
            Table,
            format!("sort(bottomk(20, {NOT_AFTER} - {NOT_BEFORE}))"),
            "",
        ),
        panel(
            "Files with certificates",
            "By configured path; a fall means that files went away or became unreadable.",
            TimeSeries,
            format!("{SOURCE_BUNDLES}"),
            "{{source_name}}",
        ),
        panel(
            "Certificates told apart by a discriminator",
            "Certificates whose labels would have been equal, counted when they appear.",
            TimeSeries,
            format!("increase({COLLISIONS}[$__rate_interval])"),
            "{{source_kind}}",
        ),
        panel(
            "End of the verified paths",
            "Time until the first certificate of the path that verified expires, its trusted root included.",
            Table,
            format!("sort({ENDPOINT_VERIFIED_NOT_AFTER} - time())"),
            "",
        ),
        panel(
            "TLS versions and cipher suites",
            "How many endpoints agreed with us on which.",
            Table,
            format!("count by ({TlsVersion}, {TlsCipher}) ({ENDPOINT_TLS_INFO})"),
            "",
        ),
        panel(
            "Endpoints that staple an OCSP response",
            "How many servers prove along with the chain that it was not revoked.",
            PanelKind::Stat,
            format!("sum({ENDPOINT_OCSP_STAPLED})"),
            "stapled",
        ),
        panel(
            "Duration of handshakes",
            "The last completed handshake of each endpoint.",
            TimeSeries,
            format!("{ENDPOINT_HANDSHAKE_DURATION}"),
            "{{endpoint}} {{server_name}}",
        ),
    ]
}
