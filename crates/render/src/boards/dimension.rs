//! What the numbers of an expression are: seconds, bytes per second, a share. It follows from the units of the metrics that
//! are read and from what is done to them, so no panel says it twice.
//!
//! How to get it wrong: `rate()` of a counter of seconds. Seconds per second are cores, or a share of one worker's time: the
//! panel has to say which.

use lookout_declarations::{Kind, PanelUnit, Unit};
use lookout_promql::name_of;
use promql_parser::parser::{
    AggregateExpr, BinaryExpr, Call, Expr, VectorSelector,
    token::{
        T_ADD, T_COUNT, T_COUNT_VALUES, T_DIV, T_EQLC, T_GROUP, T_LAND, T_LUNLESS, T_MUL, T_STDDEV, T_SUB,
        T_SUM,
    },
};

use super::index::Index;

/// What the numbers of an expression are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dimension {
    /// A number without a unit; a constant too.
    Number,
    Seconds,
    Bytes,
    BytesPerSecond,
    PerSecond,
    Ratio,
    Timestamp,
    Cores,
    /// 1 or 0, and nobody says which is good.
    Boolean,
    /// 1 for yes, which is good.
    Yes,
    /// 1 for yes, which is bad.
    Fault,
    /// The same on every series, so it says nothing: the labels are the information.
    Fixed,
}

impl From<PanelUnit> for Dimension {
    fn from(unit: PanelUnit) -> Self {
        match unit {
            PanelUnit::Number => Self::Number,
            PanelUnit::Seconds => Self::Seconds,
            PanelUnit::Bytes => Self::Bytes,
            PanelUnit::BytesPerSecond => Self::BytesPerSecond,
            PanelUnit::PerSecond => Self::PerSecond,
            PanelUnit::Ratio => Self::Ratio,
            PanelUnit::Timestamp => Self::Timestamp,
            PanelUnit::Cores => Self::Cores,
            PanelUnit::Yes => Self::Yes,
            PanelUnit::Fault => Self::Fault,
        }
    }
}

impl Dimension {
    /// What the numbers of `expression` are.
    pub(super) fn of(expression: &Expr, index: &Index<'_>) -> Self {
        match expression {
            Expr::NumberLiteral(_) | Expr::StringLiteral(_) | Expr::Extension(_) => Self::Number,
            Expr::Paren(paren) => Self::of(&paren.expr, index),
            Expr::Subquery(subquery) => Self::of(&subquery.expr, index),
            Expr::Unary(unary) => Self::of(&unary.expr, index),
            Expr::VectorSelector(selector) => of_selector(selector, index),
            Expr::MatrixSelector(matrix) => of_selector(&matrix.vs, index),
            Expr::Call(call) => of_call(call, index),
            Expr::Aggregate(aggregation) => of_aggregation(aggregation, index),
            Expr::Binary(binary) => of_binary(binary, index),
        }
    }

    fn is_truth(self) -> bool {
        matches!(self, Self::Boolean | Self::Yes | Self::Fault)
    }

    fn per_second(self) -> Self {
        match self {
            Self::Bytes => Self::BytesPerSecond,
            Self::Seconds => Self::Number,
            _ => Self::PerSecond,
        }
    }
}

fn of_selector(selector: &VectorSelector, index: &Index<'_>) -> Dimension {
    let Some(name) = name_of(selector) else { return Dimension::Number };
    if let Some((declaration, part)) = index.metric(name) {
        return match (declaration.kind, part) {
            (_, "_count") => Dimension::Number,
            (Kind::Info, _) => Dimension::Fixed,
            _ => of_unit(declaration.unit),
        };
    }
    match name {
        "ALERTS" => Dimension::Fixed,
        "up" => Dimension::Yes,
        _ => of_name(name).unwrap_or_else(|| {
            index
                .recorded(name)
                .map_or(Dimension::Number, |expression| Dimension::of(expression.tree(), index))
        }),
    }
}

