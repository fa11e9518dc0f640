//! `lookout serve` as a process, with the flags that a test gives it.

use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use crate::running::Running;
use crate::tools::tool;

/// A serving process that has said where it listens.
#[derive(Debug)]
pub(crate) struct Serve {
    pub(crate) process: Running,
    pub(crate) address: String,
    _folder: TempDir,
}

impl Serve {
    /// Starts it on a free port of the loopback interface.
    pub(crate) fn start<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Self {
        let mut command = command();
        command.arg("--web.listen-address=127.0.0.1:0").args(arguments);
        Self::listening(&mut command)
    }

    /// Starts it with a web configuration.
    pub(crate) fn with_web_configuration(file: &Path) -> Self {
        Self::try_with_web_configuration(file).unwrap_or_else(|log| panic!("it does not serve:\n{log}"))
    }

    /// The same; its log if it ends instead.
    pub(crate) fn try_with_web_configuration(file: &Path) -> Result<Self, String> {
        let mut command = command();
        command.arg("--web.listen-address=127.0.0.1:0");
        command.arg(format!("--web.config.file={}", file.display()));
        Self::try_listening(&mut command)
    }

    /// Starts a command that ends up as `lookout serve`, and waits until it says where it listens.
    #[track_caller]
    pub(crate) fn listening(command: &mut Command) -> Self {
        Self::try_listening(command).unwrap_or_else(|log| panic!("it does not serve:\n{log}"))
    }

    /// The same; its log if it ends instead.
    fn try_listening(command: &mut Command) -> Result<Self, String> {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let mut process = Running::start(command, &folder.path().join("serve.log"));
        let address = process.until_log_or_end("its address", address).ok_or_else(|| process.log())?;
        Ok(Self { process, address, _folder: folder })
    }
}

/// `lookout serve` without flags.
pub(crate) fn command() -> Command {
    let mut command = Command::new(tool("LOOKOUT"));
    command.arg("serve");
    command
}

/// The address in the line of the log that says where it listens.
fn address(line: &str) -> Option<String> {
    let (_, rest) = line.split_once(" msg=listening ")?;
    let address = rest.split(' ').find_map(|pair| pair.strip_prefix("address="))?;
    Some(address.trim_matches('"').to_owned())
}
