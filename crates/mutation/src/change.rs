//! Every expression that differs from a given one by one fault.
//!
//! The tree is changed and printed, never the text, so a fault cannot shift a bracket. What the printer cannot print
//! faithfully is not used: the text is parsed again and must give the changed tree.
//!
//! How to get it wrong: a step so small that no person would notice it in production either. Whole numbers up to
//! [`SMALL`] move by one, others by a tenth: a case "just below" that is further away than that is not just below.

use core::time::Duration;

use promql_parser::label::Matchers;
use promql_parser::parser::token::{
    T_EQLC, T_GTE, T_GTR, T_LAND, T_LOR, T_LSS, T_LTE, T_LUNLESS, T_NEQ, TokenId, TokenType,
};
use promql_parser::parser::{
    self, AggregateExpr, BinaryExpr, Expr, LabelModifier, MatrixSelector, NumberLiteral, VectorSelector,
};

use crate::Mutation;
use crate::tree::{children, with_child};

/// Up to here a whole number is a count or a state, and its neighbours are the next numbers.
const SMALL: f64 = 10.0;

/// By how much other numbers are moved.
const STEP: f64 = 0.1;

/// By how much the zero of a difference of moments is moved, in seconds.
const HOUR: f64 = 3600.0;

/// One changed expression.
#[derive(Debug)]
pub(crate) struct Change {
    pub(crate) mutation: Mutation,
    /// The changed part as it was.
    pub(crate) before: String,
    /// The changed part as it is; empty if it is gone.
    pub(crate) after: String,
    pub(crate) expression: Expr,
}

/// Every change of `text`, as text; nothing if it cannot be parsed. `proven` are parts that are not changed inside, because
/// they are the whole of another alert and proven there.
///
/// What stands several times in an expression is written once in its declaration, so it is changed everywhere at once.
pub(crate) fn changes(text: &str, proven: &[&str]) -> Vec<(Change, String)> {
    let Ok(original) = parser::parse(text) else { return Vec::new() };
    let proven: Vec<Expr> = proven.iter().filter_map(|text| parser::parse(text).ok()).collect();
    let mut found = Vec::new();
    collect(&original, &original, &proven, &mut found);
    let changed = |(node, change): (Expr, Change)| {
        let expression = replaced_in(&original, &node, &change.expression);
        let text = expression.to_string();
        let is_faithful = parser::parse(&text).as_ref() == Ok(&expression);
        is_faithful.then_some((Change { expression, ..change }, text))
    };
    found.into_iter().filter_map(changed).collect()
}

/// The changes of `node` and of all below it, each with the node that is replaced.
fn collect(node: &Expr, original: &Expr, proven: &[Expr], found: &mut Vec<(Expr, Change)>) {
    if node != original && proven.contains(bare(node)) {
        return;
    }
    for change in here(node) {
        let is_new = |(other, known): &(Expr, Change)| other != node || known.expression != change.expression;
        if found.iter().all(is_new) {
            found.push((node.clone(), change));
        }
    }
    for child in children(node) {
        collect(child, original, proven, found);
    }
}

/// Without the parentheses around it.
fn bare(node: &Expr) -> &Expr {
    match node {
        Expr::Paren(paren) => bare(&paren.expr),
        _ => node,
    }
}

/// `tree` with every part that is equal to `old` replaced.
fn replaced_in(tree: &Expr, old: &Expr, new: &Expr) -> Expr {
    if tree == old {
        return new.clone();
    }
    let changed =
        |tree: Expr, (index, child): (usize, &Expr)| with_child(&tree, index, replaced_in(child, old, new));
    children(tree).into_iter().enumerate().fold(tree.clone(), changed)
}

fn here(node: &Expr) -> Vec<Change> {
    let mut changes = match node {
        Expr::Binary(binary) => operator(binary),
        Expr::VectorSelector(selector) => matchers(selector)
            .into_iter()
            .map(|(without, gone)| change(Mutation::Matcher, node, Expr::VectorSelector(without), gone))
            .collect(),
        Expr::MatrixSelector(matrix) => range(matrix, node),
        Expr::Aggregate(aggregation) => grouping(aggregation, node),
        _ => Vec::new(),
    };
    // A number alone says nothing: it is changed, and told, together with what it belongs to.
    for (index, child) in children(node).into_iter().enumerate() {
        if let Expr::NumberLiteral(literal) = child {
            changes.extend(number(literal, node).into_iter().map(|(mutation, value)| {
                let literal = Expr::NumberLiteral(NumberLiteral::new(value));
                replaced(mutation, node, with_child(node, index, literal))
            }));
        }
    }
    changes
}

/// A change whose parts are said by the whole node.
fn replaced(mutation: Mutation, before: &Expr, after: Expr) -> Change {
    Change { mutation, before: before.to_string(), after: after.to_string(), expression: after }
}

/// A change by which `gone` is gone from `node`.
fn change(mutation: Mutation, node: &Expr, after: Expr, gone: String) -> Change {
    Change { mutation, before: gone, after: format!("none in {node}"), expression: after }
}

