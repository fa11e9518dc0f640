//! The binary: parses the command line, runs the subcommand, maps its error to an exit code. Nothing else, but to have the
//! allocator that wipes what is freed.
//!
//! How to get it wrong: making a TLS connection before the provider is installed. There is one provider, ring, and it
//! is installed here, first.

mod check;
mod cli;
mod config;
mod dashboards;
#[cfg(feature = "demo")]
mod demo;
mod docs;
mod exit;
mod exporters;
mod folder;
mod output;
mod process;
mod reload;
mod rules;
mod runbooks;
mod serve;
mod web;

use core::time::Duration;
use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;
use lookout_runtime::logging::{self, LogGuard};

use crate::cli::{Cli, Command, LogArguments};
use crate::exit::{Failure, chain};

#[global_allocator]
static ALLOCATOR: lookout_allocator::Allocator = lookout_allocator::ALLOCATOR;

fn main() -> ExitCode {
    let cli = Cli::parse();
    // Only a second installation could fail, and this is the first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let done = match cli.command {
        Command::Serve(arguments) => {
            with_logs(&arguments.web.log).and_then(|_logs| block_on(serve::run(arguments)))
        }
        #[cfg(feature = "demo")]
        Command::Demo(arguments) => {
            with_logs(&arguments.web.log).and_then(|_logs| block_on(demo::run(arguments)))
        }
        Command::Check(arguments) => {
            with_logs(&arguments.log).and_then(|_logs| block_on(check::run(arguments)))
        }
        Command::Config(command) => config::run(&command),
        Command::Rules(command) => rules::run(&command),
        Command::Dashboards(arguments) => dashboards::run(&arguments),
        Command::Docs(arguments) => docs::run(&arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // There is nobody left to tell if this fails.
            let _ = writeln!(std::io::stderr(), "lookout: {failure}");
            failure.code()
        }
    }
}

/// Keep what it returns until the end: then it says what was repeated and not yet said.
fn with_logs(arguments: &LogArguments) -> Result<LogGuard, Failure> {
    logging::init(arguments.level.clone(), arguments.format).map_err(|error| Failure::Run(chain(&error)))
}

/// The time for work that cannot be told to stop, such as a read from a file system that hangs or the hash of a
/// password; what is left then ends with the process.
const BLOCKING_WORK: Duration = Duration::from_secs(1);

fn block_on(future: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::Run(format!("cannot start the asynchronous runtime: {}", chain(&error))))?;
    let done = runtime.block_on(future);
    runtime.shutdown_timeout(BLOCKING_WORK);
    done
}
