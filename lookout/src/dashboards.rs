//! `lookout dashboards`: the boards for Grafana, with the bounds of the settings in force.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use lookout_render::{BoardOptions, BoardSchema, boards};

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
    /// The schema of the files; a board has one uid in both, so load it in one
    #[arg(long, value_enum, default_value_t = Schema::Classic)]
    schema: Schema,
    /// Without line breaks and blanks, for ConfigMaps
    #[arg(long)]
    minify: bool,
}

/// In which schema boards are written.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Schema {
    /// Dashboards for Grafana 10 and newer
    Classic,
    /// Resources of `dashboard.grafana.app/v2` for Grafana 13 and newer
    V2,
}

impl From<Schema> for BoardSchema {
    fn from(schema: Schema) -> Self {
        match schema {
            Schema::Classic => Self::Classic,
            Schema::V2 => Self::V2,
        }
    }
}

/// Runs the subcommand.
pub(crate) fn run(arguments: &DashboardsArguments) -> Result<(), Failure> {
    let settings = config::settings(&arguments.configuration)?;
    let lookout_url = &settings.notifications.lookout_url;
    let options = BoardOptions {
        schema: arguments.schema.into(),
        minified: arguments.minify,
        lookout_url: (!lookout_url.is_empty()).then_some(lookout_url.as_str()),
    };
    let files = boards(&settings.declared(), options)
        .map_err(|error| Failure::Run(format!("cannot render the boards: {}", chain(&error))))?;
    folder::write(&arguments.out, &files)
}
