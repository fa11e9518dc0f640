//! Files that `lookout rules render` writes, in a temporary folder that goes with them.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::tools::{succeed, tool};

/// What was rendered for one target.
#[derive(Debug)]
pub(crate) struct Rendering {
    folder: TempDir,
}

impl Rendering {
    /// For the default settings; without a version for the newest.
    #[track_caller]
    pub(crate) fn new(target: &str, version: Option<&str>) -> Self {
        Self::with(target, version, &Value::Object(serde_json::Map::new()))
    }

    /// For this configuration.
    #[track_caller]
    pub(crate) fn with(target: &str, version: Option<&str>, configuration: &Value) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let file = folder.path().join("lookout.json");
        // JSON is YAML.
        std::fs::write(&file, configuration.to_string()).expect("the configuration can be written");
        let mut command = Command::new(tool("LOOKOUT"));
        command.args(["rules", "render", "--target", target, "--config.file"]).arg(&file);
        command.args(version.iter().flat_map(|version| ["--version", version]));
        command.arg("--out").arg(folder.path().join("out"));
        succeed(&mut command, b"");
        Self { folder }
    }

    /// The files with this ending, in order.
    pub(crate) fn files(&self, ending: &str) -> Vec<PathBuf> {
        let mut files = Vec::new();
        collect(&self.folder.path().join("out"), &mut files);
        files.retain(|path| path.extension().is_some_and(|found| found == ending));
        files.sort();
        assert!(!files.is_empty(), "no file ends in .{ending} in {}", self.folder.path().display());
        files
    }

    /// Copies of the rule files, in `folder`, in which what lasts a minute lasts a second.
    pub(crate) fn hurried(&self, folder: &Path) -> Vec<PathBuf> {
        self.files("yaml").iter().map(|file| hurry(file, folder)).collect()
    }
}

/// A copy of a rule file. What an expression looks back on stays.
pub(crate) fn hurry(file: &Path, folder: &Path) -> PathBuf {
    let text = std::fs::read_to_string(file).expect("the rules can be read");
    let lines = text.lines().map(|line| match line.trim_start().split_once(": ") {
        Some((key @ ("for" | "keep_firing_for" | "interval"), time)) => {
            let indent = &line[..line.len() - line.trim_start().len()];
            format!("{indent}{key}: {}\n", sixtieth(time))
        }
        _ => format!("{line}\n"),
    });
    let copy = folder.join(file.file_name().expect("a file has a name"));
    std::fs::write(&copy, lines.collect::<String>()).expect("the rules can be written");
    copy
}

/// A sixtieth of a time, as Prometheus writes it: of days, hours and minutes; of less than a minute a second is left.
fn sixtieth(time: &str) -> String {
    let mut seconds = 0;
    let mut rest = time;
    while let Some(end) = rest.find(|character: char| !character.is_ascii_digit()) {
        let number: u64 = rest[..end].parse().expect("a number stands before each unit");
        let unit = &rest[end..=end];
        let length = match unit {
            "d" => 86400,
            "h" => 3600,
            "m" => 60,
            _ => 1,
        };
        seconds += number * length;
        rest = &rest[end + 1..];
    }
    format!("{}s", (seconds / 60).max(1))
}

/// Every file below `folder`.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("the folder can be read") {
        let path = entry.expect("the folder can be read").path();
        if path.is_dir() { collect(&path, files) } else { files.push(path) }
    }
}
