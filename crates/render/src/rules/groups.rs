//! From declarations to groups: recordings first, by level, then alerts.
//!
//! Invariants:
//! - No rule reads what another rule of its group records. vmalert stores results a little later than it computes them, so
//!   within a group it would read the value of the evaluation before, or nothing at all.
//! - Names of groups are unique in the suite: they begin with the exporter's.
//!
//! How to get it wrong: putting alerts beside the recordings that they read, because Prometheus evaluates a group in order.

use std::collections::BTreeMap;

use lookout_declarations::{Alert, Declared, ExporterSpec, Recording};

use super::{
    Links,
    model::{AlertRule, Annotations, Group, RecordingRule, Rule, RuleLabels},
};
use crate::{RenderError, generated::ITSELF, markdown::duration};

/// The groups of one exporter.
pub(super) fn of(declared: &Declared, links: &Links) -> Result<Vec<Group>, RenderError> {
    let name = name(declared.spec);
    let mut groups = recordings(&name, declared)?;
    if !declared.alerts.is_empty() {
        let rules = declared.alerts.iter().map(|alert| Rule::Alert(rule(alert, declared, links)));
        groups.push(group(name, None, rules.collect()));
    }
    Ok(groups)
}

/// The name of an exporter's group, file and resource.
pub(super) fn name(exporter: &ExporterSpec) -> String {
    if exporter.name == ITSELF { ITSELF.to_owned() } else { format!("{ITSELF}-{}", exporter.name) }
}

/// Groups of at most `most` rules, for engines with a limit.
pub(super) fn split(groups: Vec<Group>, most: usize) -> Vec<Group> {
    let mut parts = Vec::new();
    for group in groups {
        if group.rules.len() <= most {
            parts.push(group);
            continue;
        }
        for (at, rules) in group.rules.chunks(most).enumerate() {
            let name = format!("{}-part-{}", group.name, at + 1);
            parts.push(Group { name, rules: rules.to_vec(), ..group.clone() });
        }
    }
    parts
}

fn group(name: String, interval: Option<String>, rules: Vec<Rule>) -> Group {
    Group { name, interval, query_offset: None, eval_delay: None, rules }
}

/// One group per level and interval.
fn recordings(name: &str, declared: &Declared) -> Result<Vec<Group>, RenderError> {
    let mut groups: BTreeMap<_, Vec<Rule>> = BTreeMap::new();
    for (recording, level) in declared.recordings.iter().zip(levels(declared)?) {
        groups.entry((level, recording.interval)).or_default().push(Rule::Recording(recorded(recording)));
    }
    let named = groups.into_iter().map(|((level, interval), rules)| {
        let interval = interval.map(duration);
        let every = interval.as_ref().map(|interval| format!("-every-{interval}")).unwrap_or_default();
        group(format!("{name}-recordings-{level}{every}"), interval, rules)
    });
    Ok(named.collect())
}

/// The level of each recording: 1 for those that read no other of the same exporter, else one above what they read.
fn levels(declared: &Declared) -> Result<Vec<usize>, RenderError> {
    let recordings = &declared.recordings;
    let mut levels = vec![1; recordings.len()];
    // Each round settles at least one level, so what still moves after as many rounds moves in a circle.
    for _ in 0..=recordings.len() {
        let mut settled = true;
        for (at, recording) in recordings.iter().enumerate() {
            let read =
                recordings.iter().zip(&levels).filter(|(other, _)| reads(&recording.expression, other.name));
            let above = read.map(|(_, level)| level + 1).max().unwrap_or(1);
            settled &= levels[at] == above;
            levels[at] = above;
        }
        if settled {
            return Ok(levels);
        }
    }
    Err(RenderError::OrderRecordings { exporter: declared.spec.name })
}

/// Whether `expression` names the series `name`. Recorded names have a colon, so they are nothing else in PromQL.
fn reads(expression: &str, name: &str) -> bool {
    let belongs = |character: char| character.is_ascii_alphanumeric() || matches!(character, '_' | ':');
    expression.match_indices(name).any(|(at, _)| {
        !expression[..at].ends_with(belongs) && !expression[at + name.len()..].starts_with(belongs)
    })
}

fn recorded(recording: &Recording) -> RecordingRule {
    RecordingRule {
        record: recording.name,
        expr: recording.expression.clone(),
        labels: recording.labels.iter().cloned().collect(),
    }
}

fn rule(alert: &Alert, declared: &Declared, links: &Links) -> AlertRule {
    AlertRule {
        alert: alert.name,
        expr: alert.expression.clone(),
        hold: (!alert.hold.is_zero()).then(|| duration(alert.hold)),
        keep_firing_for: (!alert.keep_firing_for.is_zero()).then(|| duration(alert.keep_firing_for)),
        labels: RuleLabels { severity: alert.severity.as_str(), owner: alert.owner.as_str() },
        annotations: Annotations {
            summary: alert.summary,
            description: alert.description.clone(),
            runbook_url: links.runbook(alert),
            dashboard_url: links.board(declared),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recorded_name_is_found_as_a_whole() {
        for (expression, found) in [
            ("a:b:sum > 1", true),
            ("sum(a:b:sum{x=\"y\"})", true),
            ("a:b:sum_total", false),
            ("x:a:b:sum", false),
            ("b:sum", false),
        ] {
            assert_eq!(reads(expression, "a:b:sum"), found, "{expression}");
        }
    }
}
