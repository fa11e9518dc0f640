//! The first difference of two texts, short enough for a log: enough to see which declaration moved.

/// How many lines of each side are shown.
const LINES: usize = 4;

/// The first lines in which `new` differs from `old`, with their number; empty where they are equal.
pub(super) fn show(old: &str, new: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let first = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
    let same_end =
        old[first..].iter().rev().zip(new[first..].iter().rev()).take_while(|(old, new)| old == new).count();
    let side = |sign: char, lines: &[&str]| -> String {
        let changed = &lines[first..lines.len() - same_end];
        let shown = changed
            .iter()
            .take(LINES)
            .flat_map(|line| ["    ", &sign.to_string(), " ", line, "\n"].map(str::to_owned));
        let more = changed.len().saturating_sub(LINES);
        shown.chain((more > 0).then(|| format!("    {sign} … {more} more lines\n"))).collect()
    };
    let (removed, added) = (side('-', &old), side('+', &new));
    if removed.is_empty() && added.is_empty() {
        String::new()
    } else {
        format!("    from line {}:\n{removed}{added}", first + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(old: &str, new: &str, expected: &str) {
        assert_eq!(show(old, new), expected);
    }

    #[test]
    fn only_what_changed_is_shown() {
        check("a\nb\nc\n", "a\nx\ny\nc\n", "    from line 2:\n    - b\n    + x\n    + y\n");
        check("a\n", "a\n", "");
        check("", "a\n", "    from line 1:\n    + a\n");
        check("a\na\n", "a\n", "    from line 2:\n    - a\n");
    }

    #[test]
    fn a_long_difference_is_cut() {
        check(
            "",
            "0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n",
            "    from line 1:\n    + 0\n    + 1\n    + 2\n    + 3\n    + … 6 more lines\n",
        );
    }
}
