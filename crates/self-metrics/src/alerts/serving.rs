//! Alerts about how Lookout is read: who keeps others from it, and the certificate that it shows them.
//!
//! Refused logins are a panel and no alert: a browser's first request comes without a password and is refused by
//! design, and a scraper with a wrong one is seen as down by Prometheus itself.

use core::time::Duration;

use lookout_declarations::{Alert, CaseKind, Expectation, Given, Owner, Severity, duration};

use super::{KEEP_FIRING, KEEP_MUTING, MINUTE, NEARLY, case};
use crate::metrics::{
    CloseReason, CloseReasonLabel, Code, CodeLabel, HTTP_CERTIFICATE_NOT_AFTER, HTTP_CONNECTIONS,
    HTTP_CONNECTIONS_CLOSED, HTTP_CONNECTIONS_LIMIT, HTTP_REQUESTS, Path, PathLabel,
};

/// Less than this is left of a certificate that should have been renewed by now: a week has working days in it.
const CERTIFICATE_SECONDS: u32 = 7 * 24 * 60 * 60;

/// How long scrapes must be refused: one that is late may meet the next.
const SCRAPES_REFUSED_FOR: Duration = Duration::from_mins(10);

/// How long connections must be evicted again and again.
const CONNECTIONS_EVICTED_FOR: Duration = Duration::from_mins(15);

/// The paths that are scraped.
const SCRAPED: &str = "/metrics(/NAME)?";

/// A counter that grows by one every four minutes.
const EVERY_FOUR: &str = "0x3 1x3 2x3 3x3 4x3 5x3 6x3 7x3 8x3 9x3";

/// The alert fires for the one Lookout of the cases.
fn once() -> Expectation {
    Expectation::Fires(vec![vec![]])
}

/// Scrapes are turned away because too many are being answered.
pub(super) fn scrapes_refused() -> Alert {
    let given =
        |values: &str| vec![Given::series(&HTTP_REQUESTS, (Path::Metrics, Code::ServiceUnavailable), values)];
    let refused = HTTP_REQUESTS.at(CodeLabel, Code::ServiceUnavailable).matching(PathLabel, SCRAPED);
    Alert {
        name: "LookoutScrapesRefused",
        expression: format!("sum without ({PathLabel}, {CodeLabel}) (increase({refused}[5m])) > 0"),
        hold: SCRAPES_REFUSED_FOR,
        keep_firing_for: KEEP_FIRING,
        severity: Severity::Warning,
        owner: Owner::Platform,
        summary: "Lookout turns scrapes away: too many are being answered at the same time",
        description: format!(
            "For {} Lookout has answered scrapes with 503, because as many as it allows were being sent. Whoever is turned away has \
             a gap in its data, and its alerts may be blind.",
            duration(SCRAPES_REFUSED_FOR)
        ),
        runbook: include_str!("../../runbooks/LookoutScrapesRefused.md"),
        inhibits: &[],
        cases: vec![
            case(
                "scrapes are refused without end",
                CaseKind::Fires,
                given("0x5 1+1x40"),
                20,
                Expectation::Fires(vec![vec![]]),
            ),
            case(
                "all are answered again",
                CaseKind::Clears,
                given("0x5 1+1x20 22x40"),
                45,
                Expectation::Silent,
            ),
            case(
                "they were refused for nine minutes",
                CaseKind::Other,
                given("0x5 1+1x40"),
                15,
                Expectation::Silent,
            ),
            case("one is refused every four minutes", CaseKind::Other, given(EVERY_FOUR), 25, once()),
            case("it goes on for a little while", CaseKind::Other, given("0x5 1+1x20 22x40"), 33, once()),
            case(
                "scrapes are answered",
                CaseKind::Other,
                vec![Given::series(&HTTP_REQUESTS, (Path::Metrics, Code::Ok), "0+5x40")],
                20,
                Expectation::Silent,
            ),
            case("some were refused once", CaseKind::Below, given("0x5 40x40"), 15, Expectation::Silent),
            case(
                "not ready is no refused scrape",
                CaseKind::Other,
                vec![Given::series(&HTTP_REQUESTS, (Path::Ready, Code::ServiceUnavailable), "0+5x40")],
                20,
                Expectation::Silent,
            ),
            case("Lookout is gone", CaseKind::Missing, given("0+1x5 _x40"), 30, Expectation::Silent),
        ],
    }
}

