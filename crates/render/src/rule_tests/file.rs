//! The file of unit tests, as promtool and vmalert-tool read it.
//!
//! How to get it wrong: an unknown field. Both testers refuse the whole file.

use serde::Serialize;

#[derive(Serialize)]
pub(super) struct TestFile {
    pub(super) rule_files: Vec<String>,
    pub(super) evaluation_interval: String,
    /// Without it promtool evaluates the groups of a file in an order that changes from run to run.
    pub(super) group_eval_order: Vec<String>,
    pub(super) tests: Vec<Test>,
}

#[derive(Serialize)]
pub(super) struct Test {
    pub(super) name: String,
    pub(super) interval: String,
    pub(super) input_series: Vec<Input>,
    #[serde(rename = "promql_expr_test", skip_serializing_if = "Vec::is_empty")]
    pub(super) promql: Vec<Expression>,
    #[serde(rename = "metricsql_expr_test", skip_serializing_if = "Vec::is_empty")]
    pub(super) metricsql: Vec<Expression>,
}

#[derive(Serialize)]
pub(super) struct Input {
    pub(super) series: String,
    pub(super) values: String,
}

#[derive(Serialize)]
pub(super) struct Expression {
    pub(super) expr: String,
    pub(super) eval_time: String,
    pub(super) exp_samples: Vec<Sample>,
}

#[derive(Serialize)]
pub(super) struct Sample {
    pub(super) labels: String,
    pub(super) value: i64,
}
