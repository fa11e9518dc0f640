//! A scrape held against the truth: zero wrong, none missing, none too many.

use lookout_testkit::scrape::Scrape;
use serde_json::Value;

use super::cluster::Cluster;
use super::facts::{Facts, Series, text};
use super::lookout::Lookout;

/// Families of the exporter that are no facts about one moment, so the `AdminClient` has nothing to compare with.
pub(super) const NOT_FACTS: &[&str] = &[
    // They count or measure over time; tests of their own look at them.
    "kafka_cluster_produced_records_total",
    "kafka_cluster_consumed_records_total",
    "kafka_topic_produced_records_total",
    "kafka_topic_hot_partition_ratio",
    "kafka_consumergroup_rebalances_total",
    "kafka_consumergroup_consumed_records_total",
    "kafka_consumergroup_lag_velocity",
    "kafka_consumergroup_drain_time_seconds",
    "kafka_consumergroup_lag_seconds",
    "kafka_consumergroup_lag_seconds_method_info",
    "kafka_consumergroup_topic_lag_seconds",
    "kafka_consumergroup_max_lag_seconds",
    // Estimates.
    "kafka_cluster_estimated_produced_bytes_total",
    "kafka_topic_estimated_produced_bytes_total",
    "kafka_topic_estimated_record_size_bytes",
    // About Lookout.
    "kafka_cycle_stage_duration_seconds",
    "kafka_client_requests_total",
    "kafka_client_sent_bytes_total",
    "kafka_client_received_bytes_total",
    "kafka_timestamp_lookups_total",
    "kafka_timestamp_lookups_deferred",
    "kafka_granularity_info",
    "kafka_granularity_degraded",
];

/// Families whose values move by themselves, and by how much they may differ.
pub(super) const MOVING: &[(&str, f64)] = &[
    // The metadata log gets a record each half second: that is a minute.
    ("kafka_quorum_high_watermark", 120.0),
    ("kafka_quorum_replica_lag_records", 20.0),
    ("kafka_quorum_replica_lag_seconds", 10.0),
    // The volume is the machine's, which does other things too.
    ("kafka_log_directory_usable_bytes", 20e9),
    // Of a truth that counts what a machine counts in floating point.
    ("kafka_consumergroup_retention_used_ratio", 1e-9),
];

/// Differences, a line each; empty if the scrape says what the truth says.
pub(super) fn differences(scrape: &Scrape, facts: &Facts) -> Vec<String> {
    let mut found = Vec::new();
    let mut actual = Series::new();
    for sample in scrape.samples().filter(|sample| sample.name.starts_with("kafka_")) {
        if facts.families.contains(sample.name.as_str()) {
            let labels = sample.labels.iter().map(|(name, value)| (name.as_str(), value.as_str()));
            let labels = labels.filter(|(name, _)| *name != "kafka_cluster");
            actual.insert(text(&sample.name, labels), sample.value);
        } else if !NOT_FACTS.contains(&sample.name.as_str()) {
            found.push(format!("{}: nobody says whether it is a fact", sample.name));
        }
    }
    // A reason with nothing unread is as good as none.
    actual.retain(|series, value| !(series.starts_with("kafka_unread_") && *value == 0.0));
    for (series, expected) in &facts.series {
        let family = series.split('{').next().unwrap_or_default();
        let tolerance =
            MOVING.iter().find(|(name, _)| *name == family).map_or(0.0, |(_, tolerance)| *tolerance);
        match actual.get(series) {
            None => found.push(format!("missing: {series} {expected}")),
            Some(value) if (value - expected).abs() <= tolerance => {}
            Some(value) => found.push(format!("wrong: {series} is {value}, wanted {expected}")),
        }
    }
    let extra = actual.iter().filter(|(series, _)| !facts.series.contains_key(*series));
    found.extend(extra.map(|(series, value)| format!("too many: {series} {value}")));
    found
}

/// How often it is tried to find a frozen moment.
pub(super) const TRIES: usize = 10;

/// Compares a fresh scrape with the truth of the same, frozen moment, and says how many series were equal.
#[track_caller]
pub(super) fn hold_against_truth(cluster: &mut Cluster, lookout: &mut Lookout) -> Scrape {
    hold(cluster, lookout, None, |_| true)
}

