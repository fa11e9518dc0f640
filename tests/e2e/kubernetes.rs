//! The exporter `certs` in a cluster, against the real Kubernetes API server with etcd, compared with what kubectl and OpenSSL say.
//!
//! An API server takes many seconds and much memory, so stories share one, each in namespaces of its own; a story that kills
//! it has its own. What has no namespace is named for its story, and a story judges only what is its own.

#![allow(clippy::float_cmp, reason = "times of certificates and states are whole numbers, exact in a float")]

mod access;
mod api;
mod control_plane;
mod lookout;
mod material;
mod proxy;
mod server;
mod truth;

mod certmanager;
mod changes;
mod dashboard;
mod elsewhere;
mod kinds;
mod markers;
mod operators;
mod outage;
mod patience;
mod permissions;
mod pods;
mod shards;
mod simulated;
mod tokens;
