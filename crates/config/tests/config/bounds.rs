//! Whatever the bytes are, the answer comes, and it is bounded.

use lookout_config::{Faults, MAX_DEPTH, MAX_FAULTS, MAX_FILE_BYTES, load, load_file};
use proptest::prelude::*;

use crate::{properties::check_load, sample::Settings};

fn faults(text: &str) -> Faults {
    load::<Settings>("lookout.yaml", text).expect_err("it should not load")
}

fn unknown_keys(count: usize) -> String {
    let lines: Vec<String> = (0..count).map(|number| format!("nobody_reads_{number}: 1")).collect();
    lines.join("\n")
}

#[test]
fn no_more_than_the_limit_of_faults_is_listed() {
    let faults = faults(&unknown_keys(3 * MAX_FAULTS));
    assert_eq!(faults.faults.len(), MAX_FAULTS);
    assert!(!faults.complete);
    assert!(faults.to_string().ends_with("\nthe rest of the file was not checked; mend this first"));
}

#[test]
fn as_many_faults_as_the_limit_are_complete() {
    let faults = faults(&unknown_keys(MAX_FAULTS));
    assert_eq!(faults.faults.len(), MAX_FAULTS);
    assert!(faults.complete);
}

#[test]
fn a_file_larger_than_the_limit_is_not_read() {
    let text = format!("#{}\n", "x".repeat(MAX_FILE_BYTES));
    assert_eq!(
        faults(&text).to_string(),
        "lookout.yaml:1:1: the file is larger than 1048576 bytes and was not read\n\
         the rest of the file was not checked; mend this first"
    );
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    let error = load_file::<Settings>(file.path()).expect_err("it should not load");
    assert!(error.to_string().contains("the file is larger than"), "{error}");
}

#[test]
fn a_file_as_large_as_the_limit_is_read() {
    let text = format!("#{}\n", "x".repeat(MAX_FILE_BYTES - 2));
    assert_eq!(load::<Settings>("lookout.yaml", &text).unwrap(), Settings::default());
}

#[test]
fn bombs_of_nesting_are_refused_without_exhausting_the_stack() {
    let half = MAX_FILE_BYTES / 2;
    for opening in ["[", "{a: ", "- ", "? ", "a:\n ", "!!map {"] {
        let text = opening.repeat(half / opening.len());
        assert!(!faults(&text).faults.is_empty(), "{opening}");
    }
}

#[test]
fn the_deepest_nesting_allowed_is_read() {
    let nested = |depth: usize| format!("log: {}{}\n", "[".repeat(depth), "]".repeat(depth));
    assert!(faults(&nested(MAX_DEPTH - 2)).to_string().contains("expected a mapping"));
    assert!(faults(&nested(MAX_DEPTH)).to_string().contains("nested deeper than 64 levels"));
}

#[test]
fn a_file_that_is_not_there_says_which() {
    let error = load_file::<Settings>("/nowhere/lookout.yaml".as_ref()).expect_err("it should not load");
    assert_eq!(error.to_string(), "cannot read the configuration /nowhere/lookout.yaml");
    assert!(std::error::Error::source(&error).is_some());
}

proptest! {
    #[test]
    fn any_bytes_get_an_answer(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        check_load(&bytes);
    }

    /// Text that is nearly a configuration reaches deeper than noise.
    #[test]
    fn nearly_a_configuration_gets_an_answer(
        words in proptest::collection::vec(
            proptest::sample::select(vec![
                "certs:", "log:", "endpoints:", "- ", "name: x", "address: y:1", "enabled: ", "\n", "\n  ", "\n    ",
                "\n      ", "[", "]", "{", "}", ",", ": ", "\"", "&a ", "*a", "5m", "5", "~", "tenants:", "format: json",
            ]),
            0..40,
        ),
    ) {
        check_load(words.concat().as_bytes());
    }
}
