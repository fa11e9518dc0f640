//! The little Markdown that is generated: tables and escapes.

use core::fmt::Write as _;

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

/// A duration as Prometheus and people write it: `1h30m`, `0s`.
pub(crate) fn duration(duration: core::time::Duration) -> String {
    const UNITS: &[(u128, &str)] =
        &[(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1_000, "s"), (1, "ms")];
    let mut rest = duration.as_millis();
    let mut text = String::new();
    for (length, unit) in UNITS {
        if rest >= *length {
            let _ = write!(text, "{}{unit}", rest / length);
            rest %= length;
        }
    }
    if text.is_empty() { "0s".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::time::Duration;

    #[test]
    fn durations_are_written_as_prometheus_reads_them() {
        for (duration_given, expected) in [
            (Duration::ZERO, "0s"),
            (Duration::from_millis(1500), "1s500ms"),
            (Duration::from_mins(90), "1h30m"),
            (Duration::from_hours(48), "2d"),
            (Duration::from_secs(86_400 + 61), "1d1m1s"),
        ] {
            assert_eq!(duration(duration_given), expected);
        }
    }

    #[test]
    fn cells_cannot_break_a_table() {
        assert_eq!(
            table(&["a", "b"], [vec!["x|y".to_owned(), "1\n2".to_owned()]]),
            "| a | b |\n|---|---|\n| x\\|y | 1 2 |\n"
        );
    }
}
