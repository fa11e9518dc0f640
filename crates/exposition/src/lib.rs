//! The exposition path: from typed rows to the buffers of an answer (invariant 3).
//!
//! ```text
//! Family ──▶ Batch ──▶ Publisher ──▶ pieces in a trie ──▶ Snapshot ──▶ Answer: a list of shared buffers
//! (encode)             (split, compare, compress what changed)         (nothing grows with the series)
//! ```
//!
//! Invariants:
//! - A row is encoded once; its bytes are the same in text 0.0.4 and OpenMetrics 1.0.0. Only headers and the closing
//!   line differ.
//! - A piece is the unit of change. What did not change keeps its body, its compressed form and its place in memory.
//! - A series is never served twice and a family never appears twice; what is dropped is counted by [`DropReason`].
//! - A scrape formats nothing, compresses nothing and copies nothing. A plain one, after a time without any, inflates once
//!   what was compressed; see [`Exposition::forget_plain_text`].
//!
//! How to get it wrong: keeping a [`Snapshot`] longer than one answer holds its memory; publishing one object at a
//! time with [`Publisher::publish`] replaces all the others (use [`Publisher::update`]).

mod batch;
mod budget;
mod claims;
mod contest;
mod deflate;
mod divide;
mod drop_log;
mod encoder;
mod exporter;
mod exposition;
mod family;
mod format;
mod hash;
mod header;
mod keyed;
mod label_value;
#[cfg(test)]
mod model_test;
mod negotiate;
mod number;
mod object_labels;
mod piece;
mod plain;
mod publisher;
mod revision;
mod rows;
mod snapshot;
mod splice;
mod statistics;
mod text;
mod trie;
#[cfg(test)]
mod trie_test;
mod view;

pub use batch::{Batch, Changes};
pub use exposition::{ExporterFamilies, Exposition};
pub use family::Family;
pub use format::{Encoding, Escaping, Format, OpenMetricsVersion};
pub use negotiate::{Negotiated, negotiate};
pub use object_labels::ObjectLabels;
pub use publisher::{PublishReport, Publisher};
pub use revision::Revision;
pub use snapshot::{Answer, Selection, Snapshot};
pub use statistics::{DropReason, Dropped, ExporterStatistics};
