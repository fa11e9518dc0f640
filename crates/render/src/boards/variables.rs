//! The variables of a board, and the matchers by which its queries follow them.
//!
//! `cluster` and `namespace` are labels that a scrape or a remote write adds, or does not: "all" is `.*` for them, which the
//! absent label matches too. `.+` would empty every board where they are missing. `job` and `instance` are always there.
//!
//! How to get it wrong: giving a recorded series the matchers of its sources. What was aggregated has no `instance` any more.

use std::collections::BTreeMap;

use lookout_declarations::{Board, Declaration, LabelInfo};
use lookout_promql::{Expression, name_of};
use promql_parser::parser::VectorSelector;

use super::index::Index;
use super::table::heading;

/// The variable that chooses the data source: every board has it, before all others.
pub(super) const SOURCE_NAME: &str = "datasource";
pub(super) const SOURCE_LABEL: &str = "Data source";
/// What is chosen at first, as it is shown and as it is kept.
pub(super) const ALL_TEXT: &str = "All";
pub(super) const ALL: &str = "$__all";
/// Grafana's name of the query of a variable.
pub(super) const REF_ID: &str = "StandardVariableQuery";

/// A variable whose values are those of a label.
#[derive(Debug)]
pub(super) struct Variable {
    /// Its name, which is that of the label.
    pub(super) name: &'static str,
    /// What it is called on the board.
    pub(super) label: String,
    /// What "all" stands for in a matcher.
    pub(super) all: &'static str,
    /// What asks for its values.
    pub(super) query: String,
}

/// A label that the scrape adds, whether it is always there, and whether rules keep it on what they record.
struct OfScrape {
    label: &'static str,
    always: bool,
    recorded: bool,
}

const OF_SCRAPE: [OfScrape; 4] = [
    OfScrape { label: "cluster", always: false, recorded: true },
    OfScrape { label: "namespace", always: false, recorded: false },
    OfScrape { label: "job", always: true, recorded: false },
    OfScrape { label: "instance", always: true, recorded: false },
];

/// What Prometheus writes of each scrape: with the labels of the target.
const OF_TARGETS: [&str; 2] = ["up", "scrape_"];

/// The matchers that `selector` gets on a board with these `filters`.
pub(super) fn matchers(selector: &VectorSelector, filters: &[LabelInfo], index: &Index<'_>) -> String {
    let name = name_of(selector).unwrap_or_default();
    let declaration = index.metric(name).map(|(declaration, _)| declaration);
    let is_scraped = declaration.is_some() || OF_TARGETS.iter().any(|start| name.starts_with(start));
    let own = |label: &str| declaration.is_some_and(|declaration| declaration.has_label(label));
    let of_scrape = OF_SCRAPE.iter().filter(|of| (is_scraped || of.recorded) && !own(of.label));
    let labels =
        of_scrape.map(|of| of.label).chain(filters.iter().map(|filter| filter.name).filter(|name| own(name)));
    joined(labels)
}

fn joined<'a>(labels: impl Iterator<Item = &'a str>) -> String {
    labels.map(|label| format!("{label}=~\"${label}\"")).collect::<Vec<_>>().join(",")
}

/// The variables of `board` below its data source, in the order in which they narrow each other.
pub(super) fn of_board(board: &Board, index: &Index<'_>) -> Vec<Variable> {
    let read = read_by(board, index);
    let anchors = anchors(&read, index);
    let mut variables = Vec::new();
    let mut before: Vec<&str> = Vec::new();
    for of in &OF_SCRAPE {
        let selected = match (anchors.as_slice(), recorded_by(board, index)) {
            ([], Some(name)) if of.recorded => name.to_owned(),
            ([], _) => continue,
            ([anchor], _) => format!("{anchor}{{{}}}", joined(before.iter().copied())),
            (anchors, _) => {
                let names = format!("__name__=~\"{}\"", anchors.join("|"));
                format!("{{{}}}", [names].into_iter().chain(narrowed(&before)).collect::<Vec<_>>().join(","))
            }
        };
        variables.push(values(of.label, title_of(of.label), of.always, &selected));
        before.push(of.label);
    }
    for filter in &board.filters {
        let Some(metric) = smallest_with(&read, filter) else { continue };
        let has = |label: &&&str| OF_SCRAPE.iter().any(|of| of.label == **label) || metric.has_label(label);
        let selected = format!("{}{{{}}}", sample(metric), joined(before.iter().filter(has).copied()));
        variables.push(values(filter.name, heading(filter.name), true, &selected));
        before.push(filter.name);
    }
    variables
}

fn narrowed(labels: &[&str]) -> Option<String> {
    (!labels.is_empty()).then(|| joined(labels.iter().copied()))
}

fn title_of(label: &str) -> String {
    let mut letters = label.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

fn values(name: &'static str, label: String, always: bool, selected: &str) -> Variable {
    let selected = selected.strip_suffix("{}").unwrap_or(selected);
    let all = if always { ".+" } else { ".*" };
    Variable { name, label, all, query: format!("label_values({selected}, {name})") }
}

/// Every metric that the board reads, with its place in the catalogue.
fn read_by(board: &Board, index: &Index<'_>) -> BTreeMap<(usize, usize), &'static Declaration> {
    let mut read = BTreeMap::new();
    for (_, text) in board.expressions() {
        let Ok(expression) = Expression::parse(text) else { continue };
        for name in expression.selectors().into_iter().filter_map(name_of) {
            let Some((declaration, _)) = index.metric(name) else { continue };
            let Some(exporter) = index.exporter_of(declaration) else { continue };
            let metrics = index.catalogue[exporter].spec.metrics;
            let at = metrics.iter().position(|metric| metric.name == declaration.name).unwrap_or_default();
            read.insert((exporter, at), declaration);
        }
    }
    read
}

/// The first recorded series that the board reads.
fn recorded_by<'a>(board: &Board, index: &Index<'a>) -> Option<&'a str> {
    let expressions = board.expressions().filter_map(|(_, text)| Expression::parse(text).ok());
    let names: Vec<String> = expressions
        .flat_map(|expression| {
            expression.selectors().into_iter().filter_map(name_of).map(ToOwned::to_owned).collect::<Vec<_>>()
        })
        .collect();
    index.recordings.iter().copied().find(|name| names.iter().any(|read| read == name))
}

/// One metric for each exporter that the board reads: one that is always there, the first of the documentation.
fn anchors(read: &BTreeMap<(usize, usize), &'static Declaration>, index: &Index<'_>) -> Vec<String> {
    let exporters: std::collections::BTreeSet<usize> = read.keys().map(|(exporter, _)| *exporter).collect();
    let of = |exporter: usize| {
        let metrics = read.iter().filter(move |((of, _), _)| *of == exporter);
        metrics
            .min_by_key(|((_, at), metric)| (metric.opt_in, metric.detail, *at))
            .map(|(_, metric)| sample(metric))
    };
    debug_assert!(exporters.iter().all(|exporter| *exporter < index.catalogue.len()));
    exporters.into_iter().filter_map(of).collect()
}

/// The metric with the fewest labels that has this one: few series tell its values.
fn smallest_with(
    read: &BTreeMap<(usize, usize), &'static Declaration>,
    filter: &LabelInfo,
) -> Option<&'static Declaration> {
    let having = read.values().filter(|metric| metric.label(filter.name).is_some() && !metric.opt_in);
    having.copied().min_by_key(|metric| metric.labels.len())
}

/// A name of sample lines of `metric`.
fn sample(metric: &Declaration) -> String {
    metric.sample_names().pop().unwrap_or_default()
}
