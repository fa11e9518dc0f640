//! The board of the kafka exporter: the answer first, then the causes, then the detail.
//!
//! Replicas of Lookout are one line, see [`across`], and what shards count is added up, see [`added_up`]; where there are many groups or topics, the largest are shown.

mod answer;
mod brokers;
mod groups;
mod late;
mod probe;
mod reading;
mod topics;

use core::fmt::Display;

use lookout_declarations::{Board, Panel, PanelKind, Query};

use crate::Settings;
use crate::across::{across, added_up};

/// The board for `settings`.
pub fn board(_settings: &Settings) -> Board {
    Board {
        slug: "kafka",
        title: "Kafka",
        question: crate::SPEC.question,
        rows: vec![
            answer::row(),
            late::row(),
            groups::row(),
            topics::traffic(),
            topics::durability(),
            brokers::row(),
            brokers::controllers(),
            probe::row(),
            reading::row(),
        ],
    }
}

/// How many lines a panel of the largest shows.
const LARGEST: u32 = 20;

/// A panel.
fn panel(title: &'static str, description: &'static str, kind: PanelKind, queries: Vec<Query>) -> Panel {
    Panel { title, description, kind, queries }
}

/// One line, or one column of a table.
fn query(expression: String, legend: &'static str) -> Query {
    Query { expression, legend }
}

/// The present value over all replicas of Lookout.
fn now(series: impl Display, legend: &'static str) -> Query {
    query(across(series), legend)
}

/// What the shards of Lookout say of their parts, added up.
fn total(series: impl Display, legend: &'static str) -> Query {
    query(added_up(series), legend)
}

/// The largest values.
fn largest(series: impl Display, legend: &'static str) -> Query {
    query(format!("topk({LARGEST}, {})", across(series)), legend)
}

/// The rate of a counter within the panel's interval.
fn rate(counter: impl Display) -> String {
    format!("rate({counter}[$__rate_interval])")
}
