//! The binary: parses the command line, runs the subcommand, maps its error to an exit code. Nothing else.
//!
//! How to get it wrong: making a TLS connection before the provider is installed. There is one provider, ring, and it
//! is installed here, first.

mod cli;
mod config;
#[cfg(feature = "demo")]
mod demo;
mod exit;
mod exporters;
mod process;
mod serve;

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;
use lookout_runtime::logging;

use crate::cli::{Cli, Command, LogArguments};
use crate::exit::{Failure, chain};

fn main() -> ExitCode {
    let cli = Cli::parse();
    // Only a second installation could fail, and this is the first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let done = match cli.command {
        Command::Serve(arguments) => {
            with_logs(&arguments.web.log).and_then(|()| block_on(serve::run(arguments)))
        }
        #[cfg(feature = "demo")]
        Command::Demo(arguments) => {
            with_logs(&arguments.web.log).and_then(|()| block_on(demo::run(arguments)))
        }
        Command::Config(command) => config::run(&command),
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

fn with_logs(arguments: &LogArguments) -> Result<(), Failure> {
    logging::init(arguments.level, arguments.format).map_err(|error| Failure::Run(chain(&error)))
}

fn block_on(future: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::Run(format!("cannot start the asynchronous runtime: {}", chain(&error))))?
        .block_on(future)
}
