//! `lookout serve`: watch what is configured, serve it to Prometheus.

use lookout_catalog::Settings;
use lookout_config::load_file;
use lookout_runtime::shutdown_on_signals;

use crate::cli::ServeArguments;
use crate::exit::{Failure, chain};
use crate::process;

/// Runs the subcommand until a signal ends it.
pub(crate) async fn run(arguments: ServeArguments) -> Result<(), Failure> {
    let settings = match &arguments.config_file {
        Some(file) => load_file::<Settings>(file)?,
        None => Settings::default(),
    };
    let shutdown = shutdown_on_signals()
        .map_err(|error| Failure::Run(format!("cannot handle signals: {}", chain(&error))))?;
    process::run(&settings, arguments.web.listen_addresses, shutdown, |_| {}).await
}
