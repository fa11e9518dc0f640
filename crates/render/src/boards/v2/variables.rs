//! The variables of a resource, where choices are words.
//!
//! How to get it wrong: leaving out what has no default in the schema. A variable without `skipUrlSync` or `options` is none.

use serde::Serialize;

use super::kinds::{DataQuery, Kind};
use crate::boards::drawing::SOURCE_PLUGIN;
use crate::boards::variables;

/// Shown with its label.
const DO_NOT_HIDE: &str = "dontHide";

/// A variable: what a person chooses on top of the board.
#[allow(clippy::struct_excessive_bools, reason = "it has Grafana's fields")]
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Variable {
    #[serde(skip_serializing_if = "Option::is_none")]
    all_value: Option<&'static str>,
    allow_custom_value: bool,
    current: Current,
    hide: &'static str,
    include_all: bool,
    label: String,
    multi: bool,
    name: &'static str,
    /// What is found when the board is opened is not kept.
    options: [Current; 0],
    refresh: &'static str,
    regex: &'static str,
    skip_url_sync: bool,
    #[serde(flatten)]
    asks: Asks,
}

/// Where the values come from.
#[derive(Debug, Serialize)]
#[serde(untagged, rename_all_fields = "camelCase")]
enum Asks {
    Grafana { plugin_id: &'static str },
    DataSource { definition: String, query: DataQuery<VariableQuery>, sort: &'static str },
}

/// What is chosen.
#[derive(Debug, Serialize)]
struct Current {
    text: Choice,
    value: Choice,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Choice {
    One(&'static str),
    Several([&'static str; 1]),
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct VariableQuery {
    query: String,
    ref_id: &'static str,
}

/// The data source, and `variables` below it.
pub(super) fn of(variables: Vec<variables::Variable>) -> Vec<Kind<Variable>> {
    [source()].into_iter().chain(variables.into_iter().map(values)).collect()
}

/// Nothing is chosen: Grafana takes its default data source, if that is a Prometheus, or the first.
fn source() -> Kind<Variable> {
    let spec = Variable {
        all_value: None,
        allow_custom_value: true,
        current: Current { text: Choice::One(""), value: Choice::One("") },
        hide: DO_NOT_HIDE,
        include_all: false,
        label: variables::SOURCE_LABEL.to_owned(),
        multi: false,
        name: variables::SOURCE_NAME,
        options: [],
        refresh: "onDashboardLoad",
        regex: "",
        skip_url_sync: false,
        asks: Asks::Grafana { plugin_id: SOURCE_PLUGIN },
    };
    Kind { kind: "DatasourceVariable", spec }
}

fn values(variable: variables::Variable) -> Kind<Variable> {
    let query = VariableQuery { query: variable.query.clone(), ref_id: variables::REF_ID };
    let spec = Variable {
        all_value: Some(variable.all),
        allow_custom_value: true,
        current: Current {
            text: Choice::Several([variables::ALL_TEXT]),
            value: Choice::Several([variables::ALL]),
        },
        hide: DO_NOT_HIDE,
        include_all: true,
        label: variable.label,
        multi: true,
        name: variable.name,
        options: [],
        // What was there then can be chosen.
        refresh: "onTimeRangeChanged",
        regex: "",
        skip_url_sync: false,
        asks: Asks::DataSource {
            definition: variable.query,
            query: DataQuery::of(query),
            sort: "alphabeticalAsc",
        },
    };
    Kind { kind: "QueryVariable", spec }
}
