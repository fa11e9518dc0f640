//! The parser's errors in the words of somebody who has to mend the file.
//!
//! The parser says what it met; a person wants to know what to write instead. What is not in the table keeps the
//! parser's words: a new version that words an error differently costs clarity, never the error.

use crate::parse::{ALIAS, TOO_DEEP};

/// What the parser says, and what a person is told.
const WORDS: &[(&str, &str)] = &[
    ("tabs disallowed", "a tab in the indentation; indent with spaces"),
    ("mapping values are not allowed", "a `: ` where no key can stand; quote the value if it holds one"),
    ("quoted scalar, found unexpected end of stream", "the quotation mark that opens here is never closed"),
    (
        "invalid indentation in quoted scalar",
        "the quotation mark that opens here is never closed, or its text is indented too little",
    ),
    ("illegal placement of ':'", "a `:` where none can stand; is a `[` or `{` before it not closed?"),
    ("unknown anchor", ALIAS),
    ("recursion limit exceeded", TOO_DEEP),
    ("unexpected character: `@'", "a value cannot start with `@`; quote it"),
    ("unexpected character: ``'", "a value cannot start with a back quote; quote it"),
    ("unexpected character: `%'", "a value cannot start with `%`; quote it"),
    ("simple key expected", "no `:` after a key, or a line that belongs to no key"),
    ("simple key expect ':'", "no `:` after a key, or a line that belongs to no key"),
    ("could not find expected ':'", "no `:` after a key, or a line that belongs to no key"),
    (
        "did not find expected ',' or ']'",
        "a list that opens with `[` needs `,` between its items and `]` at its end",
    ),
    (
        "did not find expected ',' or '}'",
        "a mapping that opens with `{` needs `,` between its keys and `}` at its end",
    ),
    (
        "did not find expected key",
        "this line is indented neither like a key nor like a part of the value above",
    ),
];

/// The message for the parser's own `words`.
pub(crate) fn message(words: &str) -> String {
    WORDS.iter().find(|(theirs, _)| words.contains(theirs)).map_or_else(
        || format!("not YAML: {}", crate::quote::shortened(words)),
        |(_, ours)| (*ours).to_owned(),
    )
}
