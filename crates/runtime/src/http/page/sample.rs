//! Models of pages, for tests: everything that can be shown, and as much of it as wanted.

use core::time::Duration;
use std::collections::BTreeMap;

use jiff::Timestamp;
use lookout_declarations::{Owner, Reason, Severity};
use lookout_exposition::{Dropped, ExporterStatistics};
use lookout_self_metrics::SPEC;
use lookout_self_metrics::metrics::Configuration;

use super::model::{Condition, ExporterModel, Limit, PageModel, SourceModel};
use crate::findings::{AlertName, Finding};
use crate::reload::{ConfigurationFigures, Rejected};
use crate::runbooks::RunbookNote;
use crate::self_source::BuildInfo;
use crate::source::{DataKind, Fault};
use crate::status::{Failure, Findings};
use crate::suite::Standing;

/// The moment of every sample.
pub(super) fn now() -> Timestamp {
    "2026-11-21T03:12:44Z".parse().unwrap()
}

fn ago(seconds: u64) -> Timestamp {
    now() - Duration::from_secs(seconds)
}

/// The names of the alerts of Lookout itself.
pub(super) fn own_alerts() -> impl Iterator<Item = &'static str> {
    (SPEC.alerts)().into_iter().map(|alert| alert.name)
}

/// A source that works.
pub(super) fn working(name: &str) -> SourceModel {
    SourceModel {
        name: name.to_owned(),
        data: DataKind::Facts,
        condition: Condition::Working,
        age: Some(Duration::from_secs(21)),
        last_success: Some(ago(21)),
        failing_since: None,
        failure: None,
        next: Some(Duration::from_secs(9)),
        took: Some(Duration::from_millis(12)),
        deadline: Duration::from_secs(10),
        period: Duration::from_secs(30),
        unreadable: 0,
        examples: Vec::new(),
        findings: Findings::default(),
    }
}

/// A source that could read everything, and found `count` things wrong, of which no alert tells.
pub(super) fn wrong(name: &str, message: &str, count: u64) -> SourceModel {
    told_of(None, name, message, count)
}

/// The same, with the alert that tells of it.
pub(super) fn told_of(alert: Option<&'static str>, name: &str, message: &str, count: u64) -> SourceModel {
    let finding = Finding {
        subject: name.to_owned(),
        message: message.to_owned(),
        remedy: "renew it, and have the server load it".to_owned(),
        alert: alert.map(AlertName::listed),
    };
    let by_alert = BTreeMap::from([(finding.alert, count)]);
    let examples = vec![finding; usize::try_from(count.min(5)).unwrap()];
    SourceModel { findings: Findings { by_alert, examples }, ..working(name) }
}

/// The runbook of an alert.
pub(super) fn runbook(
    name: &'static str,
    exporter: &'static str,
    severity: Severity,
    summary: &str,
) -> (&'static str, RunbookNote) {
    let (summary, question) = (summary.to_owned(), "");
    (name, RunbookNote { name, exporter, question, severity, owner: Owner::Platform, summary })
}

/// A source that fails, with facts that are still served.
pub(super) fn failing(name: &str, reason: Reason, message: &str) -> SourceModel {
    let failure = Failure { reason, message: message.to_owned(), at: ago(4) };
    SourceModel {
        condition: Condition::Failing,
        age: Some(Duration::from_secs(823)),
        last_success: Some(ago(823)),
        failing_since: Some(ago(793)),
        failure: Some(failure),
        next: None,
        ..working(name)
    }
}

/// A source that could not read some items.
pub(super) fn partial(name: &str, subject: &str, message: &str, unreadable: u64) -> SourceModel {
    let fault = Fault { reason: Reason::Malformed, subject: subject.to_owned(), message: message.to_owned() };
    let examples = vec![fault; usize::try_from(unreadable.min(20)).unwrap()];
    SourceModel { condition: Condition::Partial, unreadable, examples, ..working(name) }
}

fn unread(name: &str) -> SourceModel {
    SourceModel {
        condition: Condition::Unread,
        age: None,
        last_success: None,
        next: None,
        took: None,
        ..working(name)
    }
}

fn withdrawn(name: &str) -> SourceModel {
    SourceModel {
        condition: Condition::Withdrawn,
        data: DataKind::Measurements,
        age: None,
        last_success: Some(ago(90_000)),
        failing_since: Some(ago(89_970)),
        ..failing(name, Reason::Timeout, "no answer within 10s")
    }
}

/// An exporter that watches `sources`.
pub(super) fn exporter(
    name: &'static str,
    question: &'static str,
    sources: Vec<SourceModel>,
) -> ExporterModel {
    let statistics = ExporterStatistics {
        exporter: name,
        series: 1284,
        budget: 100_000,
        dropped: Dropped::default(),
        clipped: 0,
        withheld: Vec::new(),
    };
    let standing = Some(Standing::Active);
    ExporterModel { name, question, standing, sources, statistics: Some(statistics) }
}

