//! Doc comments as YAML comments, wrapped.

/// `text` as comment lines, each at most `width` characters, `# ` included. Paragraphs and list items stay apart.
pub(crate) fn comment(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for (position, paragraph) in paragraphs(text).into_iter().enumerate() {
        let is_item = paragraph.starts_with("- ");
        if position > 0 && !is_item {
            lines.push("#".to_owned());
        }
        let hanging = if is_item { "  " } else { "" };
        let wrapped = wrap(&paragraph, width.saturating_sub(2 + hanging.len()));
        for (row, line) in wrapped.into_iter().enumerate() {
            lines.push(format!("# {}{line}", if row == 0 { "" } else { hanging }));
        }
    }
    lines
}

/// The paragraphs and list items of `text`, each on one line.
fn paragraphs(text: &str) -> Vec<String> {
    let mut paragraphs: Vec<String> = Vec::new();
    let mut open = false;
    for line in text.lines().map(str::trim) {
        let continues = open && !line.is_empty() && !line.starts_with("- ");
        match paragraphs.last_mut().filter(|_| continues) {
            Some(paragraph) => {
                paragraph.push(' ');
                paragraph.push_str(line);
            }
            None if line.is_empty() => {}
            None => paragraphs.push(line.to_owned()),
        }
        open = !line.is_empty();
    }
    paragraphs
}

fn wrap(paragraph: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in paragraph.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_are_wrapped_and_kept_apart() {
        assert_eq!(
            comment("One two\nthree four.\n\nFive:\n- six seven eight nine\n- ten", 18),
            ["# One two three", "# four.", "#", "# Five:", "# - six seven", "#   eight nine", "# - ten"],
        );
    }

    #[test]
    fn a_word_longer_than_the_line_stays_whole() {
        assert_eq!(comment("a https://example.org/x b", 12), ["# a", "# https://example.org/x", "# b"]);
    }
}
