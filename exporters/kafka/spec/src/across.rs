//! One value from several replicas and shards of Lookout, for alerts and panels alike.
//!
//! How to get it wrong: adding up what every shard says of the whole cluster (brokers, disks, controllers). What has the label
//! `lookout_shard` is of a part, and nothing else is.

use core::fmt::Display;

use crate::labels::LookoutShard;

/// The largest value of all replicas and shards of Lookout, with every other label.
///
/// `instance` and `pod` are what tells replicas apart. All other labels stay, also those that the scrape adds (a Kubernetes
/// cluster, a namespace), which nobody here can know.
pub(crate) fn across(series: impl Display) -> String {
    format!("max without (instance, pod) ({series})")
}

/// What the shards of Lookout say of their parts, added up; of each the replica with the largest value.
pub(crate) fn added_up(series: impl Display) -> String {
    format!("sum without ({LookoutShard}) ({})", across(series))
}
