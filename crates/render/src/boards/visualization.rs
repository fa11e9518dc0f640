//! How a panel looks: the words of Grafana's plugins. They are the same whichever schema carries them, so both of ours do.
//!
//! Names are Grafana's. Fields that it fills with the same defaults in every version are left out, but for those that the strict
//! types of grafana-foundation-sdk want: version 10 does not know a few of them, and passes over what it does not know.
//!
//! How to get it wrong: a field that no plugin has. Nobody complains but the test that reads every board strictly.

use serde::Serialize;

/// The version of the plugins whose words these are, so that newer ones migrate from there and not from the beginning of time.
pub(super) const PLUGIN_VERSION: &str = "10.0.0";

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
