//! `lookout serve`: watch what is configured, serve it to Prometheus.

use lookout_runtime::shutdown_on_signals;

use crate::cli::ServeArguments;
use crate::exit::{Failure, chain};
use crate::process::Process;
use crate::reload::Configuration;
use crate::{process, web};

/// Runs the subcommand until a signal ends it.
pub(crate) async fn run(arguments: ServeArguments) -> Result<(), Failure> {
    let configuration = Configuration::load(arguments.config_file.as_deref())?;
    let shutdown = shutdown_on_signals()
        .map_err(|error| Failure::Run(format!("cannot handle signals: {}", chain(&error))))?;
    let web = web::options(&arguments.web)?;
    let reload_by_request = arguments.web.enable_lifecycle;
    let process = Process { configuration, web, reload_by_request, shard: arguments.shard };
    process::run(process, shutdown, |_| {}).await
}
