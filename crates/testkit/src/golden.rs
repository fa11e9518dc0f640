//! Golden files: what a test produces, compared with what was reviewed and committed.
//!
//! `LOOKOUT_BLESS=1 cargo test` writes the files anew; the difference is then reviewed like any other. A golden file is
//! exact: no trimming, no sorting. What varies (dates, addresses) must be made constant by the test.

use std::path::Path;
use std::{env, fs};

/// The environment variable that makes [`check`] write instead of compare.
pub const BLESS: &str = "LOOKOUT_BLESS";

/// Compares `actual` with the file at `path`, and fails with both blocks if they differ. The path is best made by
/// `concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/NAME")`.
///
/// # Panics
///
/// If they differ, or the file cannot be read or written: that is the failure of the test.
#[track_caller]
pub fn check(path: impl AsRef<Path>, actual: &str) {
    let path = path.as_ref();
    if env::var_os(BLESS).is_some_and(|value| value == "1") {
        let written = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(path, actual));
        assert!(written.is_ok(), "write golden file {}: {written:?}", path.display());
        return;
    }
    let expected = fs::read_to_string(path);
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let difference = match expected {
        Ok(expected) => difference(&expected, actual),
        Err(error) => Some(format!("it cannot be read: {error}\n{}", block("actual", actual))),
    };
    assert!(
        difference.is_none(),
        "golden file `{name}`: {}\nIf the change is meant, run the test again with {BLESS}=1 and review the file.",
        difference.unwrap_or_default(),
    );
}

/// What differs, with both blocks; `None` if nothing does.
fn difference(expected: &str, actual: &str) -> Option<String> {
    if expected == actual {
        return None;
    }
    let common =
        expected.lines().zip(actual.lines()).take_while(|(expected, actual)| expected == actual).count();
    Some(format!(
        "the first difference is in line {}\n{}{}",
        common + 1,
        block("expected", expected),
        block("actual", actual)
    ))
}

fn block(title: &str, text: &str) -> String {
    let end = if text.ends_with('\n') { "" } else { "⏎ (no newline at the end)\n" };
    format!("──── {title} ────\n{text}{end}")
}

#[cfg(test)]
mod tests {
    use super::difference;

    #[test]
    fn equal_texts_do_not_differ() {
        assert_eq!(difference("a\nb\n", "a\nb\n"), None);
    }

    #[test]
    fn a_difference_shows_its_line_and_both_blocks() {
        let difference = difference("a\nb\n", "a\nc\n").unwrap();
        for part in ["line 2", "expected ────\na\nb\n", "actual ────\na\nc\n"] {
            assert!(difference.contains(part), "{difference}");
        }
    }

    #[test]
    fn a_missing_last_newline_is_a_difference() {
        assert!(difference("a\n", "a").unwrap().contains("no newline at the end"));
    }

    #[test]
    fn a_file_is_compared_as_it_is() {
        let folder = std::env::temp_dir().join(format!("lookout-golden-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join("example.txt");
        std::fs::write(&file, "one\n").unwrap();
        let outcome = |text: &'static str| {
            let file = file.clone();
            std::panic::catch_unwind(move || super::check(file, text)).is_ok()
        };
        let (same, other) = (outcome("one\n"), outcome("two\n"));
        std::fs::remove_dir_all(&folder).unwrap();
        // Blessing is a mode of the whole run, in which nothing fails.
        let blessing = std::env::var_os(super::BLESS).is_some_and(|value| value == "1");
        assert_eq!((same, other), (true, blessing));
    }
}
