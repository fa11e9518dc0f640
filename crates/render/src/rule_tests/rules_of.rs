//! What a test must know of the rule files that it plays: their paths, which group holds which alert, and the rules of
//! one alert alone.
//!
//! It is read from the rendered files and not computed a second time, because how rules are divided into groups is
//! decided per engine, and what is played must be what is loaded.

use std::collections::{BTreeMap, BTreeSet};

use lookout_promql::{Expression, name_of};
use serde_yaml::Value;

use crate::{GeneratedFile, RenderError};

/// The rule files of one exporter.
pub(super) struct RulesOf {
    paths: Vec<String>,
    groups: Vec<Value>,
    by_alert: BTreeMap<String, String>,
}

impl RulesOf {
    pub(super) fn read(rule_files: &[GeneratedFile]) -> Result<Self, RenderError> {
        let mut rules = Self { paths: Vec::new(), groups: Vec::new(), by_alert: BTreeMap::new() };
        for rule_file in rule_files {
            let file: Value = serde_yaml::from_str(&rule_file.contents)
                .map_err(|source| RenderError::ReadRules { path: rule_file.path.clone(), source })?;
            rules.paths.push(rule_file.path.trim_start_matches("rules/generated/").to_owned());
            rules.groups.extend(file["groups"].as_sequence().into_iter().flatten().cloned());
        }
        for group in &rules.groups {
            let alerts = rules_in(group).filter_map(|rule| rule["alert"].as_str());
            rules.by_alert.extend(alerts.map(|alert| (alert.to_owned(), name(group))));
        }
        Ok(rules)
    }

    /// The paths, each behind the way to the folder of the targets.
    pub(super) fn paths(&self, way: &str) -> Vec<String> {
        self.paths.iter().map(|path| format!("{way}{path}")).collect()
    }

    /// The groups in the order of the files: what records before what reads.
    pub(super) fn groups(&self) -> Vec<String> {
        self.groups.iter().map(name).collect()
    }

    /// The group that holds `alert`.
    pub(super) fn group_of(&self, alert: &str) -> Option<&str> {
        self.by_alert.get(alert).map(String::as_str)
    }

    /// The groups with the rule of `alert` and the recordings that it reads, and no other.
    pub(super) fn only(&self, alert: &str) -> Self {
        let needed = self.needed(alert);
        let wanted = |rule: &Value| {
            rule["alert"].as_str() == Some(alert)
                || rule["record"].as_str().is_some_and(|record| needed.contains(record))
        };
        let with_rules = |group: &Value| {
            let rules: Vec<Value> = rules_in(group).filter(|rule| wanted(rule)).cloned().collect();
            let mut group = group.clone();
            let some = !rules.is_empty();
            group["rules"] = Value::Sequence(rules);
            some.then_some(group)
        };
        let groups = self.groups.iter().filter_map(with_rules).collect();
        Self { paths: self.paths.clone(), groups, by_alert: self.by_alert.clone() }
    }

    /// The groups with the recordings alone.
    pub(super) fn recordings(&self) -> Self {
        let recorded = |group: &Value| {
            let rules: Vec<Value> =
                rules_in(group).filter(|rule| rule["record"].as_str().is_some()).cloned().collect();
            let mut group = group.clone();
            let some = !rules.is_empty();
            group["rules"] = Value::Sequence(rules);
            some.then_some(group)
        };
        let groups = self.groups.iter().filter_map(recorded).collect();
        Self { paths: self.paths.clone(), groups, by_alert: BTreeMap::new() }
    }

    /// The groups as one file.
    pub(super) fn as_file(&self) -> Value {
        let mut file = serde_yaml::Mapping::new();
        file.insert("groups".into(), Value::Sequence(self.groups.clone()));
        Value::Mapping(file)
    }

    /// The names that `alert` reads, and those that recordings of these names read.
    fn needed(&self, alert: &str) -> BTreeSet<String> {
        let rules: Vec<&Value> = self.groups.iter().flat_map(rules_in).collect();
        let mut needed = BTreeSet::new();
        let mut next: Vec<&Value> =
            rules.iter().copied().filter(|rule| rule["alert"].as_str() == Some(alert)).collect();
        while let Some(rule) = next.pop() {
            for name in read(rule["expr"].as_str().unwrap_or_default()) {
                if needed.insert(name.clone()) {
                    let records = |rule: &&Value| rule["record"].as_str() == Some(&name);
                    next.extend(rules.iter().copied().filter(records));
                }
            }
        }
        needed
    }
}

fn rules_in(group: &Value) -> impl Iterator<Item = &Value> {
    group["rules"].as_sequence().into_iter().flatten()
}

fn name(group: &Value) -> String {
    group["name"].as_str().unwrap_or_default().to_owned()
}

/// The names of the series that an expression reads.
fn read(expression: &str) -> Vec<String> {
    // What cannot be parsed is reported where the catalogue is checked.
    Expression::parse(expression).map_or_else(
        |_| Vec::new(),
        |expression| expression.selectors().into_iter().filter_map(name_of).map(ToOwned::to_owned).collect(),
    )
}
