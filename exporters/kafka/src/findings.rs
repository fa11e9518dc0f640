//! What is wrong with a cluster that could be read, in words for the person who can mend it: pure.
//!
//! The same judgement as that of the metrics and of the shipped critical alerts, for the page and for `lookout check`. Bounded: of
//! each kind the first [`MAX_OF_A_KIND`] are told, and how many more there are. Names are not shortened here; the page and the log
//! do that.

mod alerts;
mod disks;
mod durability;
mod groups;

use lookout_kafka_spec::config::AlertSettings;
use lookout_runtime::{AlertName, Finding};

use crate::assess::health;
use crate::model::{Cycle, LogDirectories};

/// The most findings of one kind that are told one by one: more than anybody reads.
pub const MAX_OF_A_KIND: usize = 50;

/// What a cycle shows to be wrong: partitions offline or short of replicas, and groups that lose records or are forsaken. Of the topic
/// of the probe nobody has to read anything.
pub fn cycle(cycle: &Cycle, probe_topic: &str) -> Vec<Finding> {
    let mut findings = durability::findings(cycle, &health::of_topics(cycle));
    findings.extend(groups::findings(cycle, probe_topic));
    findings
}

/// Which disks are offline or nearly full, as the alerts have it.
pub fn log_directories(disks: &LogDirectories, alerts: &AlertSettings) -> Vec<Finding> {
    disks::findings(disks, alerts.log_directory_usable.get())
}

/// Findings of one kind, up to the bound.
struct Bounded {
    findings: Vec<Finding>,
    more: u64,
}

impl Bounded {
    fn new() -> Self {
        Self { findings: Vec::new(), more: 0 }
    }

    /// Adds a finding, which is made only if it is told.
    fn add(&mut self, finding: impl FnOnce() -> Finding) {
        if self.findings.len() < MAX_OF_A_KIND {
            self.findings.push(finding());
        } else {
            self.more += 1;
        }
    }

    /// The findings, with one about those that are not told; `kind` says what they are, in the plural.
    fn into_findings(self, subject: &str, kind: &str, remedy: &str, alert: AlertName) -> Vec<Finding> {
        let Self { mut findings, more } = self;
        if more > 0 {
            let message = format!("{more} more {kind}");
            let (subject, remedy) = (subject.to_owned(), remedy.to_owned());
            findings.push(Finding { subject, message, remedy, alert: Some(alert) });
        }
        findings
    }
}

/// A number and what it is of: `1 partition`, `2 partitions`.
fn counted(count: u128, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_kind_the_first_are_told_and_the_rest_counted() {
        let mut bounded = Bounded::new();
        for number in 0..MAX_OF_A_KIND + 3 {
            bounded.add(|| Finding {
                subject: number.to_string(),
                message: String::new(),
                remedy: String::new(),
                alert: None,
            });
        }
        let findings = bounded.into_findings(
            "topics",
            "topics are offline",
            "start the brokers",
            alerts::PARTITIONS_OFFLINE,
        );
        assert_eq!(findings.len(), MAX_OF_A_KIND + 1);
        assert_eq!(findings[MAX_OF_A_KIND].message, "3 more topics are offline");
    }
}
