//! Bounds: the number at which an alert begins to hold, read off its live expression, and the thresholds of a panel.
//!
//! How to get it wrong: taking the first number of the expression. `increase(x[1h]) > 5` has a bound of 5, and a window; the
//! outermost comparison with a constant is the bound.

use lookout_declarations::{Panel, PanelKind, Severity};
use lookout_promql::{Expression, name_of};
use promql_parser::parser::{
    BinaryExpr, Expr,
    token::{T_GTE, T_GTR, T_LAND, T_LOR, T_LSS, T_LTE, T_LUNLESS},
};

use super::dimension::{Dimension, constant};
use super::index::Index;
use super::visualization::{Step, Thresholds};
use crate::RenderError;

/// On which side of a number it is bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Above,
    Below,
}

/// A number, and who begins to mind there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Bound {
    pub(super) value: f64,
    pub(super) side: Side,
    pub(super) severity: Severity,
}

/// The bounds that apply to the query `at` of `panel`. Of an alert's they are the first query's that reads what the alert
/// reads, so that `failing` is coloured and `of all` beside it is not; over time, where a panel has one set of
/// bounds, they are every query's.
pub(super) fn of_query(
    panel: &Panel,
    at: usize,
    dimension: Dimension,
    index: &Index<'_>,
) -> Result<Vec<Bound>, RenderError> {
    let queries: Vec<Option<Expression>> =
        panel.queries.iter().map(|query| Expression::parse(&query.expression).ok()).collect();
    let mut bounds = Vec::new();
    for name in &panel.bounds_of {
        let failed =
            |why: String| RenderError::DrawBounds { panel: panel.title, alert: (*name).to_owned(), why };
        let alert = index.alert(name).ok_or_else(|| failed("there is no such alert".to_owned()))?;
        let condition = Expression::parse(&alert.expression).map_err(failed)?;
        let reads =
            |query: &Option<Expression>| query.as_ref().is_some_and(|query| shares(query, &condition));
        let concerned = queries.iter().position(reads).unwrap_or(0);
        if matches!(panel.kind, PanelKind::TimeSeries | PanelKind::StateTimeline) || at == concerned {
            match of_alert(alert.severity, &condition, dimension, index) {
                Ok(bound) => bounds.push(bound),
                // Another column of a table, or another axis, is the one that it is about.
                Err(_) if panel.queries.len() > 1 => {}
                Err(why) => return Err(failed(why)),
            }
        }
    }
    order(&mut bounds);
    if bounds.windows(2).any(|pair| pair[0].side != pair[1].side) {
        let why =
            "some are bad above their number and others below; one panel shows one direction".to_owned();
        return Err(RenderError::DrawBounds { panel: panel.title, alert: panel.bounds_of.join("`, `"), why });
    }
    Ok(bounds)
}

/// Sorts bounds by their number; of those at one number the most severe is left.
pub(super) fn order(bounds: &mut Vec<Bound>) {
    bounds.sort_by(|left, right| left.value.total_cmp(&right.value).then(left.severity.cmp(&right.severity)));
    bounds.dedup_by(|later, earlier| later.value.total_cmp(&earlier.value).is_eq());
}

/// Whether two expressions read a series in common.
fn shares(query: &Expression, condition: &Expression) -> bool {
    let read: Vec<&str> = condition.selectors().into_iter().filter_map(name_of).collect();
    query.selectors().into_iter().filter_map(name_of).any(|name| read.contains(&name))
}

fn of_alert(
    severity: Severity,
    condition: &Expression,
    dimension: Dimension,
    index: &Index<'_>,
) -> Result<Bound, String> {
    let found = outermost(condition.tree());
    if let Some((binary, value, side)) = found {
        let compared = if constant(&binary.rhs).is_some() { &binary.lhs } else { &binary.rhs };
        let compared = Dimension::of(compared, index);
        let is_number =
            !matches!(compared, Dimension::Boolean | Dimension::Yes | Dimension::Fault | Dimension::Fixed);
        // Where the alert's numbers have no unit of their own, the panel says it for both.
        if is_number && (compared == dimension || compared == Dimension::Number) {
            let is_strict = matches!(binary.op.id(), T_GTR | T_LSS);
            return Ok(Bound { value: stepped(value, side, is_strict, dimension), side, severity });
        }
    }
    // A panel that counts what the alert is about: one is too many.
    match dimension {
        Dimension::Number | Dimension::Fixed | Dimension::Fault => {
            Ok(Bound { value: 1.0, side: Side::Above, severity })
        }
        Dimension::Yes => Ok(Bound { value: 1.0, side: Side::Below, severity }),
        _ => Err(format!("it compares nothing with a number in the panel's unit ({dimension:?})")),
    }
}

