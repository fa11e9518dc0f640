//! Lookout's cache directory outside the repository: tools that CI needs and nobody wants to build twice.
//!
//! Each tool has a folder named for its exact version, so a changed pin never meets an old tool. A folder is filled
//! under another name and renamed when complete: a run that was killed leaves nothing that looks finished.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::error::Error;

/// `$XDG_CACHE_HOME/lookout`, else `$HOME/.cache/lookout`, else a folder in the system's temporary directory.
pub(crate) fn directory() -> PathBuf {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    set("XDG_CACHE_HOME")
        .or_else(|| set("HOME").map(|home| home.join(".cache")))
        .unwrap_or_else(std::env::temp_dir)
        .join("lookout")
}

/// The folder `name` of the cache; calls `fill` with an empty folder if it is not there yet.
pub(crate) fn provide(name: &str, fill: impl FnOnce(&Path) -> Result<(), Error>) -> Result<PathBuf, Error> {
    provide_in(&directory(), name, fill)
}

fn provide_in(
    directory: &Path,
    name: &str,
    fill: impl FnOnce(&Path) -> Result<(), Error>,
) -> Result<PathBuf, Error> {
    let finished = directory.join(name);
    if finished.is_dir() {
        return Ok(finished);
    }
    let begun = Instant::now();
    let partial = directory.join(format!("{name}.partial-{}", std::process::id()));
    let failed = |source| Error::WriteFile { path: partial.clone(), source };
    fs::create_dir_all(&partial).map_err(failed)?;
    match fill(&partial) {
        Ok(()) => {
            // Another run may have finished the same folder meanwhile; its contents are as good as ours.
            if fs::rename(&partial, &finished).is_err() && !finished.is_dir() {
                return Err(failed(std::io::Error::other("cannot rename the finished folder")));
            }
            let _ = fs::remove_dir_all(&partial);
            println!("{name} is in the cache after {:.1} s", begun.elapsed().as_secs_f32());
            Ok(finished)
        }
        Err(error) => {
            let _ = fs::remove_dir_all(&partial);
            Err(error)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(folder: &Path) -> Result<(), Error> {
        crate::workspace::write(&folder.join("tool"), b"tool")
    }

    #[test]
    fn a_folder_is_filled_once() {
        let directory = tempfile::tempdir().unwrap();
        let provided = provide_in(directory.path(), "tool-1.0", fill).unwrap();
        assert!(provided.join("tool").is_file());
        let again = provide_in(directory.path(), "tool-1.0", |_| panic!("it is there already")).unwrap();
        assert_eq!(again, provided);
    }

    #[test]
    fn a_folder_that_could_not_be_filled_leaves_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let refused = provide_in(directory.path(), "tool-1.0", |folder| {
            fill(folder)?;
            Err(Error::ProvideTool { tool: "tool", why: "its version is wrong".to_owned() })
        });
        assert!(refused.unwrap_err().to_string().contains("its version is wrong"));
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
    }
}
