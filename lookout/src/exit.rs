//! How the process ends: every error that reaches `main`, and the exit code it becomes.
//!
//! The codes are documented in the command line's help and in the README; scripts rely on them.

use std::process::ExitCode;

use lookout_config::{Faults, LoadFile};
use lookout_web_config::LoadPolicy;

/// Why a subcommand ended without having done its work.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The configuration is wrong; each fault has its own line.
    #[error("the configuration is wrong:\n{0}")]
    UnderstandConfiguration(Faults),
    /// The configuration file could not be read.
    #[error("{0:#}")]
    ReadConfiguration(String),
    /// Nothing can be served there.
    #[error("{0}")]
    Listen(String),
    /// The command line asked for something that is not there.
    #[error("{0}")]
    Ask(String),
    /// A check did what it was asked for, and what it looked at is wrong; the answer has been given.
    #[error("{0}")]
    FindWrong(String),
    /// Anything that went wrong while running.
    #[error("{0}")]
    Run(String),
}

impl Failure {
    /// The exit code, as documented.
    pub(crate) fn code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Run(_) => 1,
            Self::Ask(_) => 2,
            Self::UnderstandConfiguration(_) | Self::ReadConfiguration(_) => 3,
            Self::Listen(_) => 4,
            Self::FindWrong(_) => 5,
        })
    }
}

impl From<LoadFile> for Failure {
    fn from(error: LoadFile) -> Self {
        match error {
            LoadFile::Understand(faults) => Self::UnderstandConfiguration(faults),
            LoadFile::ReadFile { ref path, ref source } => Self::ReadConfiguration(format!(
                "cannot read the configuration {}: {source}; check --config.file",
                path.display()
            )),
        }
    }
}

impl From<LoadPolicy> for Failure {
    fn from(error: LoadPolicy) -> Self {
        match error {
            LoadPolicy::Understand { faults, .. } => Self::UnderstandConfiguration(faults),
            LoadPolicy::ReadFile { .. } => {
                Self::ReadConfiguration(format!("{}; check the path", chain(&error)))
            }
            LoadPolicy::GetRandomness => Self::Run(chain(&error)),
        }
    }
}

/// The error and what led to it, in one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut line = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        line.push_str(": ");
        line.push_str(&cause.to_string());
        source = cause.source();
    }
    line
}
