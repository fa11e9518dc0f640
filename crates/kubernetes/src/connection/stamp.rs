//! Whether files are still those that were read.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Files as they were when they were about to be read.
#[derive(Debug, Default)]
pub(super) struct Stamps(Vec<(PathBuf, Option<Stamp>)>);

/// What changes when a file is written or replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    /// Device and number: a link may come to point to a file of the same length and time, as tools that build images write them.
    identity: (u64, u64),
    modified: Option<SystemTime>,
    length: u64,
}

// === impl Stamps ===

impl Stamps {
    /// Notes a file, before it is read.
    pub(super) fn add(&mut self, path: &Path) {
        self.0.push((path.to_owned(), stamp(path)));
    }

    /// Whether one of them is another. One that has gone does not count: what was read is good until its replacement is there.
    pub(super) fn have_changed(&self) -> bool {
        self.0.iter().any(|(path, before)| stamp(path).is_some_and(|now| Some(now) != *before))
    }
}

fn stamp(path: &Path) -> Option<Stamp> {
    let metadata = fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
    Some(Stamp {
        identity: (metadata.dev(), metadata.ino()),
        modified: metadata.modified().ok(),
        length: metadata.len(),
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    #[test]
    fn a_link_to_another_file_of_the_same_length_and_time_is_a_change() {
        let directory = tempfile::tempdir().unwrap();
        let [one, two, link] = ["one", "two", "link"].map(|name| directory.path().join(name));
        for path in [&one, &two] {
            fs::write(path, path.file_name().unwrap().as_encoded_bytes()).unwrap();
            fs::File::options()
                .write(true)
                .open(path)
                .unwrap()
                .set_modified(UNIX_EPOCH + Duration::from_secs(1))
                .unwrap();
        }
        symlink(&one, &link).unwrap();
        let mut stamps = Stamps::default();
        stamps.add(&link);
        assert!(!stamps.have_changed());
        fs::remove_file(&link).unwrap();
        assert!(!stamps.have_changed(), "one that has gone is good until its replacement is there");
        symlink(&two, &link).unwrap();
        assert!(stamps.have_changed());
    }
}
