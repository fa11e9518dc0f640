//! The variables of a board in the classic schema, where choices are numbers and a query is kept twice: as it is asked, and as
//! it is shown in a list.
//!
//! How to get it wrong: reading a number of one field as that of another. 1 is "when the board is opened" for `refresh`,
//! "ascending" for `sort`, and "without its label" for `hide`.

use serde::Serialize;

use super::Source;
use crate::boards::drawing::SOURCE_PLUGIN;
use crate::boards::variables;

/// Shown with its label.
const DO_NOT_HIDE: u8 = 0;
const ON_LOAD: u8 = 1;
/// On a change of the time range too: what was there then can be chosen.
const ON_TIME_RANGE: u8 = 2;
const ALPHABETICAL: u8 = 1;

/// A variable: what a person chooses on top of the board.
#[derive(Debug, Serialize)]
#[serde(untagged, rename_all_fields = "camelCase")]
pub(super) enum Variable {
    Source {
        hide: u8,
        include_all: bool,
        label: &'static str,
        multi: bool,
        name: &'static str,
        query: &'static str,
        refresh: u8,
        regex: &'static str,
        #[serde(rename = "type")]
        kind: &'static str,
    },
    Values {
        all_value: &'static str,
        current: Current,
        datasource: Source,
        definition: String,
        hide: u8,
        include_all: bool,
        label: String,
        multi: bool,
        name: &'static str,
        query: VariableQuery,
        refresh: u8,
        regex: &'static str,
        sort: u8,
        #[serde(rename = "type")]
        kind: &'static str,
    },
}

#[derive(Debug, Serialize)]
pub(super) struct Current {
    selected: bool,
    text: [&'static str; 1],
    value: [&'static str; 1],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct VariableQuery {
    query: String,
    ref_id: &'static str,
}

/// The data source, and `variables` below it.
pub(super) fn of(variables: Vec<variables::Variable>) -> Vec<Variable> {
    [source()].into_iter().chain(variables.into_iter().map(values)).collect()
}

fn source() -> Variable {
    Variable::Source {
        hide: DO_NOT_HIDE,
        include_all: false,
        label: variables::SOURCE_LABEL,
        multi: false,
        name: variables::SOURCE_NAME,
        query: SOURCE_PLUGIN,
        refresh: ON_LOAD,
        regex: "",
        kind: "datasource",
    }
}

fn values(variable: variables::Variable) -> Variable {
    Variable::Values {
        all_value: variable.all,
        current: Current { selected: true, text: [variables::ALL_TEXT], value: [variables::ALL] },
        datasource: Source::CHOSEN,
        definition: variable.query.clone(),
        hide: DO_NOT_HIDE,
        include_all: true,
        label: variable.label,
        multi: true,
        name: variable.name,
        query: VariableQuery { query: variable.query, ref_id: variables::REF_ID },
        refresh: ON_TIME_RANGE,
        regex: "",
        sort: ALPHABETICAL,
        kind: "query",
    }
}
