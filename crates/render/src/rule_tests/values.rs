//! The values of an input series, written out one by one: promtool's notation has many forms for the same list.
//!
//! Notation: `a`, `_`, `stale`, and runs: `_x3` is three gaps; `axN` and `a+bxN` and `a-bxN` are the first value and N more.
//! <https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/#series>

/// One place in a series.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Value {
    Number(f64),
    Gap,
    Stale,
}

/// At most `n` values of `notation`; none if it is not understood.
pub(super) fn expand(notation: &str, n: usize) -> Option<Vec<Value>> {
    let mut values = Vec::new();
    for run in notation.split_whitespace() {
        if values.len() >= n {
            break;
        }
        values.extend(expand_run(run, n - values.len())?);
    }
    values.truncate(n);
    Some(values)
}

fn expand_run(run: &str, n: usize) -> Option<Vec<Value>> {
    if run == "stale" {
        return Some(vec![Value::Stale]);
    }
    let (body, times) = match run.split_once('x') {
        Some((body, times)) => (body, Some(times.parse::<usize>().ok()?)),
        None => (run, None),
    };
    if body == "_" {
        return Some(vec![Value::Gap; times.unwrap_or(1).min(n)]);
    }
    // The sign of the step is the first that is not the sign of the first value.
    let sign = body.get(1..)?.find(['+', '-']).map(|at| at + 1);
    let (first, step) = body.split_at(sign.unwrap_or(body.len()));
    let first: f64 = first.parse().ok()?;
    let step: f64 = if step.is_empty() { 0.0 } else { step.parse().ok()? };
    let last = times.unwrap_or(0).min(n);
    Some((0..=last).map(|index| Value::Number(first + step * index as f64)).collect())
}

/// The values as notation: equal ones that follow each other are one run.
pub(super) fn notation(values: &[Value]) -> String {
    let runs = values.chunk_by(|left, right| left == right);
    let texts = runs.flat_map(|run| match (run[0], run.len()) {
        (Value::Gap, n) => vec![format!("_x{n}")],
        (Value::Stale, n) => vec!["stale".to_owned(); n],
        (Value::Number(number), 1) => vec![number.to_string()],
        (Value::Number(number), n) => vec![format!("{number}x{}", n - 1)],
    });
    texts.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(given: &str, expected: &str) {
        let values = expand(given, 100).unwrap_or_else(|| panic!("{given} is not understood"));
        assert_eq!(notation(&values), expected, "{given}");
    }

    #[test]
    fn every_form_is_written_out() {
        check("1 2 2", "1 2x1");
        check("0x3", "0x3");
        check("_x2 5 _", "_x2 5 _x1");
        check("0+10x3", "0 10 20 30");
        check("-5-1x2 stale", "-5 -6 -7 stale");
        check("1e3x1", "1000x1");
    }

    #[test]
    fn no_more_is_written_out_than_is_asked_for() {
        assert_eq!(expand("1x1000000000000", 3).map(|values| values.len()), Some(3));
        assert_eq!(expand("0+1x5 7x5", 7).map(|values| values.len()), Some(7));
    }

    #[test]
    fn what_is_no_notation_is_nothing() {
        for text in ["x", "1x", "a", "1+x2", "{}"] {
            assert_eq!(expand(text, 5), None, "{text}");
        }
    }
}
