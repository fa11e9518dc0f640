//! The part of a condition that can be moved: the comparison with a number on which it rests.
//!
//! `X > 5`, `(X > 5) and Y` and `X > 5 unless Y` rest on one; within an aggregation or on the right of `unless` another number
//! would mean something else, so nothing is proposed there. Nor is it for `X > 0`: that asks whether there is any, and another
//! number would be another question.
//!
//! How to get it wrong: comparing values of `X` without the rest of the condition. [`Movable::without_bound`] keeps it.

use lookout_promql::Expression;
use promql_parser::parser::{
    Expr,
    token::{T_GTE, T_GTR, T_LAND, T_LSS, T_LTE, T_LUNLESS, TokenId},
};

/// Which values are bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Those above the bound.
    Above,
    /// Those below the bound.
    Below,
}

/// A condition that rests on a comparison with a number.
#[derive(Clone, Debug, PartialEq)]
pub struct Movable {
    /// The number.
    pub bound: f64,
    /// Which side of it is bad.
    pub direction: Direction,
    /// Whether the number itself is bad too.
    pub is_inclusive: bool,
    /// The condition without the comparison: its values are what is compared.
    pub without_bound: String,
}

impl Movable {
    /// What can be moved in `expression`, if it rests on such a comparison.
    pub fn of(expression: &str) -> Option<Self> {
        let parsed = Expression::parse(expression).ok()?;
        let mut tree = parsed.tree().clone();
        let (bound, operator) = take(&mut tree)?;
        let without_bound = tree.to_string();
        // A printer that dropped a matcher would have other values compared.
        let is_faithful = Expression::parse(&without_bound).is_ok_and(|printed| *printed.tree() == tree);
        (is_faithful && bound != 0.0).then_some(Self {
            bound,
            direction: if matches!(operator, T_GTR | T_GTE) { Direction::Above } else { Direction::Below },
            is_inclusive: matches!(operator, T_GTE | T_LTE),
            without_bound,
        })
    }

    /// Whether `value` would be bad if the number were `bound`.
    pub(crate) fn is_bad(&self, value: f64, bound: f64) -> bool {
        match (self.direction, self.is_inclusive) {
            (Direction::Above, false) => value > bound,
            (Direction::Above, true) => value >= bound,
            (Direction::Below, false) => value < bound,
            (Direction::Below, true) => value <= bound,
        }
    }
}

/// Takes the comparison out of `expression`, and leaves what it compares.
fn take(expression: &mut Expr) -> Option<(f64, TokenId)> {
    match expression {
        Expr::Paren(paren) => take(&mut paren.expr),
        Expr::Binary(binary) => match binary.op.id() {
            T_LAND | T_LUNLESS => take(&mut binary.lhs),
            operator @ (T_GTR | T_GTE | T_LSS | T_LTE) if !binary.return_bool() => {
                let bound = number(&binary.rhs)?;
                let compared = (*binary.lhs).clone();
                *expression = compared;
                Some((bound, operator))
            }
            _ => None,
        },
        _ => None,
    }
}

fn number(expression: &Expr) -> Option<f64> {
    match expression {
        Expr::NumberLiteral(literal) => Some(literal.val),
        Expr::Paren(paren) => number(&paren.expr),
        Expr::Unary(unary) => number(&unary.expr).map(|value| -value),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(expression: &str, expected: Option<(f64, Direction, bool, &str)>) {
        let found = Movable::of(expression);
        let found = found.as_ref().map(|movable| {
            (movable.bound, movable.direction, movable.is_inclusive, movable.without_bound.as_str())
        });
        assert_eq!(found, expected, "{expression}");
    }

    #[test]
    fn the_comparison_is_taken_out_and_the_rest_is_kept() {
        check("max by (a) (x) > 5", Some((5.0, Direction::Above, false, "max by (a) (x)")));
        check("(x <= -2) and on (a) y", Some((-2.0, Direction::Below, true, "(x) and on (a) y")));
        check("x / y >= 0.9 unless z", Some((0.9, Direction::Above, true, "x / y unless z")));
    }

    #[test]
    fn what_does_not_rest_on_one_number_is_left_alone() {
        for expression in [
            "x == 0",
            "x > y",
            "sum(x > 5)",
            "y unless x > 5",
            "x > bool 5",
            "x > 5 or y > 6",
            "absent(x)",
            // Whether there is any.
            "x > 0",
        ] {
            check(expression, None);
        }
    }
}
