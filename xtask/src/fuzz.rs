//! `cargo xtask fuzz`: every fuzz target for some seconds, from its committed corpus.
//!
//! Enough to keep the targets building and to replay what was once found. Plain cargo on the stable compiler does it:
//! libFuzzer needs coverage, not a sanitizer, and our code is free of `unsafe`. Who hunts for longer takes
//! `cargo +nightly fuzz run TARGET`, which reads the same folders.

use std::path::Path;

use crate::error::Error;
use crate::program::Program;
use crate::tree::has_ending;
use crate::workspace::Workspace;

/// The manifest of the workspace of fuzz targets.
pub(crate) const MANIFEST: &str = "fuzz/Cargo.toml";
const TARGETS: &str = "fuzz/fuzz_targets/";

/// The coverage that libFuzzer steers by; as cargo-fuzz sets it without a sanitizer.
const RUSTFLAGS: &str = "--cfg fuzzing -Cdebug-assertions -Cpasses=sancov-module \
    -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares";

/// The longest that one input may take, in seconds; parsers here take microseconds.
const TIMEOUT: u32 = 10;
/// The most memory that a target may take, in MiB. Every parser is bounded far below.
const MEMORY: u32 = 1024;

/// Builds all targets and runs each for `seconds`.
pub(crate) fn run(workspace: &Workspace, seconds: u32) -> Result<(), Error> {
    let files = workspace.files()?;
    let targets: Vec<&str> = files
        .iter()
        .filter(|path| has_ending(path, "rs"))
        .filter_map(|path| path.strip_prefix(TARGETS)?.strip_suffix(".rs"))
        .collect();
    if targets.is_empty() {
        println!("there are no fuzz targets below `{TARGETS}`");
        return Ok(());
    }
    let host = host()?;
    let folder = workspace.target.join("fuzz");
    // With a target triple, the flags reach neither build scripts nor macros.
    workspace
        .cargo()
        .args(["build", "--locked", "--release", "--quiet", "--manifest-path", MANIFEST, "--target", &host])
        .env("CARGO_TARGET_DIR", &folder)
        .env("RUSTFLAGS", RUSTFLAGS)
        .run()?;
    let programs = folder.join(host).join("release");
    targets.iter().try_for_each(|target| fuzz(workspace, &folder, &programs.join(target), target, seconds))
}

fn fuzz(
    workspace: &Workspace,
    folder: &Path,
    program: &Path,
    target: &str,
    seconds: u32,
) -> Result<(), Error> {
    let found = folder.join("corpus").join(target);
    std::fs::create_dir_all(&found).map_err(|source| Error::WriteFile { path: found.clone(), source })?;
    let corpus = workspace.root.join("fuzz/corpus").join(target);
    let output = Program::new(program)
        .args([
            format!("-max_total_time={seconds}"),
            format!("-timeout={TIMEOUT}"),
            format!("-rss_limit_mb={MEMORY}"),
        ])
        .arg(format!("-artifact_prefix={}/{target}-", folder.display()))
        // libFuzzer writes what it finds into the first folder and only reads the others.
        .arg(&found)
        .args(corpus.is_dir().then_some(&corpus))
        .read_all()?;
    let summary = output.lines().rev().find(|line| line.starts_with("Done ")).unwrap_or("ended early");
    println!("{target}: {summary}");
    Ok(())
}

/// The triple of the machine that we build on.
fn host() -> Result<String, Error> {
    let version = Program::new("rustc").arg("-vV").read()?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned)
        .ok_or_else(|| Error::ProvideTool { tool: "rustc", why: "`rustc -vV` names no host".to_owned() })
}
