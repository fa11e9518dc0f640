//! One alert as a whole: its expression, its templates, the queries of its runbook, and the series and labels of its
//! cases.

use lookout_declarations::{Alert, Case, Declaration, Expectation};
use promql_parser::{label::MatchOp, parser::Expr};

use crate::{
    LabelSet, Outcome, Rule,
    aggregation::OF_DISCOVERY,
    known::{Known, listed, suggestion},
    places::Places,
    problem::{Place, Problem},
    template, text,
    walk::{self, Walk},
};

/// Checks the expression, summary, description, runbook and cases of `alert`. `foreign` is as for
/// [`check`](crate::check).
///
/// In the runbook, every fenced block marked `promql` is checked; an empty line divides two queries.
pub fn check_alert(alert: &Alert, declarations: &[&Declaration], foreign: &[&str]) -> Vec<Problem> {
    check(alert, Known::new(declarations, foreign))
}

/// What scrapes add to tell clusters apart in one store, and namespaces in a cluster: an alert may group by it, match it and show it
/// where it is there.
pub const ADDED: [&str; 2] = ["cluster", "namespace"];

/// What many scrapes add beside [`OF_DISCOVERY`], and what changes with the pod: a case may give it, and no alert may need it.
const OF_POD: &str = "node";

/// What an alert's expression has.
pub(crate) fn inspect(alert: &Alert, known: Known<'_>) -> Result<Outcome, Vec<Problem>> {
    walk::inspect(&alert.expression, known.with_added(&ADDED.map(str::to_owned)))
}

/// The same for everything that is known.
pub(crate) fn check(alert: &Alert, known: Known<'_>) -> Vec<Problem> {
    let added = ADDED.map(str::to_owned);
    let known = known.with_added(&added);
    let mut problems = Vec::new();
    match walk::inspect(&alert.expression, known) {
        Ok(Outcome { labels, .. }) => {
            problems.extend(template::check(alert.summary, &labels));
            problems.extend(template::check(&alert.description, &labels));
            problems.extend(alert.cases.iter().flat_map(|case| expectation(case, &labels)));
        }
        Err(found) => problems.extend(found),
    }
    for query in queries(alert.runbook) {
        for mut problem in walk::inspect(&query, known).err().unwrap_or_default() {
            problem.message = format!("in the runbook: {}", problem.message);
            problems.push(problem);
        }
    }
    for case in &alert.cases {
        for given in &case.given {
            problems.extend(input(case, &given.series, known));
        }
    }
    problems
}

/// The PromQL of a Markdown page.
fn queries(page: &str) -> Vec<String> {
    let mut queries = Vec::new();
    let mut inside = false;
    for line in page.lines() {
        let fence = line.trim_start().strip_prefix("```");
        match fence {
            Some(language) => {
                inside = !inside && language.trim() == "promql";
                queries.push(String::new());
            }
            None if inside && line.trim().is_empty() => queries.push(String::new()),
            None if inside => {
                if let Some(query) = queries.last_mut() {
                    query.push_str(line);
                    query.push('\n');
                }
            }
            None => {}
        }
    }
    queries.retain(|query| !query.trim().is_empty());
    queries
}

/// The labels that a case expects of the alert are those that the expression can have.
fn expectation(case: &Case, labels: &LabelSet) -> Vec<Problem> {
    let Expectation::Fires(expected) = &case.expect else { return Vec::new() };
    let unknown = expected.iter().flatten().filter(|(name, _)| !labels.may_have(name));
    unknown
        .map(|(name, value)| Problem {
            rule: Rule::UnknownLabel,
            place: Place::new(None, &format!("{name}=\"{value}\"")),
            message: format!(
                "the case “{}” expects a label that the expression does not have{}; it has {}",
                case.name,
                suggestion(name, labels.names()),
                listed(labels.names())
            ),
        })
        .collect()
}

/// An input series of a case is one that the exporters, or Prometheus, can write.
fn input(case: &Case, series: &str, known: Known<'_>) -> Vec<Problem> {
    let refused = |rule, message: String| Problem { rule, place: Place::new(None, series), message };
    let parsed = match text::parse(series) {
        Ok(parsed) => parsed,
        Err(why) => {
            return vec![refused(
                Rule::Syntax,
                format!("the case “{}” gives what is no series: {why}", case.name),
            )];
        }
    };
    let Expr::VectorSelector(selector) = &parsed.expression else {
        return vec![refused(
            Rule::Syntax,
            format!("the case “{}” gives an expression; give a series", case.name),
        )];
    };
    if selector.name.is_none()
        || selector.matchers.matchers.iter().any(|matcher| matcher.op != MatchOp::Equal)
    {
        let message =
            format!("the case “{}” gives a selector; give a series, with a name and `=` only", case.name);
        return vec![refused(Rule::Syntax, message)];
    }
    let mut walk = Walk::new(known, &parsed.text, Places::of(&parsed));
    // What service discovery adds tells replicas apart, or says where one runs.
    let mut scraped = selector.clone();
    let is_of_discovery = |name: &str| name == OF_POD || OF_DISCOVERY.contains(&name);
    scraped.matchers.matchers.retain(|matcher| !is_of_discovery(&matcher.name));
    walk.expression(&Expr::VectorSelector(scraped));
    for problem in &mut walk.problems {
        problem.message =
            format!("the case “{}” gives a series that cannot be: {}", case.name, problem.message);
    }
    walk.problems
}
