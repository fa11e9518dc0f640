//! Grafana's classic dashboard, as far as Lookout writes it: schema 38, that of Grafana 10, which later versions migrate.
//!
//! Names are Grafana's. Fields that it fills with the same defaults in every version are left out, but for those that the strict
//! schema of grafana-foundation-sdk wants: version 10 does not know a few of them, and passes over what it does not know.
//!
//! How to get it wrong: a field that no schema has. Nobody complains but the test that reads every board strictly.

use serde::Serialize;

use super::variables::Variable;

/// The version of the schema: Grafana 10.
pub(super) const SCHEMA_VERSION: u32 = 38;
/// The version of the panels, so that they are not migrated from the beginning of time.
pub(super) const PLUGIN_VERSION: &str = "10.0.0";

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Dashboard {
    pub(super) annotations: List<Annotation>,
    pub(super) description: String,
    pub(super) editable: bool,
    pub(super) graph_tooltip: u8,
    pub(super) links: Vec<Link>,
    pub(super) panels: Vec<Item>,
    pub(super) refresh: &'static str,
    pub(super) schema_version: u32,
    pub(super) tags: Vec<String>,
    pub(super) templating: List<Variable>,
    pub(super) time: TimeRange,
    pub(super) timezone: &'static str,
    pub(super) title: String,
    pub(super) uid: String,
}

#[derive(Debug, Serialize)]
pub(super) struct List<T> {
    pub(super) list: Vec<T>,
}

#[derive(Debug, Serialize)]
pub(super) struct TimeRange {
    pub(super) from: &'static str,
    pub(super) to: &'static str,
}

/// A source of data, by the variable that chooses it.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Source {
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) uid: &'static str,
}

impl Source {
    pub(super) const CHOSEN: Self = Self { kind: "prometheus", uid: "${datasource}" };
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Annotation {
    pub(super) datasource: Source,
    pub(super) enable: bool,
    pub(super) expr: String,
    pub(super) hide: bool,
    pub(super) icon_color: &'static str,
    pub(super) name: &'static str,
    pub(super) step: &'static str,
    pub(super) tag_keys: &'static str,
    pub(super) text_format: &'static str,
    pub(super) title_format: &'static str,
}

/// A link of a board or of a panel.
#[allow(clippy::struct_excessive_bools, reason = "it has Grafana's fields")]
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Link {
    pub(super) as_dropdown: bool,
    pub(super) icon: &'static str,
    pub(super) include_vars: bool,
    pub(super) keep_time: bool,
    pub(super) tags: Vec<&'static str>,
    pub(super) target_blank: bool,
    pub(super) title: String,
    pub(super) tooltip: &'static str,
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) url: String,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Item {
    Row(RowItem),
    Panel(Box<PanelItem>),
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RowItem {
    pub(super) collapsed: bool,
    pub(super) grid_pos: GridPosition,
    pub(super) id: u32,
    pub(super) panels: Vec<PanelItem>,
    pub(super) title: &'static str,
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
}

#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct GridPosition {
    pub(super) h: u32,
    pub(super) w: u32,
    pub(super) x: u32,
    pub(super) y: u32,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PanelItem {
    pub(super) datasource: Source,
    pub(super) description: String,
    pub(super) field_config: FieldConfig,
    pub(super) grid_pos: GridPosition,
    pub(super) id: u32,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) links: Vec<Link>,
    pub(super) options: Options,
    pub(super) plugin_version: &'static str,
    pub(super) targets: Vec<Target>,
    pub(super) title: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) transformations: Vec<Transformation>,
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Target {
    pub(super) datasource: Source,
    pub(super) editor_mode: &'static str,
    pub(super) expr: String,
    pub(super) format: &'static str,
    pub(super) instant: bool,
    pub(super) legend_format: String,
    pub(super) range: bool,
    pub(super) ref_id: String,
}

#[derive(Debug, Serialize)]
pub(super) struct FieldConfig {
    pub(super) defaults: Defaults,
    pub(super) overrides: Vec<Override>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Defaults {
    pub(super) color: Color,
    pub(super) custom: Custom,
    pub(super) mappings: Vec<Mapping>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) max: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) min: Option<f64>,
    pub(super) no_value: String,
    pub(super) thresholds: Thresholds,
    pub(super) unit: &'static str,
}