/// What the name of a recorded series says: `level:metric_seconds:operations`, or a ratio as its newest operation.
fn of_name(name: &str) -> Option<Dimension> {
    let (_, rest) = name.split_once(':')?;
    let (metric, operations) = rest.rsplit_once(':')?;
    if operations.ends_with("ratio") {
        return Some(Dimension::Ratio);
    }
    if operations.starts_with("count") || operations.ends_with("count") {
        return Some(Dimension::Number);
    }
    let units =
        [("_seconds", Dimension::Seconds), ("_bytes", Dimension::Bytes), ("_ratio", Dimension::Ratio)];
    units.into_iter().find(|(end, _)| metric.ends_with(end)).map(|(_, dimension)| dimension)
}

fn of_unit(unit: Unit) -> Dimension {
    match unit {
        Unit::Count => Dimension::Number,
        Unit::Boolean => Dimension::Boolean,
        Unit::Seconds => Dimension::Seconds,
        Unit::TimestampSeconds => Dimension::Timestamp,
        Unit::Bytes => Dimension::Bytes,
        Unit::Ratio => Dimension::Ratio,
        Unit::Cores => Dimension::Cores,
    }
}

fn of_call(call: &Call, index: &Index<'_>) -> Dimension {
    let arguments = &call.args.args;
    let first = || arguments.first().map_or(Dimension::Number, |argument| Dimension::of(argument, index));
    match call.func.name {
        "time" | "timestamp" => Dimension::Timestamp,
        "rate" | "irate" | "deriv" => first().per_second(),
        // Which quantile comes first.
        "histogram_quantile" | "quantile_over_time" => match arguments.last().map(|last| innermost(last)) {
            Some(Expr::VectorSelector(selector)) => of_selector(selector, index),
            Some(Expr::MatrixSelector(matrix)) => of_selector(&matrix.vs, index),
            _ => Dimension::Number,
        },
        "sum_over_time" if first().is_truth() => Dimension::Number,
        "avg_over_time" if first().is_truth() => Dimension::Ratio,
        "changes" | "resets" | "count_over_time" | "scalar" | "day_of_week" | "hour" => Dimension::Number,
        "absent" | "absent_over_time" | "present_over_time" => Dimension::Fixed,
        "delta" | "increase" | "idelta" if first() == Dimension::Timestamp => Dimension::Seconds,
        _ => first(),
    }
}

/// The selector under functions and aggregations: its unit is that of a quantile of buckets.
fn innermost(expression: &Expr) -> &Expr {
    match expression {
        Expr::Call(call) => call.args.args.last().map_or(expression, |last| innermost(last)),
        Expr::Aggregate(aggregation) => innermost(&aggregation.expr),
        Expr::Paren(paren) => innermost(&paren.expr),
        other => other,
    }
}

fn of_aggregation(aggregation: &AggregateExpr, index: &Index<'_>) -> Dimension {
    let input = Dimension::of(&aggregation.expr, index);
    match aggregation.op.id() {
        T_COUNT | T_COUNT_VALUES => Dimension::Number,
        T_GROUP => Dimension::Fixed,
        T_SUM if input.is_truth() || input == Dimension::Fixed => Dimension::Number,
        T_STDDEV if input == Dimension::Timestamp => Dimension::Seconds,
        promql_parser::parser::token::T_AVG if input.is_truth() => Dimension::Ratio,
        _ => input,
    }
}

