//! The repository's files in memory, so that rules are functions of a tree and their tests need no disk.

use std::collections::BTreeMap;

use crate::error::Error;
use crate::workspace::Workspace;

/// A file.
#[derive(Clone, Debug)]
pub(crate) struct File {
    /// Its size in bytes.
    pub(crate) size: usize,
    /// Its text, unless it is something else.
    pub(crate) text: Option<String>,
}

/// The files by their path from the root, with `/`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tree {
    files: BTreeMap<String, File>,
}

impl Tree {
    /// The files that are under version control or about to be. A symbolic link counts as an empty binary file:
    /// what it points to is checked where it is.
    pub(crate) fn load(workspace: &Workspace) -> Result<Self, Error> {
        let mut files = BTreeMap::new();
        for path in workspace.files()? {
            let bytes =
                if workspace.root.join(&path).is_symlink() { vec![0xff] } else { workspace.read(&path)? };
            files.insert(path, File { size: bytes.len(), text: String::from_utf8(bytes).ok() });
        }
        Ok(Self { files })
    }

    /// A tree of texts, for tests.
    #[cfg(test)]
    pub(crate) fn of<P: Into<String>, T: Into<String>>(files: impl IntoIterator<Item = (P, T)>) -> Self {
        let files = files.into_iter().map(|(path, text)| {
            let text = text.into();
            (path.into(), File { size: text.len(), text: Some(text) })
        });
        Self { files: files.collect() }
    }

    /// Every file, sorted by path.
    pub(crate) fn files(&self) -> impl Iterator<Item = (&str, &File)> {
        self.files.iter().map(|(path, file)| (path.as_str(), file))
    }

    /// Every text file, sorted by path.
    pub(crate) fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files().filter_map(|(path, file)| Some((path, file.text.as_deref()?)))
    }

    /// Every Rust file, sorted by path.
    pub(crate) fn rust(&self) -> impl Iterator<Item = (&str, &str)> {
        self.texts().filter(|(path, _)| has_ending(path, "rs"))
    }

    /// Every manifest of a package, the root's included, sorted by path.
    pub(crate) fn manifests(&self) -> impl Iterator<Item = (&str, &str)> {
        self.texts().filter(|(path, _)| path.rsplit('/').next() == Some("Cargo.toml"))
    }

    /// The text of a file.
    pub(crate) fn text(&self, path: &str) -> Option<&str> {
        self.files.get(path)?.text.as_deref()
    }

    /// Whether there is a file at `path`.
    pub(crate) fn has(&self, path: &str) -> bool {
        self.files.contains_key(path)
    }

    /// Whether metrics are declared in the file: in a `metrics.rs`, or below the folder `metrics` beside one.
    pub(crate) fn declares_metrics(&self, path: &str) -> bool {
        let is_part = |(beside, _): (&str, &str)| self.has(&format!("{beside}/metrics.rs"));
        path.ends_with("/metrics.rs") || path.rsplit_once("/metrics/").is_some_and(is_part)
    }

    /// The paths below a folder given with its closing `/`, without that prefix.
    pub(crate) fn below(&self, folder: &str) -> impl Iterator<Item = &str> {
        self.files.keys().filter_map(move |path| path.strip_prefix(folder))
    }

    /// The folders directly in a folder given with its closing `/`.
    pub(crate) fn folders(&self, folder: &str) -> Vec<&str> {
        let mut folders: Vec<&str> =
            self.below(folder).filter_map(|path| Some(path.split_once('/')?.0)).collect();
        folders.dedup();
        folders
    }
}

/// Whether the file's name ends in `.ending`.
pub(crate) fn has_ending(path: &str, ending: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, found)| found == ending)
}

/// Whether a file serves tests alone: there names and numbers are written out, so that a test can fail.
pub(crate) fn is_test_material(path: &str) -> bool {
    const FOLDERS: [&str; 6] = ["tests", "benches", "fixtures", "golden", "corpus", "fuzz"];
    let is_test_file =
        |part: &str| part == "tests.rs" || part.ends_with("_test.rs") || part.ends_with("_tests.rs");
    path.split('/').any(|part| FOLDERS.contains(&part) || is_test_file(part))
}

/// Whether a file holds captured or crafted data that is kept byte for byte.
pub(crate) fn is_fixture(path: &str) -> bool {
    path.split('/').any(|part| ["fixtures", "golden", "corpus"].contains(&part))
}

/// Whether `codegen` writes the whole file.
pub(crate) fn is_generated(path: &str) -> bool {
    path.split('/').any(|part| part == "generated")
}

/// The lines of a Rust file that are neither comments nor its inline tests, numbered from 1. Inline tests stand at
/// the end of a file, which is the style here.
pub(crate) fn code_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines: Vec<&str> = text.lines().collect();
    let tests = lines
        .windows(2)
        .position(|pair| pair[0] == "#[cfg(test)]" && pair[1].starts_with("mod ") && !pair[1].ends_with(';'));
    let n_code = tests.unwrap_or(lines.len());
    (1..).zip(lines).take(n_code).filter(|(_, line)| !line.trim_start().starts_with("//"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_of_a_file_is_that_of_its_name() {
        assert!(has_ending("a.b.rs", "rs"));
        assert!(!has_ending("rs", "rs"));
        assert!(!has_ending("lib.rs.tmpl", "rs"));
    }

    #[test]
    fn code_ends_at_the_inline_tests_and_leaves_out_comments() {
        let text = "a\n// b\n#[cfg(test)]\nmod example;\nc\n#[cfg(test)]\nmod tests {\nd\n";
        let lines: Vec<_> = code_lines(text).collect();
        assert_eq!(lines, [(1, "a"), (3, "#[cfg(test)]"), (4, "mod example;"), (5, "c")]);
    }
}
