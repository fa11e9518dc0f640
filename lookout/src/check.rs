//! `lookout check`: everything that is configured is tried once, by the code that would watch it.
//!
//! What a check says is what serving would see: the same sources collect, the same judgements judge. Nothing is
//! listened on and nothing is published.
//!
//! Invariant: the answer is complete before the process ends, and goes to standard output whatever it says; the exit
//! code repeats it for pipelines.

mod report;
mod text;

use lookout_catalog::{ALL, Settings};
use lookout_config::load_file;
use lookout_runtime::{Clock, Sources};
use serde::Serialize;

use self::report::Report;
use crate::cli::{CheckArguments, CheckFormat};
use crate::exit::Failure;
use crate::exporters;
use crate::output::{json, print};

/// How many sources are tried at the same time: a thousand endpoints that keep silent for the default timeout of ten
/// seconds take less than a minute, and no network takes it for an attack.
const AT_ONCE: usize = 256;

/// Runs the subcommand.
pub(crate) async fn run(arguments: CheckArguments) -> Result<(), Failure> {
    let settings = match configuration(&arguments) {
        Ok(settings) => settings,
        Err(failure) => {
            if arguments.format == CheckFormat::Json {
                print(&json(&Misconfigured { ok: false, configuration: &failure.to_string() })?)?;
            }
            return Err(failure);
        }
    };
    let mut sources = Sources::default();
    let notes = exporters::start_all(&settings, &mut sources);
    let trials = sources.try_each(&Clock::system(), AT_ONCE).await;
    let report = Report::new(trials, &notes, ALL);
    print(&match arguments.format {
        CheckFormat::Text => report.to_string(),
        CheckFormat::Json => json(&report)?,
    })?;
    if report.ok { Ok(()) } else { Err(Failure::FindWrong(report.verdict())) }
}

/// The answer for programs where nothing could be tried.
#[derive(Serialize)]
struct Misconfigured<'a> {
    ok: bool,
    /// Everything that is wrong, one fault a line, each with its place.
    configuration: &'a str,
}

/// The settings, if the web configuration is right as well.
fn configuration(arguments: &CheckArguments) -> Result<Settings, Failure> {
    let settings = match &arguments.config_file {
        Some(file) => load_file::<Settings>(file)?,
        None => Settings::default(),
    };
    if let Some(file) = &arguments.web_config_file {
        for warning in lookout_web_config::load(file)?.warnings() {
            tracing::warn!(file = %file.display(), "{warning}");
        }
    }
    Ok(settings)
}
