//! The rules of a file of others, whatever wraps them.
//!
//! Known are rule files of Prometheus, vmalert and Mimir (`groups`), the objects `PrometheusRule` and `VMRule`
//! (`spec.groups`), lists of objects (`items`), several documents in one file; and files that end in `.promql`, which have one
//! expression a line.
//!
//! How to get it wrong: refusing what is not known. A file may hold other objects beside rules.

use crate::outline::{Node, ReadYaml, Text};

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForeignRule {
    /// The name of its group; empty where there are no groups.
    pub group: String,
    /// The name of the alert or of the recorded series; empty if it has none.
    pub name: String,
    /// What it does.
    pub kind: RuleKind,
    /// The line that it begins in, from 1.
    pub line: usize,
    /// Its expression, if it has one that is a text.
    pub expression: Option<Text>,
}

/// What a rule does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleKind {
    /// It fires.
    Alert,
    /// It records a series.
    Recording,
    /// It does not say.
    Other,
}

/// The rules of `text`; `is_list` says that it has one expression a line.
///
/// # Errors
/// [`ReadYaml`], if it is no YAML, or makes too much of itself.
pub fn rules(text: &str, is_list: bool) -> Result<Vec<ForeignRule>, ReadYaml> {
    if is_list {
        return Ok(listed(text).collect());
    }
    let mut rules = Vec::new();
    for document in Node::documents(text)? {
        read(&document, &mut rules);
    }
    Ok(rules)
}

fn listed(text: &str) -> impl Iterator<Item = ForeignRule> {
    let lines = text.lines().enumerate().map(|(at, line)| (at + 1, line.trim()));
    lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#')).map(|(line, text)| ForeignRule {
        group: String::new(),
        name: String::new(),
        kind: RuleKind::Other,
        line,
        expression: Some(Text::in_line(line, text)),
    })
}

fn read(document: &Node, rules: &mut Vec<ForeignRule>) {
    document.get("items").map(Node::items).into_iter().flatten().for_each(|item| read(item, rules));
    let groups = document.get("spec").unwrap_or(document).get("groups").map(Node::items);
    for group in groups.into_iter().flatten() {
        let name = text(group, "name");
        let of_group = group.get("rules").map(Node::items).into_iter().flatten();
        rules.extend(of_group.map(|rule| one(&name, rule)));
    }
}

fn one(group: &str, rule: &Node) -> ForeignRule {
    let (kind, name) = match (rule.get("alert"), rule.get("record")) {
        (Some(_), _) => (RuleKind::Alert, text(rule, "alert")),
        (None, Some(_)) => (RuleKind::Recording, text(rule, "record")),
        (None, None) => (RuleKind::Other, String::new()),
    };
    ForeignRule {
        group: group.to_owned(),
        name,
        kind,
        line: rule.line,
        expression: rule.get("expr").and_then(Node::text).cloned(),
    }
}

/// The text of `key`; empty if there is none.
fn text(node: &Node, key: &str) -> String {
    node.get(key).and_then(Node::text).map(Text::as_str).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<(String, String, usize)> {
        let rules = rules(text, false).unwrap();
        rules.into_iter().map(|rule| (rule.group, rule.name, rule.expression.unwrap().line_of(1))).collect()
    }

    #[test]
    fn rules_are_found_in_every_wrapper() {
        let groups = "groups:\n  - name: g\n    rules:\n      - alert: A\n        expr: up == 0\n      - record: a:b\n        expr: sum(up)\n";
        let expected = |shift: usize| {
            vec![("g".to_owned(), "A".to_owned(), 5 + shift), ("g".to_owned(), "a:b".to_owned(), 7 + shift)]
        };
        assert_eq!(names(groups), expected(0));
        assert_eq!(names(&groups.replace('\n', "\r\n")), expected(0));
        assert_eq!(names(&format!("namespace: n\n{groups}")), expected(1));
        let indented = groups.replace('\n', "\n  ");
        assert_eq!(names(&format!("kind: VMRule\nspec:\n  {indented}")), expected(2));
        let item = groups.replace('\n', "\n      ");
        assert_eq!(names(&format!("kind: List\nitems:\n  - spec:\n      {item}")), expected(3));
        assert_eq!(names(&format!("a: 1\n---\n{groups}")), expected(2));
    }

    #[test]
    fn a_rule_without_an_expression_is_still_one() {
        let text = "groups:\n- name: g\n  rules:\n  - alert: A\n  - record: a:b\n    expr: [up]\n  - {}\n";
        let rules = rules(text, false).unwrap();
        let found: Vec<_> = rules.iter().map(|rule| (rule.kind, rule.line)).collect();
        assert_eq!(found, [(RuleKind::Alert, 4), (RuleKind::Recording, 5), (RuleKind::Other, 7)]);
        assert!(rules.iter().all(|rule| rule.expression.is_none()));
    }

    #[test]
    fn what_rules_share_by_a_merge_is_theirs() {
        let text = "x: &x {expr: up == 0}\ngroups:\n- name: g\n  rules:\n  - {alert: A, <<: *x}\n";
        assert_eq!(names(text), [("g".to_owned(), "A".to_owned(), 1)]);
    }

    #[test]
    fn a_list_has_one_expression_a_line() {
        let rules = rules("# comment\n\nup == 0\n", true).unwrap();
        assert_eq!(rules.len(), 1);
        let expression = rules[0].expression.as_ref().unwrap();
        assert_eq!((expression.line_of(1), expression.as_str()), (3, "up == 0"));
    }

    #[test]
    fn other_objects_have_no_rules() {
        for text in
            ["", "# nothing\n", "kind: ConfigMap\ndata: {a: b}\n", "[1, 2]\n", "groups: 3\n", "groups: [3]\n"]
        {
            assert_eq!(rules(text, false).unwrap(), [], "{text}");
        }
    }
}
