//! The metrics that the tests read, of every kind and shape.

use lookout_declarations::{Counter, Gauge, Histogram, Info, ReasonLabel, Unit, label, metrics};

label! {
    /// The consumer group.
    pub Group = "group";
    /// The topic.
    pub Topic = "topic";
    /// The partition.
    pub Partition: i32 = "partition";
    /// The team that owns the topic.
    pub Team = "team";
    /// The version.
    pub Version = "version";
    /// The secret's name.
    pub Secret = "secret";
}

metrics! {
    /// Records behind.
    pub LAG: Gauge<(Group, Topic, Partition)> = Gauge::new("lag", "Records behind.");
    /// Records written.
    pub RECORDS: Counter<(Topic, Partition)> = Counter::new("records_total", "Records written.");
    /// Commits.
    pub COMMITS: Counter<(Group, Topic)> = Counter::new("commits_total", "Commits.");
    /// Failures.
    pub FAILURES: Counter<(Group, ReasonLabel)> = Counter::new("failures_total", "Failures.");
    /// Waits.
    pub WAIT: Histogram<(Group,)> =
        Histogram::new("wait_seconds", "Waits.").unit(Unit::Seconds).buckets(&[0.5, 1.0, 30.0]);
    /// The build.
    pub BUILD: Info<(Version,)> = Info::new("build_info", "The build.");
    /// Who owns a topic.
    pub OWNER: Info<(Topic, Team)> = Info::new("owner_info", "Who owns a topic.");
    /// The retention.
    pub RETENTION: Gauge<(Topic,)> = Gauge::new("retention_seconds", "The retention.").unit(Unit::Seconds);
    /// Keys.
    pub KEYS: Gauge<(Secret,)> = Gauge::new("keys", "Keys.").with_object_labels("secret_label_");
}
