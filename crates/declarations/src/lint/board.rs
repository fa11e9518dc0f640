//! Boards: unique names (two dashboards of one title stop Grafana's provisioning) and panels that explain themselves.

use std::collections::BTreeSet;

use super::Finding;
use crate::{Board, Panel};

/// The columns of a row.
const COLUMNS: u8 = 24;

pub(super) fn lint(boards: &[Board]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let (mut slugs, mut titles) = (BTreeSet::new(), BTreeSet::new());
    for board in boards {
        let mut find = |fault: String, mend: &str| findings.push(Finding::new(board.slug, fault, mend));
        if board.slug.is_empty()
            || !board
                .slug
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        {
            find(
                "the slug is not usable in an address".to_owned(),
                "use lower case letters, digits and hyphens",
            );
        }
        if !slugs.insert(board.slug) {
            find("two boards have this slug".to_owned(), "rename one of them");
        }
        if board.title.trim().is_empty() || !titles.insert(board.title) {
            find(
                format!("the title “{}” is empty or not its own", board.title),
                "begin it with the exporter's name",
            );
        }
        if board.question.trim().is_empty() {
            find("it answers no question".to_owned(), "ask the question of the exporter's specification");
        }
        if board.rows.is_empty() {
            find("it has no rows".to_owned(), "begin with a row that answers the question");
        }
        for row in &board.rows {
            if row.title.trim().is_empty() || row.panels.is_empty() {
                find(
                    format!("the row “{}” has no title or no panels", row.title),
                    "name it, fill it, or remove it",
                );
            }
            for panel in &row.panels {
                lint_panel(panel, &mut find);
            }
        }
    }
    findings
}

fn lint_panel(panel: &Panel, find: &mut impl FnMut(String, &str)) {
    let title = panel.title;
    if title.trim().is_empty() || panel.description.trim().is_empty() {
        find(
            format!("the panel “{title}” has no title or no description"),
            "say what it shows and how to read it",
        );
    }
    if panel.queries.is_empty() || panel.queries.iter().any(|query| query.expression.trim().is_empty()) {
        find(format!("the panel “{title}” has nothing to plot"), "give it a query");
    }
    if panel.width.is_some_and(|width| width == 0 || width > COLUMNS) {
        find(format!("the panel “{title}” has a width that no row has"), "take 1 to 24 columns");
    }
    for query in &panel.queries {
        if query.when_empty.is_some_and(|meaning| meaning.trim().is_empty()) {
            find(
                format!("a query of the panel “{title}” may be empty and does not say what that means"),
                "say what an empty result means",
            );
        }
        if query.expression.contains("\"$") {
            find(
                format!("a query of the panel “{title}” follows a variable by itself"),
                "leave the matcher out; the renderer puts it into every selector",
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{PanelKind, Query, Row};

    fn findings(panel: Panel) -> Vec<String> {
        let rows = vec![Row { title: "Answer", panels: vec![panel] }];
        lint(&[Board::new("example", "Example", "Does it work?", rows)])
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    fn panel(query: Query) -> Panel {
        Panel::new("Things", "How many there are.", PanelKind::Stat, vec![query])
    }

    #[test]
    fn what_the_renderer_decides_is_not_decided_by_hand() {
        let sound = || Query::new("example_things", "things");
        assert_eq!(findings(panel(sound().when_empty("none known")).width(24)), [""; 0]);
        for (panel, expected) in [
            (panel(sound()).width(25), "a width that no row has"),
            (panel(sound().when_empty(" ")), "does not say what that means"),
            (panel(Query::new("example_things{job=~\"$job\"}", "")), "follows a variable by itself"),
        ] {
            let found = findings(panel);
            assert!(found.len() == 1 && found[0].contains(expected), "{found:?}");
        }
    }
}
