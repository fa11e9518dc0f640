//! klag-exporter, the one peer that a package registry has, built into the cache.

use std::path::PathBuf;

use crate::cache;
use crate::error::Error;
use crate::program::Program;
use crate::workspace;

const VERSION: &str = "0.1.29";

/// The released program, built once; its C libraries take minutes.
pub(super) fn provide() -> Result<PathBuf, Error> {
    let name = format!("klag-exporter-{VERSION}");
    let folder = cache::provide(&name, |folder| {
        println!("building klag-exporter {VERSION} into the cache");
        let install = ["install", "--locked", "--version", VERSION, "klag-exporter", "--root"];
        let build = Program::new(workspace::cargo())
            .args(install)
            .arg(folder)
            .env("CARGO_TARGET_DIR", folder.join("target"));
        build.read_all().map(drop).map_err(|error| {
            let why = format!(
                "{error}; it needs Debian's libsasl2-dev and libcurl4-openssl-dev: install them and try again"
            );
            Error::ProvideTool { tool: "klag-exporter", why }
        })?;
        // Some gigabytes that nobody needs any more; a rest of them does no harm.
        let _ = std::fs::remove_dir_all(folder.join("target"));
        Ok(())
    })?;
    Ok(folder.join("bin/klag-exporter"))
}
