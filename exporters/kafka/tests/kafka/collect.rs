//! The sources against a simulated cluster, over sockets.

mod cycle;
mod failures;
mod others;
mod reloaded;
mod silent;
mod stage;
mod turns;
