//! One panel: from what is declared to what is drawn.
//!
//! Numbers, bars and lists ask for the present moment. The last value of a range would show what has vanished as though it
//! were there.

use lookout_declarations::{Board, Panel, PanelKind, Query, Severity, SeverityLabel};
use lookout_promql::{Expression, inspect};
use serde_json::json;

use super::bounds::{self, Bound, Side, thresholds};
use super::dimension::Dimension;
use super::drawing::{DrawnPanel, DrawnQuery, PrometheusQuery, RunbookLink};
use super::index::Index;
use super::layout::Place;
use super::table::{Column, Table, capitalized, ref_id};
use super::variables::matchers;
use super::visualization::{
    Color, Custom, Defaults, FieldConfig, Footer, Kind, Legend, Matcher, Mode, Options, Override, Property,
    Reduce, SortBy, Tooltip,
};
use crate::RenderError;

/// What an empty panel says unless its queries say what that means: not that there is nothing, but that nothing is known.
const NOT_KNOWN: &str = "Not watched, or not known";

/// What all panels of a board share.
pub(super) struct Context<'a> {
    pub(super) board: &'a Board,
    pub(super) index: &'a Index<'a>,
    /// Where Lookout serves its runbooks, if that is known.
    pub(super) lookout_url: Option<&'a str>,
}

/// A query, looked through.
struct Looked<'a> {
    query: &'a Query,
    expression: Expression,
    dimension: Dimension,
    bounds: Vec<Bound>,
}

impl Context<'_> {
    /// The panel with this number at this place.
    pub(super) fn panel(&self, panel: &Panel, id: u32, place: Place) -> Result<DrawnPanel, RenderError> {
        let looked =
            (0..panel.queries.len()).map(|at| self.look(panel, at)).collect::<Result<Vec<_>, _>>()?;
        let dimension = looked.first().map_or(Dimension::Number, |looked| looked.dimension);
        let is_table = panel.kind == PanelKind::Table;
        let table = is_table.then(|| self.table(&looked));
        let bounds = shared(panel, &looked);
        let queries = looked
            .iter()
            .zip(0..)
            .map(|(looked, at)| self.query(panel, looked, at))
            .collect::<Result<_, _>>()?;
        let mut overrides = if is_table { Vec::new() } else { differing(panel, &looked, dimension, &bounds) };
        let (mut transformations, mut sort_by) = (Vec::new(), Vec::new());
        if let Some(table) = table {
            (overrides, transformations, sort_by) = (table.overrides, table.transformations, table.sort_by);
        }
        if panel.kind == PanelKind::TimeSeries && panel.queries.iter().any(is_by_severity) {
            overrides.extend(Severity::ALL.iter().copied().map(coloured));
        }
        Ok(DrawnPanel {
            id,
            title: panel.title,
            description: self.description(panel),
            place,
            plugin: plugin(panel.kind),
            queries,
            transformations,
            field_config: FieldConfig { defaults: defaults(panel, dimension, &bounds), overrides },
            options: options(panel, place, sort_by, dimension),
            runbooks: self.runbooks(panel),
        })
    }

    fn place(&self, panel: &Panel) -> String {
        format!("board `{}`, panel `{}`", self.board.slug, panel.title)
    }

    fn look<'q>(&self, panel: &'q Panel, at: usize) -> Result<Looked<'q>, RenderError> {
        let query = &panel.queries[at];
        let expression = Expression::parse(&query.expression)
            .map_err(|why| RenderError::ReadExpression { place: self.place(panel), why })?;
        let said = query.unit.or(panel.unit).map(Dimension::from);
        let dimension = said.unwrap_or_else(|| Dimension::of(expression.tree(), self.index));
        let bounds = bounds::of_query(panel, at, dimension, self.index)?;
        Ok(Looked { query, expression, dimension, bounds })
    }

    fn query(&self, panel: &Panel, looked: &Looked<'_>, at: usize) -> Result<DrawnQuery, RenderError> {
        let follow = |selector: &_| matchers(selector, &self.board.filters, self.index);
        let expr = looked.expression.with_matchers(follow).ok_or_else(|| RenderError::ReadExpression {
            place: self.place(panel),
            why: "the places of its selectors cannot be told; do not name a metric like a keyword".to_owned(),
        })?;
        // Grafana's moments are milliseconds.
        let expr = if looked.dimension == Dimension::Timestamp { format!("({expr}) * 1000") } else { expr };
        let instant = !matches!(panel.kind, PanelKind::TimeSeries | PanelKind::StateTimeline);
        let legend = if looked.query.legend.is_empty() { "__auto" } else { looked.query.legend };
        let asked = PrometheusQuery {
            editor_mode: "code",
            expr,
            format: if panel.kind == PanelKind::Table { "table" } else { "time_series" },
            instant,
            legend_format: legend.to_owned(),
            range: !instant,
        };
        Ok(DrawnQuery { ref_id: ref_id(at), asked })
    }

    fn table(&self, looked: &[Looked<'_>]) -> Table {
        let column = |looked: &Looked<'_>| Column {
            query: looked.query.clone(),
            dimension: looked.dimension,
            labels: self.labels(&looked.query.expression),
            bounds: looked.bounds.clone(),
        };
        Table::new(&looked.iter().map(column).collect::<Vec<_>>())
    }

    /// The labels of the result, in the order in which the metrics declare them.
    fn labels(&self, text: &str) -> Vec<String> {
        let Ok(outcome) = inspect(text, &self.index.declarations, &self.index.recordings) else {
            return Vec::new();
        };
        let read = self.index.declarations.iter().filter(|metric| outcome.metrics.contains(metric.name));
        let declared: Vec<&str> = read.flat_map(|metric| metric.labels).map(|label| label.name).collect();
        let mut labels: Vec<String> = outcome.labels.names().map(ToOwned::to_owned).collect();
        labels.sort_by_key(|label| declared.iter().position(|name| name == label).unwrap_or(usize::MAX));
        labels
    }

    /// What the panel shows, and whose bounds it draws.
    fn description(&self, panel: &Panel) -> String {
        let mut description = panel.description.to_owned();
        let alerts = panel.bounds_of.iter().filter_map(|name| self.index.alert(name));
        let alerts: Vec<String> =
            alerts.map(|alert| format!("`{}` ({})", alert.name, alert.severity)).collect();
        if !alerts.is_empty() {
            description.push_str("\n\nIts bounds are those of ");
            description.push_str(&alerts.join(", "));
            description.push('.');
        }
        description
    }

    fn runbooks(&self, panel: &Panel) -> Vec<RunbookLink> {
        let Some(url) = self.lookout_url else { return Vec::new() };
        let url = url.trim_end_matches('/');
        let link = |alert: &&str| RunbookLink {
            title: format!("Runbook of {alert}"),
            url: format!("{url}/runbooks/{alert}"),
        };
        panel.bounds_of.iter().map(link).collect()
    }
}

