//! Bounds for text that comes from the outside and goes to logs, the status and the page at `/`.

/// The longest message that is kept, in bytes: enough for a chain of errors, too little to fill a log by.
pub(crate) const MAX_MESSAGE: usize = 1024;

/// `text`, cut at a character boundary with an ellipsis if it is longer than [`MAX_MESSAGE`].
pub(crate) fn bounded(text: &str) -> String {
    if text.len() <= MAX_MESSAGE {
        return text.to_owned();
    }
    let end = (0..=MAX_MESSAGE).rev().find(|&end| text.is_char_boundary(end)).unwrap_or(0);
    format!("{}…", &text[..end])
}

/// The message of a panic.
pub(crate) fn panic_message(payload: &(dyn core::any::Any + Send)) -> &str {
    payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("the panic has no message")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_text_is_cut_between_characters() {
        let text = "é".repeat(MAX_MESSAGE);
        let cut = bounded(&text);
        assert_eq!(cut.chars().count(), MAX_MESSAGE / 2 + 1);
        assert!(cut.ends_with('…'));
        assert_eq!(bounded("short"), "short");
    }
}
