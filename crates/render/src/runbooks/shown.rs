//! On which board somebody sees what an alert is about.
//!
//! Its exporter's own board comes first: there the panel that draws the alert's threshold, or else the one that reads most
//! of the metrics that the alert reads. A board of another exporter is named if its threshold is drawn nowhere else.

use std::collections::BTreeSet;

use lookout_declarations::{Alert, Board, Declared, Panel};

use crate::boards::board_uid;

/// A board, and the panel to look at if there is one.
pub(super) struct Shown<'a> {
    board: &'a Board,
    panel: Option<&'a Panel>,
}

/// The board that shows what `alert` of `declared` is about.
pub(super) fn find<'a>(
    catalogue: &'a [Declared],
    declared: &'a Declared,
    alert: &Alert,
) -> Option<Shown<'a>> {
    let drawn = |boards: &'a [Board]| {
        boards.iter().find_map(|board| {
            let panel = board.panels().find(|panel| panel.bounds_of.contains(&alert.name))?;
            Some(Shown { board, panel: Some(panel) })
        })
    };
    drawn(&declared.boards)
        .or_else(|| read(declared, alert))
        .or_else(|| catalogue.iter().find_map(|declared| drawn(&declared.boards)))
        .or_else(|| declared.boards.first().map(|board| Shown { board, panel: None }))
}

/// The panel of the exporter's own boards that reads most of what the alert reads.
fn read<'a>(declared: &'a Declared, alert: &Alert) -> Option<Shown<'a>> {
    let wanted = metrics(declared, &alert.expression);
    let panels = declared.boards.iter().flat_map(|board| board.panels().map(move |panel| (board, panel)));
    let rated = panels.filter_map(|(board, panel)| {
        let queries = panel.queries.iter().map(|query| query.expression.as_str());
        let there: BTreeSet<&str> = queries.flat_map(|query| metrics(declared, query)).collect();
        let n_common = wanted.intersection(&there).count();
        (n_common > 0).then_some((n_common, Shown { board, panel: Some(panel) }))
    });
    // Of equals the first: `max_by_key` would take the last.
    let most = rated.reduce(|best, next| if next.0 > best.0 { next } else { best });
    most.map(|(_, shown)| shown)
}

impl Shown<'_> {
    /// The board's title, as a link unless `grafana` is empty, and the panel's.
    pub(super) fn link(&self, grafana: &str) -> String {
        let title = self.board.title;
        let board = if grafana.is_empty() {
            title.to_owned()
        } else {
            format!("[{title}]({grafana}/d/{})", board_uid(self.board.slug))
        };
        match self.panel {
            Some(panel) => format!("{board}, panel “{}”", panel.title),
            None => board,
        }
    }
}

/// The names in `expression` that are metrics of `declared`, or series of one.
fn metrics<'a>(declared: &Declared, expression: &'a str) -> BTreeSet<&'a str> {
    let words =
        expression.split(|character: char| !(character.is_ascii_alphanumeric() || "_:".contains(character)));
    let is_metric = |word: &&str| declared.spec.metrics.iter().any(|metric| word.starts_with(metric.name));
    words.filter(is_metric).collect()
}