/// The plugin that draws panels of this kind.
fn plugin(kind: PanelKind) -> &'static str {
    match kind {
        PanelKind::Stat => "stat",
        PanelKind::TimeSeries => "timeseries",
        PanelKind::Table => "table",
        PanelKind::BarGauge => "bargauge",
        PanelKind::StateTimeline => "state-timeline",
    }
}

/// The bounds that hold for the panel as a whole: those of all queries in a graph, which has one set of lines; else those of
/// the first query, and the others have their own.
fn shared(panel: &Panel, looked: &[Looked<'_>]) -> Vec<Bound> {
    let mut bounds: Vec<Bound> = match panel.kind {
        PanelKind::TimeSeries => looked.iter().flat_map(|looked| looked.bounds.iter().copied()).collect(),
        PanelKind::Table => Vec::new(),
        _ => looked.first().map(|looked| looked.bounds.clone()).unwrap_or_default(),
    };
    bounds::order(&mut bounds);
    bounds
}

/// The overrides for queries that differ from the first one in their unit, which takes an axis of its own, or in their bounds.
fn differing(panel: &Panel, looked: &[Looked<'_>], dimension: Dimension, bounds: &[Bound]) -> Vec<Override> {
    let is_lines = panel.kind == PanelKind::TimeSeries;
    let of = |(at, looked): (usize, &Looked<'_>)| {
        let mut properties = Vec::new();
        if looked.dimension.unit() != dimension.unit() {
            properties.push(Property { id: "unit", value: json!(looked.dimension.unit()) });
            if is_lines {
                properties.push(Property { id: "custom.axisPlacement", value: json!("right") });
            }
        }
        if !is_lines && looked.bounds != bounds {
            let well = if looked.bounds.is_empty() { "text" } else { "green" };
            properties.push(Property { id: "thresholds", value: json!(thresholds(&looked.bounds, well)) });
        }
        let matcher = Matcher { id: "byFrameRefID", options: ref_id(at) };
        (!properties.is_empty()).then_some(Override { matcher, properties })
    };
    looked.iter().enumerate().filter_map(of).collect()
}

/// Whether each line is one severity.
fn is_by_severity(query: &Query) -> bool {
    query.legend == format!("{{{{{SeverityLabel}}}}}")
}

/// The colour of a severity's line: by the palette, what is critical might be green.
fn coloured(severity: Severity) -> Override {
    let value = json!({"mode": "fixed", "fixedColor": bounds::colour(severity)});
    let matcher = Matcher { id: "byName", options: severity.to_string() };
    Override { matcher, properties: vec![Property { id: "color", value }] }
}

fn defaults(panel: &Panel, dimension: Dimension, bounds: &[Bound]) -> Defaults {
    let is_lines = panel.kind == PanelKind::TimeSeries;
    // Lines have the colours of their legend, and what is well is not drawn.
    let well = match (is_lines, bounds.is_empty()) {
        (true, _) => "transparent",
        (false, true) => "text",
        (false, false) => "green",
    };
    let mut meanings = panel.queries.iter().map(|query| query.when_empty);
    let meaning = meanings.next().flatten().filter(|_| meanings.all(|meaning| meaning.is_some()));
    let truth = dimension.mappings();
    Defaults {
        color: Color { mode: if is_lines { "palette-classic" } else { "thresholds" } },
        custom: custom(panel.kind, bounds),
        max: (dimension == Dimension::Ratio && panel.kind == PanelKind::BarGauge).then_some(1.0),
        min: (panel.kind == PanelKind::BarGauge).then_some(0.0),
        no_value: meaning.map_or_else(|| NOT_KNOWN.to_owned(), capitalized),
        thresholds: thresholds(bounds, well),
        unit: dimension.unit(),
        mappings: truth,
    }
}

fn custom(kind: PanelKind, bounds: &[Bound]) -> Custom {
    match kind {
        PanelKind::TimeSeries => Custom::Lines {
            axis_soft_min: 0,
            draw_style: "line",
            fill_opacity: 0,
            line_interpolation: "linear",
            line_width: 1,
            show_points: "auto",
            span_nulls: false,
            // A line has the colour of what is above it, so what is bad below needs the area.
            thresholds_style: Mode {
                mode: match bounds.first().map(|bound| bound.side) {
                    None => "off",
                    Some(Side::Above) => "dashed",
                    Some(Side::Below) => "area",
                },
            },
        },
        PanelKind::Table => Custom::Cells {
            align: "auto",
            cell_options: Kind { kind: "auto" },
            filterable: true,
            inspect: false,
        },
        PanelKind::StateTimeline => Custom::Strips { fill_opacity: 80, line_width: 0 },
        PanelKind::Stat | PanelKind::BarGauge => Custom::Nothing {},
    }
}

fn options(panel: &Panel, place: Place, sort_by: Vec<SortBy>, dimension: Dimension) -> Options {
    match panel.kind {
        PanelKind::Stat => Options::Stat {
            color_mode: if panel.bounds_of.is_empty() && !dimension.is_coloured() { "none" } else { "value" },
            graph_mode: "none",
            justify_mode: "auto",
            orientation: "auto",
            percent_change_color_mode: "standard",
            reduce_options: Reduce::LAST,
            show_percent_change: false,
            text_mode: "auto",
            wide_layout: true,
        },
        PanelKind::TimeSeries => {
            Options::Lines { legend: legend(panel, place), tooltip: Tooltip { mode: "multi", sort: "desc" } }
        }
        PanelKind::Table => Options::Table {
            cell_height: "sm",
            footer: Footer { count_rows: false, fields: "", reducer: ["sum"], show: false },
            frame_index: 0,
            show_header: true,
            sort_by,
        },
        PanelKind::BarGauge => Options::Bars {
            display_mode: "basic",
            legend: Legend::NONE,
            max_viz_height: 32,
            min_viz_height: 16,
            min_viz_width: 0,
            name_placement: "left",
            orientation: "horizontal",
            reduce_options: Reduce::LAST,
            sizing: "manual",
            show_unfilled: true,
            value_mode: "color",
        },
        PanelKind::StateTimeline => Options::Strips {
            align_value: "left",
            legend: Legend::NONE,
            merge_values: true,
            row_height: 0.8,
            show_value: "auto",
            tooltip: Tooltip { mode: "single", sort: "none" },
        },
    }
}

/// Beside a graph that is wide enough, a list of the lines with their last value; else their names below it.
fn legend(panel: &Panel, place: Place) -> Legend {
    const WIDE: u32 = 12;
    let names_series =
        panel.queries.iter().any(|query| query.legend.is_empty() || query.legend.contains("{{"));
    if place.width >= WIDE && names_series {
        Legend {
            calcs: vec!["lastNotNull", "max"],
            display_mode: "table",
            placement: "right",
            show_legend: true,
        }
    } else {
        Legend { calcs: Vec::new(), display_mode: "list", placement: "bottom", show_legend: true }
    }
}
