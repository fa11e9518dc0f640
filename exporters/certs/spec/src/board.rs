//! The board of the certs exporter: what fails next, then why, then hosts and cert-manager, then what there is.
//!
//! Replicas of Lookout are one row, see [`once`]. What is about one server, one host or one Certificate stands in one table.

mod certmanager;
mod hosts;
mod inventory;
mod next;
mod reading;

use core::fmt::Display;

use lookout_declarations::{Board, Query};

use crate::Settings;

/// The board for `settings`.
pub fn board(settings: &Settings) -> Board {
    let rows =
        vec![next::row(settings), reading::row(), hosts::row(settings), certmanager::row(), inventory::row()];
    Board::new(
        "certs",
        "Certificates",
        "Which certificate fails next, and is the one being served the one that is stored?",
        rows,
    )
}

/// How many rows or lines a panel of the first or the largest shows.
const SHOWN: u32 = 20;

/// What an empty list of faults means.
const NONE_KNOWN: &str = "none known";

/// What an empty panel about servers means.
const NO_SERVER: &str = "no server is watched";

/// What an empty panel about stored certificates means.
const NO_STORE: &str = "no stored certificate is watched";

/// What an empty panel about hosts means.
const NO_HOST: &str = "no host of a cluster is known";

/// What an empty panel about cert-manager means.
const NO_CERTMANAGER: &str = "no Certificate is known";

/// One value from all replicas of Lookout.
fn once(series: impl Display) -> String {
    format!("max without (instance, pod) ({series})")
}

/// What of a list of faults holds.
fn holds(series: impl Display, legend: &'static str) -> Query {
    Query::new(format!("{} == 1", once(series)), legend).when_empty(NONE_KNOWN)
}

/// Time until the moments of `series`, the first to come first; negative means that it has passed.
fn soonest(series: impl Display) -> String {
    format!("sort(bottomk({SHOWN}, {} - time()))", once(series))
}
