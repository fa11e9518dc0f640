//! The unit tests of one alert each, and of the recordings of an exporter, for those who play them now: as little as possible is evaluated.
//!
//! A tester evaluates every rule of a file at every minute of every case. So a case plays with the rules of its own alert
//! alone, unless it asks whether others fire too; that is asked of promtool only. Whether two conditions can hold at the
//! same time is the same on both engines once each case comes out the same, and vmalert-tool asks its database over HTTP
//! for every rule and minute.

use core::time::Duration;
use std::collections::BTreeMap;

use lookout_declarations::{Alert, Case, Declared, Expectation};

use super::{Context, Others, RulesOf, Tester, derived_cases, every};
use crate::{GeneratedFile, RenderError, generated::origin};

/// The unit tests of one alert, or of the recordings of one exporter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suite {
    /// The alert; none if these are of recordings.
    pub alert: Option<&'static str>,
    /// How many cases it has.
    pub n_cases: usize,
    /// Its test files; their paths begin with `tests/`, and `../` leads to the folders of the rule files.
    pub tests: Vec<GeneratedFile>,
    /// The rules that the tests name: those of this alert alone, or the recordings.
    pub rules: GeneratedFile,
}

/// The unit tests of each alert of one exporter, and of its recordings. `rule_files` and `catalogue` are as for [`rule_tests`](super::rule_tests).
pub fn rule_suites(
    tester: Tester,
    declared: &Declared,
    catalogue: &[Declared],
    rule_files: &[GeneratedFile],
) -> Result<Vec<Suite>, RenderError> {
    let rules = RulesOf::read(rule_files)?;
    let context = Context::new(tester, declared, catalogue, &rules);
    let of_alerts =
        declared.alerts.iter().map(|alert| suite(&context, alert, &derived_cases(alert, catalogue)));
    let of_recordings = (!declared.recordings.is_empty()).then(|| recordings(&context));
    of_alerts.chain(of_recordings).collect()
}

/// The cases of all recordings.
fn recordings(context: &Context<'_>) -> Result<Suite, RenderError> {
    let Declared { spec, recordings, .. } = context.declared;
    let own_rules = context.rules.recordings();
    let rule_file = format!("recordings-of-{}.rules.yaml", spec.name);
    let rules = GeneratedFile::yaml(format!("tests/{rule_file}"), &origin(spec), &own_rules.as_file())?;
    let mut played: BTreeMap<Duration, Vec<_>> = BTreeMap::new();
    for recording in recordings {
        for case in &recording.cases {
            played.entry(case.evaluation_interval()).or_default().push(context.recorded(recording, case));
        }
    }
    let n_cases = played.values().map(Vec::len).sum();
    let test = |(interval, tests)| {
        let path = format!("tests/recordings-of-{}{}.yaml", spec.name, every(interval));
        context.file(path, vec![rule_file.clone()], own_rules.groups(), interval, tests)
    };
    let tests = played.into_iter().map(test).collect::<Result<_, _>>()?;
    Ok(Suite { alert: None, n_cases, tests, rules })
}

fn suite(context: &Context<'_>, alert: &Alert, derived: &[Case]) -> Result<Suite, RenderError> {
    let own_rules = context.rules.only(alert.name);
    let rules = GeneratedFile::yaml(
        format!("tests/{}.rules.yaml", alert.name),
        &origin(context.declared.spec),
        &own_rules.as_file(),
    )?;
    let asks_others = |case: &&Case| context.tester == Tester::Promtool && case.expect != Expectation::Silent;
    let (with_others, mut alone): (Vec<&Case>, Vec<&Case>) = alert.cases.iter().partition(asks_others);
    alone.extend(derived);
    let mut tests = Vec::new();
    for (interval, cases) in by_interval(alone) {
        let played = cases.into_iter().map(|case| context.test(alert, case, Others::NotAsked)).collect();
        let path = format!("tests/{}{}.alone.yaml", alert.name, every(interval));
        let rule_file = format!("{}.rules.yaml", alert.name);
        tests.push(context.file(path, vec![rule_file], own_rules.groups(), interval, played)?);
    }
    for (interval, cases) in by_interval(with_others) {
        let played = cases.into_iter().map(|case| context.test(alert, case, Others::Silent)).collect();
        let path = format!("tests/{}{}.yaml", alert.name, every(interval));
        tests.push(context.file(
            path,
            context.rules.paths("../"),
            context.rules.groups(),
            interval,
            played,
        )?);
    }
    Ok(Suite { alert: Some(alert.name), n_cases: alert.cases.len() + derived.len(), tests, rules })
}

/// The cases by how often the rules are evaluated for them, which is a matter of the whole file.
fn by_interval(cases: Vec<&Case>) -> BTreeMap<Duration, Vec<&Case>> {
    let mut found: BTreeMap<Duration, Vec<&Case>> = BTreeMap::new();
    for case in cases {
        found.entry(case.evaluation_interval()).or_default().push(case);
    }
    found
}
