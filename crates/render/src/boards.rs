//! Boards: from what is declared to dashboards that Grafana loads.
//!
//! What a board shows is declared ([`lookout_declarations::Board`]). Everything else follows here: units from the metrics,
//! bounds from the alerts in force, widths from the form, variables and matchers from the labels, links from the tags.
//!
//! Invariants:
//! - The uid follows from the slug alone, and titles begin with `Lookout / `: two boards of one title in a folder would stop
//!   Grafana from writing any of them.
//! - Every query follows the variables of its board; nothing that is shown is of another cluster than the one that is chosen.
//! - Nobody edits them in Grafana: the next import would take it back without a word.

mod bounds;
mod dimension;
mod index;
mod layout;
mod model;
mod panel;
mod table;
mod uid;
mod units;
mod variables;

use lookout_declarations::{Board, Declared};

use self::index::Index;
use self::model::{
    Annotation, Dashboard, GridPosition, Item, Link, List, RowItem, SCHEMA_VERSION, Source, TimeRange,
};
use self::panel::Context;
use crate::{GeneratedFile, RenderError};

pub use self::uid::board_uid;

/// What comes before the title of every board.
const PREFIX: &str = "Lookout / ";
/// The tag of every board, by which they link to each other.
const TAG: &str = "lookout";
/// Where the boards of the default settings lie.
const FOLDER: &str = "dashboards/generated";

/// How boards are written.
#[derive(Clone, Copy, Debug, Default)]
pub struct BoardOptions<'a> {
    /// Without a line break or a blank, for ConfigMaps.
    pub minified: bool,
    /// Where people reach Lookout, for links to its runbooks; without it panels have none.
    pub lookout_url: Option<&'a str>,
}

/// The boards of `catalogue` in Grafana's classic schema, each `SLUG.json`.
pub fn boards(catalogue: &[Declared], options: BoardOptions<'_>) -> Result<Vec<GeneratedFile>, RenderError> {
    let index = Index::new(catalogue);
    let boards =
        catalogue.iter().flat_map(|declared| declared.boards.iter().map(move |board| (declared, board)));
    boards
        .map(|(declared, board)| {
            let path = format!("{}.json", board.slug);
            let dashboard = dashboard(declared.spec.name, board, &index, options)?;
            let text = if options.minified {
                serde_json::to_string(&dashboard)
            } else {
                serde_json::to_string_pretty(&dashboard)
            };
            match text {
                Ok(text) => Ok(GeneratedFile { contents: text + "\n", path }),
                Err(source) => Err(RenderError::WriteJson { path, source }),
            }
        })
        .collect()
}

/// The boards of the default settings, as the repository holds them.
pub(crate) fn shipped(catalogue: &[Declared]) -> Result<Vec<GeneratedFile>, RenderError> {
    let files = boards(catalogue, BoardOptions::default())?;
    Ok(files.into_iter().map(|file| file.below(FOLDER)).collect())
}

fn dashboard(
    exporter: &str,
    board: &Board,
    index: &Index<'_>,
    options: BoardOptions<'_>,
) -> Result<Dashboard, RenderError> {
    let mut tags = vec![TAG.to_owned()];
    tags.extend((exporter != TAG).then(|| exporter.to_owned()));
    Ok(Dashboard {
        annotations: List { list: vec![firing()] },
        description: format!(
            "{} Generated from Lookout's declarations: changes in Grafana are lost with the next import.",
            board.question
        ),
        editable: false,
        graph_tooltip: 1,
        links: vec![to_boards()],
        panels: items(&Context { board, index, lookout_url: options.lookout_url })?,
        refresh: "1m",
        schema_version: SCHEMA_VERSION,
        tags,
        templating: List { list: variables::of_board(board, index) },
        time: TimeRange { from: "now-6h", to: "now" },
        timezone: "utc",
        title: titled(board.title),
        uid: board_uid(board.slug),
    })
}

fn titled(title: &str) -> String {
    if title.starts_with(PREFIX) { title.to_owned() } else { format!("{PREFIX}{title}") }
}

/// The rows: those that are open with their panels below them, the others folded, which Grafana queries when it unfolds them.
fn items(context: &Context<'_>) -> Result<Vec<Item>, RenderError> {
    let mut items = Vec::new();
    let mut top = 0;
    let mut next_id = 1;
    for (at, row) in context.board.rows.iter().enumerate() {
        let collapsed = at >= context.board.n_open_rows;
        let grid_pos = GridPosition { h: layout::TITLE, w: 24, x: 0, y: top };
        let id = next_id;
        next_id += 1;
        let (places, below) = layout::place(&row.panels, top + layout::TITLE);
        let mut panels = Vec::with_capacity(row.panels.len());
        for (panel, place) in row.panels.iter().zip(places) {
            panels.push(context.panel(panel, next_id, place)?);
            next_id += 1;
        }
        let (inside, after) = if collapsed { (panels, Vec::new()) } else { (Vec::new(), panels) };
        items.push(Item::Row(RowItem {
            collapsed,
            grid_pos,
            id,
            panels: inside,
            title: row.title,
            kind: "row",
        }));
        items.extend(after.into_iter().map(|panel| Item::Panel(Box::new(panel))));
        top = if collapsed { top + layout::TITLE } else { below };
    }
    Ok(items)
}

/// The alerts of Lookout that fired, as marks on every graph.
fn firing() -> Annotation {
    Annotation {
        datasource: Source::CHOSEN,
        enable: true,
        expr: "ALERTS{alertname=~\"Lookout.+\",alertname!=\"LookoutWatchdog\",alertstate=\"firing\",\
               severity=~\"critical|warning\",cluster=~\"$cluster\"}"
            .to_owned(),
        hide: false,
        icon_color: "red",
        name: "Firing alerts",
        step: "60s",
        tag_keys: "severity,owner",
        text_format: "",
        title_format: "{{alertname}}",
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