fn of_binary(binary: &BinaryExpr, index: &Index<'_>) -> Dimension {
    use Dimension::{Boolean, Bytes, BytesPerSecond, Fixed, Number, PerSecond, Ratio, Seconds, Timestamp};
    let (left, right) = (Dimension::of(&binary.lhs, index), Dimension::of(&binary.rhs, index));
    let is_constant = |side: &Expr| constant(side).is_some();
    if binary.op.is_comparison_operator() {
        return match (binary.return_bool(), binary.op.id()) {
            (true, _) => Boolean,
            (false, T_EQLC) if is_constant(&binary.rhs) => Fixed,
            _ if is_constant(&binary.lhs) => right,
            _ => left,
        };
    }
    match binary.op.id() {
        T_LAND | T_LUNLESS => left,
        T_SUB if (left, right) == (Timestamp, Timestamp) => Seconds,
        T_ADD | T_SUB if left == Number => right,
        T_DIV => match (left, right) {
            _ if is_constant(&binary.rhs) => left,
            (Bytes, Seconds) => BytesPerSecond,
            (Bytes, BytesPerSecond) | (Number, PerSecond) => Seconds,
            (Number, Seconds) => PerSecond,
            (Number | Fixed | Boolean | PerSecond, Number | Fixed | Boolean | PerSecond) => Ratio,
            (left, right) if left == right => Ratio,
            (left, _) => left,
        },
        T_MUL if matches!(left, Number | Fixed | Boolean | Ratio) && right != Fixed && !right.is_truth() => {
            right
        }
        // The same of both sides, and the left side's of `or`.
        _ => {
            if left == Fixed && binary.op.is_set_operator() {
                right
            } else {
                left
            }
        }
    }
}

/// The value of an expression of numbers alone.
pub(super) fn constant(expression: &Expr) -> Option<f64> {
    match expression {
        Expr::NumberLiteral(literal) => Some(literal.val),
        Expr::Paren(paren) => constant(&paren.expr),
        Expr::Unary(unary) => constant(&unary.expr).map(|value| -value),
        Expr::Binary(binary) => {
            let (left, right) = (constant(&binary.lhs)?, constant(&binary.rhs)?);
            match binary.op.id() {
                T_ADD => Some(left + right),
                T_SUB => Some(left - right),
                T_MUL => Some(left * right),
                T_DIV => Some(left / right),
                _ => None,
            }
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use lookout_catalog::Settings;
    use lookout_declarations::Declaration;
    use lookout_promql::Expression;

    use super::*;

    #[test]
    fn units_follow_from_metrics_and_from_what_is_done_to_them() {
        let declared = Settings::default().declared();
        let index = Index::new(&declared);
        let of = |kind, unit| {
            let fits = |metric: &&&Declaration| metric.kind == kind && metric.unit == unit;
            let metric = index.declarations.iter().find(fits).expect("there is such a metric");
            metric.sample_names().remove(0)
        };
        let counter = of(Kind::Counter, Unit::Count);
        let bytes = of(Kind::Counter, Unit::Bytes);
        let gauge = of(Kind::Gauge, Unit::Count);
        let truth = of(Kind::Gauge, Unit::Boolean);
        let moment = of(Kind::Gauge, Unit::TimestampSeconds);
        let info = of(Kind::Info, Unit::Count);
        let buckets = of(Kind::Histogram, Unit::Seconds);
        for (text, expected) in [
            (format!("rate({counter}[5m])"), Dimension::PerSecond),
            (format!("sum by (job) (rate({bytes}[$__rate_interval]))"), Dimension::BytesPerSecond),
            (format!("increase({bytes}[1h])"), Dimension::Bytes),
            (format!("time() - {moment}"), Dimension::Seconds),
            (moment.clone(), Dimension::Timestamp),
            (format!("{gauge} / {gauge}"), Dimension::Ratio),
            (format!("{gauge} / 2"), Dimension::Number),
            (format!("sum({truth} == bool 0)"), Dimension::Number),
            (format!("avg({truth})"), Dimension::Ratio),
            (format!("{truth} == 1"), Dimension::Fixed),
            (format!("count({info})"), Dimension::Number),
            (format!("max by (job) ({info})"), Dimension::Fixed),
            (format!("histogram_quantile(0.95, sum by (le) (rate({buckets}[5m])))"), Dimension::Seconds),
            (format!("topk(3, {truth} * on (job) group_left () {info})"), Dimension::Boolean),
            ("platform:example_repair_seconds:mean".to_owned(), Dimension::Seconds),
            ("platform:example_health:ratio".to_owned(), Dimension::Ratio),
        ] {
            let expression = Expression::parse(&text).unwrap_or_else(|why| panic!("{text}: {why}"));
            assert_eq!(Dimension::of(expression.tree(), &index), expected, "{text}");
        }
    }
}
