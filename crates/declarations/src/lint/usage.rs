//! Usage: a metric that no alert and no panel reads costs series and tells nobody anything.

use std::collections::BTreeSet;

use super::Finding;
use crate::{Alert, Board, Declaration};

pub(super) fn lint(declarations: &[&Declaration], alerts: &[Alert], boards: &[Board]) -> Vec<Finding> {
    let mut read: BTreeSet<&str> = alerts.iter().flat_map(|alert| names(&alert.expression)).collect();
    read.extend(boards.iter().flat_map(Board::expressions).flat_map(|(_, expression)| names(expression)));
    let mut findings = Vec::new();
    for declaration in declarations {
        let is_read = declaration.sample_names().iter().any(|name| read.contains(name.as_str()));
        match (is_read, declaration.waiver) {
            (false, None) => findings.push(Finding::new(
                declaration.name,
                "no alert and no panel reads it",
                "add one to the exporter's alerts.rs or board.rs, or say with `.waived(…)` why not",
            )),
            (true, Some(_)) => findings.push(Finding::new(
                declaration.name,
                "it is waived although an alert or a panel reads it",
                "remove `.waived(…)`",
            )),
            (false, Some(_)) | (true, None) => {}
        }
    }
    findings
}

/// Every word of a PromQL text that could be a metric name, leaving out what stands in quotes.
fn names(expression: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut rest = expression;
    while let Some(start) =
        rest.find(|first: char| is_quote(first) || first.is_ascii_alphabetic() || first == '_')
    {
        let found = &rest[start..];
        let first = found.chars().next().unwrap_or_default();
        let length = if is_quote(first) {
            quoted_length(found, first)
        } else {
            let end = found.find(|next: char| !(next.is_ascii_alphanumeric() || matches!(next, '_' | ':')));
            let length = end.unwrap_or(found.len());
            names.push(&found[..length]);
            length
        };
        rest = &found[length..];
    }
    names
}

fn is_quote(character: char) -> bool {
    matches!(character, '"' | '\'' | '`')
}

/// The length of the quoted text that `text` begins with, both quotes included; the rest where it is not closed.
fn quoted_length(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, character) in text.char_indices().skip(1) {
        match character {
            _ if escaped => escaped = false,
            '\\' if quote != '`' => escaped = true,
            _ if character == quote => return at + quote.len_utf8(),
            _ => {}
        }
    }
    text.len()
}
