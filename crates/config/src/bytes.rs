//! From bytes to text that YAML allows: size, encoding and characters, each with its place.

use crate::{
    fault::{Finding, Place},
    key_path::KeyPath,
    load::MAX_FILE_BYTES,
};

/// The text of a file, if it is UTF-8 without a byte order mark.
pub(crate) fn decode(bytes: &[u8]) -> Result<&str, Finding> {
    check_size(bytes.len())?;
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(at(Place::START, "the file is UTF-16; save it as UTF-8"));
    }
    str::from_utf8(bytes).map_err(|error| {
        let before = bytes
            .get(..error.valid_up_to())
            .and_then(|before| str::from_utf8(before).ok())
            .unwrap_or_default();
        at(Place::after(before), "a byte that is not UTF-8; save the file as UTF-8")
    })
}

/// Refuses what the parser would read, but nobody can see.
pub(crate) fn check_characters(text: &str) -> Result<(), Finding> {
    check_size(text.len())?;
    if text.starts_with('\u{feff}') {
        return Err(at(Place::START, "the file starts with a byte order mark; save it as UTF-8 without one"));
    }
    match text.char_indices().find(|(_, c)| !is_allowed(*c)) {
        None => Ok(()),
        Some((index, c)) => Err(at(
            Place::after(&text[..index]),
            format!(
                "the character U+{:04X} cannot stand in YAML; write it as an escape in double quotes",
                c as u32
            ),
        )),
    }
}

fn check_size(bytes: usize) -> Result<(), Finding> {
    if bytes <= MAX_FILE_BYTES {
        return Ok(());
    }
    Err(at(Place::START, format!("the file is larger than {MAX_FILE_BYTES} bytes and was not read")))
}

/// YAML's printable characters, without the byte order mark.
fn is_allowed(c: char) -> bool {
    match c {
        '\t' | '\n' | '\r' | '\u{85}' => true,
        '\u{feff}' | '\u{fffe}' | '\u{ffff}' => false,
        other => !other.is_control(),
    }
}

fn at(place: Place, message: impl Into<String>) -> Finding {
    Finding::new(place, KeyPath::default(), message)
}
