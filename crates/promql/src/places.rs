//! Places of the tree's nodes: the parser keeps none, so they are read off the tokens.
//!
//! The tree is walked in the order of the text, and so are the tokens: the n-th selector, call, aggregation and
//! operator of one are those of the other. A keyword used as a metric name can break this; then the numbers differ
//! and no position is given at all, rather than a wrong one.

use promql_parser::parser::{
    Expr,
    token::{
        T_AT, T_BOOL, T_BY, T_COMMA, T_DURATION, T_END, T_FILL, T_FILL_LEFT, T_FILL_RIGHT, T_GROUP_LEFT,
        T_GROUP_RIGHT, T_IDENTIFIER, T_IGNORING, T_LEFT_BRACE, T_LEFT_BRACKET, T_LEFT_PAREN, T_LOR,
        T_METRIC_IDENTIFIER, T_NUMBER, T_OFFSET, T_ON, T_RIGHT_BRACE, T_RIGHT_BRACKET, T_RIGHT_PAREN,
        T_START, T_STRING, T_WITHOUT, TokenId, TokenType,
    },
};

use crate::text::{Parsed, Token};

/// The start of every node, by kind, in bytes; and for each selector the starts of its matchers.
#[derive(Debug, Default)]
pub(crate) struct Places {
    pub(crate) selectors: Vec<Selector>,
    pub(crate) calls: Vec<usize>,
    pub(crate) aggregations: Vec<usize>,
    pub(crate) operators: Vec<usize>,
}

#[derive(Debug, Default, Clone)]
pub(crate) struct Selector {
    pub(crate) start: usize,
    pub(crate) matchers: Vec<usize>,
}

impl Places {
    pub(crate) fn of(parsed: &Parsed) -> Option<Self> {
        let mut reader = Reader { tokens: &parsed.tokens, at: 0, operand: false, places: Self::default() };
        reader.read();
        let places = reader.places;
        let mut counts = [0; 4];
        count(&parsed.expression, &mut counts);
        let found =
            [places.selectors.len(), places.calls.len(), places.aggregations.len(), places.operators.len()];
        (counts == found).then_some(places)
    }
}

/// Line and column, both from 1, of a byte of `text`.
pub(crate) fn position(text: &str, byte: usize) -> (usize, usize) {
    let before = text.get(..byte).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}

/// Counts selectors, calls, aggregations and binary operators.
fn count(expression: &Expr, counts: &mut [usize; 4]) {
    match expression {
        Expr::VectorSelector(_) | Expr::MatrixSelector(_) => counts[0] += 1,
        Expr::Call(call) => {
            counts[1] += 1;
            call.args.args.iter().for_each(|argument| count(argument, counts));
        }
        Expr::Aggregate(aggregation) => {
            counts[2] += 1;
            aggregation.param.iter().chain([&aggregation.expr]).for_each(|part| count(part, counts));
        }
        Expr::Binary(binary) => {
            counts[3] += 1;
            count(&binary.lhs, counts);
            count(&binary.rhs, counts);
        }
        Expr::Unary(unary) => count(&unary.expr, counts),
        Expr::Paren(paren) => count(&paren.expr, counts),
        Expr::Subquery(subquery) => count(&subquery.expr, counts),
        Expr::NumberLiteral(_) | Expr::StringLiteral(_) | Expr::Extension(_) => {}
    }
}

struct Reader<'a> {
    tokens: &'a [Token],
    at: usize,
    /// Whether what was read last ends an operand, so that an operator after it has two sides.
    operand: bool,
    places: Places,
}

impl Reader<'_> {
    fn id(&self, at: usize) -> Option<TokenId> {
        self.tokens.get(at).map(|token| token.id)
    }

    fn read(&mut self) {
        while let Some(token) = self.tokens.get(self.at).copied() {
            let called = self.id(self.at + 1) == Some(T_LEFT_PAREN);
            self.at += 1;
            match token.id {
                T_BY | T_WITHOUT => self.skip_to(T_RIGHT_PAREN, self.operand),
                T_ON | T_IGNORING => self.skip_to(T_RIGHT_PAREN, false),
                T_GROUP_LEFT | T_GROUP_RIGHT | T_FILL | T_FILL_LEFT | T_FILL_RIGHT if called => {
                    self.skip_to(T_RIGHT_PAREN, false);
                }
                T_GROUP_LEFT | T_GROUP_RIGHT | T_BOOL | T_OFFSET | T_AT => self.operand = false,
                T_LEFT_BRACKET => self.skip_to(T_RIGHT_BRACKET, true),
                T_LEFT_BRACE => self.matchers(token.start),
                T_START | T_END if self.at > 1 && self.id(self.at - 2) == Some(T_AT) => {
                    self.skip_to(T_RIGHT_PAREN, true);
                }
                T_IDENTIFIER | T_METRIC_IDENTIFIER | T_START | T_END => self.name(token, called),
                T_NUMBER | T_DURATION | T_STRING | T_RIGHT_PAREN => self.operand = true,
                id if TokenType::new(id).is_aggregator() => {
                    self.places.aggregations.push(token.start);
                    self.operand = false;
                }
                id if TokenType::new(id).is_operator() => {
                    if self.operand {
                        self.places.operators.push(token.start);
                    }
                    self.operand = false;
                }
                _ => self.operand = false,
            }
        }
    }

    fn skip_to(&mut self, end: TokenId, operand: bool) {
        while let Some(id) = self.id(self.at) {
            self.at += 1;
            if id == end {
                break;
            }
        }
        self.operand = operand;
    }

    fn name(&mut self, token: Token, called: bool) {
        if called {
            self.places.calls.push(token.start);
            self.operand = false;
        } else if self.id(self.at) == Some(T_LEFT_BRACE) {
            self.at += 1;
            self.matchers(token.start);
        } else {
            self.places.selectors.push(Selector { start: token.start, matchers: Vec::new() });
            self.operand = true;
        }
    }

    fn matchers(&mut self, start: usize) {
        let mut matchers = Vec::new();
        let mut expecting = true;
        while let Some(token) = self.tokens.get(self.at) {
            self.at += 1;
            match token.id {
                T_RIGHT_BRACE => break,
                T_COMMA | T_LOR => expecting = true,
                _ if expecting => {
                    matchers.push(token.start);
                    expecting = false;
                }
                _ => {}
            }
        }
        self.places.selectors.push(Selector { start, matchers });
        self.operand = true;
    }
}
