//! A mounted Secret, changed as the kubelet changes it.
//!
//! The files of the volume are links to `..data/NAME`, and `..data` is a link to a directory named after a time. A
//! renewal writes a new directory and swaps `..data` by one rename, so no reader ever sees the key of one certificate
//! beside the chain of another. What a watcher of the files themselves gets to see is nothing at all.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use jiff::Timestamp;

use super::{FileContent, change, write_file};
use crate::SimulatorError;

const DATA: &str = "..data";
const NEXT_DATA: &str = "..data_tmp";

/// Makes `volume` hold exactly these files.
pub(super) fn swap(
    volume: &Path,
    files: &[(&str, &FileContent)],
    now: Timestamp,
) -> Result<(), SimulatorError> {
    change("create the directory", volume, fs::create_dir_all(volume))?;
    let data = volume.join(DATA);
    let former = fs::read_link(&data).ok();
    let directory_name = free_name(volume, now);
    let directory = volume.join(&directory_name);
    change("create the directory", &directory, fs::create_dir(&directory))?;
    for (name, content) in files {
        write_file(&directory.join(name), content)?;
    }

    let next = volume.join(NEXT_DATA);
    change("link", &next, symlink(&directory_name, &next))?;
    change("rename", &next, fs::rename(&next, &data))?;

    for (name, _) in files {
        let link = volume.join(name);
        if fs::symlink_metadata(&link).is_err() {
            change("link", &link, symlink(Path::new(DATA).join(name), &link))?;
        }
    }
    remove_stale_links(volume, files)?;
    if let Some(former) = former.map(|former| volume.join(former)) {
        change("remove the directory", &former, fs::remove_dir_all(&former))?;
    }
    Ok(())
}

/// A name for the directory of this time that is not taken: two swaps may fall into one second.
fn free_name(volume: &Path, now: Timestamp) -> String {
    let time = now.strftime("..%Y_%m_%d_%H_%M_%S");
    let mut names = (1_u64..).map(|n| format!("{time}.{n:09}"));
    names.find(|name| fs::symlink_metadata(volume.join(name)).is_err()).unwrap_or_default()
}

fn remove_stale_links(volume: &Path, files: &[(&str, &FileContent)]) -> Result<(), SimulatorError> {
    for entry in change("list", volume, fs::read_dir(volume))? {
        let entry = change("list", volume, entry)?;
        let name = entry.file_name();
        let kept = files.iter().any(|(file, _)| name == *file);
        if !kept && !name.to_string_lossy().starts_with("..") {
            change("remove", &entry.path(), fs::remove_file(entry.path()))?;
        }
    }
    Ok(())
}
