//! Log directories that are offline or nearly full.

use lookout_runtime::Finding;

use super::Bounded;
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
        let finding = |message: String, remedy: &str| Finding {
            subject: format!("broker {broker}, log directory {}", directory.path),
            message,
            remedy: remedy.to_owned(),
        };
        if directory.is_offline {
            offline.add(|| finding("offline: its replicas are not there".to_owned(), REPLACE_DISK));
        } else if let Some(share) = usable_share(directory).filter(|share| *share < least_usable) {
            let message = || format!("nearly full: {:.1} % of its volume left", share * 100.0);
            full.add(|| finding(message(), MAKE_ROOM));
        }
    }
    let mut findings = offline.into_findings("log directories", "log directories offline", REPLACE_DISK);
    findings.extend(full.into_findings("log directories", "log directories nearly full", MAKE_ROOM));
    findings
}

/// The share of the volume that is free; none where the broker does not say.
fn usable_share(directory: &LogDirectory) -> Option<f64> {
    let (capacity, usable) = (directory.capacity.filter(|bytes| *bytes > 0)?, directory.usable?);
    Some(usable as f64 / capacity as f64)
}