/// The same, of who asks through a listener of the one broker that advertises this address.
#[track_caller]
pub(super) fn hold_against_truth_through(
    cluster: &mut Cluster,
    lookout: &mut Lookout,
    address: &str,
) -> Scrape {
    hold(cluster, lookout, Some(address), |_| true)
}

/// The same, but for the differences that `is_meant` leaves out.
#[track_caller]
pub(super) fn hold_in_part(
    cluster: &mut Cluster,
    lookout: &mut Lookout,
    is_meant: impl Fn(&str) -> bool,
) -> Scrape {
    hold(cluster, lookout, None, is_meant)
}

#[track_caller]
fn hold(
    cluster: &mut Cluster,
    lookout: &mut Lookout,
    address: Option<&str>,
    is_meant: impl Fn(&str) -> bool,
) -> Scrape {
    // Kafka itself writes now and then (a group's expiry, a share group's state): then the moment was not frozen.
    let mut moved = Vec::new();
    for _ in 0..TRIES {
        let before = cluster.truth();
        let scrape = lookout.fresh();
        let mut after = cluster.truth();
        moved = still(&before, &after);
        if moved.is_empty() {
            if let Some(address) = address {
                after["brokers"][0]["address"] = address.into();
            }
            let facts = Facts::of(&after);
            let mut differences = differences(&scrape, &facts);
            differences.retain(|line| is_meant(line));
            assert!(
                differences.is_empty(),
                "{} of {} series differ:\n{}",
                differences.len(),
                facts.series.len(),
                differences.join("\n")
            );
            println!("    {} series equal the AdminClient's truth", facts.series.len());
            return scrape;
        }
    }
    panic!("the cluster does not hold still:\n{}", moved.join("\n"));
}

/// What differs between two truths, apart from what always moves.
pub(super) fn still(before: &Value, after: &Value) -> Vec<String> {
    let moving = |series: &str| MOVING.iter().any(|(name, _)| series.starts_with(name));
    let (before, after) = (Facts::of(before).series, Facts::of(after).series);
    let changed = |(series, value): (&String, &f64)| {
        (after.get(series) != Some(value) && !moving(series)).then(|| format!("{series} was {value}"))
    };
    let appeared =
        after.keys().filter(|series| !before.contains_key(*series)).map(|series| format!("{series} is new"));
    before.iter().filter_map(changed).chain(appeared).collect()
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use lookout_testkit::scrape::{Scrape, ScrapeFormat};

    use super::{Facts, differences};

    /// A truth of two series.
    fn facts() -> Facts {
        let mut facts = Facts::default();
        facts.row("kafka_brokers", &[], 3.0);
        facts.row("kafka_topic_partitions", &[("topic", "orders")], 6.0);
        facts
    }

    fn compared(lines: &[&str]) -> Vec<String> {
        let mut text = String::new();
        for line in lines {
            let name = line.split(['{', ' ']).next().unwrap_or_default();
            writeln!(text, "# HELP {name} Help.\n# TYPE {name} gauge\n{line}")
                .expect("a string takes everything");
        }
        let scrape = Scrape::parse(ScrapeFormat::Text, &text).expect("it is a scrape");
        differences(&scrape, &facts())
    }

    #[test]
    fn what_is_equal_has_no_differences() {
        let found = compared(&[
            "kafka_brokers{kafka_cluster=\"one\"} 3",
            "kafka_topic_partitions{kafka_cluster=\"one\",topic=\"orders\"} 6",
            "lookout_build_info 1",
        ]);
        assert_eq!(found, Vec::<String>::new());
    }

    #[test]
    fn what_is_wrong_missing_unknown_or_too_many_is_named() {
        let found =
            compared(&["kafka_brokers 2", "kafka_topic_partitions{topic=\"others\"} 6", "kafka_novelty 1"]);
        let found = found.join("\n");
        for part in [
            "wrong: kafka_brokers{} is 2, wanted 3",
            "missing: kafka_topic_partitions{topic=\"orders\"} 6",
            "too many: kafka_topic_partitions{topic=\"others\"} 6",
            "kafka_novelty: nobody says whether it is a fact",
        ] {
            assert!(found.contains(part), "{found}");
        }
    }
}
