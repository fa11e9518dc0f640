//! Programs in Go, built from a module of this repository into the cache: peers, and exporter-toolkit's own server.
//!
//! A module pins everything by its `go.mod` and `go.sum`, so the same program is built everywhere. The folder in the
//! cache is named for what goes in, sources and compiler: a changed pin never meets an old program.
//!
//! How to get it wrong: `go install MODULE@VERSION`, which asks the proxy for lists of versions and pins nothing.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};

use crate::cache;
use crate::error::Error;
use crate::program::Program;

/// Where Go lies when its installer has not been followed by a change of the PATH.
const INSTALLED: &str = "/usr/local/go/bin/go";

/// Builds `package` of the module in the folder `module` and returns the program `name`.
pub(crate) fn build(module: &Path, package: &str, name: &'static str) -> Result<PathBuf, Error> {
    build_linked(module, package, name, &[])
}

/// The same; `values` are linked into the program: variables of it and their text, as its makers do with its version.
pub(crate) fn build_linked(
    module: &Path,
    package: &str,
    name: &'static str,
    values: &[(&str, &str)],
) -> Result<PathBuf, Error> {
    let go = locate(name)?;
    let values = values.iter().map(|(variable, text)| format!(" -X {variable}={text}"));
    let link = format!("-ldflags=-s -w{}", values.collect::<String>());
    let folder = cache::provide(&format!("go-{name}-{:016x}", fingerprint(&go, module, &link)?), |folder| {
        println!("building {name} with {}", go.display());
        command(&go, module)
            .args(["build", "-mod=readonly", "-trimpath", "-buildvcs=false", &link, "-o"])
            .arg(folder.join(name))
            .arg(package)
            // The Go toolchain alone is enough, and the program runs on any Linux.
            .env("CGO_ENABLED", "0")
            .run()
    })?;
    Ok(folder.join(name))
}

/// The folder in which `go` keeps the sources of `dependency`, downloaded for the module in the folder `module`.
pub(crate) fn sources(module: &Path, dependency: &'static str) -> Result<PathBuf, Error> {
    let go = locate(dependency)?;
    command(&go, module).args(["mod", "download", dependency]).run()?;
    let folder =
        command(&go, module).args(["list", "-mod=readonly", "-m", "-f", "{{.Dir}}", dependency]).read()?;
    Ok(PathBuf::from(folder.trim()))
}

fn command(go: &Path, module: &Path) -> Program {
    // The compiler that is there, not one that the module would like to download.
    Program::new(go).directory(module).env("GOTOOLCHAIN", "local").env("GOWORK", "off").env("GOFLAGS", "")
}

fn locate(tool: &'static str) -> Result<PathBuf, Error> {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&folders)
        .map(|folder| folder.join("go"))
        .chain([PathBuf::from(INSTALLED)])
        .find(|path| path.is_file())
        .ok_or_else(|| Error::ProvideTool {
            tool,
            why: format!("it is built with Go, which is neither on the PATH nor at {INSTALLED}; install Go"),
        })
}

/// A number that changes with the compiler, the pins, our own sources and how it is linked.
fn fingerprint(go: &Path, module: &Path, link: &str) -> Result<u64, Error> {
    let failed = |source| Error::ReadFile { path: module.to_owned(), source };
    let mut files: Vec<PathBuf> = std::fs::read_dir(module)
        .map_err(failed)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()
        .map_err(failed)?;
    files.retain(|path| path.is_file());
    files.sort();
    let mut hasher = DefaultHasher::new();
    command(go, module).arg("version").read()?.hash(&mut hasher);
    link.hash(&mut hasher);
    for file in &files {
        file.file_name().hash(&mut hasher);
        std::fs::read(file)
            .map_err(|source| Error::ReadFile { path: file.clone(), source })?
            .hash(&mut hasher);
    }
    Ok(hasher.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_pin_is_another_program() {
        let module = tempfile::tempdir().unwrap();
        let pinned = |version: &str| {
            crate::workspace::write(&module.path().join("go.mod"), version.as_bytes()).unwrap();
            // Any program that prints the same twice serves as the compiler.
            fingerprint(Path::new("echo"), module.path(), "").unwrap()
        };
        let (first, second) = (pinned("v1.0.0"), pinned("v1.0.1"));
        assert_ne!(first, second);
        assert_eq!(first, pinned("v1.0.0"));
    }
}
