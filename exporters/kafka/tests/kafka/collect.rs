//! The sources against a simulated cluster, over sockets.

mod cycle;
mod failures;
mod others;
mod silent;
mod stage;
