//! Boards: from what is declared to dashboards that Grafana loads.
//!
//! What a board shows is declared ([`lookout_declarations::Board`]). Everything else follows here: units from the metrics,
//! bounds from the alerts in force, widths from the form, variables and matchers from the labels, links from the tags. All of
//! that is decided once, in a drawing, and then written in the schema that is asked for.
//!
//! Invariants:
//! - The uid follows from the slug alone, and titles begin with `Lookout / `: two boards of one title in a folder would stop
//!   Grafana from writing any of them.
//! - Every query follows the variables of its board; nothing that is shown is of another cluster than the one that is chosen.
//! - Nobody edits them in Grafana: the next import would take it back without a word.
//!
//! How to get it wrong: loading a board in both schemas into one Grafana. It is one board with one uid; each import would
//! replace the other.

mod bounds;
mod classic;
mod dimension;
mod drawing;
mod index;
mod layout;
mod panel;
mod table;
mod uid;
mod units;
mod v2;
mod variables;
mod visualization;

use lookout_declarations::Declared;
use serde::Serialize;

use self::drawing::Drawing;
use self::index::Index;
use crate::{GeneratedFile, RenderError};

pub use self::uid::board_uid;

/// Where the boards of the default settings lie.
const FOLDER: &str = "dashboards/generated";

/// The schema in which boards are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BoardSchema {
    /// The classic dashboard, which Grafana loads from version 10 on.
    #[default]
    Classic,
    /// Resources of `dashboard.grafana.app/v2`, which Grafana serves from version 13 on.
    V2,
}

/// How boards are written.
#[derive(Clone, Copy, Debug, Default)]
pub struct BoardOptions<'a> {
    /// In which schema.
    pub schema: BoardSchema,
    /// Without a line break or a blank, for ConfigMaps.
    pub minified: bool,
    /// Where people reach Lookout, for links to its runbooks; without it panels have none.
    pub lookout_url: Option<&'a str>,
}

/// The boards of `catalogue`, each `SLUG.json`.
pub fn boards(catalogue: &[Declared], options: BoardOptions<'_>) -> Result<Vec<GeneratedFile>, RenderError> {
    let index = Index::new(catalogue);
    let boards =
        catalogue.iter().flat_map(|declared| declared.boards.iter().map(move |board| (declared, board)));
    boards
        .map(|(declared, board)| {
            let path = format!("{}.json", board.slug);
            let drawing = Drawing::new(declared.spec.name, board, &index, options.lookout_url)?;
            let text = match options.schema {
                BoardSchema::Classic => text(&classic::Dashboard::from(drawing), options.minified),
                BoardSchema::V2 => text(&v2::Resource::from(drawing), options.minified),
            };
            match text {
                Ok(text) => Ok(GeneratedFile { contents: text + "\n", path }),
                Err(source) => Err(RenderError::WriteJson { path, source }),
            }
        })
        .collect()
}

fn text(board: &impl Serialize, is_minified: bool) -> Result<String, serde_json::Error> {
    if is_minified { serde_json::to_string(board) } else { serde_json::to_string_pretty(board) }
}

/// The boards of the default settings, as the repository holds them.
pub(crate) fn shipped(catalogue: &[Declared]) -> Result<Vec<GeneratedFile>, RenderError> {
    let files = boards(catalogue, BoardOptions::default())?;
    Ok(files.into_iter().map(|file| file.below(FOLDER)).collect())
}
