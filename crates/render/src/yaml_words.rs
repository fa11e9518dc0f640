//! Words that a text is only for readers of YAML 1.2.
//!
//! Helm, kubectl and Python read YAML 1.1, in which `yes` is a truth, `1:30` ninety and `012` ten. What is written here is quoted where the
//! two would differ: a receiver may be called `on`.
//!
//! How to get it wrong: quoting within a block of text. What looks like a value there is somebody's words.

/// `yaml`, which was written in block style, with such words quoted.
pub(crate) fn quoted(yaml: &str) -> String {
    let mut text = String::with_capacity(yaml.len());
    // The column of the key or the dash that a block of text belongs to.
    let mut block: Option<usize> = None;
    for line in yaml.split_inclusive('\n') {
        let bare = line.trim_end_matches('\n');
        let indentation = bare.len() - bare.trim_start().len();
        if block.is_some_and(|parent| indentation > parent || bare.is_empty()) {
            text.push_str(line);
            continue;
        }
        block = begins_block(bare).then(|| parent(bare));
        match value(bare).filter(|value| is_ambiguous(value)) {
            Some(value) => {
                text.push_str(&bare[..bare.len() - value.len()]);
                text.push('\'');
                text.push_str(value);
                text.push_str("'\n");
            }
            None => text.push_str(line),
        }
    }
    text
}

/// Whether a block of text follows.
fn begins_block(line: &str) -> bool {
    let last = line.rsplit(' ').next().unwrap_or_default();
    last.starts_with(['|', '>']) && last[1..].chars().all(|letter| "+-0123456789".contains(letter))
}

/// The column of the key or, without one, of the last dash.
fn parent(line: &str) -> usize {
    let mut rest = line.trim_start();
    while let Some(after) =
        rest.strip_prefix("- ").filter(|after| after.contains(": ") || after.starts_with("- "))
    {
        rest = after;
    }
    line.len() - rest.len()
}

/// The one word that a line gives to its key or to its list.
fn value(line: &str) -> Option<&str> {
    let (before, value) = line.rsplit_once(' ')?;
    let is_value = before.ends_with(':') || before.trim_start().trim_start_matches("- ") == "-";
    is_value.then_some(value)
}

/// Whether a reader of YAML 1.1 takes the bare word for something else than a text, and one of YAML 1.2 does not.
fn is_ambiguous(word: &str) -> bool {
    const TRUTHS: [&str; 6] = ["y", "n", "yes", "no", "on", "off"];
    let is_truth = TRUTHS.iter().any(|truth| word.eq_ignore_ascii_case(truth));
    let is_sign = matches!(word, "=" | "<<");
    let begins = word.starts_with(|first: char| first.is_ascii_digit() || "+-.".contains(first));
    let is_of_digits = begins
        && word.chars().any(|letter| letter.is_ascii_digit())
        && word.chars().all(|letter| letter.is_ascii_digit() || "_:.+-".contains(letter));
    let has_leading_zero = word.len() > 1 && word.starts_with('0') && !word.contains('.');
    let is_number = word.parse::<f64>().is_ok() && !has_leading_zero;
    is_truth || is_sign || (is_of_digits && !is_number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_yaml_1_1_are_quoted() {
        for word in ["yes", "No", "ON", "y", "=", "<<", "012", "1:30", "1_0", "2026-11-22"] {
            assert_eq!(quoted(&format!("a: {word}\n- {word}\n")), format!("a: '{word}'\n- '{word}'\n"));
        }
    }

    #[test]
    fn everything_else_stays() {
        for word in ["yesterday", "5", "0.5", "-1", "0", "5m", "true", "'on'", "|x", "1e9", "-", "a:"] {
            let text = format!("a: {word}\n- {word}\n");
            assert_eq!(quoted(&text), text);
        }
        let list = "a:\n- b: on_call\n- - c\n";
        assert_eq!(quoted(list), list);
    }

    #[test]
    fn a_block_of_text_is_left_alone() {
        let text = "a: |-\n  b: yes\n\n  - no\nc: yes\n- d: >\n    e: off\n  f: off\n";
        let expected = "a: |-\n  b: yes\n\n  - no\nc: 'yes'\n- d: >\n    e: off\n  f: 'off'\n";
        assert_eq!(quoted(text), expected);
    }

    #[test]
    fn what_is_quoted_is_read_as_it_was() {
        for word in ["yes", "012", "=", "a"] {
            let written = serde_yaml::to_string(&[word]).expect("it can be written");
            let read: Vec<String> = serde_yaml::from_str(&quoted(&written)).expect("it can be read");
            assert_eq!(read, [word]);
        }
    }
}
