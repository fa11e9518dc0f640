//! `lookout serve`: watch what is configured, serve it to Prometheus.

use lookout_runtime::shutdown_on_signals;

use crate::cli::ServeArguments;
use crate::exit::{Failure, chain};
use crate::reload::Configuration;
use crate::{process, web};

/// Runs the subcommand until a signal ends it.
pub(crate) async fn run(arguments: ServeArguments) -> Result<(), Failure> {
    let configuration = Configuration::load(arguments.config_file.as_deref())?;
    let shutdown = shutdown_on_signals()
        .map_err(|error| Failure::Run(format!("cannot handle signals: {}", chain(&error))))?;
    let web = web::options(&arguments.web)?;
    process::run(configuration, web, arguments.web.enable_lifecycle, shutdown, |_| {}).await
}
