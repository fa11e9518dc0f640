//! Templates of alerts: `{{ $labels.topic }}` of a label that the expression does not have prints `<no value>`.
//!
//! Rules: <https://prometheus.io/docs/prometheus/latest/configuration/template_reference/>. promtool checks that a
//! template parses and that its functions exist; what it cannot know is which labels there are.

use crate::{
    LabelSet, Rule,
    known::{listed, suggestion},
    problem::{Place, Problem},
};

/// The variables that rule evaluation defines.
const VARIABLES: &[&str] = &["labels", "value", "externalLabels", "externalURL"];

/// Checks one template against the labels of its alert's expression.
pub(crate) fn check(template: &str, labels: &LabelSet) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut rest = template;
    while let Some(start) = rest.find("{{") {
        let Some(length) = rest[start..].find("}}") else {
            let message = "the action is never closed; write `}}` after it".to_owned();
            problems.push(Problem { rule: Rule::Template, place: Place::new(None, &rest[start..]), message });
            break;
        };
        let action = &rest[start..start + length + 2];
        let mut find = |message: String| {
            problems.push(Problem { rule: Rule::Template, place: Place::new(None, action), message });
        };
        for (variable, field) in variables(action) {
            let own =
                action.contains(&format!("${variable} :=")) || action.contains(&format!("${variable},"));
            if !VARIABLES.contains(&variable) && !own {
                find(format!(
                    "`${variable}` is not defined{}",
                    suggestion(variable, VARIABLES.iter().copied())
                ));
            } else if let ("labels", Some(name)) = (variable, field)
                && !labels.may_have(name)
                // Without `honor_labels` the scrape renames ours where it has one of that name.
                && !name.strip_prefix("exported_").is_some_and(|own| labels.may_have(own))
            {
                find(format!(
                    "the expression has no label `{name}`{}; it has {}",
                    suggestion(name, labels.names()),
                    listed(labels.names())
                ));
            }
        }
        rest = &rest[start + length + 2..];
    }
    problems
}

/// Every `$variable` of an action with the field behind its dot.
fn variables(action: &str) -> Vec<(&str, Option<&str>)> {
    let word = |text: &str| {
        text.find(|next: char| !(next.is_ascii_alphanumeric() || next == '_')).unwrap_or(text.len())
    };
    let mut found = Vec::new();
    for (at, _) in action.match_indices('$') {
        let after = &action[at + 1..];
        let (variable, rest) = after.split_at(word(after));
        let field =
            rest.strip_prefix('.').map(|field| &field[..word(field)]).filter(|field| !field.is_empty());
        if !variable.is_empty() {
            found.push((variable, field));
        }
    }
    found
}
