//! Label values: the three escapes that both formats share, and the bound on their length.
//!
//! Values come from outside (a subject, a topic, a path), so their length is nobody's promise. Beyond
//! [`LIMIT`] bytes a value is cut at a character, and ends in `…` and a hash of the whole, so that two long values that
//! differ only in their tails stay two series.

use crate::hash::stable_hash;

/// The longest label value, bytes before escaping.
pub(crate) const LIMIT: usize = 1_024;

const ELLIPSIS: &str = "…";
const HASH_DIGITS: usize = 16;

/// Appends `text` escaped, and cut if it is too long; returns whether it was cut.
#[inline]
pub(crate) fn push_label_value(body: &mut Vec<u8>, text: &str) -> bool {
    if text.len() > LIMIT {
        return push_cut(body, text);
    }
    push_escaped(body, text.as_bytes());
    false
}

#[inline]
fn push_escaped(body: &mut Vec<u8>, bytes: &[u8]) {
    match memchr::memchr3(b'\\', b'"', b'\n', bytes) {
        None => body.extend_from_slice(bytes),
        Some(first) => push_from_escape(body, bytes, first),
    }
}

#[cold]
fn push_from_escape(body: &mut Vec<u8>, bytes: &[u8], first: usize) {
    let mut clean = 0;
    for index in std::iter::once(first)
        .chain(memchr::memchr3_iter(b'\\', b'"', b'\n', &bytes[first + 1..]).map(|index| first + 1 + index))
    {
        body.extend_from_slice(&bytes[clean..index]);
        body.push(b'\\');
        body.push(if bytes[index] == b'\n' { b'n' } else { bytes[index] });
        clean = index + 1;
    }
    body.extend_from_slice(&bytes[clean..]);
}

#[cold]
fn push_cut(body: &mut Vec<u8>, text: &str) -> bool {
    let end = text.floor_char_boundary(LIMIT - ELLIPSIS.len() - HASH_DIGITS);
    push_escaped(body, &text.as_bytes()[..end]);
    body.extend_from_slice(ELLIPSIS.as_bytes());
    body.extend_from_slice(format!("{:0HASH_DIGITS$x}", stable_hash(text.as_bytes())).as_bytes());
    true
}

#[cfg(test)]
mod tests {
    use super::{LIMIT, push_label_value};

    fn written(text: &str) -> (String, bool) {
        let mut body = Vec::new();
        let cut = push_label_value(&mut body, text);
        (String::from_utf8(body).unwrap(), cut)
    }

    #[test]
    fn backslash_quote_and_newline_are_escaped() {
        for (text, expected) in [
            ("plain", "plain"),
            ("\"", "\\\""),
            ("a\\b\"c\nd", "a\\\\b\\\"c\\nd"),
            ("C:\\DIR\\\nFILE", "C:\\\\DIR\\\\\\nFILE"),
            ("tab\tand\rreturn\0stay", "tab\tand\rreturn\0stay"),
            ("ünïcödé 世界", "ünïcödé 世界"),
        ] {
            assert_eq!(written(text), (expected.to_owned(), false));
        }
    }

    #[test]
    fn a_value_at_the_limit_is_whole() {
        let text = "x".repeat(LIMIT);
        assert_eq!(written(&text), (text, false));
    }

    #[test]
    fn a_longer_value_is_cut_at_a_character_and_stays_distinct() {
        let (one, two) = (format!("{}1", "世".repeat(400)), format!("{}2", "世".repeat(400)));
        let ((one, one_cut), (two, two_cut)) = (written(&one), written(&two));
        assert!(one_cut && two_cut);
        assert!(one.len() <= LIMIT && two.len() <= LIMIT);
        assert_ne!(one, two);
        let (head, hash) = one.split_once('…').unwrap();
        assert!(head.chars().all(|character| character == '世'));
        assert_eq!(hash.len(), 16);
    }
}
