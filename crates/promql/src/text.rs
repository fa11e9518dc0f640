//! From text to tokens and syntax tree, bounded.
//!
//! Grafana's variables are put in before parsing, with as many bytes as they had, so that places stay true. The
//! bounds are here because the tree is walked by recursion, and because the parser aborts on durations that do not
//! fit its type.

use lrpar::{Lexeme as _, Lexer as _};
use promql_parser::parser::{
    self, Expr,
    token::{T_ADD, T_COLON, T_LEFT_BRACKET, T_LEFT_PAREN, T_NUMBER, T_OFFSET, T_SUB, TokenId, TokenType},
};

/// The longest text that is checked, in bytes.
pub const MAXIMUM_LENGTH: usize = 16 * 1024;

/// The most operators and opening parentheses in one text; it bounds the depth of the tree.
const MAXIMUM_NESTING: usize = 200;

/// Grafana's variables, the longest first where one begins another, and what stands for them.
const VARIABLES: &[(&str, &str)] = &[
    ("${__rate_interval}", "5m"),
    ("$__rate_interval", "5m"),
    ("${__interval}", "1m"),
    ("$__interval_ms", "60000"),
    ("$__interval", "1m"),
    ("${__range}", "1h"),
    ("$__range_ms", "3600000"),
    ("$__range_s", "3600"),
    ("$__range", "1h"),
];

/// One token with its place in bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    pub(crate) id: TokenId,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// A text that could be parsed.
pub(crate) struct Parsed {
    pub(crate) text: String,
    pub(crate) tokens: Vec<Token>,
    pub(crate) expression: Expr,
}

/// Parses `text`; the error says why not, without its place.
pub(crate) fn parse(text: &str) -> Result<Parsed, String> {
    if text.len() > MAXIMUM_LENGTH {
        return Err(format!(
            "the text is longer than {MAXIMUM_LENGTH} bytes; split it into several expressions"
        ));
    }
    let text = with_variables(text);
    let tokens = tokens(&text)?;
    let nesting = |token: &&Token| token.id == T_LEFT_PAREN || TokenType::new(token.id).is_operator();
    if tokens.iter().filter(nesting).count() > MAXIMUM_NESTING {
        return Err(format!("it has more than {MAXIMUM_NESTING} operators and parentheses; split it"));
    }
    refuse_odd_durations(&text, &tokens)?;
    let expression = parser::parse(&text)?;
    Ok(Parsed { text, tokens, expression })
}

fn with_variables(text: &str) -> String {
    let mut text = text.to_owned();
    for (variable, value) in VARIABLES {
        // The padding keeps every later byte where it was.
        text = text.replace(variable, &format!("{value:width$}", width = variable.len()));
    }
    text
}

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let lexer = parser::lexer(text)?;
    let tokens = lexer.iter().filter_map(Result::ok);
    Ok(tokens
        .map(|token| Token { id: token.tok_id(), start: token.span().start(), end: token.span().end() })
        .collect())
}

/// The parser turns a bare number in a range or offset into a duration and aborts on one that does not fit.
fn refuse_odd_durations(text: &str, tokens: &[Token]) -> Result<(), String> {
    let mut before = None;
    for token in tokens {
        let is_duration = matches!(before, Some(T_LEFT_BRACKET | T_COLON | T_OFFSET));
        if is_duration && token.id == T_NUMBER {
            let number = &text[token.start..token.end];
            if !number.parse::<f64>().is_ok_and(|seconds| (0.0..=1e9).contains(&seconds)) {
                return Err(format!(
                    "`{number}` is no usable duration; write one with its unit, such as `5m`"
                ));
            }
        }
        // The sign of an offset stands between.
        if !matches!(token.id, T_ADD | T_SUB) || before != Some(T_OFFSET) {
            before = Some(token.id);
        }
    }
    Ok(())
}
