//! What the exporter must be allowed to do, as Kafka's ACLs have it: operation and resource.
//!
//! The rights by request are those of `KafkaApis` and `ControllerApis` of Apache Kafka 4.3. DESCRIBE on the cluster is what
//! `ListGroups` takes for all groups at once; without it a broker answers with those that may be described one by one.

use lookout_declarations::Permission;

/// The rights that the exporter uses. None but the probe's changes anything.
pub const PERMISSIONS: &[Permission] = &[
    Permission {
        verb: "DESCRIBE",
        resource: "the cluster",
        why: "to list the groups, the sizes of partitions on disk, the quorum of the controllers and the brokers",
        without: "the sources `log directories` and `controllers` fail with reason `denied`, and only groups that may be \
                  described one by one are seen",
    },
    Permission {
        verb: "DESCRIBE",
        resource: "every topic that is watched",
        why: "to see its partitions, leaders, replicas and offsets, and what groups have committed for it",
        without: "the topic is not seen: brokers then say that it does not exist",
    },
    Permission {
        verb: "DESCRIBE",
        resource: "every group that is watched",
        why: "to see its state, members and commits",
        without: "the group is not seen, or counted in `kafka_unread_consumergroups` with reason `denied`",
    },
    Permission {
        verb: "DESCRIBE_CONFIGS",
        resource: "every topic that is watched",
        why: "to read `min.insync.replicas`, `retention.ms`, `retention.bytes` and `cleanup.policy`",
        without: "partitions under min.insync.replicas are not counted, and `LookoutKafkaUnderMinInSyncReplicas` is silent",
    },
    Permission {
        verb: "DESCRIBE_CONFIGS",
        resource: "the cluster",
        why: "to read client quotas",
        without: "`kafka_client_quota` has no rows",
    },
    Permission {
        verb: "CREATE",
        resource: "the probe's topic, only if the probe is on",
        why: "to create the topic, with a partition led by each broker",
        without: "somebody has to create the topic before the probe works",
    },
    Permission {
        verb: "ALTER",
        resource: "the probe's topic, only if the probe is on",
        why: "to add a partition for a broker that leads none",
        without: "brokers that come later are not probed, and `LookoutKafkaProbeIncomplete` fires",
    },
    Permission {
        verb: "DESCRIBE, READ, WRITE",
        resource: "the probe's topic, only if the probe is on",
        why: "to find its leaders, to produce records and to read them back",
        without: "the records are counted in `kafka_probe_failed_records_total` with reason `denied`",
    },
    Permission {
        verb: "READ",
        resource: "the probe's group, only if the probe is on",
        why: "to measure commits",
        without: "the commits are counted in `kafka_probe_failed_commits_total` with reason `denied`",
    },
];
