//! `lookout docs`: the reference as a book of Markdown, with what the configuration makes of it.

use std::path::PathBuf;

use clap::Args;
use lookout_render::{GeneratedFile, Place, book};

use crate::cli::ConfigurationArguments;
use crate::exit::{Failure, chain};
use crate::folder;

/// `lookout docs`.
#[derive(Debug, Args)]
pub(crate) struct DocsArguments {
    /// Folder to write to; it is made if it is not there, and nothing else in it is touched
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    #[command(flatten)]
    configuration: ConfigurationArguments,
}

/// Runs the subcommand.
pub(crate) fn run(arguments: &DocsArguments) -> Result<(), Failure> {
    let settings = crate::config::settings(&arguments.configuration)?;
    let files = book(&settings.declared(), &settings, Place::Folder)
        .map_err(|error| Failure::Run(format!("cannot write the reference: {}", chain(&error))))?;
    let files: Vec<GeneratedFile> = files.into_iter().map(|file| file.written_by("lookout docs")).collect();
    folder::write(&arguments.out, &files)
}
