//! Boards: what a dashboard shows, without Grafana's JSON. Units and descriptions come from the metrics.

/// A dashboard.
#[derive(Clone, Debug)]
pub struct Board {
    /// The stable name from which the uid is made.
    pub slug: &'static str,
    /// The title, unique in the suite.
    pub title: &'static str,
    /// The question it answers in its first row.
    pub question: &'static str,
    /// The rows, in order of reading: the answer, then causes, then detail.
    pub rows: Vec<Row>,
}

/// A titled row of panels.
#[derive(Clone, Debug)]
pub struct Row {
    /// The title.
    pub title: &'static str,
    /// The panels, left to right.
    pub panels: Vec<Panel>,
}

/// How a panel shows its data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PanelKind {
    /// One large number.
    Stat,
    /// Lines over time.
    TimeSeries,
    /// Rows of the present state.
    Table,
}

/// A panel.
#[derive(Clone, Debug)]
pub struct Panel {
    /// The title.
    pub title: &'static str,
    /// What it shows and how to read it.
    pub description: &'static str,
    /// The form.
    pub kind: PanelKind,
    /// What is plotted.
    pub queries: Vec<Query>,
}

/// One query of a panel.
#[derive(Clone, Debug)]
pub struct Query {
    /// PromQL; `$__rate_interval` is allowed.
    pub expression: String,
    /// The legend, with `{{label}}`.
    pub legend: &'static str,
}

impl Board {
    /// Every PromQL text of the board with its place, for the catalogue's check.
    pub fn expressions(&self) -> impl Iterator<Item = (String, &str)> {
        self.rows.iter().flat_map(move |row| {
            row.panels.iter().flat_map(move |panel| {
                panel.queries.iter().map(move |query| {
                    (format!("board `{}`, panel `{}`", self.slug, panel.title), query.expression.as_str())
                })
            })
        })
    }
}