fn operator(binary: &BinaryExpr) -> Vec<Change> {
    let node = Expr::Binary(binary.clone());
    let with = |id: TokenId| Expr::Binary(BinaryExpr { op: TokenType::new(id), ..binary.clone() });
    let (left, right) = ((*binary.lhs).clone(), (*binary.rhs).clone());
    let mut changes: Vec<Change> = match binary.op.id() {
        T_GTR => vec![with(T_LSS), with(T_GTE)],
        T_GTE => vec![with(T_LTE), with(T_GTR)],
        T_LSS => vec![with(T_GTR), with(T_LTE)],
        T_LTE => vec![with(T_GTE), with(T_LSS)],
        T_EQLC => vec![with(T_NEQ)],
        T_NEQ => vec![with(T_EQLC)],
        _ => Vec::new(),
    }
    .into_iter()
    .enumerate()
    // The second is with or without equality. A moment that passes is not seen to the second, so there it says the same.
    .filter(|(index, _)| *index == 0 || !reads_clock(&node))
    .map(|(_, after)| replaced(Mutation::Comparator, &node, after))
    .collect();
    let kept: Vec<Expr> = match binary.op.id() {
        T_LUNLESS => vec![left],
        T_LAND | T_LOR => vec![left, right],
        _ => Vec::new(),
    };
    changes.extend(kept.into_iter().map(|side| replaced(Mutation::Arm, &node, side)));
    changes.extend(matching(binary, &node));
    changes
}

/// The labels of `on` and `ignoring`, each gone.
fn matching(binary: &BinaryExpr, node: &Expr) -> Vec<Change> {
    let Some(modifier) = &binary.modifier else { return Vec::new() };
    let Some(labels) = &modifier.matching else { return Vec::new() };
    without_each(labels)
        .into_iter()
        .map(|(labels, gone)| {
            let mut after = binary.clone();
            if let Some(modifier) = &mut after.modifier {
                modifier.matching = Some(labels);
            }
            change(Mutation::Matching, node, Expr::Binary(after), gone)
        })
        .collect()
}

/// The labels of `by` and `without`, each gone.
fn grouping(aggregation: &AggregateExpr, node: &Expr) -> Vec<Change> {
    let Some(labels) = &aggregation.modifier else { return Vec::new() };
    without_each(labels)
        .into_iter()
        .map(|(labels, gone)| {
            let after = AggregateExpr { modifier: Some(labels), ..aggregation.clone() };
            change(Mutation::Grouping, node, Expr::Aggregate(after), gone)
        })
        .collect()
}

/// The list of labels without each of them, and what is gone.
fn without_each(modifier: &LabelModifier) -> Vec<(LabelModifier, String)> {
    let (word, labels) = match modifier {
        LabelModifier::Include(labels) => ("with", labels),
        LabelModifier::Exclude(labels) => ("without", labels),
    };
    let without = |index: usize| {
        let mut labels = labels.clone();
        let gone = labels.labels.remove(index);
        let modifier = match modifier {
            LabelModifier::Include(_) => LabelModifier::Include(labels),
            LabelModifier::Exclude(_) => LabelModifier::Exclude(labels),
        };
        (modifier, format!("{word} {gone}"))
    };
    (0..labels.labels.len()).map(without).collect()
}

/// The selector without each of its matchers.
fn matchers(selector: &VectorSelector) -> Vec<(VectorSelector, String)> {
    // A selector without a name must keep one matcher that is not empty.
    if selector.name.is_none() {
        return Vec::new();
    }
    let without = |index: usize| {
        let mut matchers = selector.matchers.matchers.clone();
        let gone = matchers.remove(index);
        (VectorSelector { matchers: Matchers::new(matchers), ..selector.clone() }, gone.to_string())
    };
    (0..selector.matchers.matchers.len()).map(without).collect()
}

/// The range half and twice as long, and the selector without each matcher.
fn range(matrix: &MatrixSelector, node: &Expr) -> Vec<Change> {
    let with = |range: Duration| Expr::MatrixSelector(MatrixSelector { range, ..matrix.clone() });
    let mut changes = vec![
        replaced(Mutation::Window, node, with(matrix.range / 2)),
        replaced(Mutation::Window, node, with(matrix.range * 2)),
    ];
    changes.extend(matchers(&matrix.vs).into_iter().map(|(vs, gone)| {
        let after = Expr::MatrixSelector(MatrixSelector { vs, ..matrix.clone() });
        change(Mutation::Matcher, node, after, gone)
    }));
    changes
}

/// The values a step below and above a number that belongs to `parent`.
fn number(literal: &NumberLiteral, parent: &Expr) -> [(Mutation, f64); 2] {
    let value = literal.val;
    let is_parameter = matches!(parent, Expr::Call(_) | Expr::Aggregate(_));
    let (mutation, values) = if is_parameter && value > 0.0 && value < 1.0 {
        // A quantile: nearer to the middle, and nearer to the end.
        (Mutation::Parameter, [value * (1.0 - STEP), f64::midpoint(value, 1.0)])
    } else {
        let step = if value == 0.0 && reads_clock(parent) {
            HOUR
        } else if value.fract() == 0.0 && value.abs() <= SMALL {
            1.0
        } else {
            value.abs() * STEP
        };
        let mutation = if is_parameter { Mutation::Parameter } else { Mutation::Threshold };
        (mutation, [value - step, value + step])
    };
    values.map(|value| (mutation, rounded(value)))
}

/// Whether `node` or a part of it is `time()`.
fn reads_clock(node: &Expr) -> bool {
    matches!(node, Expr::Call(call) if call.func.name == "time")
        || children(node).into_iter().any(reads_clock)
}

/// Without what binary fractions add to a decimal one.
fn rounded(value: f64) -> f64 {
    const DIGITS: f64 = 1e9;
    if value.abs() < 1e6 { (value * DIGITS).round() / DIGITS } else { value.round() }
}
