//! The kafka exporter without its probe: pure judgement, and real sockets.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod assess;
mod cluster;
mod collect;
mod history;
mod lag;
