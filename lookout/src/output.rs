//! Standard output: the answers of subcommands, and nothing else.
//!
//! A reader that has gone (`lookout config default | head`) is no failure.

use std::io::{self, Write as _};

use serde::Serialize;

use crate::exit::Failure;

/// Writes an answer.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    match io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::Run(format!("cannot write to standard output: {error}")))
        }
        _ => Ok(()),
    }
}

/// An answer for programs.
pub(crate) fn json(answer: &impl Serialize) -> Result<String, Failure> {
    serde_json::to_string_pretty(answer)
        .map(|text| text + "\n")
        .map_err(|error| Failure::Run(format!("cannot write the answer as JSON: {error}")))
}
