//! Packages of the Debian that we run on, unpacked into the cache: nothing is installed, no service is started.

use std::path::PathBuf;

use crate::cache;
use crate::error::Error;
use crate::program::Program;

/// The folder in which `package` is unpacked, without its dependencies.
pub(super) fn provide(package: &'static str) -> Result<PathBuf, Error> {
    let failed = |why: String| Error::ProvideTool { tool: package, why };
    cache::provide(&format!("debian-{package}"), |folder| {
        println!("unpacking Debian's package `{package}` into the cache");
        let download =
            || Program::new("apt-get").args(["download", "--quiet", package]).directory(folder).read();
        if download().is_err() {
            // The usual reason on a fresh machine: the package lists are missing.
            Program::new("apt-get").args(["update", "--quiet"]).read().map_err(|error| {
                failed(format!(
                    "its package lists cannot be updated ({error}); run `apt-get update` as root once"
                ))
            })?;
            download().map_err(|error| failed(error.to_string()))?;
        }
        let entries = std::fs::read_dir(folder)
            .map_err(|source| Error::ReadFile { path: folder.to_owned(), source })?;
        let archive = entries
            .filter_map(Result::ok)
            .map(|entry| entry.path())
            .find(|path| path.extension().is_some_and(|ending| ending == "deb"))
            .ok_or_else(|| failed("apt-get downloaded nothing".to_owned()))?;
        Program::new("dpkg").arg("-x").arg(&archive).arg(folder).run()?;
        std::fs::remove_file(&archive).map_err(|source| Error::RemoveFile { path: archive.clone(), source })
    })
}

/// [`provide`], if the newest entry of its changelog is of `version`; for programs that do not say theirs.
pub(super) fn provide_version(package: &'static str, version: &str) -> Result<PathBuf, Error> {
    let folder = provide(package)?;
    let changelog = folder.join("usr/share/doc").join(package).join("changelog.Debian.gz");
    let entries = Program::new("gunzip").arg("--stdout").arg(&changelog).read()?;
    let newest = entries.lines().next().unwrap_or_default();
    if newest.contains(&format!("({version}")) {
        return Ok(folder);
    }
    let why = format!("`{}` begins with `{newest}`, wanted {version}x", changelog.display());
    Err(Error::ProvideTool { tool: package, why })
}
