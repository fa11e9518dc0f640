//! The wrappers of which a resource consists: what a part is, and its content. Where a plugin understands the content, the
//! wrapper names it.
//!
//! How to get it wrong: a kind with a wrong name. The strict types of grafana-foundation-sdk let it pass, and Grafana leaves
//! the part out; the test compares every kind with what those types call themselves.

use serde::Serialize;

use crate::boards::drawing::{SOURCE, SOURCE_PLUGIN};

/// The version of the model of all queries.
const QUERY_VERSION: &str = "v0";

/// A part that Grafana itself understands.
#[derive(Debug, Serialize)]
pub(super) struct Kind<S> {
    pub(super) kind: &'static str,
    pub(super) spec: S,
}

/// A query of the data source that is chosen.
#[derive(Debug, Serialize)]
pub(super) struct DataQuery<S> {
    datasource: DataSource,
    group: &'static str,
    kind: &'static str,
    spec: S,
    version: &'static str,
}

/// A data source. What Grafana calls its name here is its uid.
#[derive(Debug, Serialize)]
struct DataSource {
    name: &'static str,
}

impl<S> DataQuery<S> {
    pub(super) fn of(spec: S) -> Self {
        Self {
            datasource: DataSource { name: SOURCE },
            group: SOURCE_PLUGIN,
            kind: "DataQuery",
            spec,
            version: QUERY_VERSION,
        }
    }
}
