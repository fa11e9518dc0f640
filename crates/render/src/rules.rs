//! Prometheus rule files, one per exporter.

use lookout_declarations::{Alert, ExporterSpec};
use serde::Serialize;

use crate::{
    GeneratedFile, RenderError,
    generated::{ITSELF, origin},
    markdown::duration,
};

/// What leads to a runbook, relative to wherever `lookout serve` answers.
const RUNBOOKS: &str = "/runbooks/";

pub(crate) fn render(exporter: &ExporterSpec, alerts: &[Alert]) -> Result<GeneratedFile, RenderError> {
    let file = RuleFile {
        groups: vec![Group { name: group(exporter.name), rules: alerts.iter().map(rule).collect() }],
    };
    GeneratedFile::yaml(path(exporter), &origin(exporter), &file)
}

fn path(exporter: &ExporterSpec) -> String {
    format!("rules/generated/prometheus/{}.yaml", exporter.name)
}

/// The path of the same file from the folder of the unit tests.
pub(crate) fn from_tests(exporter: &ExporterSpec) -> String {
    format!("../prometheus/{}.yaml", exporter.name)
}

fn group(name: &str) -> String {
    if name == ITSELF { ITSELF.to_owned() } else { format!("{ITSELF}-{name}") }
}

fn rule(alert: &Alert) -> Rule<'_> {
    Rule {
        alert: alert.name,
        expr: &alert.expression,
        hold: (!alert.hold.is_zero()).then(|| duration(alert.hold)),
        keep_firing_for: (!alert.keep_firing_for.is_zero()).then(|| duration(alert.keep_firing_for)),
        labels: RuleLabels { severity: alert.severity.as_str(), owner: alert.owner.as_str() },
        annotations: Annotations {
            summary: alert.summary,
            description: &alert.description,
            runbook_url: format!("{RUNBOOKS}{}", alert.name),
        },
    }
}

#[derive(Serialize)]
struct RuleFile<'a> {
    groups: Vec<Group<'a>>,
}

#[derive(Serialize)]
struct Group<'a> {
    name: String,
    rules: Vec<Rule<'a>>,
}

#[derive(Serialize)]
struct Rule<'a> {
    alert: &'a str,
    expr: &'a str,
    #[serde(rename = "for", skip_serializing_if = "Option::is_none")]
    hold: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    keep_firing_for: Option<String>,
    labels: RuleLabels,
    annotations: Annotations<'a>,
}

#[derive(Serialize)]
struct RuleLabels {
    severity: &'static str,
    owner: &'static str,
}

#[derive(Serialize)]
struct Annotations<'a> {
    summary: &'a str,
    description: &'a str,
    runbook_url: String,
}
