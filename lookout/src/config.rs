//! `lookout config`: the default file, the schema, and all errors of a file at once.

use std::io::{self, Write};
use std::path::Path;

use lookout_catalog::Settings;
use lookout_config::{Faults, LoadFile, default_file, load_file, schema};

use crate::cli::{CheckFormat, ConfigCommand};
use crate::exit::Failure;

/// Runs the subcommand.
pub(crate) fn run(command: &ConfigCommand) -> Result<(), Failure> {
    match command {
        ConfigCommand::Default => print(&default_file::<Settings>()),
        ConfigCommand::Schema => print(&format!("{:#}\n", schema::<Settings>())),
        ConfigCommand::Check { file, format } => check(file, *format),
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

fn json(faults: &Faults) -> Result<String, Failure> {
    serde_json::to_string_pretty(faults)
        .map(|text| text + "\n")
        .map_err(|error| Failure::Run(format!("cannot write the faults as JSON: {error}")))
}

fn print(text: &str) -> Result<(), Failure> {
    match io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::Run(format!("cannot write to standard output: {error}")))
        }
        _ => Ok(()),
    }
}
