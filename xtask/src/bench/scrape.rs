//! What a scrape says, as far as a bench must know: values, and the number of series.

/// A line: the name, the labels as they stand, the value.
pub(super) fn line(line: &str) -> Option<(&str, &str, f64)> {
    if line.starts_with('#') {
        return None;
    }
    // A label's value may hold a `}`, what follows the labels does not.
    let (name, labels, rest) = match line.split_once('{') {
        Some((name, rest)) => rest.rsplit_once('}').map(|(labels, rest)| (name, labels, rest))?,
        None => line.split_once(' ').map(|(name, rest)| (name, "", rest))?,
    };
    let value = rest.split_whitespace().next()?.parse().ok()?;
    Some((name, labels, value))
}

/// The sum of the values of a family's rows that hold `part` in their labels; none without rows.
pub(super) fn value(text: &str, family: &str, part: &str) -> Option<f64> {
    let rows = text.lines().filter(|row| row.starts_with(family)).filter_map(line);
    let values =
        rows.filter(|(name, labels, _)| *name == family && labels.contains(part)).map(|(_, _, value)| value);
    values.fold(None, |sum, value| Some(sum.unwrap_or(0.0) + value))
}

/// How many series there are.
pub(super) fn series(text: &str) -> usize {
    text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_family_without_rows_has_no_value() {
        let text = "up{a=\"1\"} 2\nup{a=\"2\"} 3\nupper 1\n";
        assert_eq!(
            (value(text, "up", "a="), value(text, "up", "a=\"2\""), value(text, "down", "")),
            (Some(5.0), Some(3.0), None)
        );
    }
}
