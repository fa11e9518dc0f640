//! The real binary against real servers and readers.
//!
//! Run by `cargo xtask e2e`, which builds the binary, provides the tools and names both in environment variables. A
//! tool that is missing fails its tests; nothing is skipped. Every server listens on 127.0.0.1 only and ends with the
//! test that started it, also when that test fails.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]
#![allow(clippy::print_stdout, reason = "what was measured stands beside a failure")]

mod alertmanager;
mod backtest;
mod blackbox;
mod boards;
mod certificates;
mod demo;
mod exposition;
mod grafana;
mod hostile;
mod inventory;
mod kafka;
mod kubernetes;
mod mimir;
mod notifications;
mod order;
mod ports;
mod prometheus;
mod receiver;
mod rendering;
mod rotation;
mod rules;
mod running;
mod scrape;
mod secrets;
mod serve;
mod shutdown;
mod smuggling;
mod sockets;
mod steps;
mod telling;
mod toolkit;
mod tools;
mod victoria_metrics;
mod watcher;
mod web_configuration;
mod web_server;
