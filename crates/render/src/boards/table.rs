//! Tables: labels as columns with readable headings, one column per query, the worst on top.
//!
//! The rows of several queries are merged where their labels are equal. What is the same in every row (the time, the job, a
//! value that is always 1) is hidden.

use lookout_declarations::Query;
use serde_json::json;

use super::bounds::{Bound, Side, thresholds};
use super::dimension::Dimension;
use super::drawing::Transformation;
use super::visualization::{Matcher, Override, Property, SortBy};

/// One query of a table, looked through.
pub(super) struct Column {
    pub(super) query: Query,
    pub(super) dimension: Dimension,
    /// The labels of its rows, in the order of declaration.
    pub(super) labels: Vec<String>,
    /// The bounds that apply to it.
    pub(super) bounds: Vec<Bound>,
}

/// What the scrape adds and nobody reads in a table.
const HIDDEN: [&str; 3] = ["Time", "job", "__name__"];
/// Above this many labels the values stand in front, where they are seen.
const MANY_LABELS: usize = 4;

/// The parts of a table's definition.
pub(super) struct Table {
    pub(super) transformations: Vec<Transformation>,
    pub(super) overrides: Vec<Override>,
    pub(super) sort_by: Vec<SortBy>,
}

impl Table {
    pub(super) fn new(columns: &[Column]) -> Self {
        let labels = labels(columns);
        let is_single = columns.len() == 1;
        let fields: Vec<String> = (0..columns.len())
            .map(|at| if is_single { "Value".to_owned() } else { format!("Value #{}", ref_id(at)) })
            .collect();
        let mut excluded: Vec<String> = HIDDEN.iter().map(|name| (*name).to_owned()).collect();
        let mut renamed = serde_json::Map::new();
        let (mut overrides, mut shown) = (Vec::new(), Vec::new());
        for label in &labels {
            renamed.insert(label.clone(), heading(label).into());
        }
        for (column, field) in columns.iter().zip(&fields) {
            if column.dimension == Dimension::Fixed && !labels.is_empty() {
                excluded.push(field.clone());
                continue;
            }
            let title = title(column);
            renamed.insert(field.clone(), title.clone().into());
            overrides.push(cells(&title, column));
            shown.push((field.clone(), title, column));
        }
        let order: serde_json::Map<_, _> =
            ordered(&labels, shown.iter().map(|(field, ..)| field.clone()).collect())
                .into_iter()
                .zip(0..)
                .map(|(name, at)| (name, at.into()))
                .collect();
        let excluded: serde_json::Map<_, _> = excluded.into_iter().map(|name| (name, true.into())).collect();
        let organize = json!({ "excludeByName": excluded, "indexByName": order, "renameByName": renamed });
        let mut transformations = Vec::new();
        if !is_single {
            transformations.push(Transformation { id: "merge", options: json!({}) });
        }
        transformations.push(Transformation { id: "organize", options: organize });
        let sort_by = shown
            .first()
            .map(|(_, title, column)| SortBy { desc: !ascends(column), display_name: title.clone() });
        Self { transformations, overrides, sort_by: sort_by.into_iter().collect() }
    }
}

/// What matters comes first: the least time that is left, else the largest.
fn ascends(column: &Column) -> bool {
    let text = column.query.expression.trim_start();
    let says = text.starts_with("sort(") || text.starts_with("bottomk(");
    says || column.dimension == Dimension::Yes || column.bounds.iter().any(|bound| bound.side == Side::Below)
}

/// Labels in the order of the columns, each once; `instance` last, as it says who looked.
fn labels(columns: &[Column]) -> Vec<String> {
    let mut labels: Vec<String> = Vec::new();
    for label in columns.iter().flat_map(|column| &column.labels) {
        if !HIDDEN.contains(&label.as_str()) && !labels.contains(label) {
            labels.push(label.clone());
        }
    }
    labels.sort_by_key(|label| label == "instance");
    labels
}

fn ordered(labels: &[String], values: Vec<String>) -> Vec<String> {
    let labels = labels.to_vec();
    if labels.len() > MANY_LABELS { [values, labels].concat() } else { [labels, values].concat() }
}

fn title(column: &Column) -> String {
    let legend = column.query.legend;
    if legend.is_empty() || legend.contains("{{") {
        return match column.dimension {
            Dimension::Seconds => "Time".to_owned(),
            Dimension::Ratio => "Share".to_owned(),
            Dimension::Bytes => "Size".to_owned(),
            Dimension::Timestamp => "When".to_owned(),
            _ => "Value".to_owned(),
        };
    }
    capitalized(legend)
}

fn cells(title: &str, column: &Column) -> Override {
    let mut properties = vec![Property { id: "unit", value: json!(column.dimension.unit()) }];
    let mappings = column.dimension.mappings();
    if !mappings.is_empty() {
        properties.push(Property { id: "mappings", value: json!(mappings) });
    }
    if !column.bounds.is_empty() {
        properties.push(Property { id: "thresholds", value: json!(thresholds(&column.bounds, "green")) });
    }
    if column.dimension.is_coloured() || !column.bounds.is_empty() {
        properties.push(Property { id: "custom.cellOptions", value: json!({ "type": "color-text" }) });
    }
    Override { matcher: Matcher { id: "byName", options: title.to_owned() }, properties }
}

/// `A` to `Z`, then `AA`.
pub(super) fn ref_id(at: usize) -> String {
    let letter = char::from(b'A' + u8::try_from(at % 26).unwrap_or_default());
    letter.to_string().repeat(at / 26 + 1)
}

/// The heading of a label: `consumergroup` is `Consumer group`.
pub(super) fn heading(label: &str) -> String {
    match label {
        "consumergroup" => "Consumer group".to_owned(),
        "subject_CN" => "Subject".to_owned(),
        "issuer_CN" => "Issuer".to_owned(),
        "alertname" => "Alert".to_owned(),
        "filepath" => "File".to_owned(),
        label => capitalized(&label.replace('_', " ")),
    }
}

pub(super) fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().collect::<String>()).unwrap_or_default()
        + letters.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_are_words() {
        assert_eq!(heading("consumergroup"), "Consumer group");
        assert_eq!(heading("resource_namespace"), "Resource namespace");
        assert_eq!([ref_id(0), ref_id(25), ref_id(26)], ["A", "Z", "AA"]);
    }
}
