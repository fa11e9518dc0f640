//! Aggregations: the labels that they name exist, and buckets are not added up.

use promql_parser::parser::{
    AggregateExpr, Expr, LabelModifier,
    token::{
        T_AVG, T_BOTTOMK, T_COUNT_VALUES, T_LIMIT_RATIO, T_LIMITK, T_MAX, T_MIN, T_QUANTILE, T_SUM, T_TOPK,
    },
};

use crate::{
    LabelSet, Rule,
    known::{listed, suggestion},
    shape::{Movement, Shape, Vector},
    walk::Walk,
};

/// What service discovery adds beside the target labels, and tells replicas of one exporter apart: to remove it does no
/// harm where it is not there.
pub(crate) const OF_DISCOVERY: [&str; 1] = ["pod"];

impl Walk<'_> {
    pub(crate) fn aggregation(&mut self, aggregation: &AggregateExpr, place: Option<usize>) -> Vector {
        let excerpt = aggregation.to_string();
        let operator = aggregation.op.id();
        if matches!(operator, T_LIMITK | T_LIMIT_RATIO) {
            let message = format!("`{}` needs a feature flag of Prometheus; use `topk`", aggregation.op);
            self.report(Rule::Unportable, place, &excerpt, message);
        }
        if let Some(parameter) = &aggregation.param {
            self.expression(parameter);
        }
        let input = match self.expression(&aggregation.expr) {
            Shape::Series(vector) => vector,
            Shape::Value => return Vector::derived(LabelSet::none()),
        };
        self.grouping(aggregation.modifier.as_ref(), &input, place, &excerpt);
        // These choose among the series and leave them as they are.
        if matches!(operator, T_TOPK | T_BOTTOMK | T_LIMITK | T_LIMIT_RATIO) {
            return input;
        }
        let mut output = grouped(aggregation.modifier.as_ref(), &input);
        let adds_up = matches!(operator, T_SUM | T_AVG);
        if adds_up && input.distinguishing().contains(&"le") && !output.labels.may_have("le") {
            let message = "the buckets are cumulative, so it counts each observation several times; keep `le`, or read `_count`";
            self.report(Rule::LostBuckets, place, &excerpt, message.to_owned());
        }
        if let (T_COUNT_VALUES, Some(Expr::StringLiteral(name))) = (operator, aggregation.param.as_deref()) {
            output.labels.add(&name.val);
        }
        output.movement = match (operator, input.movement) {
            (T_SUM | T_AVG | T_MIN | T_MAX | T_QUANTILE, Movement::Counter | Movement::Aggregated) => {
                Movement::Aggregated
            }
            (T_SUM | T_AVG | T_MIN | T_MAX | T_QUANTILE, Movement::Gauge) => Movement::Gauge,
            _ => Movement::Unknown,
        };
        output
    }

    fn grouping(
        &mut self,
        modifier: Option<&LabelModifier>,
        input: &Vector,
        place: Option<usize>,
        excerpt: &str,
    ) {
        let Some(modifier) = modifier else { return };
        let word = if modifier.is_include() { "by" } else { "without" };
        for name in &modifier.labels().labels {
            let may_be_absent = !modifier.is_include() && OF_DISCOVERY.contains(&name.as_str());
            if !may_be_absent && !input.labels.may_have(name) {
                let message = format!(
                    "`{word} ({name})` names a label that no series there has{}; they have {}",
                    suggestion(name, input.labels.names()),
                    listed(input.labels.names())
                );
                self.report(Rule::UnknownLabel, place, excerpt, message);
            }
        }
    }
}

fn grouped(modifier: Option<&LabelModifier>, input: &Vector) -> Vector {
    let mut output = match modifier {
        None => Vector::derived(LabelSet::none()),
        Some(LabelModifier::Include(by)) => Vector::derived(input.labels.only(&by.labels)),
        Some(LabelModifier::Exclude(without)) => {
            let mut output = input.clone();
            without.labels.iter().for_each(|name| output.remove(name));
            output
        }
    };
    // A label that followed from others may outlive them; one with a value keeps it.
    let kept = input.fixed.iter().filter(|(name, value)| value.is_some() && output.labels.may_have(name));
    output.fixed = kept.map(|(name, value)| (name.clone(), value.clone())).collect();
    output
}
