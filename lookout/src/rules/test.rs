//! `lookout rules test`: every case of every alert on the engines' own testers, and whether the cases would notice a fault.
//!
//! What is tested are the rules as they would be loaded, for the settings in force. Cases that follow the settings prove a
//! changed threshold as changed; an alert whose cases have fixed numbers is played at the default threshold, and the answer
//! names it. With `--mutate`, each alert is also played with one fault at a time (`lookout_mutation`), and a fault
//! that no case notices fails the command, unless the exporter's spec says why it makes no difference.
//!
//! How to get it wrong: taking a tester that could not be started for one that found nothing. A tester that ends badly
//! without saying which case failed ends the command.

mod cases;
mod mutants;
mod report;
mod tester;
mod text;
mod workers;

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::Args;
use lookout_catalog::Settings;
use lookout_declarations::{Alert, Declared};

use self::report::{ExporterReport, Report};
use self::tester::Testers;
use super::Selection;
use crate::cli::{CheckFormat, ConfigurationArguments};
use crate::config;
use crate::exit::Failure;
use crate::output::{json, print};

/// `lookout rules test`.
#[derive(Debug, Args)]
pub(crate) struct TestArguments {
    #[command(flatten)]
    configuration: ConfigurationArguments,
    #[command(flatten)]
    selection: Selection,
    /// The program promtool, 2.42 or newer; without it the one on the PATH, if there is one
    #[arg(long, value_name = "PATH")]
    promtool: Option<PathBuf>,
    /// The program vmalert-tool, 1.95 or newer; without it the one on the PATH, if there is one
    #[arg(long = "vmalert-tool", value_name = "PATH")]
    vmalert_tool: Option<PathBuf>,
    /// Also change each alert, one fault at a time, and say which changes no case notices; on promtool
    #[arg(long)]
    mutate: bool,
    /// Form of the answer
    #[arg(id = "answer-format", long = "format", default_value = "text")]
    format: CheckFormat,
}

/// Runs the subcommand.
pub(crate) fn run(arguments: &TestArguments) -> Result<(), Failure> {
    let mut catalogue = config::settings(&arguments.configuration)?.declared();
    let at_defaults = at_default_thresholds(&mut catalogue, &Settings::default().declared());
    let mut selected = catalogue.clone();
    arguments.selection.apply(&mut selected)?;
    let played = Played::new(&selected);
    let testers = Testers::find(arguments.promtool.as_deref(), arguments.vmalert_tool.as_deref())?;
    let folder = tempfile::Builder::new()
        .prefix("lookout-rules-")
        .tempdir()
        .map_err(|error| Failure::Run(format!("cannot make a temporary folder for the tests: {error}")))?;
    let mut report = Report::new(&catalogue, &played, &testers);
    for tester in testers.all() {
        cases::play(tester, &catalogue, &played, folder.path(), &mut report)?;
    }
    if arguments.mutate {
        mutants::play(testers.promtool()?, &catalogue, &played, folder.path(), &mut report)?;
    }
    report.at_defaults = at_defaults.into_iter().filter(|alert| played.has(alert)).collect();
    let verdict = report.verdict();
    report.ok = verdict.is_none();
    print(&match arguments.format {
        CheckFormat::Text => report.to_string(),
        CheckFormat::Json => json(&report)?,
    })?;
    match verdict {
        None => Ok(()),
        Some(verdict) => Err(Failure::FindWrong(verdict)),
    }
}

/// Puts the default alert in the place of each whose rule the configuration changes and whose cases stay as they are: their
/// numbers lie on both sides of the default threshold, and of another they say nothing. The alerts so replaced.
fn at_default_thresholds(catalogue: &mut [Declared], defaults: &[Declared]) -> Vec<&'static str> {
    let mut replaced = Vec::new();
    for alert in catalogue.iter_mut().flat_map(|declared| &mut declared.alerts) {
        let mut defaults = defaults.iter().flat_map(|declared| &declared.alerts);
        let Some(default) = defaults.find(|default| default.name == alert.name) else { continue };
        let rule = |alert: &Alert| (alert.expression.clone(), alert.hold, alert.keep_firing_for);
        if rule(alert) != rule(default) && alert.cases == default.cases {
            *alert = default.clone();
            replaced.push(alert.name);
        }
    }
    replaced
}

/// The alerts that are played. What is not is still there to be read: other rules, recordings.
struct Played(BTreeSet<&'static str>);

impl Played {
    fn new(selected: &[Declared]) -> Self {
        Self(selected.iter().flat_map(|declared| &declared.alerts).map(|alert| alert.name).collect())
    }

    fn has(&self, alert: &str) -> bool {
        self.0.contains(alert)
    }
}

/// The line of `exporter` in the report.
fn line<'a>(report: &'a mut Report, exporter: &str) -> Option<&'a mut ExporterReport> {
    report.exporters.iter_mut().find(|line| line.exporter == exporter)
}