/// The number from which on Grafana colours, which takes a threshold itself for beyond it: `> 0` begins at 1 where things are
/// counted.
fn stepped(value: f64, side: Side, is_strict: bool, dimension: Dimension) -> f64 {
    match (side, is_strict, dimension) {
        (Side::Above, true, Dimension::Number) | (Side::Below, false, Dimension::Number) => {
            value.floor() + 1.0
        }
        (Side::Above, true, _) if value == 0.0 => f64::EPSILON,
        _ => value,
    }
}

/// The outermost comparison with a number, the number, and the side on which it is bad.
fn outermost(expression: &Expr) -> Option<(&BinaryExpr, f64, Side)> {
    match expression {
        Expr::Paren(paren) => outermost(&paren.expr),
        Expr::Aggregate(aggregation) => outermost(&aggregation.expr),
        Expr::Call(call) => call.args.args.iter().find_map(|argument| outermost(argument)),
        Expr::Binary(binary) => match (binary.op.id(), constant(&binary.lhs), constant(&binary.rhs)) {
            (T_GTR | T_GTE, None, Some(value)) | (T_LSS | T_LTE, Some(value), None) => {
                Some((binary, value, Side::Above))
            }
            (T_LSS | T_LTE, None, Some(value)) | (T_GTR | T_GTE, Some(value), None) => {
                Some((binary, value, Side::Below))
            }
            (T_LAND | T_LUNLESS | T_LOR, ..) => outermost(&binary.lhs).or_else(|| outermost(&binary.rhs)),
            _ => outermost(&binary.lhs),
        },
        _ => None,
    }
}

/// The colour of a severity.
pub(super) fn colour(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "red",
        Severity::Warning => "orange",
        Severity::Info => "blue",
    }
}

/// The thresholds of `bounds`, which are sorted; what is well has the colour `well`.
pub(super) fn thresholds(bounds: &[Bound], well: &'static str) -> Thresholds {
    let mut steps = Vec::with_capacity(bounds.len() + 1);
    if bounds.first().is_some_and(|bound| bound.side == Side::Below) {
        // Below the lowest number it is as bad as its alert says; above the highest all is well.
        let mut colours = bounds.iter().map(|bound| colour(bound.severity));
        steps.push(Step { color: colours.next().unwrap_or(well), value: None });
        for (bound, above) in bounds.iter().zip(colours.chain([well])) {
            steps.push(Step { color: above, value: Some(bound.value) });
        }
    } else {
        steps.push(Step { color: well, value: None });
        steps.extend(
            bounds.iter().map(|bound| Step { color: colour(bound.severity), value: Some(bound.value) }),
        );
    }
    Thresholds { mode: "absolute", steps }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(condition: &str, expected: Option<(f64, Side)>) {
        let condition = Expression::parse(condition).unwrap();
        assert_eq!(outermost(condition.tree()).map(|(_, value, side)| (value, side)), expected);
    }

    #[test]
    fn the_outermost_comparison_with_a_number_is_the_bound() {
        check("increase(a[1h]) > 5", Some((5.0, Side::Above)));
        check("max by (b) (a - c) < 7 * 86400", Some((604_800.0, Side::Below)));
        check("10 > a", Some((10.0, Side::Below)));
        check("(a > 0.8) and on (b) c == 1", Some((0.8, Side::Above)));
        check("a > b", None);
        check("a == 1", None);
    }

    #[test]
    fn what_is_well_is_on_the_other_side_of_the_bounds() {
        let bound = |value, side, severity| Bound { value, side, severity };
        let colours = |bounds: &[Bound]| {
            thresholds(bounds, "green").steps.iter().map(|step| (step.value, step.color)).collect::<Vec<_>>()
        };
        let above = [bound(1.0, Side::Above, Severity::Warning), bound(5.0, Side::Above, Severity::Critical)];
        assert_eq!(colours(&above), [(None, "green"), (Some(1.0), "orange"), (Some(5.0), "red")]);
        let below = [bound(1.0, Side::Below, Severity::Critical), bound(5.0, Side::Below, Severity::Warning)];
        assert_eq!(colours(&below), [(None, "red"), (Some(1.0), "orange"), (Some(5.0), "green")]);
    }

    #[test]
    fn more_than_none_begins_at_one_where_things_are_counted() {
        assert_eq!(stepped(0.0, Side::Above, true, Dimension::Number).to_bits(), 1.0_f64.to_bits());
        assert!(stepped(0.0, Side::Above, true, Dimension::Ratio) > 0.0);
        assert_eq!(stepped(3.0, Side::Above, false, Dimension::Number).to_bits(), 3.0_f64.to_bits());
    }

    #[test]
    fn of_two_bounds_at_one_number_the_most_severe_is_left() {
        let bound = |severity| Bound { value: 1.0, side: Side::Above, severity };
        let mut bounds = vec![bound(Severity::Info), bound(Severity::Critical), bound(Severity::Warning)];
        order(&mut bounds);
        assert_eq!(bounds, [bound(Severity::Critical)]);
    }
}
