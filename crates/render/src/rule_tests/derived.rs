//! Cases that every alert has without anybody writing them: they follow from those that are written.
//!
//! - **Its series end**, as they do when a pod goes or a target is removed: Prometheus marks them stale. The alert goes on
//!   for as long as it is to keep firing and the ranges that it reads still hold samples, and then ends.
//! - **It goes on**: before that time has passed it has not ended, for an alert that reads no range.
//! - **`for` passes**: it fires as soon as its `for` has passed, and not at the evaluation before, for an alert that reads no
//!   range and no clock, and a case whose values never change.
//! - **Its counters begin again**, as they do when a process restarts: that is no reason to fire.
//!
//! How to get it wrong: deriving for an alert that fires for want of data. Its series ending is what it is about; its own
//! cases say what happens then.

use core::time::Duration;

use lookout_declarations::{Alert, Case, CaseKind, Declared, Expectation, Given, Kind};
use lookout_promql::Expression;
use promql_parser::parser::Expr;

use super::values::{Value, expand, notation};

/// How often rules are evaluated in the tests.
const EVALUATION: Duration = Duration::from_mins(1);

/// The derived cases of `alert`. `catalogue` says which metrics are counters.
pub fn derived_cases(alert: &Alert, catalogue: &[Declared]) -> Vec<Case> {
    let mut cases = Vec::new();
    let missing = alert.cases.iter().filter(|case| case.kind == CaseKind::Missing);
    let silent_without_data =
        missing.clone().count() > 0 && missing.clone().all(|case| case.expect == Expectation::Silent);
    let fires = alert.cases.iter().find(|case| case.kind == CaseKind::Fires);
    if let (Some(fires), true) = (fires, silent_without_data) {
        cases.extend(ended(alert, fires));
    }
    if let Some(fires) = fires {
        cases.extend(held(alert, fires));
    }
    let below = alert.cases.iter().filter(|case| case.kind == CaseKind::Below);
    cases.extend(below.filter_map(|case| begun_again(case, catalogue)).take(1));
    cases
}

/// The series of a case that fires, which end then.
fn ended(alert: &Alert, fires: &Case) -> Vec<Case> {
    let Some(range) = longest_range(&alert.expression) else { return Vec::new() };
    // The value at the moment of looking is the last, and the mark comes with the next.
    let n_values = intervals(fires.at, fires.interval) + 1;
    let Some(given) = each(&fires.given, |_, values| stale_after(values, n_values)) else {
        return Vec::new();
    };
    let end = fires.interval * u32::try_from(n_values).unwrap_or(u32::MAX);
    let after = end + range + alert.keep_firing_for + EVALUATION * 2;
    let mut cases = vec![Case {
        name: "its series end, and so does it",
        kind: CaseKind::Other,
        interval: fires.interval,
        given: given.clone(),
        at: after,
        expect: Expectation::Silent,
    }];
    if range.is_zero() && alert.keep_firing_for > EVALUATION * 2 {
        cases.push(Case {
            name: "its series end, and it goes on for a little while",
            kind: CaseKind::Other,
            interval: fires.interval,
            given,
            at: end + alert.keep_firing_for.saturating_sub(EVALUATION * 2),
            expect: fires.expect.clone(),
        });
    }
    cases
}

/// A case that fires, looked at as soon as `for` has passed and at the evaluation before. The condition of a case whose values
/// never change holds from its beginning.
fn held(alert: &Alert, fires: &Case) -> Vec<Case> {
    let is_steady = |given: &Given| {
        expand(&given.values, intervals(fires.at, fires.interval) + 1)
            .is_some_and(|values| values.windows(2).all(|pair| pair[0] == pair[1]))
    };
    let at_once = longest_range(&alert.expression) == Some(Duration::ZERO);
    // Against the clock a condition may begin in the middle of a case.
    let is_timeless = !alert.expression.contains("time()");
    if alert.hold < EVALUATION * 2 || !at_once || !is_timeless || !fires.given.iter().all(is_steady) {
        return Vec::new();
    }
    let looked = |name, at, expect| Case { name, kind: CaseKind::Other, at, expect, ..fires.clone() };
    vec![
        looked("as soon as `for` has passed", alert.hold, fires.expect.clone()),
        looked("just before `for` has passed", alert.hold.saturating_sub(EVALUATION), Expectation::Silent),
    ]
}

