//! The panels of a resource, by name.
//!
//! Names follow from numbers, as they do where Grafana converts a classic board: a link to a panel leads to it in both schemas.
//!
//! How to get it wrong: two panels of one name. What reads JSON keeps one of them without a word.

use serde::{Serialize, Serializer};

use super::kinds::{DataQuery, Kind};
use crate::boards::drawing::{
    DrawnPanel, DrawnQuery, DrawnRow, PrometheusQuery, RunbookLink, Transformation as DrawnTransformation,
};
use crate::boards::visualization::{FieldConfig, Options, PLUGIN_VERSION};

/// All panels, in the order in which people see them.
#[derive(Debug)]
pub(super) struct Elements(Vec<(String, Kind<Panel>)>);

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Panel {
    data: Kind<QueryGroup>,
    description: String,
    id: u32,
    links: Vec<DataLink>,
    title: &'static str,
    viz_config: VizConfig,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct DataLink {
    target_blank: bool,
    title: String,
    url: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct QueryGroup {
    queries: Vec<Kind<PanelQuery>>,
    query_options: QueryOptions,
    transformations: Vec<Transformation>,
}

/// The interval and the time of a panel's queries, which are those of the board.
#[derive(Debug, Serialize)]
struct QueryOptions {}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct PanelQuery {
    hidden: bool,
    query: DataQuery<PrometheusQuery>,
    ref_id: String,
}

#[derive(Debug, Serialize)]
struct Transformation {
    group: &'static str,
    kind: &'static str,
    spec: TransformationOptions,
}

#[derive(Debug, Serialize)]
struct TransformationOptions {
    options: serde_json::Value,
}

/// What draws the panel, and how.
#[derive(Debug, Serialize)]
struct VizConfig {
    group: &'static str,
    kind: &'static str,
    spec: VizOptions,
    version: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct VizOptions {
    field_config: FieldConfig,
    options: Options,
}

impl Elements {
    pub(super) fn of(rows: Vec<DrawnRow>) -> Self {
        let panels = rows.into_iter().flat_map(|row| row.panels);
        Self(panels.map(|panel| (name(panel.id), self::panel(panel))).collect())
    }
}

impl Serialize for Elements {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, panel)| (name, panel)))
    }
}

/// The name of the panel with this number, as Grafana gives it.
pub(super) fn name(id: u32) -> String {
    format!("panel-{id}")
}

fn panel(panel: DrawnPanel) -> Kind<Panel> {
    let data = QueryGroup {
        queries: panel.queries.into_iter().map(query).collect(),
        query_options: QueryOptions {},
        transformations: panel.transformations.into_iter().map(transformation).collect(),
    };
    let viz_config = VizConfig {
        group: panel.plugin,
        kind: "VizConfig",
        spec: VizOptions { field_config: panel.field_config, options: panel.options },
        version: PLUGIN_VERSION,
    };
    let spec = Panel {
        data: Kind { kind: "QueryGroup", spec: data },
        description: panel.description,
        id: panel.id,
        links: panel.runbooks.into_iter().map(link).collect(),
        title: panel.title,
        viz_config,
    };
    Kind { kind: "Panel", spec }
}

fn query(query: DrawnQuery) -> Kind<PanelQuery> {
    let spec = PanelQuery { hidden: false, query: DataQuery::of(query.asked), ref_id: query.ref_id };
    Kind { kind: "PanelQuery", spec }
}

fn transformation(transformation: DrawnTransformation) -> Transformation {
    Transformation {
        group: transformation.id,
        kind: "Transformation",
        spec: TransformationOptions { options: transformation.options },
    }
}

fn link(runbook: RunbookLink) -> DataLink {
    DataLink { target_blank: true, title: runbook.title, url: runbook.url }
}
