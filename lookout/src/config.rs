//! `lookout config`: the default file, the schema, and all errors of a file at once.

use std::path::Path;

use lookout_catalog::Settings;
use lookout_config::{Faults, LoadFile, default_file, load_file, schema};

use crate::cli::{CheckFormat, ConfigCommand, ConfigurationArguments};
use crate::exit::Failure;
use crate::output::{json, print};

/// Runs the subcommand.
pub(crate) fn run(command: &ConfigCommand) -> Result<(), Failure> {
    match command {
        ConfigCommand::Default => print(&default_file::<Settings>()),
        ConfigCommand::Schema => print(&format!("{:#}\n", schema::<Settings>())),
        ConfigCommand::Check { file, format } => check(file, *format),
        ConfigCommand::CheckWeb { file } => check_web(file),
    }
}

/// The settings that hold: those of the file, or the defaults without one.
pub(crate) fn settings(arguments: &ConfigurationArguments) -> Result<Settings, Failure> {
    match &arguments.file {
        Some(file) => Ok(load_file::<Settings>(file)?),
        None => Ok(Settings::default()),
    }
}

/// Text answers go to standard error with exit code 3, as those of any command; JSON goes to standard output whether
/// or not there are errors, because an editor or a pipeline reads it there.
fn check(file: &Path, format: CheckFormat) -> Result<(), Failure> {
    let checked = load_file::<Settings>(file);
    if format == CheckFormat::Json {
        match &checked {
            Ok(_) => print(&json(&Faults { faults: Vec::new(), complete: true })?)?,
            Err(LoadFile::Understand(faults)) => print(&json(faults)?)?,
            Err(LoadFile::ReadFile { .. }) => {}
        }
    }
    checked?;
    if format == CheckFormat::Text { print(&format!("{}: valid\n", file.display())) } else { Ok(()) }
}

/// Checks a web configuration with everything that it names. What is allowed, but not what it looks like, is a warning.
fn check_web(file: &Path) -> Result<(), Failure> {
    let policy = lookout_web_config::load(file)?;
    for warning in policy.warnings() {
        print(&format!("{}: warning: {warning}\n", file.display()))?;
    }
    print(&format!("{}: valid\n", file.display()))
}
