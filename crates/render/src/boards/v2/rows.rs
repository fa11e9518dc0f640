//! The layout of a resource: rows, and in each a grid that begins at its own top.
//!
//! How to get it wrong: places from the top of the board. Each row would begin with as many empty lines as stand above it.

use serde::Serialize;

use super::elements;
use super::kinds::Kind;
use crate::boards::drawing::{DrawnPanel, DrawnRow};

#[derive(Debug, Serialize)]
pub(super) struct RowsLayout {
    pub(super) rows: Vec<Kind<Row>>,
}

#[derive(Debug, Serialize)]
pub(super) struct Row {
    collapse: bool,
    layout: Kind<GridLayout>,
    title: &'static str,
}

#[derive(Debug, Serialize)]
struct GridLayout {
    items: Vec<Kind<GridItem>>,
}

#[derive(Debug, Serialize)]
struct GridItem {
    element: Reference,
    height: u32,
    width: u32,
    x: u32,
    y: u32,
}

#[derive(Debug, Serialize)]
struct Reference {
    kind: &'static str,
    name: String,
}

impl Row {
    pub(super) fn of(row: &DrawnRow) -> Kind<Self> {
        let items = row.panels.iter().map(item).collect();
        let layout = Kind { kind: "GridLayout", spec: GridLayout { items } };
        Kind { kind: "RowsLayoutRow", spec: Self { collapse: row.collapsed, layout, title: row.title } }
    }
}

fn item(panel: &DrawnPanel) -> Kind<GridItem> {
    let place = panel.place;
    let element = Reference { kind: "ElementReference", name: elements::name(panel.id) };
    let spec = GridItem { element, height: place.height, width: place.width, x: place.x, y: place.y };
    Kind { kind: "GridLayoutItem", spec }
}
