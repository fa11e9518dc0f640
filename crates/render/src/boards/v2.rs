//! Grafana's dashboard as a resource: `dashboard.grafana.app/v2`, which Grafana serves from version 13 on.
//!
//! Panels are elements with names; rows say where each of them goes. Whatever a plugin understands is carried as it is, in a
//! wrapper that names the plugin.
//!
//! Grafana 12 has previews of this schema under other versions, off by default and with a warning against using them: it gets
//! the classic schema, which all versions load.
//!
//! How to get it wrong: an element that no row places, or a place without its element. The schema allows both, and Grafana
//! shows neither.

mod elements;
mod kinds;
mod rows;
mod variables;

use serde::Serialize;

use self::elements::Elements;
use self::kinds::{DataQuery, Kind};
use self::rows::{Row, RowsLayout};
use self::variables::Variable;
use super::drawing::{Drawing, FROM, Link, Marks, REFRESH, TIME_ZONE, TO};

const API_VERSION: &str = "dashboard.grafana.app/v2";
/// What Grafana offers as intervals of showing a board anew where nothing is said.
const REFRESH_INTERVALS: [&str; 10] = ["5s", "10s", "30s", "1m", "5m", "15m", "30m", "1h", "2h", "1d"];

/// A board as a resource.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Resource {
    api_version: &'static str,
    kind: &'static str,
    metadata: Metadata,
    spec: Dashboard,
}

#[derive(Debug, Serialize)]
struct Metadata {
    /// The uid of the board.
    name: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Dashboard {
    annotations: Vec<Kind<Annotation>>,
    cursor_sync: &'static str,
    description: String,
    editable: bool,
    elements: Elements,
    layout: Kind<RowsLayout>,
    links: Vec<Link>,
    preload: bool,
    tags: Vec<String>,
    time_settings: TimeSettings,
    title: String,
    variables: Vec<Kind<Variable>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Annotation {
    enable: bool,
    hide: bool,
    icon_color: &'static str,
    /// How the plugin for Prometheus shows what it found: it reads that beside the query.
    legacy_options: MarkOptions,
    name: &'static str,
    query: DataQuery<MarkQuery>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct MarkOptions {
    tag_keys: &'static str,
    text_format: &'static str,
    title_format: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct MarkQuery {
    expr: &'static str,
    interval: &'static str,
    ref_id: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct TimeSettings {
    auto_refresh: &'static str,
    auto_refresh_intervals: [&'static str; 10],
    fiscal_year_start_month: u8,
    from: &'static str,
    hide_timepicker: bool,
    timezone: &'static str,
    to: &'static str,
}

impl From<Drawing> for Resource {
    fn from(drawing: Drawing) -> Self {
        let rows = drawing.rows.iter().map(Row::of).collect();
        let dashboard = Dashboard {
            annotations: vec![annotation(&drawing.marks)],
            cursor_sync: "Crosshair",
            description: drawing.description,
            editable: false,
            elements: Elements::of(drawing.rows),
            layout: Kind { kind: "RowsLayout", spec: RowsLayout { rows } },
            links: vec![drawing.link],
            preload: false,
            tags: drawing.tags,
            time_settings: TimeSettings {
                auto_refresh: REFRESH,
                auto_refresh_intervals: REFRESH_INTERVALS,
                fiscal_year_start_month: 0,
                from: FROM,
                hide_timepicker: false,
                timezone: TIME_ZONE,
                to: TO,
            },
            title: drawing.title,
            variables: variables::of(drawing.variables),
        };
        Self {
            api_version: API_VERSION,
            kind: "Dashboard",
            metadata: Metadata { name: drawing.uid },
            spec: dashboard,
        }
    }
}

fn annotation(marks: &Marks) -> Kind<Annotation> {
    let query = MarkQuery { expr: marks.expr, interval: marks.step, ref_id: "Anno" };
    let spec = Annotation {
        enable: true,
        hide: false,
        icon_color: marks.color,
        legacy_options: MarkOptions { tag_keys: marks.tags, text_format: "", title_format: marks.title },
        name: marks.name,
        query: DataQuery::of(query),
    };
    Kind { kind: "AnnotationQuery", spec }
}
