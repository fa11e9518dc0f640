//! The cases of each alert, played on one tester.

use std::path::Path;

use lookout_declarations::Declared;
use lookout_render::{GeneratedFile, RuleOptions, Suite, rule_suites, rules};

use super::report::{FailedAlert, Report, TesterResult};
use super::tester::FoundTester;
use super::{Played, line, workers};
use crate::exit::{Failure, chain};

/// Plays the cases of every alert that is meant.
pub(super) fn play(
    tester: &FoundTester,
    catalogue: &[Declared],
    played: &Played,
    folder: &Path,
    report: &mut Report,
) -> Result<(), Failure> {
    let folder = folder.join(tester.tester.program());
    let mut suites: Vec<(&'static str, Suite)> = Vec::new();
    for declared in catalogue.iter().filter(|declared| !declared.alerts.is_empty()) {
        for suite in written(tester, declared, catalogue, &folder)? {
            if suite.alert.map_or(played.recordings, |alert| played.has(alert)) {
                suites.push((declared.spec.name, suite));
            }
        }
    }
    let results = workers::each(&tester.name(), &suites, |(_, suite)| play_one(tester, suite, &folder))?;
    for ((exporter, suite), failure) in suites.iter().zip(results) {
        if let Some(line) = line(report, exporter) {
            let result = line.cases.entry(tester.name()).or_insert_with(TesterResult::default);
            result.n_cases += suite.n_cases;
            result.failed.extend(failure);
        }
    }
    Ok(())
}

/// Writes the rules of one exporter, as this version of the engine loads them, and the suites of its alerts.
fn written(
    tester: &FoundTester,
    declared: &Declared,
    catalogue: &[Declared],
    folder: &Path,
) -> Result<Vec<Suite>, Failure> {
    let failed = |error: &dyn core::error::Error| Failure::Run(chain(error));
    let options = RuleOptions { version: Some(tester.version), ..RuleOptions::default() };
    let rules = rules(tester.tester.target(), core::slice::from_ref(declared), &options)
        .map_err(|error| failed(&error))?;
    let suites =
        rule_suites(tester.tester, declared, catalogue, &rules.files).map_err(|error| failed(&error))?;
    for file in
        rules.files.iter().chain(suites.iter().flat_map(|suite| suite.tests.iter().chain([&suite.rules])))
    {
        write(folder, file)?;
    }
    Ok(suites)
}

/// Writes a file of the tests; the folder is temporary, so nothing is there yet.
fn write(folder: &Path, file: &GeneratedFile) -> Result<(), Failure> {
    let path = folder.join(&file.path);
    let made = path.parent().map_or(Ok(()), std::fs::create_dir_all);
    made.and_then(|()| std::fs::write(&path, &file.contents))
        .map_err(|error| Failure::Run(format!("cannot write the test `{}`: {error}", path.display())))
}

fn play_one(tester: &FoundTester, suite: &Suite, folder: &Path) -> Result<Option<FailedAlert>, Failure> {
    let files: Vec<String> = suite.tests.iter().map(|test| test.path.clone()).collect();
    let answer = tester.test(&files, folder)?;
    if answer.succeeded {
        return Ok(None);
    }
    let says = answer.text.lines().map(str::trim_end).filter(|line| !is_chatter(line));
    Ok(Some(FailedAlert { alert: suite.alert, says: says.map(ToOwned::to_owned).collect() }))
}

/// What a tester says of itself and not of a case.
fn is_chatter(line: &str) -> bool {
    let line = line.trim();
    line.is_empty()
        || line == "SUCCESS"
        || line == "FAILED"
        || line.contains("Total time:")
        || line.starts_with("Unit Testing:")
}
