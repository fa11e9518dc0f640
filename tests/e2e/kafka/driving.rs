//! What tests do to a cluster, in words.

use serde_json::json;

use super::cluster::Cluster;
use super::lookout::seconds_now;

/// How a group is managed.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Classic,
    Consumer,
    Share,
}

/// Now, in milliseconds since 1970.
pub(super) fn milliseconds_now() -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "the clock is far from the end of an i64")]
    let now = (seconds_now() * 1000.0) as i64;
    now
}

impl Cluster {
    /// Creates a topic with one replica of each partition.
    #[track_caller]
    pub(super) fn create(&mut self, topic: &str, partitions: usize) {
        self.ask(&json!({"do": "create", "topic": topic, "partitions": partitions}));
    }

    /// Produces records of this second; the offset of the last.
    #[track_caller]
    pub(super) fn produce(&mut self, topic: &str, partition: usize, records: usize) -> i64 {
        self.produce_from(topic, partition, records, milliseconds_now(), 0)
    }

    /// Produces records with timestamps from `start`, `step` apart, milliseconds; the offset of the last.
    #[track_caller]
    pub(super) fn produce_from(
        &mut self,
        topic: &str,
        partition: usize,
        records: usize,
        start: i64,
        step: i64,
    ) -> i64 {
        let answer = self.ask(&json!({
            "do": "produce", "topic": topic, "partition": partition, "records": records, "start": start, "step": step,
        }));
        answer["last"].as_i64().expect("it says the last offset")
    }

    /// Commits for a group without members, which need not exist yet.
    #[track_caller]
    pub(super) fn commit(&mut self, group: &str, topic: &str, partition: usize, offset: i64) {
        self.ask(&json!({
            "do": "commit", "group": group, "topic": topic, "partition": partition, "offset": offset,
        }));
    }

    /// Members of a group, also the name of them, read a topic; returns when they have read so many records.
    #[track_caller]
    pub(super) fn consume(&mut self, group: &str, topic: &str, kind: Kind, members: usize, records: usize) {
        let kind = match kind {
            Kind::Classic => "classic",
            Kind::Consumer => "consumer",
            Kind::Share => {
                // Else it begins at the end.
                self.ask(&json!({
                    "do": "alter_config", "resource": "group", "name": group,
                    "config": {"share.auto.offset.reset": "earliest"},
                }));
                "share"
            }
        };
        self.ask(&json!({
            "do": "consume", "name": group, "group": group, "topic": topic, "kind": kind, "members": members,
            "records": records,
        }));
    }

    /// The members that [`Cluster::consume`] has started leave.
    #[track_caller]
    pub(super) fn leave(&mut self, group: &str) {
        self.ask(&json!({"do": "leave", "name": group}));
    }

    /// Gives a right: a resource's type and name, and an operation. A name that ends in `*` is a prefix, unless it is that alone.
    #[track_caller]
    pub(super) fn allow(&mut self, principal: &str, resource: &str, name: &str, operation: &str) {
        let prefix = name.strip_suffix('*').filter(|prefix| !prefix.is_empty());
        let pattern = if prefix.is_some() { "PREFIXED" } else { "LITERAL" };
        self.ask(&json!({
            "do": "allow", "principal": principal, "resource": resource, "name": prefix.unwrap_or(name),
            "pattern": pattern, "operation": operation,
        }));
    }

    /// Produces for ever, each `step` milliseconds a `burst`, until [`Cluster::rest`].
    #[track_caller]
    pub(super) fn pace(&mut self, topic: &str, step: usize, burst: usize) {
        self.ask(&json!({
            "do": "pace", "name": topic, "topic": topic, "partition": 0, "step": step, "burst": burst,
        }));
    }

    /// Ends [`Cluster::pace`].
    #[track_caller]
    pub(super) fn rest(&mut self, topic: &str) {
        self.ask(&json!({"do": "rest", "name": topic}));
    }

    /// The timestamp of the first record at an offset or after it, seconds since 1970.
    #[track_caller]
    pub(super) fn timestamp(&mut self, topic: &str, partition: usize, offset: i64) -> f64 {
        let answer = self.ask(&json!({
            "do": "timestamp", "topic": topic, "partition": partition, "offset": offset,
        }));
        answer["timestamp"].as_f64().expect("it says the timestamp") / 1000.0
    }

    /// The end offset of a partition.
    #[track_caller]
    pub(super) fn end(&mut self, topic: &str, partition: usize) -> i64 {
        let truth = self.truth();
        let topics = truth["topics"].as_array().expect("there are topics");
        let found = topics.iter().find(|row| row["topic"] == topic).expect("the topic is there");
        found["partitions"][partition]["latest"].as_i64().expect("it has a leader")
    }
}