/// Clients take so many connections that others lose theirs.
pub(super) fn connections_evicted() -> Alert {
    let given = |values: &str| vec![Given::series(&HTTP_CONNECTIONS_CLOSED, (CloseReason::Evicted,), values)];
    let evicted = HTTP_CONNECTIONS_CLOSED.at(CloseReasonLabel, CloseReason::Evicted);
    Alert {
        name: "LookoutConnectionsEvicted",
        expression: format!("sum without ({CloseReasonLabel}) (increase({evicted}[5m])) > 0"),
        hold: CONNECTIONS_EVICTED_FOR,
        keep_firing_for: KEEP_MUTING,
        severity: Severity::Warning,
        owner: Owner::Platform,
        summary: "Clients take so many connections to Lookout that others lose theirs",
        description: format!(
            "For {} all places for connections have been taken again and again, and Lookout has closed the connection that kept it \
             waiting longest to make room. Scrapes still get through; somebody opens connections and leaves them.",
            duration(CONNECTIONS_EVICTED_FOR)
        ),
        runbook: include_str!("../../runbooks/LookoutConnectionsEvicted.md"),
        inhibits: &["LookoutConnectionsNearlySpent"],
        cases: vec![
            case(
                "connections are evicted without end",
                CaseKind::Fires,
                given("0x5 10+10x40"),
                25,
                Expectation::Fires(vec![vec![]]),
            ),
            case(
                "there is room again",
                CaseKind::Clears,
                given("0x5 10+10x25 260x40"),
                50,
                Expectation::Silent,
            ),
            case("one is evicted every four minutes", CaseKind::Other, given(EVERY_FOUR), 30, once()),
            case("it goes on for a little while", CaseKind::Other, given("0x5 10+10x25 260x40"), 43, once()),
            case("for fourteen minutes", CaseKind::Below, given("0x5 10+10x40"), 20, Expectation::Silent),
            case("one burst", CaseKind::Below, given("0x5 500x40"), 15, Expectation::Silent),
            case(
                "idle connections are closed as always",
                CaseKind::Other,
                vec![Given::series(&HTTP_CONNECTIONS_CLOSED, (CloseReason::Idle,), "0+5x40")],
                30,
                Expectation::Silent,
            ),
            case("Lookout is gone", CaseKind::Missing, given("0+10x5 _x40"), 30, Expectation::Silent),
        ],
    }
}

/// The certificate that Lookout itself shows was not renewed.
pub(super) fn own_certificate_expires() -> Alert {
    let given = |values: &str| vec![Given::series(&HTTP_CERTIFICATE_NOT_AFTER, (), values)];
    Alert {
        name: "LookoutOwnCertificateExpires",
        expression: format!("{HTTP_CERTIFICATE_NOT_AFTER} - time() < {CERTIFICATE_SECONDS}"),
        hold: 15 * MINUTE,
        keep_firing_for: KEEP_FIRING,
        severity: Severity::Warning,
        owner: Owner::Platform,
        summary: "The certificate that Lookout itself serves with expires within a week, or has expired",
        // Of what has expired the value is negative.
        description: "The certificate of Lookout's own server {{ if lt $value 0.0 }}expired \
                      {{ $value | humanizeDuration | reReplaceAll \"^-\" \"\" }} ago{{ else }}expires in \
                      {{ $value | humanizeDuration }}{{ end }}. Once it has, scrapers refuse to connect, and everything that \
                      Lookout watches is unseen."
            .to_owned(),
        runbook: include_str!("../../runbooks/LookoutOwnCertificateExpires.md"),
        inhibits: &[],
        cases: vec![
            case(
                "less than a week is left",
                CaseKind::Fires,
                given("604799x40"),
                20,
                Expectation::Fires(vec![vec![]]),
            ),
            case(
                "it has expired",
                CaseKind::Other,
                given("60x40"),
                20,
                Expectation::Fires(vec![vec![]]),
            ),
            case("it has been so for 14 minutes", CaseKind::Other, given("604800x40"), 15, Expectation::Silent),
            case("it was renewed", CaseKind::Clears, given("604800x25 7776000x30"), 45, Expectation::Silent),
            case("a week and a minute is left", CaseKind::Below, given("606660x40"), 30, Expectation::Silent),
            case("it is served without TLS again", CaseKind::Missing, given("604800x5 _x40"), 30, Expectation::Silent),
        ],
    }
}

/// Clients hold nearly all connections: the next scrape or probe may have to wait.
pub(super) fn connections_nearly_spent() -> Alert {
    let given = |open: &str, limit: &str| {
        vec![Given::series(&HTTP_CONNECTIONS, (), open), Given::series(&HTTP_CONNECTIONS_LIMIT, (), limit)]
    };
    Alert {
        name: "LookoutConnectionsNearlySpent",
        expression: format!("{HTTP_CONNECTIONS} > {NEARLY} * {HTTP_CONNECTIONS_LIMIT}"),
        hold: 10 * MINUTE,
        keep_firing_for: KEEP_FIRING,
        severity: Severity::Warning,
        owner: Owner::Platform,
        summary: "Clients hold nearly all connections that Lookout allows",
        description:
            "{{ $value }} connections to Lookout are open, more than nine tenths of what it allows. When all \
                      are taken, the one that has kept Lookout waiting longest makes room for a new one; if all \
                      are being answered, scrapes and probes wait."
                .to_owned(),
        runbook: include_str!("../../runbooks/LookoutConnectionsNearlySpent.md"),
        inhibits: &[],
        cases: vec![
            case(
                "they stay open",
                CaseKind::Fires,
                given("250x30", "256x30"),
                10,
                Expectation::Fires(vec![vec![]]),
            ),
            case("they close", CaseKind::Clears, given("250x15 4x30", "256x45"), 30, Expectation::Silent),
            case(
                "they were taken for nine minutes",
                CaseKind::Other,
                given("250x30", "256x30"),
                9,
                Expectation::Silent,
            ),
            case(
                "nine tenths, not more",
                CaseKind::Below,
                given("225x30", "250x30"),
                20,
                Expectation::Silent,
            ),
            case(
                "Lookout is gone",
                CaseKind::Missing,
                given("250x5 _x30", "256x5 _x30"),
                30,
                Expectation::Silent,
            ),
        ],
    }
}
