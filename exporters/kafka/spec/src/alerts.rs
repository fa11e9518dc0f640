//! The alerts of the kafka exporter.
//!
//! Invariants:
//! - Everything is taken over `instance` and `pod` with `max` ([`across`]) before it is compared or joined: two replicas of
//!   Lookout are then one alert and not two, and the rows of a group find those of its topics in another shard. All other
//!   labels stay, also those that the scrape adds (a Kubernetes cluster, a namespace), which nobody here can know.
//! - What is counted over topics or groups is added up over the shards of Lookout ([`added_up`]). A shard that is not there must
//!   not look like a change of what is counted: see [`throughput`].
//! - Missing data are silent, but for the alerts in [`unseen`], which speak when what was there an hour ago is gone:
//!   a Kafka of which no broker answers has no measurements left that another alert could stand on.
//! - Critical is what stops producers or consumers of whole topics now or within hours, or loses records. A broker or a disk
//!   that is gone is a warning while its partitions work without it, and so is one group that is behind or does not move.
//!
//! How to get it wrong: comparing the lag alone. A transaction leaves a marker at the end of each partition that it wrote;
//! it takes an offset, no consumer is given it, and many never commit behind it. See [`backlog`].

use core::time::Duration;

use lookout_declarations::Alert;

use crate::Settings;
use crate::across::{across, added_up};

mod backlog;
mod brokers;
mod controllers;
mod directories;
mod durability;
mod groups;
mod lag;
mod limits;
mod probe;
mod probe_latency;
mod rates;
mod reading;
mod retention;
mod samples;
mod throughput;
mod unseen;

/// The alerts for `settings`, the gravest of each matter first.
pub fn alerts(settings: &Settings) -> Vec<Alert> {
    let thresholds = &settings.alerts;
    let mut alerts = unseen::alerts();
    alerts.extend(durability::alerts());
    alerts.extend(brokers::alerts(thresholds));
    alerts.extend(controllers::alerts(thresholds));
    alerts.extend(directories::alerts(thresholds));
    alerts.extend(throughput::alerts(thresholds));
    alerts.extend(lag::alerts(thresholds));
    alerts.extend(groups::alerts());
    alerts.extend(retention::alerts(thresholds));
    alerts.extend(probe::alerts());
    alerts.extend(probe_latency::alerts(thresholds));
    alerts.extend(reading::alerts());
    alerts.extend(limits::alerts());
    alerts
}

/// The unit of the holds.
const MINUTE: Duration = Duration::from_mins(1);

/// How long an alert goes on after its condition ended, so that what flaps is one notification.
const KEEP_FIRING: Duration = Duration::from_mins(5);

/// The same for an alert that mutes others: they end a little after what they follow from, and with it still firing nobody is told of
/// them after the repair.
const KEEP_MUTING: Duration = Duration::from_mins(10);

/// The same for one that mutes such as mute others.
const KEEP_MUTING_ALL: Duration = Duration::from_mins(15);

/// The cluster, at the end of a clause of a description.
const OF_CLUSTER: &str = "{{ with $labels.kafka_cluster }} of the Kafka cluster {{ . }}{{ end }}";
