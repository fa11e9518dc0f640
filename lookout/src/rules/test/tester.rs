//! The testers: where they are, which version, and how they are run.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use lookout_render::{Tester, Version};

use crate::exit::Failure;

/// A tester that was found.
#[derive(Debug)]
pub(super) struct FoundTester {
    pub(super) tester: Tester,
    pub(super) version: Version,
    program: PathBuf,
}

/// What a tester said.
pub(super) struct Answer {
    pub(super) succeeded: bool,
    /// Standard output and standard error, one after the other.
    pub(super) text: String,
}

impl FoundTester {
    /// Asks the program for its version, which also shows that it runs.
    fn new(tester: Tester, program: PathBuf) -> Result<Self, Failure> {
        let answer = execute(&program, [OsStr::new("--version")], Path::new("."))?;
        let version = read_version(&answer.text).ok_or_else(|| {
            let (path, name) = (program.display(), tester.program());
            Failure::Ask(format!(
                "`{path} --version` names no version, so it is no {name}; give another with --{name}"
            ))
        });
        Ok(Self { tester, version: version?, program })
    }

    /// Runs the unit tests of `files`, which lie in `folder`.
    pub(super) fn test(&self, files: &[String], folder: &Path) -> Result<Answer, Failure> {
        let arguments: Vec<&OsStr> = match self.tester {
            Tester::Promtool => ["test", "rules"]
                .into_iter()
                .chain(files.iter().map(String::as_str))
                .map(OsStr::new)
                .collect(),
            Tester::VmalertTool => {
                let files = files.iter().flat_map(|file| ["--files", file.as_str()]);
                core::iter::once("unittest").chain(files).map(OsStr::new).collect()
            }
        };
        execute(&self.program, arguments, folder)
    }

    /// `promtool 3.15.0`.
    pub(super) fn name(&self) -> String {
        format!("{} {}", self.tester.program(), self.version)
    }
}

fn execute<'a>(
    program: &Path,
    arguments: impl IntoIterator<Item = &'a OsStr>,
    folder: &Path,
) -> Result<Answer, Failure> {
    let output = Command::new(program).args(arguments).current_dir(folder).output().map_err(|error| {
        Failure::Ask(format!(
            "cannot run `{}`: {error}; check the path and that it may be executed",
            program.display()
        ))
    })?;
    let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.push_str(&String::from_utf8_lossy(&output.stderr));
    Ok(Answer { succeeded: output.status.success(), text })
}

/// The first word of the form `3.15.0` behind the word `version`. What stands around it is different from build to build:
/// `version 2.42.0+ds`, `version v1.150.0`, `version vmalert-tool-20260724-065723-tags-v1.150.0-0-g413f95d65`.
fn read_version(text: &str) -> Option<Version> {
    let (_, behind) = text.split_once("version")?;
    let words = behind.split(|next: char| !(next.is_ascii_digit() || next == '.'));
    words.filter(|word| word.matches('.').count() == 2).find_map(|word| word.parse().ok())
}

/// The testers of this run.
pub(super) struct Testers(Vec<FoundTester>);

impl Testers {
    /// Those that are named, and those on the PATH; one of them must be there.
    pub(super) fn find(promtool: Option<&Path>, vmalert_tool: Option<&Path>) -> Result<Self, Failure> {
        let mut testers = Vec::new();
        for (tester, named) in [(Tester::Promtool, promtool), (Tester::VmalertTool, vmalert_tool)] {
            let program = named.map(absolute).or_else(|| on_path(tester.program()));
            if let Some(program) = program {
                testers.push(FoundTester::new(tester, program)?);
            }
        }
        if testers.is_empty() {
            return Err(Failure::Ask(
                "cannot find promtool or vmalert-tool on the PATH; install one (promtool comes with Prometheus, vmalert-tool \
                 with VictoriaMetrics), or say where it is with --promtool or --vmalert-tool"
                    .to_owned(),
            ));
        }
        Ok(Self(testers))
    }

    pub(super) fn all(&self) -> &[FoundTester] {
        &self.0
    }

    /// The one that plays mutants.
    pub(super) fn promtool(&self) -> Result<&FoundTester, Failure> {
        self.0.iter().find(|found| found.tester == Tester::Promtool).ok_or_else(|| {
            Failure::Ask(
                "cannot play mutants without promtool; install Prometheus, or say where promtool is with --promtool"
                    .to_owned(),
            )
        })
    }
}

/// A named program, so that it is found from the folder of the tests too.
fn absolute(named: &Path) -> PathBuf {
    // What cannot be made absolute is run as it is, and then named in the error.
    std::path::absolute(named).unwrap_or_else(|_| named.to_owned())
}

fn on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| absolute(&folder).join(program)).find(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_of_each_tester_is_read() {
        let versions = [
            ("promtool, version 2.42.0+ds (branch: debian/sid)", "2.42.0"),
            ("promtool, version 3.15.0 (branch: , revision: unknown)", "3.15.0"),
            ("vmalert-tool version v1.150.0\n2026/11/22 Total time: 1µs", "1.150.0"),
            ("vmalert-tool version victoria-metrics-v1.150.0", "1.150.0"),
            ("vmalert-tool version vmalert-tool-20260724-065723-tags-v1.150.0-0-g413f95d65", "1.150.0"),
        ];
        for (text, version) in versions {
            assert_eq!(read_version(text), Some(version.parse().expect("it is a version")), "{text}");
        }
        assert_eq!(read_version("usage: other"), None);
    }
}
