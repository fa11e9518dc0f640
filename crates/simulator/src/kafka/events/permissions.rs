//! What nobody may describe.

use crate::kafka::Cluster;

impl Cluster {
    /// Nobody may describe this topic: it is in no listing, and refused where it is named.
    pub fn deny_topic(&self, topic: &str) {
        self.shared.write().troubles.denied_topics.insert(topic.to_owned());
    }

    /// Nobody may describe this group: it is in no listing, and refused where it is named.
    pub fn deny_group(&self, group: &str) {
        self.shared.write().troubles.denied_groups.insert(group.to_owned());
    }

    /// Nobody may describe the cluster: log directories, quorum, quotas, the configuration of brokers.
    pub fn deny_cluster(&self) {
        self.shared.write().troubles.is_cluster_denied = true;
    }

    /// Everybody may describe everything again.
    pub fn allow_all(&self) {
        let troubles = &mut self.shared.write().troubles;
        troubles.denied_topics.clear();
        troubles.denied_groups.clear();
        troubles.is_cluster_denied = false;
    }
}
