//! Programs in Go, built from a module of this repository into the cache: peers, engines of rules, exporter-toolkit's own server.
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

/// A program to be built: `package` of the module in the folder `module`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct GoProgram<'a> {
    /// The folder that holds `go.mod`.
    pub(crate) module: &'a Path,
    /// What to build, as `go build` takes it.
    pub(crate) package: &'a str,
    /// What it is called.
    pub(crate) name: &'static str,
    /// Variables of the program and their text, linked into it, as its makers do with its version.
    pub(crate) linked: &'a [(&'a str, &'a str)],
    /// Build tags that leave parts out of it, or take them in.
    pub(crate) tags: &'a [&'a str],
}

/// Builds `package` of the module in the folder `module` and returns the program `name`.
pub(crate) fn build(module: &Path, package: &str, name: &'static str) -> Result<PathBuf, Error> {
    GoProgram { module, package, name, linked: &[], tags: &[] }.build()
}

impl GoProgram<'_> {
    /// The program in the cache.
    pub(crate) fn build(self) -> Result<PathBuf, Error> {
        let Self { module, package, name, .. } = self;
        let go = locate(name)?;
        let options = self.options();
        let fingerprint = fingerprint(&go, module, &options.concat())?;
        let folder = cache::provide(&format!("go-{name}-{fingerprint:016x}"), |folder| {
            println!("building {name} with {}", go.display());
            command(&go, module)
                .args(["build", "-mod=readonly", "-trimpath", "-buildvcs=false"])
                .args(&options)
                .arg("-o")
                .arg(folder.join(name))
                .arg(package)
                // The Go toolchain alone is enough, and the program runs on any Linux.
                .env("CGO_ENABLED", "0")
                .run()
        })?;
        Ok(folder.join(name))
    }

    /// The same, if what is in it is `dependency` of `version`, as the linker wrote it down.
    pub(crate) fn build_of(self, dependency: &str, version: &str) -> Result<PathBuf, Error> {
        let program = self.build()?;
        let says = command(&locate(self.name)?, self.module).args(["version", "-m"]).arg(&program).read()?;
        if holds(&says, dependency, version) {
            return Ok(program);
        }
        let why =
            format!("`{}` is not built from {dependency} {version}; mend its go.mod", program.display());
        Err(Error::ProvideTool { tool: self.name, why })
    }

    /// What is told to the compiler and the linker.
    fn options(&self) -> Vec<String> {
        let linked = self.linked.iter().map(|(variable, text)| format!(" -X {variable}={text}"));
        let mut options = vec![format!("-ldflags=-s -w{}", linked.collect::<String>())];
        if !self.tags.is_empty() {
            options.push(format!("-tags={}", self.tags.join(",")));
        }
        options
    }
}

/// Whether the lines of `go version -m` tell of `dependency` in `version`.
fn holds(says: &str, dependency: &str, version: &str) -> bool {
    let mut lines = says.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    lines.any(
        |words| matches!(words[..], ["dep" | "mod", name, is, ..] if (name, is) == (dependency, version)),
    )
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
fn fingerprint(go: &Path, module: &Path, options: &str) -> Result<u64, Error> {
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
    options.hash(&mut hasher);
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

    #[test]
    fn other_tags_make_another_program() {
        let program =
            GoProgram { module: Path::new("."), package: ".", name: "tool", linked: &[], tags: &[] };
        assert_ne!(program.options(), GoProgram { tags: &["small"], ..program }.options());
    }

    #[test]
    fn a_program_of_another_version_is_told() {
        let says = "tool: go1.26.8\n\tpath\texample.com/tool/cmd\n\tdep\texample.com/tool\tv1.2.3\th1:sum=\n";
        assert!(holds(says, "example.com/tool", "v1.2.3"));
        assert!(!holds(says, "example.com/tool", "v1.2.4"));
        assert!(!holds(says, "example.com/tool/cmd", "v1.2.3"));
    }
}
