//! Expressions of others: what they read of ours must exist, and the rest is theirs.
//!
//! Somebody else's rules know two things that the declarations do not: other metrics, and labels that their scrape adds
//! (`cluster`, `namespace`, whatever a relabelling writes). Both are left alone, unless they are nearly one of ours: then they
//! are more likely to be misspelt.
//!
//! Invariant: an expression that reads nothing of ours is never found fault with.
//!
//! How to get it wrong: being strict about labels. `cluster` on a metric of ours is not a mistake, it is an external label.

use core::fmt::Write as _;
use std::collections::BTreeSet;

use lookout_declarations::Declaration;
use promql_parser::{
    label::{METRIC_NAME, MatchOp},
    parser::{AggregateExpr, BinaryExpr, Call, Expr, LabelModifier, VectorSelector},
};

use crate::{
    Problem, Rule,
    known::{Known, Series},
    places::Places,
    text,
    walk::Walk,
};

/// What was found out about an expression of others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Foreign {
    /// It reads nothing that is declared, nor what looks like it.
    NotOurs,
    /// It reads what is declared, as it can be read.
    Sound,
    /// It reads what is declared in a way that cannot work, or what is not declared and looks like it.
    Wrong(Vec<Problem>),
    /// It cannot be read as `PromQL`; `MetricsQL` is more than that.
    Unread(String),
}

/// What scrapes by prometheus-operator, Kubernetes' service discovery and people's external labels add: never a mistake.
const ADDED: &[&str] = &[
    "app",
    "cluster",
    "container",
    "dc",
    "endpoint",
    "env",
    "environment",
    "namespace",
    "node",
    "pod",
    "prometheus",
    "region",
    "replica",
    "service",
    "site",
    "stage",
    "team",
    "tenant",
    "zone",
];

/// What a label is called that was there before the scrape added one of the same name.
const EXPORTED: &str = "exported_";

/// Checks an expression of somebody else against `declarations`. `recorded` names the series that rules record, ours and theirs.
pub fn check_foreign(text: &str, declarations: &[&Declaration], recorded: &[&str]) -> Foreign {
    let parsed = match text::parse(&as_promql(text)) {
        Ok(parsed) => parsed,
        Err(why) => return Foreign::Unread(why),
    };
    let mut mentioned = Mentioned::default();
    mentioned.read(&parsed.expression);
    let names: Vec<&str> = mentioned.metrics.iter().map(String::as_str).collect();
    let ours = Ours { declarations, known: Known::new(declarations, recorded) };
    if !names.iter().any(|name| ours.are_meant_by(name)) {
        return Foreign::NotOurs;
    }
    let theirs = names.iter().filter(|name| !ours.are_meant_by(name));
    let foreign: Vec<&str> = theirs.chain(recorded).copied().collect();
    let Mentioned { labels, made, .. } = &mentioned;
    let added: Vec<String> =
        labels.difference(made).filter(|label| ours.may_be_added(label)).cloned().collect();
    let known = Known::new(declarations, &foreign).with_added(&added);
    let mut walk = Walk::new(known, &parsed.text, Places::of(&parsed));
    walk.expression(&parsed.expression);
    let mut problems = walk.problems;
    problems.retain(concerns_us);
    problems.sort_by_key(|problem| problem.place.position);
    if problems.is_empty() { Foreign::Sound } else { Foreign::Wrong(problems) }
}

