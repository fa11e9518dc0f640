//! What a broker says in words, made fit for a log line.

/// The longest text that is kept: a sentence and a half.
const MAX_CHARS: usize = 200;

/// The beginning of `text`, without control characters.
pub(crate) fn bounded(text: &str) -> String {
    let shown = text.chars().take(MAX_CHARS).map(|c| if c.is_control() { ' ' } else { c });
    let mut shown: String = shown.collect();
    if text.chars().nth(MAX_CHARS).is_some() {
        shown.push('…');
    }
    shown
}
