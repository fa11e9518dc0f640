//! The alerts of the probe exporter.
//!
//! The series have no label of ours that says which target they are about: the scraper puts `instance` and `job` on.
//! So a rule selects nothing, and holds for a blackbox_exporter that is scraped beside Lookout too.
//!
//! That a probe was refused is no failure of the target: then there is no answer, and `up` of the scrape is 0.

use core::time::Duration;

use lookout_declarations::{Alert, Case, CaseKind, Expectation, Given, Owner, ReasonLabel, Severity};

use crate::Settings;
use crate::metrics::{FAILURE, SSL_EARLIEST_EXPIRY, SSL_LAST_CHAIN_EXPIRY, SUCCESS};

/// The alerts for `settings`.
pub fn alerts(settings: &Settings) -> Vec<Alert> {
    vec![failing(settings), certificate_expires_soon(settings)]
}

/// Bridges a restart of the exporter, in which its series are gone for a scrape or two.
const BRIDGE_RESTART: Duration = Duration::from_mins(5);

/// What lasts for days may be looked at twice before somebody is told.
const HOLD_EXPIRY: Duration = Duration::from_mins(15);

/// The reason of a failure, for the end of a description. A blackbox_exporter says none.
fn reason() -> String {
    format!(
        "{{{{ range printf \"{FAILURE}{{cluster=%q,job=%q,instance=%q}} == 1\" $labels.cluster $labels.job $labels.instance | query }}}} \
         The reason: {{{{ .Labels.{ReasonLabel} }}}}.{{{{ end }}}}"
    )
}

fn failing(settings: &Settings) -> Alert {
    let hold = settings.alerts.failing_for;
    Alert {
        name: "LookoutProbeFailing",
        expression: format!("{SUCCESS} == 0"),
        hold: hold.get(),
        keep_firing_for: BRIDGE_RESTART,
        severity: Severity::Critical,
        owner: Owner::Platform,
        summary: "A probed target does not answer as expected",
        description: format!("{{{{ $labels.instance }}}} has failed its probe for {hold}.{}", reason()),
        runbook: include_str!("../runbooks/LookoutProbeFailing.md"),
        inhibits: &[],
        cases: failing_cases(hold.get()),
    }
}

fn certificate_expires_soon(settings: &Settings) -> Alert {
    let seconds = settings.alerts.certificate_remaining.get().as_secs();
    Alert {
        name: "LookoutProbeCertificateExpiresSoon",
        // Where there is a trusted path, its end counts: servers send along expired cross-signatures that nobody uses.
        expression: format!("({SSL_LAST_CHAIN_EXPIRY} or {SSL_EARLIEST_EXPIRY}) - time() < {seconds}"),
        hold: HOLD_EXPIRY,
        keep_firing_for: BRIDGE_RESTART,
        severity: Severity::Warning,
        owner: Owner::Security,
        summary: "The certificate of a probed target should have been renewed by now",
        // Of what has expired the value is negative.
        description: "The certificate that {{ $labels.instance }} shows {{ if lt $value 0.0 }}expired \
                      {{ $value | humanizeDuration | reReplaceAll \"^-\" \"\" }} ago{{ else }}ends in \
                      {{ $value | humanizeDuration }}{{ end }}."
            .to_owned(),
        runbook: include_str!("../runbooks/LookoutProbeCertificateExpiresSoon.md"),
        inhibits: &[],
        cases: expiry_cases(i64::try_from(seconds).unwrap_or(i64::MAX / 4)),
    }
}

const MINUTE: Duration = Duration::from_mins(1);

/// The labels that the cases expect: those of the series, which has none before it is scraped.
const NO_LABELS: &[(String, String)] = &[];

fn case(name: &'static str, kind: CaseKind, given: Vec<Given>, at: Duration, fires: bool) -> Case {
    let expect = if fires { Expectation::Fires(vec![NO_LABELS.to_vec()]) } else { Expectation::Silent };
    Case { name, kind, interval: MINUTE, given, at, expect }
}

/// Cases of one value a minute. `hold` is a setting, so the moments are counted from it.
fn failing_cases(hold: Duration) -> Vec<Case> {
    let success = |values: String| vec![Given::series(&SUCCESS, (), values)];
    let minutes = hold.as_secs().div_ceil(60);
    let after = |more: u64| MINUTE * u32::try_from(minutes + more).unwrap_or(u32::MAX);
    let steady = |value: u8| success(format!("{value}x{}", minutes + 60));
    vec![
        case("it fails all the time", CaseKind::Fires, steady(0), after(0), true),
        case(
            "it answers again",
            CaseKind::Clears,
            success(format!("0x{} 1x60", minutes + 10)),
            after(30),
            false,
        ),
        case("it answers", CaseKind::Below, steady(1), after(5), false),
        case(
            "it has not failed for long enough",
            CaseKind::Below,
            steady(0),
            hold.saturating_sub(Duration::from_secs(30)),
            false,
        ),
        case("nobody probes it", CaseKind::Missing, success(format!("_x{}", minutes + 60)), after(5), false),
    ]
}

fn expiry_cases(limit: i64) -> Vec<Case> {
    const HALF_HOUR: Duration = Duration::from_mins(30);
    const HOUR: i64 = 3600;
    let shown = |end: i64| Given::series(&SSL_EARLIEST_EXPIRY, (), format!("{end}x120"));
    let trusted = |end: i64| Given::series(&SSL_LAST_CHAIN_EXPIRY, (), format!("{end}x120"));
    let renewed = Given::series(&SSL_LAST_CHAIN_EXPIRY, (), format!("{}x40 {}x80", limit - HOUR, 4 * limit));
    let (near, far) = (limit - HOUR, limit + 2 * HOUR);
    vec![
        case("the trusted path ends soon", CaseKind::Fires, vec![trusted(near)], HALF_HOUR, true),
        case("it has been so for long enough", CaseKind::Other, vec![trusted(near)], HOLD_EXPIRY, true),
        case("only the chain that is shown is known", CaseKind::Other, vec![shown(near)], HALF_HOUR, true),
        case("it has expired", CaseKind::Other, vec![shown(-HOUR)], HALF_HOUR, true),
        case("it is renewed", CaseKind::Clears, vec![renewed], HALF_HOUR * 3, false),
        case("it ends later", CaseKind::Below, vec![trusted(far), shown(far)], HALF_HOUR, false),
        case(
            "what is sent along and not needed ends soon",
            CaseKind::Below,
            vec![trusted(far), shown(near)],
            HALF_HOUR,
            false,
        ),
        case("it has not been so for long enough", CaseKind::Other, vec![trusted(near)], MINUTE * 14, false),
        case("the target shows no certificate", CaseKind::Missing, Vec::new(), HALF_HOUR, false),
    ]
}
