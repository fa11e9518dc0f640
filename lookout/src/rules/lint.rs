//! `lookout rules lint`: rule files of others against the metrics that Lookout exports.
//!
//! A rule that reads a metric, label or value that does not exist is silent for ever, and no rule engine says so. What is not
//! Lookout's is left alone.
//!
//! What a file records is a series that its rules and those of the other files may read, however near its name is to one of ours.
//!
//! How to get it wrong: taking what cannot be read for wrong. `MetricsQL` is more than `PromQL`; such a rule is told as not
//! checked.

mod report;

use std::io::ErrorKind;
use std::path::PathBuf;

use clap::Args;
use lookout_catalog::{ALL, Settings};
use lookout_declarations::Declaration;
use lookout_promql::{Foreign, check_foreign};
use lookout_rule_files::{ForeignRule, ReadYaml, RuleKind, rules};

use self::report::{Finding, Report};
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
    let files: Vec<RuleFile> = arguments.files.iter().map(RuleFile::read).collect::<Result<_, _>>()?;
    let ours = Settings::default().declared();
    let recorded = ours.iter().flat_map(|declared| &declared.recordings).map(|recording| recording.name);
    let vocabulary = Vocabulary {
        declarations: ALL.iter().flat_map(|exporter| exporter.metrics).copied().collect(),
        recorded: recorded.chain(files.iter().flat_map(RuleFile::recorded)).collect(),
    };
    let mut report = Report::default();
    for file in &files {
        vocabulary.check(file, &mut report);
    }
    report.ok = report.findings.is_empty();
    print(&match arguments.format {
        CheckFormat::Text => report.to_string(),
        CheckFormat::Json => json(&report)?,
    })?;
    if report.ok { Ok(()) } else { Err(Failure::FindWrong(report.verdict())) }
}

/// A file and what is in it.
struct RuleFile {
    shown: String,
    rules: Result<Vec<ForeignRule>, ReadYaml>,
}

impl RuleFile {
    fn read(path: &PathBuf) -> Result<Self, Failure> {
        let text = std::fs::read_to_string(path).map_err(|error| {
            let advice = match error.kind() {
                ErrorKind::InvalidData => "give a text in UTF-8",
                _ => "check its path",
            };
            Failure::Ask(format!("cannot read the rule file {}: {error}; {advice}", path.display()))
        })?;
        let is_list = path.extension().is_some_and(|extension| extension == "promql");
        Ok(Self { shown: path.display().to_string(), rules: rules(&text, is_list) })
    }

    /// The series that its rules record.
    fn recorded(&self) -> impl Iterator<Item = &str> {
        let recordings = |rule: &&ForeignRule| rule.kind == RuleKind::Recording;
        self.rules.iter().flatten().filter(recordings).map(|rule| rule.name.as_str())
    }

    fn finding(&self, line: usize, message: impl Into<String>) -> Finding {
        Finding {
            file: self.shown.clone(),
            line,
            group: String::new(),
            rule: String::new(),
            excerpt: String::new(),
            message: message.into(),
        }
    }
}

/// What rules of others may read of ours, and what the rules of all files record.
struct Vocabulary<'a> {
    declarations: Vec<&'static Declaration>,
    recorded: Vec<&'a str>,
}

impl Vocabulary<'_> {
    fn check(&self, file: &RuleFile, report: &mut Report) {
        report.n_files += 1;
        match &file.rules {
            Ok(rules) if rules.is_empty() => report.not_checked.push(file.finding(
                1,
                "not checked: there are no rules in it; known are `groups`, `spec.groups` and `.promql`",
            )),
            Ok(rules) => rules.iter().for_each(|rule| self.rule(file, rule, report)),
            Err(ReadYaml { line, why }) => report.findings.push(file.finding(
                *line,
                format!("it cannot be read as YAML: {why}; templates must be rendered first"),
            )),
        }
    }

    fn rule(&self, file: &RuleFile, rule: &ForeignRule, report: &mut Report) {
        let finding = |line, excerpt: &str, message: String| Finding {
            group: rule.group.clone(),
            rule: rule.name.clone(),
            excerpt: excerpt.to_owned(),
            ..file.finding(line, message)
        };
        report.n_rules += 1;
        let Some(expression) = &rule.expression else {
            let message = "not checked: it has no `expr`, or one that is no text".to_owned();
            report.not_checked.push(finding(rule.line, "", message));
            return;
        };
        match check_foreign(expression.as_str(), &self.declarations, &self.recorded) {
            Foreign::NotOurs => {}
            Foreign::Sound => report.n_checked += 1,
            Foreign::Wrong(problems) => {
                report.n_checked += 1;
                report.findings.extend(problems.into_iter().map(|problem| {
                    let line = problem.place.position.map_or(1, |(line, _)| line);
                    finding(expression.line_of(line), &problem.place.excerpt, problem.message)
                }));
            }
            Foreign::Unread(why) => {
                let message = format!("not checked: it is no PromQL (MetricsQL is more): {}", one_line(&why));
                report.not_checked.push(finding(expression.line_of(1), "", message));
            }
        }
    }
}

/// The parser explains itself in several lines.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
