//! The tools that `cargo xtask e2e` provides, and how to run one.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread;

/// A tool by the last part of its environment variable `LOOKOUT_E2E_…`.
pub(crate) fn tool(name: &str) -> PathBuf {
    let variable = format!("LOOKOUT_E2E_{name}");
    let path = std::env::var_os(&variable);
    PathBuf::from(
        path.unwrap_or_else(|| panic!("{variable} is not set; run these tests by `cargo xtask e2e`")),
    )
}

/// The repository's root.
pub(crate) fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the package lies in a folder of the repository")
}

/// Runs a command with `input` on its standard input, to the end.
pub(crate) fn run(command: &mut Command, input: &[u8]) -> Output {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("cannot start {command:?}: {error}"));
    let mut stdin = child.stdin.take().expect("its input is a pipe");
    thread::scope(|scope| {
        // A tool that stops reading early has its reason, which its status and output tell.
        scope.spawn(move || drop(stdin.write_all(input)));
        child.wait_with_output().expect("its output can be read")
    })
}

/// Runs a command that must succeed, and returns its standard output.
#[track_caller]
pub(crate) fn succeed(command: &mut Command, input: &[u8]) -> Vec<u8> {
    let output = run(command, input);
    assert!(output.status.success(), "{command:?} failed: {}\n{}", output.status, words(&output));
    output.stdout
}

/// Everything that a command wrote, as text.
pub(crate) fn words(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}
