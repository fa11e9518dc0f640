//! A board before it is written: what is on it, and where. Every decision is made here; a schema only says it in its words.
//!
//! Invariant: what differs between the schemas is form. A unit, a bound, a query or a place that one of them had alone would be
//! a board that changes with the version of Grafana.
//!
//! How to get it wrong: numbering rows and panels apart. Numbers are what links to single panels are made of, and classic rows
//! take some of them.

use lookout_declarations::Board;
use serde::Serialize;

use super::index::Index;
use super::layout::{self, Place};
use super::panel::Context;
use super::uid::board_uid;
use super::variables::{self, Variable};
use super::visualization::{FieldConfig, Options};
use crate::RenderError;

/// What comes before the title of every board.
const PREFIX: &str = "Lookout / ";
/// The tag of every board, by which they link to each other.
const TAG: &str = "lookout";
/// The time that is shown at first.
pub(super) const FROM: &str = "now-6h";
pub(super) const TO: &str = "now";
/// How often it is shown anew.
pub(super) const REFRESH: &str = "1m";
pub(super) const TIME_ZONE: &str = "utc";
/// The data source of everything on a board, by the variable that chooses it, and its plugin.
pub(super) const SOURCE: &str = "${datasource}";
pub(super) const SOURCE_PLUGIN: &str = "prometheus";

/// A whole board.
#[derive(Debug)]
pub(super) struct Drawing {
    pub(super) uid: String,
    pub(super) title: String,
    pub(super) description: String,
    pub(super) tags: Vec<String>,
    pub(super) link: Link,
    pub(super) marks: Marks,
    /// What narrows the board below its data source, in the order in which it is chosen.
    pub(super) variables: Vec<Variable>,
    pub(super) rows: Vec<DrawnRow>,
}

/// A row: a title, and panels that are folded away below it or not.
#[derive(Debug)]
pub(super) struct DrawnRow {
    pub(super) id: u32,
    pub(super) title: &'static str,
    /// Folded: Grafana queries its panels when it is unfolded.
    pub(super) collapsed: bool,
    /// That of its panels.
    pub(super) height: u32,
    pub(super) panels: Vec<DrawnPanel>,
}

/// A panel.
#[derive(Debug)]
pub(super) struct DrawnPanel {
    /// Its number on the board.
    pub(super) id: u32,
    pub(super) title: &'static str,
    pub(super) description: String,
    pub(super) place: Place,
    /// What draws it: the id of a plugin of Grafana.
    pub(super) plugin: &'static str,
    pub(super) queries: Vec<DrawnQuery>,
    pub(super) transformations: Vec<Transformation>,
    pub(super) field_config: FieldConfig,
    pub(super) options: Options,
    pub(super) runbooks: Vec<RunbookLink>,
}

/// A query of a panel.
#[derive(Debug)]
pub(super) struct DrawnQuery {
    /// Its name within the panel.
    pub(super) ref_id: String,
    pub(super) asked: PrometheusQuery,
}

/// What is asked, in the words of the plugin for Prometheus, which every schema carries.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PrometheusQuery {
    pub(super) editor_mode: &'static str,
    pub(super) expr: String,
    pub(super) format: &'static str,
    pub(super) instant: bool,
    pub(super) legend_format: String,
    pub(super) range: bool,
}

/// What is done to the answers before they are shown.
#[derive(Debug, Serialize)]
pub(super) struct Transformation {
    pub(super) id: &'static str,
    pub(super) options: serde_json::Value,
}

/// The way from a panel to what to do about an alert.
#[derive(Debug)]
pub(super) struct RunbookLink {
    pub(super) title: String,
    pub(super) url: String,
}

/// A link that is part of a board, which all schemas write with the same fields.
#[allow(clippy::struct_excessive_bools, reason = "it has Grafana's fields")]
#[derive(Debug, Serialize)]
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

/// Marks on every graph: when something held.
#[derive(Debug)]
pub(super) struct Marks {
    pub(super) name: &'static str,
    pub(super) expr: &'static str,
    /// Moments that are not further apart are one mark.
    pub(super) step: &'static str,
    pub(super) color: &'static str,
    pub(super) title: &'static str,
    /// The labels that are shown with it.
    pub(super) tags: &'static str,
}

impl Drawing {
    /// The drawing of `board`, which `exporter` declares; with links to the runbooks at `lookout_url`, if that is known.
    pub(super) fn new(
        exporter: &str,
        board: &Board,
        index: &Index<'_>,
        lookout_url: Option<&str>,
    ) -> Result<Self, RenderError> {
        let mut tags = vec![TAG.to_owned()];
        tags.extend((exporter != TAG).then(|| exporter.to_owned()));
        Ok(Self {
            uid: board_uid(board.slug),
            title: titled(board.title),
            description: format!(
                "{} Generated from Lookout's declarations: changes in Grafana are lost with the next import.",
                board.question
            ),
            tags,
            link: to_boards(),
            marks: firing(),
            variables: variables::of_board(board, index),
            rows: rows(&Context { board, index, lookout_url })?,
        })
    }
}

fn titled(title: &str) -> String {
    if title.starts_with(PREFIX) { title.to_owned() } else { format!("{PREFIX}{title}") }
}

/// The rows: those that answer the question are open, the others folded.
fn rows(context: &Context<'_>) -> Result<Vec<DrawnRow>, RenderError> {
    let mut ids = 1..;
    let mut id = || ids.next().unwrap_or_default();
    let mut rows = Vec::with_capacity(context.board.rows.len());
    for (at, row) in context.board.rows.iter().enumerate() {
        let row_id = id();
        let (places, height) = layout::place(&row.panels);
        let panels = row.panels.iter().zip(places);
        let panels =
            panels.map(|(panel, place)| context.panel(panel, id(), place)).collect::<Result<_, _>>()?;
        let collapsed = at >= context.board.n_open_rows;
        rows.push(DrawnRow { id: row_id, title: row.title, collapsed, height, panels });
    }
    Ok(rows)
}

/// The alerts of Lookout that fired.
fn firing() -> Marks {
    Marks {
        name: "Firing alerts",
        expr: "ALERTS{alertname=~\"Lookout.+\",alertname!=\"LookoutWatchdog\",alertstate=\"firing\",\
               severity=~\"critical|warning\",cluster=~\"$cluster\"}",
        step: "60s",
        color: "red",
        title: "{{alertname}}",
        tags: "severity,owner",
    }
}

/// The way to the other boards, with the chosen values and the time.
fn to_boards() -> Link {
    Link {
        as_dropdown: true,
        icon: "external link",
        include_vars: true,
        keep_time: true,
        tags: vec![TAG],
        target_blank: false,
        title: "Lookout".to_owned(),
        tooltip: "The other boards of Lookout",
        kind: "dashboards",
        url: String::new(),
    }
}