/// A case that is silent, with its counters beginning again half-way; none if it has no counter that grows.
fn begun_again(silent: &Case, catalogue: &[Declared]) -> Option<Case> {
    let n_values = intervals(silent.at, silent.interval) + 1;
    let mut restarted = false;
    let given = each(&silent.given, |name, values| {
        if !is_counter(name, catalogue) {
            return Some(values.to_owned());
        }
        let values = expand(values, n_values)?;
        let half = values.len() / 2;
        let Value::Number(before) = *values.get(half)? else { return Some(notation(&values)) };
        restarted |= before > 0.0;
        let again = values.iter().enumerate().map(|(index, value)| match value {
            Value::Number(number) if index >= half => Value::Number((number - before).max(0.0)),
            other => *other,
        });
        Some(notation(&again.collect::<Vec<_>>()))
    })?;
    restarted.then(|| Case {
        name: "its counters begin again",
        kind: CaseKind::Other,
        given,
        ..silent.clone()
    })
}

/// `given` with the values changed by name; none if one cannot be.
fn each(given: &[Given], mut change: impl FnMut(&str, &str) -> Option<String>) -> Option<Vec<Given>> {
    given
        .iter()
        .map(|given| {
            let name = given.series.split('{').next().unwrap_or_default().trim();
            Some(Given::raw(given.series.clone(), change(name, &given.values)?))
        })
        .collect()
}

/// The first `n_values`, and then the mark that the series has ended.
fn stale_after(values: &str, n_values: usize) -> Option<String> {
    let mut values = expand(values, n_values)?;
    // What has ended before needs no second mark.
    if values.len() == n_values && matches!(values.last(), Some(Value::Number(_))) {
        values.push(Value::Stale);
    }
    Some(notation(&values))
}

fn intervals(time: Duration, interval: Duration) -> usize {
    let n = time.as_millis() / interval.as_millis().max(1);
    usize::try_from(n).unwrap_or(usize::MAX)
}

fn is_counter(name: &str, catalogue: &[Declared]) -> bool {
    let metrics = catalogue.iter().flat_map(|declared| declared.spec.metrics);
    metrics.filter(|metric| matches!(metric.kind, Kind::Counter | Kind::Histogram)).any(|metric| {
        name.strip_prefix(metric.name).is_some_and(|part| matches!(part, "" | "_bucket" | "_sum" | "_count"))
    })
}

/// The longest time into the past that an expression reads; none if it cannot be parsed, or reads recordings or the past.
fn longest_range(expression: &str) -> Option<Duration> {
    let expression = Expression::parse(expression).ok()?;
    range_of(expression.tree())
}

fn range_of(node: &Expr) -> Option<Duration> {
    let longest = |nodes: &[&Expr]| {
        nodes.iter().map(|node| range_of(node)).try_fold(Duration::ZERO, |most, range| Some(most.max(range?)))
    };
    match node {
        // A recorded series goes on for as long as what it is recorded from, which is not known here.
        Expr::VectorSelector(selector) => {
            let recorded = selector.name.as_deref().is_some_and(|name| name.contains(':'));
            (selector.offset.is_none() && selector.at.is_none() && !recorded).then_some(Duration::ZERO)
        }
        Expr::MatrixSelector(matrix) => {
            (matrix.vs.offset.is_none() && matrix.vs.at.is_none()).then_some(matrix.range)
        }
        Expr::Subquery(subquery) => Some(subquery.range + range_of(&subquery.expr)?),
        Expr::Aggregate(aggregation) => range_of(&aggregation.expr),
        Expr::Binary(binary) => longest(&[&binary.lhs, &binary.rhs]),
        Expr::Unary(unary) => range_of(&unary.expr),
        Expr::Paren(paren) => range_of(&paren.expr),
        Expr::Call(call) => longest(&call.args.args.iter().map(AsRef::as_ref).collect::<Vec<_>>()),
        Expr::NumberLiteral(_) | Expr::StringLiteral(_) | Expr::Extension(_) => Some(Duration::ZERO),
    }
}