/// The text with Grafana's own things as PromQL, each byte in the line where it was: a variable outside of quotation marks is a duration
/// where one must stand, and a number elsewhere; `label_values(x, y)` reads the label `y` of `x`.
fn as_promql(text: &str) -> String {
    let asked = text.trim().strip_prefix("label_values(").and_then(|rest| rest.strip_suffix(')'));
    if let Some((series, label)) = asked.and_then(|asked| asked.rsplit_once(',')) {
        return format!("count by ({}) ({series})", label.trim());
    }
    let (mut read, mut inside, mut rest) = (String::with_capacity(text.len()), Inside::Nothing, text);
    while let Some(character) = rest.chars().next() {
        let length = if character == '$' && inside == Inside::Nothing { variable(rest) } else { 0 };
        if length > 1 {
            let is_duration = read.trim_end().ends_with(['[', ':']) || read.trim_end().ends_with("offset");
            let value = if is_duration { "5m" } else { "1" };
            // Writing to a String cannot fail.
            let _ = write!(read, "{value:length$}");
            rest = &rest[length..];
            continue;
        }
        inside = inside.after(character);
        read.push(character);
        if character == '\\' && inside == Inside::Quotes('`') {
            // There a backslash is one; the parser takes it for the beginning of an escape, as between other quotation marks.
            read.push(character);
        }
        rest = &rest[character.len_utf8()..];
    }
    read
}

/// Where a character of an expression stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    Nothing,
    /// Behind `#`, up to the end of the line; an apostrophe there begins nothing.
    Comment,
    /// Between these marks.
    Quotes(char),
    /// Behind a backslash between them, which takes the meaning of the next character.
    Escape(char),
}

impl Inside {
    /// Where the next character stands.
    fn after(self, character: char) -> Self {
        match (self, character) {
            (Self::Nothing, '"' | '\'' | '`') => Self::Quotes(character),
            (Self::Nothing, '#') => Self::Comment,
            (Self::Comment, '\n') => Self::Nothing,
            (Self::Quotes(mark), _) if mark == character => Self::Nothing,
            // Between backquotes a backslash is one.
            (Self::Quotes(mark @ ('"' | '\'')), '\\') => Self::Escape(mark),
            (Self::Escape(mark), _) => Self::Quotes(mark),
            (same, _) => same,
        }
    }
}

/// The length of the variable that `text` begins with, in bytes; those that the parser's caller knows are left to it.
fn variable(text: &str) -> usize {
    const KNOWN: [&str; 2] = ["$__", "${__"];
    if KNOWN.iter().any(|known| text.starts_with(known)) {
        return 0;
    }
    let name = |text: &str| {
        text.find(|next: char| !(next.is_ascii_alphanumeric() || next == '_')).unwrap_or(text.len())
    };
    match text.strip_prefix("${") {
        Some(braced) => braced.find('}').map_or(0, |end| end + 3),
        None => 1 + name(&text[1..]),
    }
}

/// Whether an engine can run something is for its owner to know; so is a selector without a name.
fn concerns_us(problem: &Problem) -> bool {
    let has_no_name = problem.rule == Rule::UnknownMetric && problem.place.excerpt.starts_with('{');
    problem.rule != Rule::Unportable && !has_no_name
}

/// What is declared, and what is meant to be.
struct Ours<'a> {
    declarations: &'a [&'a Declaration],
    known: Known<'a>,
}

impl Ours<'_> {
    /// Whether `name` is a declared series, or is so near to one that it is taken for it.
    fn are_meant_by(&self, name: &str) -> bool {
        /// Only Lookout's own metrics begin with it; what is recorded begins with its level.
        const OWN: &str = "lookout_";
        let is_own = || name.starts_with(OWN) && !name.contains(':');
        match self.known.series(name) {
            Some(Series::Declared { .. } | Series::Histogram(_)) => true,
            Some(Series::Prometheus | Series::Recorded(_) | Series::Foreign) => false,
            None => is_own() || self.known.names().any(|declared| is_near(name, &declared)),
        }
    }

    /// Whether a label can come from the scrape: it is a usual one, or none of ours and not nearly one.
    fn may_be_added(&self, label: &str) -> bool {
        /// As like as `consumer_group` and `consumergroup`, and less than `team` and `stream`.
        const NEAR: f64 = 0.8;
        if ADDED.contains(&label) || label.starts_with(EXPORTED) {
            return true;
        }
        let mut ours = self.declarations.iter().flat_map(|declaration| declaration.labels);
        !ours.any(|known| strsim::normalized_damerau_levenshtein(label, known.name) >= NEAR)
    }
}

