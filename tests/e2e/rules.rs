//! The generated rules in promtool: well formed, and every case of every alert comes out as declared.

use std::path::PathBuf;
use std::process::Command;

use crate::tools::{repository, succeed, tool};

#[test]
fn promtool_accepts_every_rule_file() {
    succeed(Command::new(tool("PROMTOOL")).args(["check", "rules"]).args(generated("prometheus")), b"");
}

#[test]
fn every_case_of_every_alert_holds_on_prometheus() {
    succeed(Command::new(tool("PROMTOOL")).args(["test", "rules"]).args(generated("tests")), b"");
}

/// The files of one folder of `rules/generated`.
pub(crate) fn generated(folder: &str) -> Vec<PathBuf> {
    let folder = repository().join("rules/generated").join(folder);
    let entries = std::fs::read_dir(&folder).expect("the rules are generated");
    let mut files: Vec<PathBuf> =
        entries.map(|entry| entry.expect("the folder can be read").path()).collect();
    assert!(!files.is_empty(), "nothing in {}", folder.display());
    files.sort();
    files
}
