//! Finding the ends of values in JSON text, byte by byte and without recursion.
//!
//! Invariants:
//! - Total on any bytes: what is no JSON ends early or gives nonsense, never a panic and never a place outside the text.
//! - On JSON it is exact.
//!
//! How to get it wrong: trusting it with text whose syntax was not checked. It takes `[1 2]` for two items.

use std::borrow::Cow;
use std::ops::Range;

/// A walk over the values inside an object or array: names and values alike, commas and colons skipped.
#[derive(Clone, Debug)]
pub(crate) struct Scan<'a> {
    text: &'a [u8],
    position: usize,
}

// === impl Scan ===

impl<'a> Scan<'a> {
    /// The inside of `text` if it begins with `open`, otherwise nothing.
    pub(crate) fn within(text: &'a [u8], open: u8) -> Self {
        let start = skip_space(text, 0);
        if text.get(start) == Some(&open) {
            Self { text, position: start + 1 }
        } else {
            Self { text: &[], position: 0 }
        }
    }

    /// Where the next value is, or nothing at the end.
    pub(crate) fn next_range(&mut self) -> Option<Range<usize>> {
        let start = skip_separators(self.text, self.position);
        let end = value_end(self.text, start)?;
        self.position = end;
        Some(start..end)
    }

    /// The next member of an object. The last value of a text that was cut off is what there is of it.
    pub(crate) fn next_member(&mut self) -> Option<(&'a [u8], &'a [u8])> {
        let text = self.text;
        let name = text.get(self.next_range()?)?;
        let value = match self.next_range() {
            Some(range) => text.get(range)?,
            None => Some(self.rest()).filter(|rest| matches!(rest.first(), Some(b'"' | b'{' | b'[')))?,
        };
        Some((name, value))
    }

    /// What begins where the next value would: at the end of a text that was cut off, a value without its end.
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.text.get(skip_separators(self.text, self.position)..).unwrap_or_default()
    }
}

/// The members of an object, as bytes.
pub(crate) fn members(text: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut scan = Scan::within(text, b'{');
    std::iter::from_fn(move || scan.next_member())
}

/// The member of that name, as bytes; what there is of it in a text that was cut off.
pub(crate) fn member<'a>(text: &'a [u8], name: &str) -> Option<&'a [u8]> {
    members(text).find(|(found, _)| is_name(found, name)).map(|(_, value)| value)
}

/// Whether a JSON string is this text, written without escapes.
pub(crate) fn is_name(quoted: &[u8], name: &str) -> bool {
    quoted.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\"")) == Some(name.as_bytes())
}

/// The text of a member, if it is one.
pub(crate) fn member_text<'a>(text: &'a [u8], name: &str) -> Option<Cow<'a, str>> {
    inner_text(std::str::from_utf8(member(text, name)?).ok()?)
}

/// Where the next byte is that is no space.
pub(crate) fn skip_space(text: &[u8], start: usize) -> usize {
    skip(text, start, |byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'))
}

/// Where the next value or closing bracket is.
fn skip_separators(text: &[u8], start: usize) -> usize {
    skip(text, start, |byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b',' | b':'))
}

fn skip(text: &[u8], start: usize, is_skipped: impl Fn(u8) -> bool) -> usize {
    let rest = text.get(start..).unwrap_or_default();
    rest.iter().position(|byte| !is_skipped(*byte)).map_or(text.len(), |found| start + found)
}

/// Behind the value that begins at `start`; nothing if none begins there, or it does not end.
fn value_end(text: &[u8], start: usize) -> Option<usize> {
    match text.get(start)? {
        b'"' => string_end(text, start),
        b'{' | b'[' => container_end(text, start),
        b'}' | b']' | b',' | b':' => None,
        _ => {
            let is_end = |byte: &u8| matches!(byte, b',' | b'}' | b']' | b':' | b' ' | b'\t' | b'\n' | b'\r');
            let rest = text.get(start..)?;
            Some(start + rest.iter().position(is_end).unwrap_or(rest.len()))
        }
    }
}

fn string_end(text: &[u8], start: usize) -> Option<usize> {
    let mut position = start + 1;
    loop {
        let rest = text.get(position..)?;
        let found = memchr::memchr2(b'"', b'\\', rest)?;
        position += found + 1;
        if rest.get(found) == Some(&b'"') {
            return Some(position);
        }
        position += 1; // what is escaped
    }
}

fn container_end(text: &[u8], start: usize) -> Option<usize> {
    let mut depth = 0_usize;
    let mut position = start;
    loop {
        match text.get(position)? {
            b'"' => {
                position = string_end(text, position)?;
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth -= 1; // not below zero: the first byte opens, and zero returns
                if depth == 0 {
                    return Some(position + 1);
                }
            }
            _ => {}
        }
        position += 1;
    }
}

/// The text inside a JSON string; nothing if `quoted` is none.
pub(crate) fn inner_text(quoted: &str) -> Option<Cow<'_, str>> {
    let inner = quoted.strip_prefix('"')?.strip_suffix('"')?;
    match memchr::memchr(b'\\', inner.as_bytes()) {
        None => Some(Cow::Borrowed(inner)),
        Some(first) => unescape(inner, first).map(Cow::Owned),
    }
}

fn unescape(inner: &str, first: usize) -> Option<String> {
    let mut text = String::with_capacity(inner.len());
    text.push_str(inner.get(..first)?);
    let mut rest = inner.get(first..)?;
    while let Some(escaped) = rest.strip_prefix('\\') {
        let (character, behind) = unescape_one(escaped)?;
        text.push(character);
        let plain = memchr::memchr(b'\\', behind.as_bytes()).unwrap_or(behind.len());
        text.push_str(behind.get(..plain)?);
        rest = behind.get(plain..)?;
    }
    Some(text)
}

/// The character that an escape stands for, and what comes behind the escape.
fn unescape_one(escaped: &str) -> Option<(char, &str)> {
    let mut characters = escaped.chars();
    let character = match characters.next()? {
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'u' => return unescape_unicode(characters.as_str()),
        same => same,
    };
    Some((character, characters.as_str()))
}

fn unescape_unicode(digits: &str) -> Option<(char, &str)> {
    let unit = |digits: &str| digits.get(..4).and_then(|digits| u16::from_str_radix(digits, 16).ok());
    let high = unit(digits)?;
    let behind = digits.get(4..)?;
    let low = behind.strip_prefix("\\u").and_then(unit);
    let pair = low.and_then(|low| char::decode_utf16([high, low]).next()?.ok());
    match (char::decode_utf16([high]).next()?, pair) {
        (Ok(character), _) => Some((character, behind)),
        (Err(_), Some(character)) => Some((character, behind.get(6..)?)),
        (Err(_), None) => Some((char::REPLACEMENT_CHARACTER, behind)),
    }
}
