//! The little Markdown that is generated: tables and escapes.

use core::fmt::Write as _;

pub(crate) use lookout_declarations::duration;

/// A table; cells are escaped, columns are not padded, so that one changed row is one changed line.
pub(crate) fn table(heads: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut table = format!("| {} |\n|{}\n", heads.join(" | "), "---|".repeat(heads.len()));
    for row in rows {
        let cells: Vec<String> = row.iter().map(|cell| cell.replace('|', r"\|").replace('\n', " ")).collect();
        // Writing to a String cannot fail.
        let _ = writeln!(table, "| {} |", cells.join(" | "));
    }
    table
}

/// `` `a`, `b` ``.
pub(crate) fn codes<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    texts.into_iter().map(code).collect::<Vec<_>>().join(", ")
}

/// A text as code; what is empty stays empty.
pub(crate) fn code(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("`{text}`") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_cannot_break_a_table() {
        assert_eq!(
            table(&["a", "b"], [vec!["x|y".to_owned(), "1\n2".to_owned()]]),
            "| a | b |\n|---|---|\n| x\\|y | 1 2 |\n"
        );
    }
}
