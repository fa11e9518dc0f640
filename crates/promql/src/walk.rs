//! The walk over the tree: every node is visited once, in the order of the text, and yields the shape of its result.

use std::collections::BTreeSet;

use promql_parser::parser::{BinaryExpr, Expr};

use crate::{
    LabelSet, Outcome, Place, Problem, Rule,
    known::Known,
    places::{self, Places, Selector},
    shape::{Movement, Shape, Vector},
    text,
};

pub(crate) fn inspect(text: &str, known: Known<'_>) -> Result<Outcome, Vec<Problem>> {
    let parsed = text::parse(text).map_err(|why| {
        let message = format!("it cannot be read as PromQL: {why}");
        vec![Problem { rule: Rule::Syntax, place: Place::new(None, text), message }]
    })?;
    let mut walk = Walk::new(known, &parsed.text, Places::of(&parsed));
    let shape = walk.expression(&parsed.expression);
    let Walk { mut problems, metrics, .. } = walk;
    problems.sort_by_key(|problem| problem.place.position);
    if !problems.is_empty() {
        return Err(problems);
    }
    let labels = match shape {
        Shape::Value => LabelSet::none(),
        Shape::Series(vector) => vector.labels,
    };
    Ok(Outcome { labels, metrics })
}

/// The state of one walk.
pub(crate) struct Walk<'a> {
    pub(crate) known: Known<'a>,
    text: &'a str,
    selectors: std::vec::IntoIter<Selector>,
    calls: std::vec::IntoIter<usize>,
    aggregations: std::vec::IntoIter<usize>,
    operators: std::vec::IntoIter<usize>,
    pub(crate) problems: Vec<Problem>,
    pub(crate) metrics: BTreeSet<&'static str>,
}

impl<'a> Walk<'a> {
    pub(crate) fn new(known: Known<'a>, text: &'a str, places: Option<Places>) -> Self {
        let places = places.unwrap_or_default();
        Self {
            known,
            text,
            selectors: places.selectors.into_iter(),
            calls: places.calls.into_iter(),
            aggregations: places.aggregations.into_iter(),
            operators: places.operators.into_iter(),
            problems: Vec::new(),
            metrics: BTreeSet::new(),
        }
    }

    pub(crate) fn report(&mut self, rule: Rule, byte: Option<usize>, excerpt: &str, message: String) {
        let position = byte.map(|byte| places::position(self.text, byte));
        self.problems.push(Problem { rule, place: Place::new(position, excerpt), message });
    }

    pub(crate) fn expression(&mut self, expression: &Expr) -> Shape {
        match expression {
            Expr::NumberLiteral(_) | Expr::StringLiteral(_) | Expr::Extension(_) => Shape::Value,
            Expr::Paren(paren) => self.expression(&paren.expr),
            Expr::Subquery(subquery) => self.expression(&subquery.expr),
            Expr::Unary(unary) => match self.expression(&unary.expr) {
                Shape::Value => Shape::Value,
                Shape::Series(vector) => Shape::Series(Vector { movement: Movement::Unknown, ..vector }),
            },
            Expr::VectorSelector(selector) => self.select(selector, &selector.to_string()),
            Expr::MatrixSelector(matrix) => self.select(&matrix.vs, &matrix.to_string()),
            Expr::Call(call) => {
                let place = self.calls.next();
                self.call(call, place)
            }
            Expr::Aggregate(aggregation) => {
                let place = self.aggregations.next();
                Shape::Series(self.aggregation(aggregation, place))
            }
            Expr::Binary(binary) => self.operation(binary),
        }
    }

    fn select(&mut self, selector: &promql_parser::parser::VectorSelector, excerpt: &str) -> Shape {
        let place = self.selectors.next();
        Shape::Series(self.selector(selector, place.as_ref(), excerpt))
    }

    fn operation(&mut self, binary: &BinaryExpr) -> Shape {
        let left = self.expression(&binary.lhs);
        let place = self.operators.next();
        let right = self.expression(&binary.rhs);
        match (left, right) {
            (Shape::Value, Shape::Value) => Shape::Value,
            (Shape::Series(vector), Shape::Value) | (Shape::Value, Shape::Series(vector)) => {
                let keeps = binary.op.is_comparison_operator() && !binary.return_bool();
                let movement = if keeps { vector.movement } else { Movement::Unknown };
                Shape::Series(Vector { movement, ..vector })
            }
            (Shape::Series(left), Shape::Series(right)) => {
                Shape::Series(self.join(binary, place, &left, &right))
            }
        }
    }
}
