//! What tests of every package share: golden comparison, a search of the process's memory, and a scrape parser.
//!
//! For tests only, so it may fail loudly: a helper that finds a difference ends the test with both sides.

pub mod golden;
pub mod process_memory;
pub mod scrape;
