//! `lookout rules backtest`: what the alerts would have done on the history of a Prometheus or VictoriaMetrics.
//!
//! The judging is in `lookout-backtest`; here is what people type, and what they read.
//!
//! How to get it wrong: putting a password on the command line, where every user of the machine reads it. They come from files.

mod access;
mod report;
mod threshold_keys;

use core::time::Duration;
use std::path::PathBuf;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;
use lookout_backtest::{Judge, Server, Window};
use lookout_config::HumanDuration;
use lookout_declarations::Alert;

use self::report::{Entry, Report};
use self::threshold_keys::ThresholdKeys;
use super::Selection;
use crate::cli::{CheckFormat, ConfigurationArguments};
use crate::exit::{Failure, chain};
use crate::output::{json, print};
use crate::web;

/// `lookout rules backtest`.
#[derive(Debug, Args)]
pub(crate) struct BacktestArguments {
    /// Address of the Prometheus, VictoriaMetrics or Mimir, without `/api/v1`, such as `http://prometheus:9090`
    #[arg(long, value_name = "URL", value_parser = access::url)]
    url: String,
    /// How many days are looked at
    #[arg(long, value_name = "NUMBER", default_value_t = 7, value_parser = clap::value_parser!(u16).range(1..=400))]
    days: u16,
    /// Distance between two evaluations: the evaluation interval of the rules
    #[arg(long, value_name = "DURATION", default_value_t = web::duration(Duration::from_mins(1)), value_parser = access::step)]
    step: HumanDuration,
    /// Last moment that is looked at, as in 2026-11-22T00:00:00Z; without it, now
    #[arg(long, value_name = "TIME")]
    until: Option<Timestamp>,
    /// File with a bearer token
    #[arg(long, value_name = "FILE", conflicts_with = "user")]
    bearer_token_file: Option<PathBuf>,
    /// User, for a server that wants one
    #[arg(long, value_name = "NAME", requires = "password_file")]
    user: Option<String>,
    /// File with the user's password
    #[arg(long, value_name = "FILE", requires = "user")]
    password_file: Option<PathBuf>,
    /// Further header, as in `X-Scope-OrgID: platform`; may be given several times
    #[arg(long = "header", value_name = "NAME: VALUE", value_parser = access::header)]
    headers: Vec<(String, String)>,
    /// File with the roots that the server's certificate is verified against, PEM; without it the machine's own
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
    /// Form of the answer
    #[arg(id = "answer-format", long = "format", default_value = "text")]
    format: CheckFormat,
    #[command(flatten)]
    selection: Selection,
    #[command(flatten)]
    configuration: ConfigurationArguments,
}

/// Runs the subcommand.
pub(crate) fn run(arguments: &BacktestArguments) -> Result<(), Failure> {
    let settings = crate::config::settings(&arguments.configuration)?;
    let keys = ThresholdKeys::new(&settings)
        .map_err(|error| Failure::Run(format!("cannot write the settings as JSON: {error}")))?;
    let mut catalogue = settings.declared();
    arguments.selection.apply(&mut catalogue)?;
    let access = access::read(arguments)?;
    let server = Server::new(&arguments.url, &access).map_err(|error| Failure::Ask(chain(&error)))?;
    let until = arguments.until.unwrap_or_else(|| lookout_runtime::Clock::system().now());
    let length = Duration::from_hours(24) * u32::from(arguments.days);
    if Duration::from(arguments.step) > length {
        let step = arguments.step;
        return Err(Failure::Ask(format!(
            "--step {step} is longer than all that is looked at; shorten it, or raise --days"
        )));
    }
    let window = Window::before(until, length, arguments.step.into());
    let alerts: Vec<&Alert> = catalogue.iter().flat_map(|declared| &declared.alerts).collect();
    let mut judge = Judge::new(&server, window);
    let entries = judge_each(&mut judge, &alerts)?;
    let warnings = judge.warnings().map(ToOwned::to_owned).collect();
    let report = Report { window, entries, warnings, keys };
    match arguments.format {
        CheckFormat::Text => print(&report.text()),
        CheckFormat::Json => print(&json(&report.document())?),
    }
}

/// Judges one by one. What the server refuses for one alert is told at that alert; that it is away ends it all.
fn judge_each<'a>(judge: &mut Judge<'_>, alerts: &[&'a Alert]) -> Result<Vec<Entry<'a>>, Failure> {
    let bar = ProgressBar::new(u64::try_from(alerts.len()).unwrap_or_default());
    // A template that does not parse leaves the library's own.
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}") {
        bar.set_style(style);
    }
    let mut entries = Vec::with_capacity(alerts.len());
    for alert in alerts {
        bar.set_message(alert.name);
        let verdict = judge.judge(alert);
        if let Err(error) = &verdict
            && error.concerns_every_question()
        {
            bar.finish_and_clear();
            return Err(Failure::Run(chain(error)));
        }
        entries.push(Entry { alert, verdict: verdict.map_err(|error| chain(&error)) });
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(entries)
}
