//! `lookout rules test`: every case of every alert and recording on the engines' own testers, and whether the cases would notice a fault.
//!
//! What is tested are the rules as they would be loaded, for the settings in force: cases are functions of the settings, so they
//! prove a changed threshold as changed. With `--mutate`, each alert is also played with one fault at a time (`lookout_mutation`),
//! and a fault that no case notices fails the command, unless the exporter's spec says why it makes no difference.
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
use lookout_declarations::Declared;

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
    let catalogue = config::settings(&arguments.configuration)?.declared();
    let mut selected = catalogue.clone();
    arguments.selection.apply(&mut selected)?;
    let played = Played::new(&selected, &catalogue);
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

/// The alerts that are played. What is not is still there to be read: other rules, recordings.
struct Played {
    alerts: BTreeSet<&'static str>,
    /// Whether recordings are played: unless only some alerts are meant.
    recordings: bool,
}

impl Played {
    fn new(selected: &[Declared], catalogue: &[Declared]) -> Self {
        let n_recordings =
            |all: &[Declared]| all.iter().map(|declared| declared.recordings.len()).sum::<usize>();
        Self {
            alerts: selected.iter().flat_map(|declared| &declared.alerts).map(|alert| alert.name).collect(),
            recordings: n_recordings(selected) == n_recordings(catalogue),
        }
    }

    fn has(&self, alert: &str) -> bool {
        self.alerts.contains(alert)
    }
}

/// The line of `exporter` in the report.
fn line<'a>(report: &'a mut Report, exporter: &str) -> Option<&'a mut ExporterReport> {
    report.exporters.iter_mut().find(|line| line.exporter == exporter)
}
