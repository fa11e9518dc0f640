//! One value from several replicas of Lookout, for alerts and panels alike.

use core::fmt::Display;

/// The largest value of all replicas and shards of Lookout, with every other label.
///
/// `instance` and `pod` are what tells replicas apart. All other labels stay, also those that the scrape adds (a Kubernetes
/// cluster, a namespace), which nobody here can know.
pub(crate) fn across(series: impl Display) -> String {
    format!("max without (instance, pod) ({series})")
}
