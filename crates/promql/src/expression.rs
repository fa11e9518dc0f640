//! A parsed expression for those who render it: its tree, and its text with more matchers.
//!
//! Text is changed at the places of selectors only, so what a person wrote stays as it was written, variables included.
//!
//! How to get it wrong: printing the tree in place of the text. Grafana's variables are not in the tree, numbers stand for
//! them.

use promql_parser::{
    label::{METRIC_NAME, MatchOp, Matcher},
    parser::{Expr, VectorSelector},
};

use crate::{
    places::Places,
    text::{self, Parsed},
};

/// An expression that could be parsed.
pub struct Expression {
    text: String,
    parsed: Parsed,
}

impl Expression {
    /// Parses `text`; the error says why it cannot be read.
    pub fn parse(text: &str) -> Result<Self, String> {
        Ok(Self { text: text.to_owned(), parsed: text::parse(text)? })
    }

    /// The syntax tree, in which numbers stand for Grafana's variables.
    pub fn tree(&self) -> &Expr {
        &self.parsed.expression
    }

    /// The selectors, in the order of the text.
    pub fn selectors(&self) -> Vec<&VectorSelector> {
        let mut selectors = Vec::new();
        collect(&self.parsed.expression, &mut selectors);
        selectors
    }

    /// The text with more matchers in every selector for which `matchers` gives some, such as `job=~"$job"`. None where
    /// the places of the selectors cannot be told (a keyword as the name of a metric).
    pub fn with_matchers(&self, matchers: impl Fn(&VectorSelector) -> String) -> Option<String> {
        let selectors = self.selectors();
        let places = Places::of(&self.parsed)?.selectors;
        let mut text = String::with_capacity(self.text.len() * 2);
        let mut done = 0;
        for (selector, place) in selectors.into_iter().zip(places) {
            let added = matchers(selector);
            if added.is_empty() {
                continue;
            }
            let name = selector.name.as_deref().filter(|name| self.text[place.start..].starts_with(name));
            let after_name = place.start + name.map_or(0, str::len);
            let rest = &self.text[after_name..];
            let blank = rest.len() - rest.trim_start().len();
            let begun = rest.trim_start().starts_with('{');
            let at = if begun { after_name + blank + 1 } else { after_name };
            text.push_str(&self.text[done..at]);
            match (begun, place.matchers.is_empty()) {
                (true, true) => text.push_str(&added),
                (true, false) => text.extend([&added, ","]),
                (false, _) => text.extend(["{", &added, "}"]),
            }
            done = at;
        }
        text.push_str(&self.text[done..]);
        Some(text)
    }
}

/// The name of the series that `selector` selects, if it selects by one name.
pub fn name_of(selector: &VectorSelector) -> Option<&str> {
    let by_name = || {
        let mut matchers = selector.matchers.matchers.iter();
        let is_name = |matcher: &&Matcher| matcher.name == METRIC_NAME && matcher.op == MatchOp::Equal;
        matchers.find(is_name).map(|matcher| matcher.value.as_str())
    };
    selector.name.as_deref().or_else(by_name)
}

fn collect<'a>(expression: &'a Expr, selectors: &mut Vec<&'a VectorSelector>) {
    match expression {
        Expr::VectorSelector(selector) => selectors.push(selector),
        Expr::MatrixSelector(matrix) => selectors.push(&matrix.vs),
        Expr::Call(call) => call.args.args.iter().for_each(|argument| collect(argument, selectors)),
        Expr::Aggregate(aggregation) => {
            aggregation.param.iter().chain([&aggregation.expr]).for_each(|part| collect(part, selectors));
        }
        Expr::Binary(binary) => {
            collect(&binary.lhs, selectors);
            collect(&binary.rhs, selectors);
        }
        Expr::Unary(unary) => collect(&unary.expr, selectors),
        Expr::Paren(paren) => collect(&paren.expr, selectors),
        Expr::Subquery(subquery) => collect(&subquery.expr, selectors),
        Expr::NumberLiteral(_) | Expr::StringLiteral(_) | Expr::Extension(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let expression = Expression::parse(text).unwrap_or_else(|why| panic!("{text}: {why}"));
        let changed = expression.with_matchers(|selector| match name_of(selector) {
            Some("left") => String::new(),
            _ => "job=~\"$job\"".to_owned(),
        });
        assert_eq!(changed.as_deref(), Some(expected));
        assert!(Expression::parse(expected).is_ok(), "{expected}");
    }

    #[test]
    fn every_selector_gets_the_matchers_and_nothing_else_changes() {
        check("a", r#"a{job=~"$job"}"#);
        check("a {}", r#"a {job=~"$job"}"#);
        check(r#"a{b="c"}"#, r#"a{job=~"$job",b="c"}"#);
        check(r#"{__name__="a", b="{"}"#, r#"{job=~"$job",__name__="a", b="{"}"#);
        check(
            "sum by (a) (rate(a[$__rate_interval])) / left",
            r#"sum by (a) (rate(a{job=~"$job"}[$__rate_interval])) / left"#,
        );
        check(
            r#"label_replace(a, "b", "a{$1}", "c", "(.*)") and on (a) left{x="y"} offset 5m > 1e3"#,
            r#"label_replace(a{job=~"$job"}, "b", "a{$1}", "c", "(.*)") and on (a) left{x="y"} offset 5m > 1e3"#,
        );
        check("topk(5, a - a)", r#"topk(5, a{job=~"$job"} - a{job=~"$job"})"#);
    }

    #[test]
    fn a_pattern_of_names_is_no_name() {
        for (text, expected) in [
            ("a", Some("a")),
            (r#"{__name__="a"}"#, Some("a")),
            (r#"{__name__=~"a.*"}"#, None),
            (r#"{b="c"}"#, None),
        ] {
            let expression = Expression::parse(text).unwrap_or_else(|why| panic!("{text}: {why}"));
            assert_eq!(name_of(expression.selectors()[0]), expected, "{text}");
        }
    }
}
