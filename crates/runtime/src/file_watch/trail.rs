//! Which directories a file depends on, and which names in them: those a change of which can make its path lead to
//! something else.
//!
//! The directories are the directory of the file, and the directory of each symbolic link on the way. A mounted ConfigMap has
//! `lookout.yaml -> ..data/lookout.yaml` and `..data -> ..2026_03_01`; kubelet swaps the second. Directories that are
//! no links are not among them, except the nearest one that is there if the way ends early: an update of a whole
//! tree by renaming is noticed by looking.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};

/// The most links that are followed, as the kernel does.
const MAX_LINKS: usize = 40;

/// The directories, and the names in each, a change of which can make `path` lead to something else, or to something at
/// all.
pub(super) fn directories(path: &Path) -> BTreeMap<PathBuf, BTreeSet<OsString>> {
    let mut directories: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    let mut links = 0;
    // What is resolved, free of links; and what is still to be walked, in reverse.
    let mut here = PathBuf::new();
    let mut ahead = components(path);
    if !path.is_absolute() {
        here.push(".");
    }
    while let Some(component) = ahead.pop() {
        match component {
            Step::Root => here = PathBuf::from("/"),
            // Right, because `here` is free of links; but a relative path may rise above its beginning.
            Step::Up if here.file_name().is_some() => {
                here.pop();
            }
            Step::Up => here.push(".."),
            Step::Down(name) => {
                let next = here.join(&name);
                let metadata = next.symlink_metadata();
                let is_link = metadata.as_ref().is_ok_and(std::fs::Metadata::is_symlink);
                if is_link || metadata.is_err() || ahead.is_empty() {
                    directories.entry(here.clone()).or_default().insert(name);
                }
                match next.read_link() {
                    Ok(target) if is_link => {
                        links += 1;
                        if links > MAX_LINKS {
                            break;
                        }
                        ahead.extend(components(&target));
                    }
                    _ if metadata.is_err() => break,
                    _ => here = next,
                }
            }
        }
    }
    directories
}

enum Step {
    Root,
    Up,
    Down(OsString),
}

/// The steps of a path in reverse.
fn components(path: &Path) -> Vec<Step> {
    let step = |component: Component<'_>| match component {
        Component::Prefix(_) | Component::CurDir => None,
        Component::RootDir => Some(Step::Root),
        Component::ParentDir => Some(Step::Up),
        Component::Normal(name) => Some(Step::Down(name.to_owned())),
    };
    let mut steps: Vec<Step> = path.components().filter_map(step).collect();
    steps.reverse();
    steps
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    fn relative(root: &Path, path: &str) -> Vec<String> {
        let directories = directories(&root.join(path));
        let step = |(directory, names): (&PathBuf, &BTreeSet<OsString>)| {
            let names: Vec<_> = names.iter().map(|name| name.to_str().unwrap()).collect();
            format!("{}: {}", directory.strip_prefix(root).unwrap().display(), names.join(" "))
        };
        directories.iter().map(step).collect()
    }

    #[test]
    fn each_link_adds_the_directory_that_it_is_in() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().canonicalize().unwrap();
        for folder in ["mounted/..one", "a/b", "elsewhere"] {
            fs::create_dir_all(root.join(folder)).unwrap();
        }
        for file in ["mounted/..one/key", "a/b/plain", "elsewhere/far"] {
            fs::write(root.join(file), "x").unwrap();
        }
        for (target, link) in [
            ("..one", "mounted/..data"),
            ("..data/key", "mounted/key"),
            ("../../elsewhere/far", "a/b/link"),
            ("loop", "a/loop"),
            ("../a/b", "elsewhere/b"),
        ] {
            symlink(target, root.join(link)).unwrap();
        }
        assert_eq!(relative(&root, "a/b/plain"), ["a/b: plain"]);
        assert_eq!(relative(&root, "mounted/key"), ["mounted: ..data key", "mounted/..one: key"]);
        assert_eq!(relative(&root, "a/b/link"), ["a/b: link", "elsewhere: far"]);
        assert_eq!(relative(&root, "elsewhere/b/plain"), ["a/b: plain", "elsewhere: b"]);
        assert_eq!(relative(&root, "a/loop"), ["a: loop"]);
        assert_eq!(relative(&root, "a/b/missing"), ["a/b: missing"]);
        assert_eq!(relative(&root, "a/missing/deeper/still"), ["a: missing"]);
    }

    #[test]
    fn a_relative_path_begins_at_the_working_directory() {
        assert_eq!(directories(Path::new("Cargo.toml")).into_keys().collect::<Vec<_>>(), [Path::new(".")]);
        let above = directories(Path::new("../../no-such-file"));
        assert_eq!(above.into_keys().collect::<Vec<_>>(), [Path::new("./../..")]);
    }
}
