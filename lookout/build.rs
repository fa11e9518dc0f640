//! Compiles in what `lookout_build_info` says: the commit and the compiler.
//!
//! The commit is `LOOKOUT_REVISION` where the builder sets it (an image build without `.git`), else git's, else
//! "unknown": a source archive must build too.
#![allow(clippy::print_stdout, reason = "this is how a build script talks to Cargo")]

use std::process::Command;

fn main() {
    println!("cargo::rerun-if-env-changed=LOOKOUT_REVISION");
    println!("cargo::rerun-if-changed=build.rs");
    // The head and, where it is a branch, the log that every commit touches.
    for name in ["HEAD", "logs/HEAD"] {
        let path = said(Command::new("git").args(["rev-parse", "--git-path", name]));
        if let Some(path) = path.filter(|path| std::path::Path::new(path).exists()) {
            println!("cargo::rerun-if-changed={path}");
        }
    }
    let revision = std::env::var("LOOKOUT_REVISION")
        .ok()
        .or_else(|| said(Command::new("git").args(["rev-parse", "--short=12", "HEAD"])));
    println!("cargo::rustc-env=LOOKOUT_REVISION={}", revision.as_deref().unwrap_or("unknown"));
    let compiler = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    let rustc = said(Command::new(compiler).arg("--version"));
    // "rustc 1.95.0 (f2d3ce0bd 2026-03-21)": the number is enough for a label.
    let number = rustc.as_deref().and_then(|line| line.split(' ').nth(1)).unwrap_or("unknown");
    println!("cargo::rustc-env=LOOKOUT_RUSTC={number}");
}

/// The one line that a command prints, if it can be run and succeeds.
fn said(command: &mut Command) -> Option<String> {
    let output = command.output().ok().filter(|output| output.status.success())?;
    let line = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (!line.is_empty()).then_some(line)
}
