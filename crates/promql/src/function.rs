//! Functions: what they may be given, and the labels that they change.
//!
//! Rules: <https://prometheus.io/docs/prometheus/latest/querying/functions/>.

use promql_parser::{
    label::{METRIC_NAME, MatchOp},
    parser::{Call, Expr},
};

use crate::{
    LabelSet, Rule,
    known::{listed, suggestion},
    shape::{Movement, Shape, Vector},
    walk::Walk,
};

impl Walk<'_> {
    pub(crate) fn call(&mut self, call: &Call, place: Option<usize>) -> Shape {
        let name = call.func.name;
        let excerpt = call.to_string();
        if call.func.experimental {
            let message =
                format!("`{name}` needs a feature flag of Prometheus; write it with stable functions");
            self.report(Rule::Unportable, place, &excerpt, message);
        }
        // Every argument is visited, so that the places of what follows stay right; one of them holds series.
        let shapes: Vec<Shape> = call.args.args.iter().map(|argument| self.expression(argument)).collect();
        let mut series = shapes.into_iter().filter_map(|shape| match shape {
            Shape::Series(vector) => Some(vector),
            Shape::Value => None,
        });
        let Some(mut vector) = series.next() else { return without_series(name) };
        self.kind(name, &vector, place, &excerpt);
        match name {
            "scalar" => return Shape::Value,
            "absent" | "absent_over_time" => return Shape::Series(absent(call)),
            "histogram_quantile" | "histogram_fraction" => self.buckets(name, &mut vector, place, &excerpt),
            "label_replace" | "label_join" => self.relabel(call, &mut vector, place, &excerpt),
            "info" => return Shape::Series(Vector::unknown()),
            _ => {}
        }
        if !matches!(
            name,
            "last_over_time" | "first_over_time" | "label_replace" | "label_join" | "sort" | "sort_desc"
        ) {
            vector.movement = Movement::Unknown;
        }
        Shape::Series(vector)
    }

    /// Functions of counters get counters, those of gauges get gauges.
    fn kind(&mut self, name: &str, vector: &Vector, place: Option<usize>, excerpt: &str) {
        let message = match (name, vector.movement) {
            ("rate" | "irate" | "increase" | "resets", Movement::Gauge) => {
                format!(
                    "`{name}` of a gauge takes every fall for a restart; use `delta`, `deriv` or `changes`"
                )
            }
            ("rate" | "irate" | "increase" | "resets", Movement::Aggregated) => {
                format!(
                    "`{name}` of an aggregate sees one restart as a jump; take `{name}` first, then aggregate"
                )
            }
            (
                "delta" | "idelta" | "deriv" | "predict_linear" | "double_exponential_smoothing",
                Movement::Counter | Movement::Aggregated,
            ) => format!("`{name}` of a counter breaks at every restart; use `increase` or `rate`"),
            (
                "histogram_avg" | "histogram_count" | "histogram_sum" | "histogram_stddev"
                | "histogram_stdvar",
                moves,
            ) if moves != Movement::Unknown => {
                format!(
                    "`{name}` reads native histograms only, and ours have buckets; use `_sum` and `_count`"
                )
            }
            _ => return,
        };
        self.report(Rule::WrongKind, place, excerpt, message);
    }

    fn buckets(&mut self, name: &str, vector: &mut Vector, place: Option<usize>, excerpt: &str) {
        if !vector.labels.may_have("le") {
            let message = format!(
                "`{name}` needs the label `le`, which is not there; read `_bucket` and keep `le` in every `by`"
            );
            self.report(Rule::LostBuckets, place, excerpt, message);
        } else if vector.value("le").is_some() {
            let message =
                format!("`{name}` needs every bucket, and a matcher leaves one; remove the matcher of `le`");
            self.report(Rule::LostBuckets, place, excerpt, message);
        }
        vector.remove("le");
    }

    /// `label_replace(v, target, replacement, source, pattern)` and `label_join(v, target, separator, source…)`.
    fn relabel(&mut self, call: &Call, vector: &mut Vector, place: Option<usize>, excerpt: &str) {
        let texts: Vec<Option<&str>> = call.args.args.iter().map(|argument| text_of(argument)).collect();
        let sources = match call.func.name {
            "label_replace" => texts.get(3..4),
            _ => texts.get(3..),
        };
        for source in sources.into_iter().flatten().flatten() {
            if !source.is_empty() && *source != METRIC_NAME && !vector.labels.may_have(source) {
                let message = format!(
                    "it reads the label `{source}`, which no series there has{}; they have {}",
                    suggestion(source, vector.labels.names()),
                    listed(vector.labels.names())
                );
                self.report(Rule::UnknownLabel, place, excerpt, message);
            }
        }
        let Some(target) = texts.get(1).copied().flatten() else { return };
        if vector.labels.may_have(target) {
            vector.fixed.remove(target);
        } else {
            // It is made of labels that are there, so it tells no more series apart than they do.
            vector.fixed.insert(target.to_owned(), None);
        }
        vector.labels.add(target);
    }
}

/// `vector(1)` and the like are one series without labels; the rest are numbers.
fn without_series(name: &str) -> Shape {
    const OF_TIME: &[&str] = &[
        "day_of_month",
        "day_of_week",
        "day_of_year",
        "days_in_month",
        "hour",
        "minute",
        "month",
        "year",
        "vector",
    ];
    if OF_TIME.contains(&name) { Shape::Series(Vector::derived(LabelSet::none())) } else { Shape::Value }
}

/// `absent` yields the labels that its selector fixes by `=`, each once.
fn absent(call: &Call) -> Vector {
    let mut argument = call.args.args.first().map(|argument| &**argument);
    while let Some(Expr::Paren(paren)) = argument {
        argument = Some(&paren.expr);
    }
    let matchers = match argument {
        Some(Expr::VectorSelector(selector)) => selector.matchers.matchers.as_slice(),
        Some(Expr::MatrixSelector(matrix)) => matrix.vs.matchers.matchers.as_slice(),
        _ => &[],
    };
    let mut vector = Vector::derived(LabelSet::none());
    for matcher in matchers.iter().filter(|matcher| matcher.name != METRIC_NAME && !matcher.value.is_empty())
    {
        let alone = matchers.iter().filter(|other| other.name == matcher.name).count() == 1;
        if alone && matcher.op == MatchOp::Equal {
            vector.labels.add(&matcher.name);
            vector.fixed.insert(matcher.name.clone(), Some(matcher.value.clone()));
        }
    }
    vector
}

fn text_of(argument: &Expr) -> Option<&str> {
    match argument {
        Expr::StringLiteral(literal) => Some(&literal.val),
        Expr::Paren(paren) => text_of(&paren.expr),
        _ => None,
    }
}