fn absent(name: &'static str, question: &'static str, standing: Standing) -> ExporterModel {
    ExporterModel { standing: Some(standing), statistics: None, ..exporter(name, question, Vec::new()) }
}

/// A page without anything to complain of.
pub(super) fn well() -> PageModel {
    let configuration =
        ConfigurationFigures { last_success: Some(ago(7200)), rejected: None, readings: BTreeMap::new() };
    let limit = |what: &str, used, most, alert| Limit { what: what.to_owned(), used, most, alert };
    PageModel {
        build: BuildInfo { version: "0.1.0", revision: "4f1c2d3", rustc: "1.95.0" },
        now: now(),
        prefix: String::new(),
        exporters: vec![
            exporter(
                "certs",
                "Which certificate fails next?",
                vec![working("files"), working("api.example:443")],
            ),
            exporter(SPEC.name, SPEC.question, vec![working("self")]),
        ],
        configurations: BTreeMap::from([(Configuration::Main, configuration)]),
        limits: vec![
            limit("Connections open", 3, 256, Some("LookoutConnectionsNearlySpent")),
            limit("Series of certs", 1284, 100_000, Some("LookoutSeriesBudgetNearlySpent")),
        ],
        certificate_not_after: None,
        probes: false,
        reload: false,
        runbooks: own_alerts()
            .map(|name| runbook(name, SPEC.name, Severity::Warning, "Something is wrong with Lookout"))
            .chain([
                runbook("LookoutExample", "certs", Severity::Info, "A certificate is odd"),
                runbook("LookoutExampleExpired", "certs", Severity::Critical, "A certificate has expired"),
            ])
            .collect(),
    }
}

/// A page with everything that can be shown.
pub(super) fn everything() -> PageModel {
    let mut recovered = working("registry.example:443");
    let message = "the peer closed the connection".to_owned();
    recovered.failure = Some(Failure { reason: Reason::Disconnected, message, at: ago(190_000) });
    let never = SourceModel {
        last_success: None,
        age: None,
        ..failing("trusted_roots", Reason::NotFound, "`/etc/pki/roots.pem`: no such file")
    };
    let resolve = "resolve `{}`: no such host";
    let mut sources = vec![
        failing("db.example:5432", Reason::Unresolved, &resolve.replace("{}", "db.example")),
        failing("api.example:443", Reason::Unresolved, &resolve.replace("{}", "api.example")),
        never,
        partial("files", "/etc/tls/old.pem", "PEM block 2 ends in the middle", 4),
        partial("vault.example:443", "vault.example:443", "connection refused", 1),
        unread("mail.example:465"),
        recovered,
        working("www.example:443"),
        wrong("shop.example:443", "it has a certificate for `*.example`, and so has another", 1),
        told_of(Some("LookoutExample"), "odd.example:443", "its key is odd", 1),
        told_of(
            Some("LookoutExampleExpired"),
            "stored",
            "the certificate of `old.example` has expired, on 2026-11-01T00:00:00Z",
            7,
        ),
        told_of(Some("LookoutExampleExpired"), "old.example:443", "its chain has expired", 1),
    ];
    sources[3].examples[1].reason = Reason::Denied;
    let question = "Is data flowing at its usual rate, and is durability at risk?";
    let mut kafka = exporter("kafka", question, vec![withdrawn("cluster main")]);
    if let Some(statistics) = &mut kafka.statistics {
        statistics.dropped = Dropped { budget: 120_000, duplicate: 3, invalid: 0 };
        statistics.clipped = 17;
        statistics.withheld = vec!["kafka_example_offset", "kafka_example_lag"];
    }
    let advice = "Write under `quota`:\nnamespaces: [\"*\"]".to_owned();
    let mut model = well();
    model.exporters = vec![
        exporter(
            "certs",
            "Which certificate fails next, and is the one being served the one stored?",
            sources,
        ),
        kafka,
        exporter("probe", "What does this target answer, now?", Vec::new()),
        absent("quota", "Which workloads could not restart right now?", Standing::Unconfigured(advice)),
        absent("trino", "Can a user query each catalog?", Standing::Disabled("trino.enabled".to_owned())),
        absent("backup", "If we lost it now, how much is lost?", Standing::NotBuilt),
        exporter(SPEC.name, SPEC.question, vec![working("self")]),
    ];
    let message = "lookout.yaml:12:3: certs.endpointz: unknown key, did you mean `endpoints`?\n\
                   lookout.yaml:15:11: certs.period: must be at least `1s`";
    let rejected = Rejected { message: message.to_owned(), at: ago(340) };
    model.configurations.entry(Configuration::Main).or_default().rejected = Some(rejected);
    model.limits[0].used = 250;
    model.certificate_not_after = Some(now() + Duration::from_hours(60));
    model.prefix = "/lookout".to_owned();
    model.probes = true;
    model.reload = true;
    for exporter in &mut model.exporters {
        exporter.sources.sort_by_key(|source| source.condition);
    }
    model
}
