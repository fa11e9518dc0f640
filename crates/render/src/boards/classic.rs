//! Grafana's classic dashboard: schema 38, that of Grafana 10, which later versions migrate.
//!
//! Rows and panels are one list, and a place is counted from the top of the board. A row that is folded holds its panels, and
//! takes one line.
//!
//! How to get it wrong: nesting the panels of an open row. Grafana shows the row, and nothing below it.

mod variables;

use serde::Serialize;

use self::variables::Variable;
use super::drawing::{
    Drawing, DrawnPanel, DrawnQuery, DrawnRow, FROM, Link, Marks, PrometheusQuery, REFRESH, RunbookLink,
    SOURCE, SOURCE_PLUGIN, TIME_ZONE, TO, Transformation,
};
use super::layout::{COLUMNS, TITLE};
use super::visualization::{FieldConfig, Options, PLUGIN_VERSION};

/// The version of the schema: Grafana 10.
const SCHEMA_VERSION: u32 = 38;
/// A line through all graphs where the pointer is on one.
const SHARED_CROSSHAIR: u8 = 1;

/// A board in the classic schema.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Dashboard {
    annotations: List<Annotation>,
    description: String,
    editable: bool,
    graph_tooltip: u8,
    links: Vec<Link>,
    panels: Vec<Item>,
    refresh: &'static str,
    schema_version: u32,
    tags: Vec<String>,
    templating: List<Variable>,
    time: TimeRange,
    timezone: &'static str,
    title: String,
    uid: String,
}

#[derive(Debug, Serialize)]
struct List<T> {
    list: Vec<T>,
}

#[derive(Debug, Serialize)]
struct TimeRange {
    from: &'static str,
    to: &'static str,
}

/// A source of data, by the variable that chooses it.
#[derive(Clone, Copy, Debug, Serialize)]
struct Source {
    #[serde(rename = "type")]
    kind: &'static str,
    uid: &'static str,
}

impl Source {
    const CHOSEN: Self = Self { kind: SOURCE_PLUGIN, uid: SOURCE };
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Annotation {
    datasource: Source,
    enable: bool,
    expr: &'static str,
    hide: bool,
    icon_color: &'static str,
    name: &'static str,
    step: &'static str,
    tag_keys: &'static str,
    text_format: &'static str,
    title_format: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Item {
    Row(RowItem),
    Panel(Box<PanelItem>),
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct RowItem {
    collapsed: bool,
    grid_pos: GridPosition,
    id: u32,
    panels: Vec<PanelItem>,
    title: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
}

#[derive(Clone, Copy, Debug, Serialize)]
struct GridPosition {
    h: u32,
    w: u32,
    x: u32,
    y: u32,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct PanelItem {
    datasource: Source,
    description: String,
    field_config: FieldConfig,
    grid_pos: GridPosition,
    id: u32,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    links: Vec<Link>,
    options: Options,
    plugin_version: &'static str,
    targets: Vec<Target>,
    title: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    transformations: Vec<Transformation>,
    #[serde(rename = "type")]
    kind: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Target {
    datasource: Source,
    #[serde(flatten)]
    asked: PrometheusQuery,
    ref_id: String,
}

impl From<Drawing> for Dashboard {
    fn from(drawing: Drawing) -> Self {
        Self {
            annotations: List { list: vec![annotation(&drawing.marks)] },
            description: drawing.description,
            editable: false,
            graph_tooltip: SHARED_CROSSHAIR,
            links: vec![drawing.link],
            panels: items(drawing.rows),
            refresh: REFRESH,
            schema_version: SCHEMA_VERSION,
            tags: drawing.tags,
            templating: List { list: variables::of(drawing.variables) },
            time: TimeRange { from: FROM, to: TO },
            timezone: TIME_ZONE,
            title: drawing.title,
            uid: drawing.uid,
        }
    }
}

fn annotation(marks: &Marks) -> Annotation {
    Annotation {
        datasource: Source::CHOSEN,
        enable: true,
        expr: marks.expr,
        hide: false,
        icon_color: marks.color,
        name: marks.name,
        step: marks.step,
        tag_keys: marks.tags,
        text_format: "",
        title_format: marks.title,
    }
}

fn items(rows: Vec<DrawnRow>) -> Vec<Item> {
    let mut items = Vec::new();
    let mut top = 0;
    for row in rows {
        let DrawnRow { id, title, collapsed, height, panels } = row;
        let below = top + TITLE;
        let panels = panels.into_iter().map(|panel| self::panel(panel, below));
        let (inside, after): (Vec<_>, Vec<_>) =
            if collapsed { (panels.collect(), Vec::new()) } else { (Vec::new(), panels.collect()) };
        let grid_pos = GridPosition { h: TITLE, w: COLUMNS, x: 0, y: top };
        items.push(Item::Row(RowItem { collapsed, grid_pos, id, panels: inside, title, kind: "row" }));
        items.extend(after.into_iter().map(|panel| Item::Panel(Box::new(panel))));
        top = if collapsed { below } else { below + height };
    }
    items
}

/// The panel, in a row whose panels begin at line `top`.
fn panel(panel: DrawnPanel, top: u32) -> PanelItem {
    let place = panel.place;
    let target =
        |query: DrawnQuery| Target { datasource: Source::CHOSEN, asked: query.asked, ref_id: query.ref_id };
    PanelItem {
        datasource: Source::CHOSEN,
        description: panel.description,
        field_config: panel.field_config,
        grid_pos: GridPosition { h: place.height, w: place.width, x: place.x, y: top + place.y },
        id: panel.id,
        links: panel.runbooks.into_iter().map(link).collect(),
        options: panel.options,
        plugin_version: PLUGIN_VERSION,
        targets: panel.queries.into_iter().map(target).collect(),
        title: panel.title,
        transformations: panel.transformations,
        kind: panel.plugin,
    }
}

fn link(runbook: RunbookLink) -> Link {
    Link {
        as_dropdown: false,
        icon: "doc",
        include_vars: false,
        keep_time: false,
        tags: Vec::new(),
        target_blank: true,
        title: runbook.title,
        tooltip: "",
        kind: "link",
        url: runbook.url,
    }
}
