//! Selectors: the metric exists, and its matchers name labels and values that it can have.

use lookout_declarations::Kind;
use promql_parser::{
    label::{METRIC_NAME, MatchOp, Matcher},
    parser::{VectorSelector, token::T_EQL_REGEX},
};

use crate::{
    LabelSet, Rule,
    known::{Series, listed, suggestion},
    places,
    shape::{Movement, Vector},
    walk::Walk,
};

impl<'a> Walk<'a> {
    /// The series that `selector` selects; `excerpt` is how a problem shows it.
    pub(crate) fn selector(
        &mut self,
        selector: &VectorSelector,
        place: Option<&places::Selector>,
        excerpt: &str,
    ) -> Vector {
        let start = place.map(|place| place.start);
        if !selector.matchers.or_matchers.is_empty() {
            let message =
                "`or` between matchers is VictoriaMetrics' own; select twice, and join with `or` outside";
            self.report(Rule::Unportable, start, excerpt, message.to_owned());
            return Vector::unknown();
        }
        let series = match self.resolve(selector) {
            Ok(series) => series,
            Err((rule, message)) => {
                self.report(rule, start, excerpt, message);
                return Vector::unknown();
            }
        };
        for series in &series {
            if let Series::Declared { declaration, .. } = series {
                self.metrics.insert(declaration.name);
            }
        }
        let mut vector = of_series(&series);
        for label in self.known.added() {
            if !vector.labels.may_have(label) {
                vector.labels.add(label);
                // The scrape adds it to both sides of a join alike.
                vector.fixed.insert(label.clone(), None);
            }
        }
        for (at, matcher) in selector.matchers.matchers.iter().enumerate() {
            let byte = place.and_then(|place| place.matchers.get(at)).copied().or(start);
            if matcher.name != METRIC_NAME {
                self.matcher(matcher, &series, &mut vector, byte, excerpt);
            }
        }
        vector
    }

    /// The series behind the selector's name, or behind its matcher of `__name__`.
    fn resolve(&self, selector: &VectorSelector) -> Result<Vec<Series<'a>>, (Rule, String)> {
        let by_name = selector.matchers.matchers.iter().find(|matcher| matcher.name == METRIC_NAME);
        let name = match (&selector.name, by_name) {
            (Some(name), _) => name,
            (None, Some(matcher)) if matcher.op == MatchOp::Equal => &matcher.value,
            (None, Some(matcher)) if matches!(matcher.op, MatchOp::Re(_)) => {
                let names = self.known.names().filter(|name| matcher.is_match(name));
                let series: Vec<_> = names.filter_map(|name| self.known.series(&name)).collect();
                let why = || (Rule::UnknownMetric, format!("no known metric matches `{}`", matcher.value));
                return if series.is_empty() { Err(why()) } else { Ok(series) };
            }
            (None, _) => {
                return Err((
                    Rule::UnknownMetric,
                    "it names no metric, so it reads everything there is; name one".to_owned(),
                ));
            }
        };
        match self.known.series(name) {
            Some(Series::Histogram(declaration)) => Err((
                Rule::WrongKind,
                format!(
                    "the histogram `{name}` has no series of that name; read {}",
                    listed(declaration.sample_names())
                ),
            )),
            Some(series) => Ok(vec![series]),
            None => Err((
                Rule::UnknownMetric,
                format!("nobody declares the metric `{name}`{}", self.known.suggestion(name)),
            )),
        }
    }
}

/// What the series together can carry.
fn of_series(series: &[Series<'_>]) -> Vector {
    let labels = |series: &Series<'_>| match series {
        Series::Declared { declaration, part } => LabelSet::of(declaration, *part == "_bucket"),
        Series::Recorded(labels) => (*labels).clone(),
        Series::Histogram(_) | Series::Prometheus | Series::Foreign => LabelSet::any(),
    };
    let has_identity = |series: &Series<'_>| {
        // The labels of an info metric describe a thing; which of them identify it is not declared.
        matches!(series, Series::Declared { declaration, .. } if declaration.kind != Kind::Info)
    };
    let movement = match series {
        [only] => only.movement(),
        _ => Movement::Unknown,
    };
    Vector {
        labels: series.iter().map(labels).reduce(|left, right| left.or(&right)).unwrap_or_default(),
        fixed: std::collections::BTreeMap::new(),
        identified: series.iter().all(has_identity),
        movement,
    }
}

