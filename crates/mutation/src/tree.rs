//! The tree of an expression as nodes with children, so that one node can be changed and the rest kept.
//!
//! How to get it wrong: an order of children in [`with_child`] that is not that of [`children`].

use promql_parser::parser::{Expr, VectorSelector};

/// The expressions directly below `node`, in the order of the text.
pub(crate) fn children(node: &Expr) -> Vec<&Expr> {
    match node {
        Expr::Aggregate(aggregation) => {
            aggregation.param.iter().chain([&aggregation.expr]).map(AsRef::as_ref).collect()
        }
        Expr::Binary(binary) => vec![&binary.lhs, &binary.rhs],
        Expr::Call(call) => call.args.args.iter().map(AsRef::as_ref).collect(),
        Expr::Unary(unary) => vec![&unary.expr],
        Expr::Paren(paren) => vec![&paren.expr],
        Expr::Subquery(subquery) => vec![&subquery.expr],
        Expr::NumberLiteral(_)
        | Expr::StringLiteral(_)
        | Expr::VectorSelector(_)
        | Expr::MatrixSelector(_)
        | Expr::Extension(_) => Vec::new(),
    }
}

/// `node` with the child at `index` replaced.
pub(crate) fn with_child(node: &Expr, index: usize, child: Expr) -> Expr {
    let mut node = node.clone();
    let place = match &mut node {
        Expr::Aggregate(aggregation) => {
            aggregation.param.iter_mut().chain([&mut aggregation.expr]).nth(index)
        }
        Expr::Binary(binary) => [&mut binary.lhs, &mut binary.rhs].into_iter().nth(index),
        Expr::Call(call) => call.args.args.get_mut(index),
        Expr::Unary(unary) => Some(&mut unary.expr),
        Expr::Paren(paren) => Some(&mut paren.expr),
        Expr::Subquery(subquery) => Some(&mut subquery.expr),
        Expr::NumberLiteral(_)
        | Expr::StringLiteral(_)
        | Expr::VectorSelector(_)
        | Expr::MatrixSelector(_)
        | Expr::Extension(_) => None,
    };
    if let Some(place) = place {
        **place = child;
    }
    node
}

/// The names of the series that `node` reads.
pub(crate) fn names<'a>(node: &'a Expr, found: &mut Vec<&'a str>) {
    match node {
        Expr::VectorSelector(selector) => found.extend(name(selector)),
        Expr::MatrixSelector(matrix) => found.extend(name(&matrix.vs)),
        _ => {
            for child in children(node) {
                names(child, found);
            }
        }
    }
}

fn name(selector: &VectorSelector) -> Option<&str> {
    selector.name.as_deref()
}
