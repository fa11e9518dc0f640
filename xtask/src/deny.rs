//! `cargo xtask deny`: licences, bans and sources of every dependency, judged by `deny.toml`.
//!
//! Advisories are left to the hosting platform: their database cannot be fetched on a machine that reaches package
//! registries alone, and a check that passes because it did not run is worse than none.

use std::path::PathBuf;

use crate::cache;
use crate::error::Error;
use crate::program::Program;
use crate::workspace::Workspace;

/// The version that `deny.toml` is written for.
const VERSION: &str = "0.20.2";

/// Checks the dependencies; installs cargo-deny first if it is missing.
pub(crate) fn run(workspace: &Workspace) -> Result<(), Error> {
    let cargo_deny = provide(workspace)?;
    // What cargo has not fetched yet cannot be read offline.
    workspace.cargo().args(["fetch", "--locked", "--quiet"]).run()?;
    Program::new(cargo_deny)
        .args([
            "--offline",
            "--all-features",
            "check",
            "--hide-inclusion-graph",
            "bans",
            "licenses",
            "sources",
        ])
        .directory(&workspace.root)
        .run()
}

fn provide(workspace: &Workspace) -> Result<PathBuf, Error> {
    let folder = cache::provide(&format!("cargo-deny-{VERSION}"), |folder| {
        println!("installing cargo-deny {VERSION} into the cache");
        // It runs for seconds, so building it fast matters more than its speed.
        workspace
            .cargo()
            .args(["install", "--locked", "--quiet", "--version", VERSION, "cargo-deny", "--root"])
            .arg(folder)
            .env("CARGO_PROFILE_RELEASE_LTO", "off")
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1")
            .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
            .env("CARGO_PROFILE_RELEASE_DEBUG", "false")
            // A target directory set from outside would make it a neighbour of our own packages.
            .env("CARGO_TARGET_DIR", folder.join("target"))
            .run()?;
        let target = folder.join("target");
        std::fs::remove_dir_all(&target).map_err(|source| Error::RemoveFile { path: target, source })
    })?;
    Ok(folder.join("bin").join("cargo-deny"))
}
