//! The board of the kafka exporter: the answer first, then the causes, then the detail.
//!
//! Replicas of Lookout are one line, see [`across`], and what shards count is added up, see [`added_up`]; where there are many groups or topics, the largest are shown.
//!
//! How to get it wrong: a panel for each metric. What belongs to one thing (a topic, a broker, a group) stands in one table, so that it
//! is read across and not searched for.

mod answer;
mod brokers;
mod groups;
mod late;
mod probe;
mod reading;
mod topics;

use core::fmt::Display;

use lookout_declarations::{Board, Query};

use crate::Settings;
use crate::across::{across, added_up};
use crate::labels::{ConsumerGroup, KafkaCluster, Topic};

/// The board for `settings`.
pub fn board(_settings: &Settings) -> Board {
    let rows = vec![
        answer::row(),
        late::row(),
        groups::row(),
        topics::traffic(),
        topics::durability(),
        brokers::row(),
        probe::row(),
        reading::row(),
    ];
    Board::new("kafka", "Kafka", crate::SPEC.question, rows)
        .filter(KafkaCluster)
        .filter(ConsumerGroup)
        .filter(Topic)
}

/// How many lines a panel of the largest shows.
const LARGEST: u32 = 20;

/// What an empty panel of the probe means.
const NO_PROBE: &str = "no cluster is probed";

/// What an empty list of faults means.
const NONE_KNOWN: &str = "none known";

/// The present value over all replicas of Lookout.
fn now(series: impl Display, legend: &'static str) -> Query {
    Query::new(across(series), legend)
}

/// What the shards of Lookout say of their parts, added up.
fn total(series: impl Display, legend: &'static str) -> Query {
    Query::new(added_up(series), legend)
}

/// The largest values.
fn largest(series: impl Display, legend: &'static str) -> Query {
    Query::new(format!("topk({LARGEST}, {})", across(series)), legend)
}

/// What is above zero, of which nothing is wrong.
fn faulty(series: impl Display, legend: &'static str) -> Query {
    Query::new(format!("{} > 0", across(series)), legend).when_empty(NONE_KNOWN)
}

/// The rate of a counter within the panel's interval.
fn rate(counter: impl Display) -> String {
    format!("rate({counter}[$__rate_interval])")
}
