//! The client against servers on real sockets that play every way in which an API server answers, and fails to.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::similar_names, // a follower, and what it has followed
    missing_docs,
    reason = "a test may fail by panicking, and documents itself by its name"
)]

mod access;
mod elsewhere;
mod endings;
mod json;
mod lists;
mod logs;
mod proxies;
mod pulse;
mod refusals;
mod review;
mod secrets;
mod selections;
mod stage;
mod streams;
mod tls;
mod watches;
