//! Log directories that are offline or nearly full.

use lookout_runtime::{AlertName, Finding};

use super::Bounded;
use super::alerts::{LOG_DIRECTORY_NEARLY_FULL, LOG_DIRECTORY_OFFLINE};
use crate::model::{LogDirectories, LogDirectory};

const REPLACE_DISK: &str =
    "look at the broker's log for the error of the disk; mend it and start the broker again";
const MAKE_ROOM: &str =
    "lower the retention of its largest topics, move replicas to other brokers, or enlarge the volume";

pub(super) fn findings(disks: &LogDirectories, least_usable: f64) -> Vec<Finding> {
    let (mut offline, mut full) = (Bounded::new(), Bounded::new());
    for (broker, directory) in disks
        .brokers
        .iter()
        .flat_map(|(id, broker)| broker.directories.iter().map(move |directory| (id, directory)))
    {
        let finding = |message: String, remedy: &str, alert: AlertName| Finding {
            subject: format!("broker {broker}, log directory {}", directory.path),
            message,
            remedy: remedy.to_owned(),
            alert: Some(alert),
        };
        if directory.is_offline {
            let message = "offline: its replicas are not there".to_owned();
            offline.add(|| finding(message, REPLACE_DISK, LOG_DIRECTORY_OFFLINE));
        } else if let Some(share) = usable_share(directory).filter(|share| *share < least_usable) {
            let message = || format!("nearly full: {:.1} % of its volume left", share * 100.0);
            full.add(|| finding(message(), MAKE_ROOM, LOG_DIRECTORY_NEARLY_FULL));
        }
    }
    let subject = "log directories";
    let mut findings =
        offline.into_findings(subject, "log directories offline", REPLACE_DISK, LOG_DIRECTORY_OFFLINE);
    let kind = "log directories nearly full";
    findings.extend(full.into_findings(subject, kind, MAKE_ROOM, LOG_DIRECTORY_NEARLY_FULL));
    findings
}

/// The share of the volume that is free; none where the broker does not say.
fn usable_share(directory: &LogDirectory) -> Option<f64> {
    let (capacity, usable) = (directory.capacity.filter(|bytes| *bytes > 0)?, directory.usable?);
    Some(usable as f64 / capacity as f64)
}
