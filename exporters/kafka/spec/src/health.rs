//! The health of Kafka: clusters that can be read and written everywhere, brokers that answer, groups that are not late.

use lookout_declarations::{Health, Layer};

use crate::Settings;
use crate::across::{across, added_up};
use crate::metrics::{BROKER_REACHABLE, CLUSTER_OFFLINE_PARTITIONS, CONTROLLER, GROUP_MAX_LAG_SECONDS};

/// What is healthy or not, for `settings`.
pub fn health(settings: &Settings) -> Vec<Health> {
    let lag = settings.alerts.lag.as_secs_f64();
    let whole = format!("({} == bool 0)", added_up(CLUSTER_OFFLINE_PARTITIONS));
    let led = format!("({} > bool -1)", across(CONTROLLER));
    let part = |parts, expression| Health { system: "kafka", layer: Layer::Data, parts, expression };
    vec![
        // Where the controller is not known, the partitions alone decide.
        part("clusters", format!("({whole} * {led}) or {whole}")),
        part("brokers", across(BROKER_REACHABLE)),
        part("consumer groups", format!("{} <= bool {lag}", across(GROUP_MAX_LAG_SECONDS))),
    ]
}
