//! `lookout dashboards`: the boards for Grafana, with the bounds of the settings in force.

use std::path::PathBuf;

use clap::Args;
use lookout_render::{BoardOptions, boards};

use crate::cli::ConfigurationArguments;
use crate::exit::{Failure, chain};
use crate::{config, folder};

/// `lookout dashboards`.
#[derive(Debug, Args)]
pub(crate) struct DashboardsArguments {
    /// Folder to write to, a file for each board
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    #[command(flatten)]
    configuration: ConfigurationArguments,
    /// Without line breaks and blanks, for ConfigMaps
    #[arg(long)]
    minify: bool,
}

/// Runs the subcommand.
pub(crate) fn run(arguments: &DashboardsArguments) -> Result<(), Failure> {
    let settings = config::settings(&arguments.configuration)?;
    let lookout_url = &settings.notifications.lookout_url;
    let options = BoardOptions {
        minified: arguments.minify,
        lookout_url: (!lookout_url.is_empty()).then_some(lookout_url.as_str()),
    };
    let files = boards(&settings.declared(), options)
        .map_err(|error| Failure::Run(format!("cannot render the boards: {}", chain(&error))))?;
    folder::write(&arguments.out, &files)
}
