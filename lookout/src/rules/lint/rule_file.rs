//! The rules of a file of others, whatever wraps them.
//!
//! Known are rule files of Prometheus, vmalert and Mimir (`groups`), the objects `PrometheusRule` and `VMRule`
//! (`spec.groups`), lists of objects (`items`), several documents in one file; and files that end in `.promql`, which have one
//! expression a line.
//!
//! How to get it wrong: refusing what is not known. A file may hold other objects beside rules.

use super::outline::{Node, ReadYaml};

/// One rule.
#[derive(Clone, Debug)]
pub(super) struct ForeignRule {
    /// The name of its group; empty where there are no groups.
    pub(super) group: String,
    /// The name of the alert or of the recorded series.
    pub(super) name: String,
    /// Its expression.
    pub(super) expression: Node,
}

/// The rules of `text`; `is_list` says that it has one expression a line.
pub(super) fn rules(text: &str, is_list: bool) -> Result<Vec<ForeignRule>, ReadYaml> {
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
        expression: Node::scalar(line, text),
    })
}

fn read(document: &Node, rules: &mut Vec<ForeignRule>) {
    document.get("items").map(Node::items).into_iter().flatten().for_each(|item| read(item, rules));
    let groups = document.get("spec").unwrap_or(document).get("groups").map(Node::items);
    for group in groups.into_iter().flatten() {
        let group_name = group.get("name").and_then(Node::text).unwrap_or_default();
        for rule in group.get("rules").map(Node::items).into_iter().flatten() {
            let Some(expression) = rule.get("expr").filter(|node| node.text().is_some()) else { continue };
            let name = rule.get("alert").or_else(|| rule.get("record")).and_then(Node::text);
            rules.push(ForeignRule {
                group: group_name.to_owned(),
                name: name.unwrap_or_default().to_owned(),
                expression: expression.clone(),
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<(String, String, usize)> {
        let rules = rules(text, false).unwrap();
        rules.into_iter().map(|rule| (rule.group, rule.name, rule.expression.line)).collect()
    }

    #[test]
    fn rules_are_found_in_every_wrapper() {
        let groups = "groups:\n  - name: g\n    rules:\n      - alert: A\n        expr: up == 0\n      - record: a:b\n        expr: sum(up)\n";
        let expected = |shift: usize| {
            vec![("g".to_owned(), "A".to_owned(), 5 + shift), ("g".to_owned(), "a:b".to_owned(), 7 + shift)]
        };
        assert_eq!(names(groups), expected(0));
        assert_eq!(names(&format!("namespace: n\n{groups}")), expected(1));
        let indented = groups.replace('\n', "\n  ");
        assert_eq!(names(&format!("kind: VMRule\nspec:\n  {indented}")), expected(2));
        let item = groups.replace('\n', "\n      ");
        assert_eq!(names(&format!("kind: List\nitems:\n  - spec:\n      {item}")), expected(3));
        assert_eq!(names(&format!("a: 1\n---\n{groups}")), expected(2));
    }

    #[test]
    fn a_list_has_one_expression_a_line() {
        let rules = rules("# comment\n\nup == 0\n", true).unwrap();
        assert_eq!(rules.len(), 1);
        assert_eq!((rules[0].expression.line, rules[0].expression.text()), (3, Some("up == 0")));
    }
}
