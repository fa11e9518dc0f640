//! The unit tests of one alert each, for those who play them now: as little as possible is evaluated.
//!
//! A tester evaluates every rule of a file at every minute of every case. So a case plays with the rules of its own alert
//! alone, unless it asks whether others fire too; that is asked of promtool only. Whether two conditions can hold at the
//! same time is the same on both engines once each case comes out the same, and vmalert-tool asks its database over HTTP
//! for every rule and minute.

use lookout_declarations::{Alert, Case, Declared, Expectation};

use super::{Context, Others, RulesOf, Tester, derived_cases};
use crate::{GeneratedFile, RenderError, generated::origin};

/// The unit tests of one alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suite {
    /// The alert.
    pub alert: &'static str,
    /// How many cases it has.
    pub n_cases: usize,
    /// Its test files; their paths begin with `tests/`, and `../` leads to the folders of the rule files.
    pub tests: Vec<GeneratedFile>,
    /// The rules of this alert alone, which the tests name.
    pub rules: GeneratedFile,
}

/// The unit tests of each alert of one exporter. `rule_files` and `catalogue` are as for [`rule_tests`](super::rule_tests).
pub fn rule_suites(
    tester: Tester,
    declared: &Declared,
    catalogue: &[Declared],
    rule_files: &[GeneratedFile],
) -> Result<Vec<Suite>, RenderError> {
    let rules = RulesOf::read(rule_files)?;
    let context = Context::new(tester, declared, catalogue, &rules);
    declared.alerts.iter().map(|alert| suite(&context, alert, &derived_cases(alert, catalogue))).collect()
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
    if !alone.is_empty() {
        let played = alone.into_iter().map(|case| context.test(alert, case, Others::NotAsked)).collect();
        let path = format!("tests/{}.alone.yaml", alert.name);
        let rule_file = format!("{}.rules.yaml", alert.name);
        tests.push(context.file(path, vec![rule_file], own_rules.groups(), played)?);
    }
    if !with_others.is_empty() {
        let played = with_others.into_iter().map(|case| context.test(alert, case, Others::Silent)).collect();
        let path = format!("tests/{}.yaml", alert.name);
        tests.push(context.file(path, context.rules.paths("../"), context.rules.groups(), played)?);
    }
    Ok(Suite { alert: alert.name, n_cases: alert.cases.len() + derived.len(), tests, rules })
}
