//! The pages of the boards: the question, and what each panel says.

use core::fmt::Write as _;
use core::iter;

use lookout_declarations::{Board, Declared};

use super::{BOARDS, Page, Place, chapter, picture};
use crate::board_uid;

pub(super) fn pages(catalogue: &[Declared], place: Place<'_>) -> Vec<Page> {
    let boards: Vec<&Board> = catalogue.iter().flat_map(|declared| &declared.boards).collect();
    let pages: Vec<Page> = boards
        .iter()
        .map(|board| Page::new(path(board), board.title, Some(BOARDS), text(board, place)))
        .collect();
    let text = "Each board answers one question in its first row, then shows causes, then detail.";
    let question = |page: &Page| {
        let board = boards.iter().find(|board| path(board) == page.path);
        board.map_or("", |board| board.question).to_owned()
    };
    let chapter = chapter(BOARDS, "Boards", text, &pages, question);
    iter::once(chapter).chain(pages).collect()
}

fn path(board: &Board) -> String {
    format!("boards/{}.md", board.slug)
}

fn text(board: &Board, place: Place<'_>) -> String {
    let mut text = format!("{}\n\nIts uid in Grafana is `{}`.\n", board.question, board_uid(board.slug));
    if let Place::Repository { pictures } = place
        && pictures.contains(board.slug)
    {
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "\n![The board on data of the demo](../../../{})\n\nDrawn by Lookout's own renderer from the demo's data, not by Grafana.\n",
            picture(board.slug)
        );
    }
    for row in &board.rows {
        let _ = write!(text, "\n## {}\n\n", row.title);
        for panel in &row.panels {
            let _ = writeln!(text, "- **{}**: {}", panel.title, panel.description);
        }
    }
    text
}
