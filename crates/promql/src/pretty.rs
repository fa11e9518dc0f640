//! PromQL for people: an expression on several lines, as `promtool promql format` does it.

use crate::text::parse;

/// The same expression, broken into lines where it is long; none if it is no PromQL.
///
/// What comes out is read again and compared: a printer that dropped a matcher would have a person look for something
/// else than the alert does.
pub fn pretty(text: &str) -> Option<String> {
    let expression = parse(text).ok()?.expression;
    let pretty = expression.prettify();
    (parse(&pretty).ok()?.expression == expression).then_some(pretty)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_expression_has_several_lines_and_a_short_one_has_one() {
        assert_eq!(pretty("a{b=\"c\"}>3").as_deref(), Some("a{b=\"c\"} > 3"));
        let long =
            format!("sum without (instance) ({0}_a) > 10 * sum without (instance) ({0}_b)", "x".repeat(60));
        let lines = pretty(&long).map(|text| text.lines().count());
        assert_eq!(lines, Some(3));
        assert_eq!(pretty("a >"), None);
    }
}
