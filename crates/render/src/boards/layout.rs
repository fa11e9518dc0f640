//! Where panels go: 24 columns, widths by form and neighbours, the answer on top.
//!
//! Numbers stand in one line, up to six of them. Graphs and lists stand two in a line, or three where three are left. Where
//! panels say their widths, all forms share lines. All of a line are equally high, and the last takes the width that is left:
//! there are no holes.

use lookout_declarations::{Panel, PanelKind};

/// The columns of a Grafana board.
pub(super) const COLUMNS: u32 = 24;
/// The height of the title of a row, in Grafana's rows of 30 pixels.
pub(super) const TITLE: u32 = 1;
/// What is left beside panels that say their widths must be as wide as this for one that says none.
const NARROWEST: u32 = 8;
/// How many numbers stand in a line at most.
const STATS: usize = 6;

/// Where a panel is: columns from the left, lines from the top of its row's panels.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) x: u32,
    pub(super) y: u32,
    pub(super) width: u32,
    pub(super) height: u32,
}

/// The places of the panels of a row, and the height of all of them.
pub(super) fn place(panels: &[Panel]) -> (Vec<Place>, u32) {
    let mut places = Vec::with_capacity(panels.len());
    let mut y = 0;
    let mut rest = panels;
    while !rest.is_empty() {
        let (line, after) = rest.split_at(taken(rest));
        let height = line.iter().map(height).max().unwrap_or(0);
        let mut x = 0;
        for width in widths(line) {
            places.push(Place { x, y, width, height });
            x += width;
        }
        y += height;
        rest = after;
    }
    (places, y)
}

/// The least height that a panel reads well with; those of one line all have the largest.
fn height(panel: &Panel) -> u32 {
    match panel.kind {
        PanelKind::Stat => 4,
        PanelKind::BarGauge | PanelKind::StateTimeline => 6,
        PanelKind::TimeSeries | PanelKind::Table => 8,
    }
}

/// How many of the first panels share a line; at least one.
fn taken(panels: &[Panel]) -> usize {
    if panels.iter().any(|panel| panel.width.is_some()) {
        let mut width = 0;
        let fitting = panels.iter().take_while(|panel| {
            width += panel.width.map_or_else(|| usual(panel).min(NARROWEST), u32::from);
            width <= COLUMNS
        });
        return fitting.count().max(1);
    }
    let is_number = |panel: &Panel| panel.kind == PanelKind::Stat;
    let n_numbers = panels.iter().take_while(|panel| is_number(panel)).count();
    if n_numbers > 0 {
        // Seven are four and three, not six and one.
        return n_numbers.div_ceil(n_numbers.div_ceil(STATS));
    }
    if panels.first().is_some_and(|panel| usual(panel) == COLUMNS) {
        return 1;
    }
    let narrow = |panel: &&Panel| usual(panel) < COLUMNS && !is_number(panel);
    match panels.iter().take_while(narrow).count() {
        3 => 3,
        n_left => n_left.min(2),
    }
}

/// The width of a panel that says none among such that do.
fn usual(panel: &Panel) -> u32 {
    /// A list with so many columns of values, and its labels, takes a whole line.
    const MANY_COLUMNS: usize = 3;
    match panel.kind {
        PanelKind::Stat => 4,
        PanelKind::Table if panel.queries.len() >= MANY_COLUMNS => COLUMNS,
        _ => COLUMNS / 2,
    }
}

/// The widths of one line: those that are said, and equal shares of the rest; the last takes what division leaves.
fn widths(line: &[Panel]) -> Vec<u32> {
    let said: u32 = line.iter().filter_map(|panel| panel.width.map(u32::from)).sum();
    let n_open = line.iter().filter(|panel| panel.width.is_none()).count();
    let share = COLUMNS.saturating_sub(said) / u32::try_from(n_open.max(1)).unwrap_or(COLUMNS);
    let mut widths: Vec<u32> =
        line.iter().map(|panel| panel.width.map_or(share, u32::from).clamp(1, COLUMNS)).collect();
    let used: u32 = widths.iter().sum();
    if let Some(last) = widths.last_mut() {
        *last += COLUMNS.saturating_sub(used);
    }
    widths
}

#[cfg(test)]
mod tests {
    use super::*;

    fn panels(kinds: &[(PanelKind, Option<u8>)]) -> Vec<Panel> {
        let panel = |(kind, width): &(PanelKind, Option<u8>)| Panel {
            width: *width,
            ..Panel::new("", "", *kind, vec![])
        };
        kinds.iter().map(panel).collect()
    }

    #[track_caller]
    fn check(kinds: &[(PanelKind, Option<u8>)], expected: &[(u32, u32, u32, u32)]) {
        let (places, below) = place(&panels(kinds));
        let found: Vec<_> =
            places.iter().map(|place| (place.x, place.y, place.width, place.height)).collect();
        assert_eq!(found, expected);
        assert_eq!(below, expected.last().map_or(0, |(_, y, _, height)| y + height));
    }

    #[test]
    fn every_line_is_full() {
        use PanelKind::{Stat, Table, TimeSeries};
        check(&[], &[]);
        check(&[(Stat, None); 2], &[(0, 0, 12, 4), (12, 0, 12, 4)]);
        check(
            &[(Stat, None), (Stat, None), (Stat, None), (Table, None)],
            &[(0, 0, 8, 4), (8, 0, 8, 4), (16, 0, 8, 4), (0, 4, 24, 8)],
        );
        check(&[(TimeSeries, None); 3], &[(0, 0, 8, 8), (8, 0, 8, 8), (16, 0, 8, 8)]);
        check(&[(TimeSeries, Some(16)), (Table, None)], &[(0, 0, 16, 8), (16, 0, 8, 8)]);
        check(&[(TimeSeries, Some(16)), (Table, Some(16))], &[(0, 0, 24, 8), (0, 8, 24, 8)]);
    }

    #[test]
    fn many_numbers_are_spread_evenly() {
        let (places, _) = place(&panels(&[(PanelKind::Stat, None); 7]));
        assert_eq!(places.iter().filter(|place| place.y == 0).count(), 4);
    }

    #[test]
    fn five_graphs_are_two_and_three() {
        let (places, _) = place(&panels(&[(PanelKind::TimeSeries, None); 5]));
        assert_eq!(places.iter().map(|place| place.width).collect::<Vec<_>>(), [12, 12, 8, 8, 8]);
    }
}
