//! The exporter `kafka` against real Kafka, compared with what Kafka's own `AdminClient` says.
//!
//! A cluster takes many seconds to start, so each test is the story of one cluster, told in named steps: a step that
//! fails is reported, and the next is taken. The Java side (`kafka/*.java`) is one long-lived process per cluster.

#![allow(clippy::float_cmp, reason = "offsets, counts and sums of them are whole numbers, exact in a float")]

mod broker;
mod cluster;
mod compare;
mod dashboard;
mod driving;
mod facts;
mod incidents;
mod java;
mod lag_seconds;
mod lookout;
mod old;
mod one;
mod probe;
mod reload;
mod security;
mod shards;
mod three;

use crate::{steps, watcher};
