//! Boards: what a dashboard shows, without Grafana's JSON.
//!
//! Units come from the metrics that a query reads and threshold lines from the alerts that a panel names, so neither is
//! written twice.
//!
//! How to get it wrong: a panel that repeats an alert's number in a query or a description. Name the alert in
//! [`Panel::bounds_of`], and the line follows the configuration. Or a query that is empty when all is well and does not
//! say so: an empty panel then reads as "not watched", and the tests refuse it.

use crate::{Label, LabelInfo};

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
    /// How many of the rows are open at first; what follows is detail, and is queried only when it is opened.
    pub n_open_rows: usize,
    /// The labels by which the board can be narrowed, beside those of the scrape.
    pub filters: Vec<LabelInfo>,
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
    /// One bar per series, of the present state.
    BarGauge,
    /// One strip per series, coloured by its state over time.
    StateTimeline,
}

/// How the numbers of a panel are read, where the metrics of its queries do not say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PanelUnit {
    /// A plain number.
    Number,
    /// A duration in seconds.
    Seconds,
    /// A size in bytes.
    Bytes,
    /// Bytes per second.
    BytesPerSecond,
    /// Things per second.
    PerSecond,
    /// A share, 1 being all.
    Ratio,
    /// A moment, in seconds since 1970-01-01T00:00:00Z.
    Timestamp,
    /// CPU cores.
    Cores,
    /// 1 for yes, 0 for no, where yes is good.
    Yes,
    /// 1 for yes, 0 for no, where yes is bad.
    Fault,
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
    /// How its numbers are read; without one it follows from the metrics and functions of the queries.
    pub unit: Option<PanelUnit>,
    /// The names of alerts whose bounds are drawn as lines, or colour the number. Where the panel counts what an alert
    /// is about, one is too many.
    pub bounds_of: Vec<&'static str>,
    /// Columns of the 24 that a row has; without one it follows from the form and from its neighbours.
    pub width: Option<u8>,
}

impl Panel {
    /// A panel whose unit, bounds and width follow from its queries and its form.
    pub fn new(title: &'static str, description: &'static str, kind: PanelKind, queries: Vec<Query>) -> Self {
        Self { title, description, kind, queries, unit: None, bounds_of: Vec::new(), width: None }
    }

    /// Says how the numbers are read.
    #[must_use]
    pub fn unit(self, unit: PanelUnit) -> Self {
        Self { unit: Some(unit), ..self }
    }

    /// Draws the bounds of these alerts.
    #[must_use]
    pub fn bounds_of(self, alerts: &[&'static str]) -> Self {
        Self { bounds_of: alerts.to_vec(), ..self }
    }

    /// Takes this many of the 24 columns.
    #[must_use]
    pub fn width(self, columns: u8) -> Self {
        Self { width: Some(columns), ..self }
    }
}

/// One query of a panel.
#[derive(Clone, Debug)]
pub struct Query {
    /// PromQL; `$__rate_interval` is allowed.
    pub expression: String,
    /// The legend, with `{{label}}`; in a table the heading of the column of values.
    pub legend: &'static str,
    /// How its numbers are read, where the columns of a table differ.
    pub unit: Option<PanelUnit>,
    /// What an empty result means, for a query that is rightly empty: `nothing is late`.
    pub when_empty: Option<&'static str>,
}

impl Query {
    /// A query and its legend.
    pub fn new(expression: impl Into<String>, legend: &'static str) -> Self {
        Self { expression: expression.into(), legend, unit: None, when_empty: None }
    }

    /// Says how the numbers of this query are read, where the panel as a whole does not.
    #[must_use]
    pub fn unit(self, unit: PanelUnit) -> Self {
        Self { unit: Some(unit), ..self }
    }

    /// Says that an empty result is right, and what it means. The panel shows this text, so it must be true also where
    /// nothing is watched: `none known` rather than `all is well`.
    #[must_use]
    pub fn when_empty(self, meaning: &'static str) -> Self {
        Self { when_empty: Some(meaning), ..self }
    }
}

impl Board {
    /// How many rows are open unless the board says it: the answer and its causes.
    const OPEN_ROWS: usize = 2;

    /// A board whose first two rows are open, narrowed by the labels of the scrape alone.
    pub fn new(slug: &'static str, title: &'static str, question: &'static str, rows: Vec<Row>) -> Self {
        Self { slug, title, question, rows, n_open_rows: Self::OPEN_ROWS, filters: Vec::new() }
    }

    /// Opens this many rows at first.
    #[must_use]
    pub fn open_rows(self, n_open_rows: usize) -> Self {
        Self { n_open_rows, ..self }
    }

    /// Lets the board be narrowed by `label`; every query that reads metrics which have the label follows.
    #[must_use]
    pub fn filter<L: Label>(mut self, _label: L) -> Self {
        self.filters.push(LabelInfo::of::<L>());
        self
    }

    /// The panels, in order of reading.
    pub fn panels(&self) -> impl Iterator<Item = &Panel> {
        self.rows.iter().flat_map(|row| &row.panels)
    }

    /// Every PromQL text of the board with its place, for the catalogue's check.
    pub fn expressions(&self) -> impl Iterator<Item = (String, &str)> {
        self.panels().flat_map(move |panel| {
            panel.queries.iter().map(move |query| {
                (format!("board `{}`, panel `{}`", self.slug, panel.title), query.expression.as_str())
            })
        })
    }
}
