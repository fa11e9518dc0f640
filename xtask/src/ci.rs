//! `cargo xtask ci`: what CI does, in order, stopping at the first failure; each stage with its time.
//!
//! The stages are here and not in a provider's file, so that a person runs exactly what CI runs. The README's test
//! command comes first: it is what a newcomer types.

use std::time::{Duration, Instant};

use crate::error::Error;
use crate::program::Program;
use crate::workspace::Workspace;
use crate::{codegen, deny, e2e, fuzz, new_exporter_check, tidy};

/// A stage: its name, and what it does.
type Stage = (&'static str, fn(&Workspace) -> Result<(), Error>);

/// Every stage in order: what fails often and fast stands before what takes long, after the tests themselves.
const STAGES: &[Stage] = &[
    ("test", |workspace| cargo(workspace, &["test", "--workspace", "--locked"])),
    ("fmt", check_format),
    ("clippy", |workspace| cargo(workspace, CLIPPY)),
    ("tidy", tidy::run),
    ("codegen", |workspace| codegen::run(workspace, true)),
    ("deny", deny::run),
    ("new-exporter", new_exporter_check::run),
    ("fuzz", |workspace| fuzz::run(workspace, FUZZ_SECONDS)),
    ("e2e", |workspace| e2e::run(workspace, &[])),
];

/// How long each fuzz target runs: a smoke, not a hunt.
const FUZZ_SECONDS: u32 = 5;

const CLIPPY: &[&str] =
    &["clippy", "--workspace", "--all-targets", "--all-features", "--locked", "--", "-D", "warnings"];

/// Runs every stage.
pub(crate) fn run(workspace: &Workspace) -> Result<(), Error> {
    let mut passed: Vec<(&str, Duration)> = Vec::new();
    for (name, stage) in STAGES {
        println!("\n── {name} ──");
        let start = Instant::now();
        let result = stage(workspace);
        let taken = start.elapsed();
        if let Err(error) = result {
            print!("{}", table(&passed, Some((name, taken))));
            return Err(Error::FailStage { stage: name, n_passed: passed.len(), source: Box::new(error) });
        }
        println!("── {name}: {:.1} s", taken.as_secs_f64());
        passed.push((name, taken));
    }
    print!("{}", table(&passed, None));
    Ok(())
}

/// The fuzz targets are a workspace of their own, which `--all` does not reach.
fn check_format(workspace: &Workspace) -> Result<(), Error> {
    cargo(workspace, &["fmt", "--all", "--check"])?;
    cargo(workspace, &["fmt", "--manifest-path", fuzz::MANIFEST, "--check"])
}

fn cargo(workspace: &Workspace, arguments: &[&str]) -> Result<(), Error> {
    plain(workspace.cargo().args(arguments)).run()
}

/// Settings of cargo under which its output is a readable file.
fn plain(cargo: Program) -> Program {
    cargo.env("CARGO_INCREMENTAL", "0").env("CARGO_TERM_PROGRESS_WHEN", "never")
}

/// The stages with their times, the sum, and what was not run.
fn table(passed: &[(&str, Duration)], failed: Option<(&str, Duration)>) -> String {
    let row = |name: &str, taken: Duration, result: &str| {
        format!("{name:<14} {:>8.1} s  {result}", taken.as_secs_f64())
    };
    let n_run = passed.len() + usize::from(failed.is_some());
    let total = passed.iter().chain(failed.as_ref()).map(|(_, taken)| *taken).sum();
    let rows = passed.iter().map(|(name, taken)| row(name, *taken, "passed"));
    let rows = rows.chain(failed.iter().map(|(name, taken)| row(name, *taken, "FAILED")));
    let rows =
        rows.chain(STAGES.iter().skip(n_run).map(|(name, _)| format!("{name:<14} {:>8}    not run", "")));
    let rows: Vec<String> = rows.chain([row("total", total, "")]).collect();
    format!("\n{}\n", rows.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_tells_passed_failed_and_not_run_apart() {
        let seconds = Duration::from_secs;
        let table = table(&[("test", seconds(61)), ("fmt", seconds(1))], Some(("clippy", seconds(2))));
        let lines: Vec<&str> = table.trim().lines().collect();
        assert_eq!(lines[0], "test               61.0 s  passed");
        assert_eq!(lines[2], "clippy              2.0 s  FAILED");
        assert!(lines[3].starts_with("tidy") && lines[3].ends_with("not run"), "{table}");
        assert_eq!(lines.last().map(|line| line.trim_end()), Some("total              64.0 s"));
        assert_eq!(lines.len(), STAGES.len() + 1);
    }
}