#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Color {
    pub(super) mode: &'static str,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct Thresholds {
    pub(super) mode: &'static str,
    pub(super) steps: Vec<Step>,
}

#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Step {
    pub(super) color: &'static str,
    pub(super) value: Option<f64>,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct Mapping {
    pub(super) options: MappedValues,
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct MappedValues {
    #[serde(rename = "0")]
    pub(super) zero: MappedValue,
    #[serde(rename = "1")]
    pub(super) one: MappedValue,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct MappedValue {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) color: Option<&'static str>,
    pub(super) index: u32,
    pub(super) text: &'static str,
}

/// What each form of panel adds to the configuration of a field.
#[derive(Debug, Serialize)]
#[serde(untagged, rename_all_fields = "camelCase")]
pub(super) enum Custom {
    Lines {
        axis_soft_min: u8,
        draw_style: &'static str,
        fill_opacity: u8,
        line_interpolation: &'static str,
        line_width: u8,
        show_points: &'static str,
        span_nulls: bool,
        thresholds_style: Mode,
    },
    Cells {
        align: &'static str,
        cell_options: Kind,
        filterable: bool,
        inspect: bool,
    },
    Strips {
        fill_opacity: u8,
        line_width: u8,
    },
    Nothing {},
}

#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Mode {
    pub(super) mode: &'static str,
}

#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Kind {
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
}

#[derive(Debug, Serialize)]
pub(super) struct Override {
    pub(super) matcher: Matcher,
    pub(super) properties: Vec<Property>,
}

#[derive(Debug, Serialize)]
pub(super) struct Matcher {
    pub(super) id: &'static str,
    pub(super) options: String,
}

#[derive(Debug, Serialize)]
pub(super) struct Property {
    pub(super) id: &'static str,
    pub(super) value: serde_json::Value,
}

#[derive(Debug, Serialize)]
pub(super) struct Transformation {
    pub(super) id: &'static str,
    pub(super) options: serde_json::Value,
}

#[derive(Debug, Serialize)]
#[serde(untagged, rename_all_fields = "camelCase")]
pub(super) enum Options {
    Lines {
        legend: Legend,
        tooltip: Tooltip,
    },
    Stat {
        color_mode: &'static str,
        graph_mode: &'static str,
        justify_mode: &'static str,
        orientation: &'static str,
        percent_change_color_mode: &'static str,
        reduce_options: Reduce,
        show_percent_change: bool,
        text_mode: &'static str,
        wide_layout: bool,
    },
    Table {
        cell_height: &'static str,
        footer: Footer,
        frame_index: u32,
        show_header: bool,
        sort_by: Vec<SortBy>,
    },
    Bars {
        display_mode: &'static str,
        legend: Legend,
        max_viz_height: u32,
        min_viz_height: u32,
        min_viz_width: u32,
        name_placement: &'static str,
        orientation: &'static str,
        reduce_options: Reduce,
        sizing: &'static str,
        show_unfilled: bool,
        value_mode: &'static str,
    },
    Strips {
        align_value: &'static str,
        legend: Legend,
        merge_values: bool,
        row_height: f64,
        show_value: &'static str,
        tooltip: Tooltip,
    },
}

#[allow(clippy::struct_field_names, reason = "it has Grafana's fields")]
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Legend {
    pub(super) calcs: Vec<&'static str>,
    pub(super) display_mode: &'static str,
    pub(super) placement: &'static str,
    pub(super) show_legend: bool,
}

#[derive(Debug, Serialize)]
pub(super) struct Tooltip {
    pub(super) mode: &'static str,
    pub(super) sort: &'static str,
}

#[derive(Debug, Serialize)]
pub(super) struct Reduce {
    pub(super) calcs: [&'static str; 1],
    pub(super) fields: &'static str,
    pub(super) values: bool,
}

impl Legend {
    /// No legend.
    pub(super) const NONE: Self =
        Self { calcs: Vec::new(), display_mode: "list", placement: "bottom", show_legend: false };
}

impl Reduce {
    pub(super) const LAST: Self = Self { calcs: ["lastNotNull"], fields: "", values: false };
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Footer {
    pub(super) count_rows: bool,
    pub(super) fields: &'static str,
    pub(super) reducer: [&'static str; 1],
    pub(super) show: bool,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SortBy {
    pub(super) desc: bool,
    pub(super) display_name: String,
}
