//! Groups: what they are, what they have committed, how far behind they are.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Facts, float, list, number, word};

/// A partition's first and last offset, by topic and number.
type Bounds<'a> = BTreeMap<(&'a str, i64), (i64, i64)>;

/// What adds up over the partitions of one topic.
#[derive(Default)]
struct Sums {
    offset: i64,
    lag: i64,
    lost: i64,
    beyond_end: i64,
    retention_used: f64,
    has_all_ends: bool,
}

pub(super) fn add(truth: &Value, facts: &mut Facts) {
    let groups = list(truth, "groups").count();
    facts.row("kafka_cluster_consumergroups", &[], float(i64::try_from(groups).unwrap()));
    facts.row("kafka_cluster_idle_consumergroups", &[], 0.0);
    for family in [
        "kafka_unread_consumergroups",
        "kafka_unread_lags",
        "kafka_consumergroup_current_offset",
        "kafka_consumergroup_current_offset_sum",
        "kafka_consumergroup_lag",
        "kafka_consumergroup_lag_sum",
        "kafka_consumergroup_total_lag",
        "kafka_consumergroup_lost_records",
        "kafka_consumergroup_commits_beyond_end",
        "kafka_consumergroup_retention_used_ratio",
    ] {
        facts.family(family);
    }
    let bounds = bounds(truth);
    for group in list(truth, "groups") {
        identity(group, facts);
        offsets(group, &bounds, facts);
    }
}

fn bounds(truth: &Value) -> Bounds<'_> {
    let mut bounds = Bounds::new();
    for topic in list(truth, "topics") {
        for partition in list(topic, "partitions").filter(|partition| !partition["latest"].is_null()) {
            let place = (word(topic, "topic"), number(partition, "partition"));
            bounds.insert(place, (number(partition, "earliest"), number(partition, "latest")));
        }
    }
    bounds
}

fn identity(group: &Value, facts: &mut Facts) {
    let name = word(group, "group");
    let kind = group["type"].as_str().unwrap_or("unknown").to_lowercase();
    let assignor = match (word(group, "state"), kind.as_str()) {
        // It is what the members agreed on: without members, nothing.
        ("Empty", _) => "",
        // The AdminClient does not say it of share groups; there is one only.
        (_, "share") => "simple",
        _ => word(group, "assignor"),
    };
    let info = [
        ("consumergroup", name),
        ("type", &kind),
        ("protocol_type", word(group, "protocol")),
        ("assignor", assignor),
    ];
    facts.row("kafka_consumergroup_info", &info, 1.0);
    let labels = [("consumergroup", name)];
    facts.row("kafka_consumergroup_state", &[labels[0], ("state", word(group, "state"))], 1.0);
    facts.row("kafka_consumergroup_members", &labels, float(number(group, "members")));
    facts.row("kafka_consumergroup_coordinator", &labels, float(number(group, "coordinator")));
}

fn offsets(group: &Value, bounds: &Bounds<'_>, facts: &mut Facts) {
    let name = word(group, "group");
    let mut topics: BTreeMap<&str, Sums> = BTreeMap::new();
    // Records behind a share group's start are read in any order: the start does not say what deletion would lose.
    let has_position = !word(group, "type").eq_ignore_ascii_case("share");
    let committed = list(group, "committed").chain(list(group, "share_start"));
    for row in committed.filter(|row| number(row, "offset") >= 0) {
        let (topic, partition, offset) =
            (word(row, "topic"), number(row, "partition"), number(row, "offset"));
        let text = partition.to_string();
        let labels = [("consumergroup", name), ("topic", topic), ("partition", text.as_str())];
        facts.row("kafka_consumergroup_current_offset", &labels, float(offset));
        let sums = topics.entry(topic).or_insert(Sums { has_all_ends: true, ..Sums::default() });
        sums.offset += offset;
        let Some((earliest, latest)) = bounds.get(&(topic, partition)) else {
            sums.has_all_ends = false;
            continue;
        };
        // Of a share group some behind the start are done already, so that the broker itself says the lag.
        let said = row.get("lag").map(Value::as_i64);
        let Some(lag) = said.unwrap_or_else(|| Some((latest - offset).max(0))) else {
            sums.has_all_ends = false;
            continue;
        };
        facts.row("kafka_consumergroup_lag", &labels, float(lag));
        sums.lag += lag;
        sums.lost += (earliest - offset).max(0);
        sums.beyond_end += i64::from(offset > *latest);
        let (unread, retained) = (latest - offset.max(*earliest), latest - earliest);
        if offset < *earliest {
            sums.retention_used = 1.0;
        } else if retained > 0 {
            sums.retention_used = sums.retention_used.max(float(unread.max(0)) / float(retained));
        }
    }
    for (topic, sums) in &topics {
        let labels = [("consumergroup", name), ("topic", *topic)];
        facts.row("kafka_consumergroup_current_offset_sum", &labels, float(sums.offset));
        if sums.has_all_ends {
            facts.row("kafka_consumergroup_lag_sum", &labels, float(sums.lag));
        }
        if sums.has_all_ends && has_position {
            facts.row("kafka_consumergroup_lost_records", &labels, float(sums.lost));
            facts.row("kafka_consumergroup_retention_used_ratio", &labels, sums.retention_used);
        }
        if sums.beyond_end > 0 {
            facts.row("kafka_consumergroup_commits_beyond_end", &labels, float(sums.beyond_end));
        }
    }
    if !topics.is_empty() && topics.values().all(|sums| sums.has_all_ends) {
        let total = topics.values().map(|sums| sums.lag).sum();
        facts.row("kafka_consumergroup_total_lag", &[("consumergroup", name)], float(total));
    }
}
