//! Running other programs: no terminal input, an error that names the whole command.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::error::Error;

/// A program about to be run.
#[derive(Debug)]
pub(crate) struct Program {
    command: Command,
    shown: String,
}

impl Program {
    /// `name`, found on the PATH unless it is a path.
    pub(crate) fn new(name: impl AsRef<OsStr>) -> Self {
        let name = name.as_ref();
        let shown = Path::new(name).file_name().unwrap_or(name).to_string_lossy().into_owned();
        let mut command = Command::new(name);
        command.stdin(Stdio::null());
        Self { command, shown }
    }

    /// Adds an argument.
    pub(crate) fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        // Writing to a String cannot fail.
        let _ = write!(self.shown, " {}", argument.as_ref().to_string_lossy());
        self.command.arg(argument);
        self
    }

    /// Adds arguments.
    pub(crate) fn args<A: AsRef<OsStr>>(self, arguments: impl IntoIterator<Item = A>) -> Self {
        arguments.into_iter().fold(self, Self::arg)
    }

    /// Sets an environment variable.
    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Sets the directory to run in.
    pub(crate) fn directory(mut self, directory: &Path) -> Self {
        self.command.current_dir(directory);
        self
    }

    /// Runs it on our own output. Fails unless it succeeds.
    pub(crate) fn run(mut self) -> Result<(), Error> {
        let status = self
            .command
            .status()
            .map_err(|source| Error::StartProgram { program: self.shown.clone(), source })?;
        if status.success() {
            Ok(())
        } else {
            Err(Error::RunProgram { program: self.shown, status, output: String::new() })
        }
    }

    /// Runs it and returns its standard output. Fails unless it succeeds; all its output is then in the error.
    pub(crate) fn read(self) -> Result<String, Error> {
        self.capture().map(|(output, _)| output)
    }

    /// Runs it and returns all its output. Fails unless it succeeds.
    pub(crate) fn read_all(self) -> Result<String, Error> {
        self.capture().map(|(output, errors)| output + &errors)
    }

    fn capture(mut self) -> Result<(String, String), Error> {
        let output = self
            .command
            .output()
            .map_err(|source| Error::StartProgram { program: self.shown.clone(), source })?;
        let [words, errors] =
            [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        if output.status.success() {
            Ok((words, errors))
        } else {
            Err(Error::RunProgram { program: self.shown, status: output.status, output: words + &errors })
        }
    }
}
