//! `lookout rules lint`: rule files of others against the metrics that Lookout exports.
//!
//! A rule that reads a metric, label or value that does not exist is silent for ever, and no rule engine says so. What is not
//! Lookout's is left alone.
//!
//! How to get it wrong: taking what cannot be read for wrong. `MetricsQL` is more than `PromQL`; such a rule is told as not
//! checked.

mod outline;
mod report;
mod rule_file;

use std::path::{Path, PathBuf};

use clap::Args;
use lookout_catalog::{ALL, Settings};
use lookout_declarations::Declaration;
use lookout_promql::{Foreign, check_foreign};

use self::report::{Finding, Report};
use self::rule_file::ForeignRule;
use crate::cli::CheckFormat;
use crate::exit::Failure;
use crate::output::{json, print};

/// `lookout rules lint`.
#[derive(Debug, Args)]
pub(crate) struct LintArguments {
    /// The files: rule files of Prometheus, vmalert or Mimir, the objects `PrometheusRule` and `VMRule`; `.promql` for one expression
    /// a line
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// Form of the answer
    #[arg(id = "answer-format", long = "format", default_value = "text")]
    format: CheckFormat,
}

/// Runs the subcommand.
pub(crate) fn run(arguments: &LintArguments) -> Result<(), Failure> {
    let catalogue = Catalogue::new();
    let mut report = Report::default();
    for file in &arguments.files {
        let text = std::fs::read_to_string(file).map_err(|error| {
            Failure::Ask(format!("cannot read the rule file {}: {error}; check its path", file.display()))
        })?;
        catalogue.check(file, &text, &mut report);
    }
    report.ok = report.findings.is_empty();
    print(&match arguments.format {
        CheckFormat::Text => report.to_string(),
        CheckFormat::Json => json(&report)?,
    })?;
    if report.ok { Ok(()) } else { Err(Failure::FindWrong(report.verdict())) }
}

/// What rules of others may read of ours.
struct Catalogue {
    declarations: Vec<&'static Declaration>,
    recorded: Vec<&'static str>,
}

impl Catalogue {
    fn new() -> Self {
        let declared = Settings::default().declared();
        Self {
            declarations: ALL.iter().flat_map(|exporter| exporter.metrics).copied().collect(),
            recorded: declared
                .iter()
                .flat_map(|declared| &declared.recordings)
                .map(|recording| recording.name)
                .collect(),
        }
    }

    fn check(&self, file: &Path, text: &str, report: &mut Report) {
        report.n_files += 1;
        let is_list = file.extension().is_some_and(|extension| extension == "promql");
        let shown = file.display().to_string();
        let of_file = |line, message: String| Finding {
            file: shown.clone(),
            line,
            group: String::new(),
            rule: String::new(),
            excerpt: String::new(),
            message,
        };
        match rule_file::rules(text, is_list) {
            Ok(rules) if rules.is_empty() => {
                let message =
                    "not checked: there are no rules in it; known are `groups`, `spec.groups` and `.promql`";
                report.not_checked.push(of_file(1, message.to_owned()));
            }
            Ok(rules) => rules.iter().for_each(|rule| self.rule(&shown, rule, report)),
            Err(error) => report.findings.push(of_file(
                error.line,
                format!("it cannot be read as YAML: {}; templates must be rendered first", error.why),
            )),
        }
    }

    fn rule(&self, file: &str, rule: &ForeignRule, report: &mut Report) {
        let expression = rule.expression.text().unwrap_or_default();
        let finding = |line, excerpt: &str, message| Finding {
            file: file.to_owned(),
            line: rule.expression.line_of(line),
            group: rule.group.clone(),
            rule: rule.name.clone(),
            excerpt: excerpt.to_owned(),
            message,
        };
        report.n_rules += 1;
        match check_foreign(expression, &self.declarations, &self.recorded) {
            Foreign::NotOurs => {}
            Foreign::Sound => report.n_checked += 1,
            Foreign::Wrong(problems) => {
                report.n_checked += 1;
                report.findings.extend(problems.into_iter().map(|problem| {
                    let line = problem.place.position.map_or(1, |(line, _)| line);
                    finding(line, &problem.place.excerpt, problem.message)
                }));
            }
            Foreign::Unread(why) => {
                let message = format!("not checked: it is no PromQL (MetricsQL is more): {}", one_line(&why));
                report.not_checked.push(finding(1, "", message));
            }
        }
    }
}

/// The parser explains itself in several lines.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