impl Walk<'_> {
    fn matcher(
        &mut self,
        matcher: &Matcher,
        series: &[Series<'_>],
        vector: &mut Vector,
        byte: Option<usize>,
        excerpt: &str,
    ) {
        let name = matcher.name.as_str();
        if !vector.labels.may_have(name) {
            let message = format!(
                "the metric has no label `{name}`{}; it has {}",
                suggestion(name, vector.labels.names()),
                listed(vector.labels.names())
            );
            self.report(Rule::UnknownLabel, byte, excerpt, message);
            return;
        }
        let refusals: Vec<Option<String>> = series.iter().map(|series| refusal(matcher, series)).collect();
        if let Some(message) =
            refusals.iter().all(Option::is_some).then(|| refusals.into_iter().flatten().next()).flatten()
        {
            self.report(Rule::UnknownValue, byte, excerpt, message);
        }
        if matcher.op == MatchOp::Equal {
            if matcher.value.is_empty() {
                vector.remove(name);
            } else {
                vector.fixed.insert(name.to_owned(), Some(matcher.value.clone()));
            }
        }
    }
}

/// Why the matcher's value cannot match any series there, where the label's values are known.
fn refusal(matcher: &Matcher, series: &Series<'_>) -> Option<String> {
    let Series::Declared { declaration, part } = series else { return None };
    let name = &matcher.name;
    if *part == "_bucket" && name == "le" {
        return bucket_refusal(matcher, declaration.buckets);
    }
    let values: Vec<&str> = declaration.label(name)?.values.iter().map(|known| known.value).collect();
    if values.is_empty() {
        return None;
    }
    let value = &matcher.value;
    match &matcher.op {
        MatchOp::Equal | MatchOp::NotEqual => {
            (!value.is_empty() && !values.contains(&value.as_str())).then(|| {
                format!(
                    "`{value}` is no value of the label `{name}`{}; it has {}",
                    suggestion(value, values.iter().copied()),
                    listed(&values)
                )
            })
        }
        MatchOp::Re(_) | MatchOp::NotRe(_) => {
            let flags = flags(value);
            let is_dead = |alternative: &&str| !is_alive(&format!("{flags}{alternative}"), name, &values);
            let dead = alternatives(value).into_iter().find(is_dead)?;
            Some(format!("`{dead}` matches no value of the label `{name}`; it has {}", listed(&values)))
        }
    }
}

fn bucket_refusal(matcher: &Matcher, buckets: &[f64]) -> Option<String> {
    let value = matcher.value.as_str();
    let is_bound = value == "+Inf"
        || (value.contains(['.', 'e']) && value.parse::<f64>().is_ok_and(|value| buckets.contains(&value)));
    let exact = matches!(matcher.op, MatchOp::Equal | MatchOp::NotEqual);
    (exact && !is_bound).then(|| {
        let bounds = buckets.iter().map(|bound| format!("{bound:?}")).chain(["+Inf".to_owned()]);
        format!("`{value}` is no bucket's bound; they are {}", listed(bounds))
    })
}

/// The parts of a pattern between the `|` that stand outside parentheses and classes.
fn alternatives(pattern: &str) -> Vec<&str> {
    let (mut parts, mut start, mut depth, mut in_class, mut escaped) = (Vec::new(), 0, 0usize, false, false);
    for (at, character) in pattern.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            ']' => in_class = false,
            '[' => in_class = true,
            '(' if !in_class => depth += 1,
            ')' if !in_class => depth = depth.saturating_sub(1),
            '|' if !in_class && depth == 0 => {
                parts.push(&pattern[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&pattern[start..]);
    parts
}

/// The flags that a pattern begins with, such as `(?i)`: they hold for every alternative behind them.
fn flags(pattern: &str) -> &str {
    let is_flag = |byte: u8| byte.is_ascii_alphabetic() || byte == b'-';
    match pattern.strip_prefix("(?").and_then(|rest| rest.find(')')) {
        Some(length) if pattern[2..2 + length].bytes().all(is_flag) => &pattern[..length + 3],
        _ => "",
    }
}

/// Whether a pattern matches one of `values`, or the absent label.
fn is_alive(pattern: &str, label: &str, values: &[&str]) -> bool {
    // A part that is no pattern by itself proves nothing.
    let Ok(matcher) = Matcher::new_matcher(T_EQL_REGEX, label.to_owned(), pattern.to_owned()) else {
        return true;
    };
    matcher.is_match("") || values.iter().any(|value| matcher.is_match(value))
}
