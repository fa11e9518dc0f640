//! The alerts that tell of what is found wrong with a cluster.
//!
//! How to get it wrong: a name that is not declared. A test here notices.

lookout_runtime::finding_alerts! {
    /// All of them.
    #[cfg(test)]
    ALL;
    pub(super) PARTITIONS_OFFLINE = "LookoutKafkaPartitionsOffline";
    pub(super) UNDER_MIN_IN_SYNC_REPLICAS = "LookoutKafkaUnderMinInSyncReplicas";
    pub(super) RECORDS_LOST = "LookoutKafkaRecordsLost";
    pub(super) GROUP_WITHOUT_MEMBERS = "LookoutKafkaGroupWithoutMembers";
    pub(super) LOG_DIRECTORY_OFFLINE = "LookoutKafkaLogDirectoryOffline";
    pub(super) LOG_DIRECTORY_NEARLY_FULL = "LookoutKafkaLogDirectoryNearlyFull";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_alert_of_a_finding_is_declared() {
        let declared = (lookout_kafka_spec::SPEC.alerts)();
        for alert in ALL {
            assert!(declared.iter().any(|declared| declared.name == alert.as_str()), "{alert:?}");
        }
    }
}
