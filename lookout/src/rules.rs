//! `lookout rules`: the alerting and recording rules of the suite, and those of others that read its metrics.
//!
//! Each subcommand has its arguments and its `run` in a file of its own. What they share is which alerts are meant
//! ([`Selection`]) and that everything is derived from the settings in force.

mod backtest;
mod lint;
mod render;
mod selection;
mod test;

use clap::Subcommand;

pub(crate) use self::selection::Selection;
use crate::exit::Failure;

/// What to do with rules.
#[derive(Debug, Subcommand)]
pub(crate) enum RulesCommand {
    /// Write the rules for an engine and its version, with the thresholds of the configuration
    Render(render::RenderArguments),
    /// Check rule files of others against the metrics that Lookout exports
    Lint(lint::LintArguments),
    /// Play the cases of every alert on promtool and vmalert-tool; and faults in alerts, whether a case notices them
    Test(test::TestArguments),
    /// Ask a Prometheus how often and how long each alert would have fired on its history, and propose thresholds
    Backtest(backtest::BacktestArguments),
}

/// Runs the subcommand.
pub(crate) fn run(command: &RulesCommand) -> Result<(), Failure> {
    match command {
        RulesCommand::Render(arguments) => render::run(arguments),
        RulesCommand::Lint(arguments) => lint::run(arguments),
        RulesCommand::Test(arguments) => test::run(arguments),
        RulesCommand::Backtest(arguments) => backtest::run(arguments),
    }
}
