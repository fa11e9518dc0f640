//! What can go wrong in a task. The chain of sources is printed by `main`, so no message repeats its source.

use std::io;
use std::path::PathBuf;
use std::process::ExitStatus;

/// Why a task failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("cannot read `{}`", path.display())]
    ReadFile { path: PathBuf, source: io::Error },

    #[error("cannot write `{}`", path.display())]
    WriteFile { path: PathBuf, source: io::Error },

    #[error("cannot remove `{}`", path.display())]
    RemoveFile { path: PathBuf, source: io::Error },

    #[error("cannot start `{program}`; is it installed and on the PATH?")]
    StartProgram { program: String, source: io::Error },

    #[error("`{program}` failed ({status}){}", tail(output))]
    RunProgram { program: String, status: ExitStatus, output: String },

    #[error("tidy found {n_failures} breaches of the house rules; each line above says how to mend one")]
    BreakRules { n_failures: usize },

    #[error(
        "{n_files} generated files differ from the declarations; run `cargo xtask codegen` and commit the result"
    )]
    Drift { n_files: usize },

    #[error("cannot render what is derived from the declarations")]
    Render(#[from] lookout_render::RenderError),

    #[error("cannot use `{name}` as the name of an exporter: {why}")]
    NameExporter { name: String, why: String },

    #[error("`{path}` must have exactly {n_wanted} lines `{anchor}`; put them where new entries belong")]
    FindAnchor { path: String, anchor: String, n_wanted: usize },

    #[error("cannot get {tool}: {why}")]
    ProvideTool { tool: &'static str, why: String },

    #[error("cannot measure `{program}`: {why}")]
    MeasureProgram { program: String, why: String },

    #[error("cannot draw the board `{board}`: {why}")]
    DrawBoard { board: String, why: String },

    #[error("stage `{stage}` failed after {n_passed} that passed")]
    FailStage { stage: &'static str, n_passed: usize, source: Box<Error> },
}

/// The program's last words, on lines of their own; empty where it wrote straight to the terminal.
fn tail(output: &str) -> String {
    const LINES: usize = 30;
    let lines: Vec<&str> = output.lines().collect();
    let kept = &lines[lines.len().saturating_sub(LINES)..];
    kept.iter().flat_map(|line| ["\n    ", line]).collect()
}