/// Whether `name` is `declared` but for a slip of the keys, or for an ending such as `_total`.
fn is_near(name: &str, declared: &str) -> bool {
    /// One slip in ten characters: `probe_icmp_duration_seconds` is not `probe_http_duration_seconds`.
    const NEAR: f64 = 0.9;
    const ENDINGS: &[&str] =
        &["_total", "_count", "_sum", "_bucket", "_seconds", "_bytes", "_ratio", "_info"];
    let ends = |longer: &str, shorter: &str| {
        longer.strip_prefix(shorter).is_some_and(|ending| ENDINGS.contains(&ending))
    };
    ends(name, declared)
        || ends(declared, name)
        || strsim::normalized_damerau_levenshtein(name, declared) >= NEAR
}

/// The metrics and labels that an expression names.
#[derive(Default)]
struct Mentioned {
    metrics: BTreeSet<String>,
    labels: BTreeSet<String>,
    /// The labels that it makes itself.
    made: BTreeSet<String>,
}

impl Mentioned {
    fn read(&mut self, expression: &Expr) {
        match expression {
            Expr::NumberLiteral(_) | Expr::StringLiteral(_) | Expr::Extension(_) => {}
            Expr::Paren(paren) => self.read(&paren.expr),
            Expr::Subquery(subquery) => self.read(&subquery.expr),
            Expr::Unary(unary) => self.read(&unary.expr),
            Expr::VectorSelector(selector) => self.selector(selector),
            Expr::MatrixSelector(matrix) => self.selector(&matrix.vs),
            Expr::Call(call) => {
                self.relabelled(call);
                call.args.args.iter().for_each(|argument| self.read(argument));
            }
            Expr::Aggregate(AggregateExpr { expr, param, modifier, .. }) => {
                if let Some(Expr::StringLiteral(counted)) = param.as_deref() {
                    self.made.insert(counted.val.clone());
                }
                self.modifier(modifier.as_ref());
                if let Some(param) = param {
                    self.read(param);
                }
                self.read(expr);
            }
            Expr::Binary(BinaryExpr { lhs, rhs, modifier, .. }) => {
                if let Some(modifier) = modifier {
                    self.modifier(modifier.matching.as_ref());
                    self.labels
                        .extend(modifier.card.labels().into_iter().flat_map(|labels| labels.labels.clone()));
                }
                self.read(lhs);
                self.read(rhs);
            }
        }
    }

    /// The label that a call makes, and those that it makes it of.
    fn relabelled(&mut self, call: &Call) {
        let arguments = || call.args.args.iter().map(|argument| &**argument);
        let text = |argument: &Expr| match argument {
            Expr::StringLiteral(literal) => Some(literal.val.clone()),
            _ => None,
        };
        let n_sources = match call.func.name {
            "label_replace" => 1,
            "label_join" => usize::MAX,
            _ => return,
        };
        self.made.extend(arguments().nth(1).and_then(text));
        let sources = arguments().skip(3).take(n_sources).filter_map(text);
        self.labels.extend(sources.filter(|source| !source.is_empty() && source != METRIC_NAME));
    }

    fn modifier(&mut self, modifier: Option<&LabelModifier>) {
        self.labels.extend(modifier.into_iter().flat_map(|modifier| modifier.labels().labels.clone()));
    }

    fn selector(&mut self, selector: &VectorSelector) {
        self.metrics.extend(selector.name.clone());
        for matcher in &selector.matchers.matchers {
            if matcher.name != METRIC_NAME {
                self.labels.insert(matcher.name.clone());
            } else if matcher.op == MatchOp::Equal {
                self.metrics.insert(matcher.value.clone());
            }
        }
    }
}
