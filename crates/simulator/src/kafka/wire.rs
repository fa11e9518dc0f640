//! The primitives of the protocol, for what is read and written by hand: all requests, and the answers that grow with
//! the cluster.

mod reader;
mod writer;

pub(super) use reader::{Reader, Unreadable};
pub(super) use writer::Writer;
