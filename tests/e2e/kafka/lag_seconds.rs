//! The lag in seconds, held against the timestamps of the very records that have not been read.

use std::cell::Cell;

use lookout_testkit::scrape::Scrape;
use serde_json::{Value, json};

use super::cluster::Cluster;
use super::driving::milliseconds_now;
use super::lookout::{Lookout, begun, rows, seconds_now};

/// One second…
const ABSOLUTE: f64 = 1.0;
/// …or this share, whichever is more: what the exporter promises.
const RELATIVE: f64 = 0.05;

/// A commit whose lag in seconds is known.
struct Known {
    group: String,
    topic: &'static str,
    partition: usize,
    /// Of the first record that has not been read; none if all were.
    timestamp: Option<f64>,
}

/// Without any history, from the first cycle on.
pub(super) fn after_the_start(cluster: &mut Cluster, watched: &Value) {
    let now = milliseconds_now();
    let mut known = Vec::new();
    // One record a second for an hour.
    cluster.create("steady", 1);
    cluster.produce_from("steady", 0, 3600, now - 3_600_000, 1000);
    // Two bursts with nothing between: interpolation over offsets would be wrong by an hour.
    cluster.create("bursts", 2);
    cluster.produce_from("bursts", 0, 500, now - 7_200_000, 1);
    cluster.produce_from("bursts", 0, 500, now - 600_000, 1);
    // Timestamps that run backwards, as with several producers.
    cluster.create("backwards", 1);
    cluster.produce_from("backwards", 0, 100, now - 900_000, -100);
    // Deleted before it was read: the first record that is still there counts.
    cluster.create("retained", 1);
    cluster.produce_from("retained", 0, 1000, now - 2_000_000, 1000);
    cluster.ask(&json!({"do": "delete_records", "topic": "retained", "partition": 0, "before": 400}));
    for (topic, partition, offset, is_caught_up) in [
        ("steady", 0, 0, false),
        ("steady", 0, 1, false),
        ("steady", 0, 1800, false),
        ("steady", 0, 3500, false),
        ("steady", 0, 3599, false),
        ("steady", 0, 3600, true),
        ("bursts", 0, 250, false),
        ("bursts", 0, 499, false),
        ("bursts", 0, 500, false),
        ("bursts", 0, 750, false),
        ("bursts", 0, 999, false),
        ("bursts", 1, 0, true),
        ("backwards", 0, 0, false),
        ("backwards", 0, 50, false),
        ("retained", 0, 100, false),
        ("retained", 0, 600, false),
    ] {
        let group = format!("at-{topic}-{partition}-{offset}");
        cluster.commit(&group, topic, partition, offset);
        let timestamp = (!is_caught_up).then(|| cluster.timestamp(topic, partition, offset));
        known.push(Known { group, topic, partition, timestamp });
    }
    let looks = Cell::new([seconds_now(); 2]);
    let mut lookout = Lookout::watching(watched);
    // The first scrape that has groups at all. The one before had none, and was asked for after the look before that.
    let scrape = lookout.until("a first cycle", |scrape| {
        let is_there = !rows(scrape, "kafka_consumergroup_lag", &[]).is_empty();
        if !is_there {
            looks.set([looks.get()[1], seconds_now()]);
        }
        is_there.then_some(())
    });
    hold(&scrape, &known, looks.get()[0]);
    // With a history that knows nothing of these records.
    let scrape = lookout.fresh();
    hold(&scrape, &known, begun(&scrape, name(watched)).expect("it was read"));
}

/// The source that reads the cluster.
fn name(watched: &Value) -> &str {
    watched["name"].as_str().expect("it has a name")
}

/// With a history, at the shortest period and at the default one, with even and with bursting producers.
pub(super) fn while_records_flow(cluster: &mut Cluster, watched: &Value) {
    for topic in ["even", "bursting"] {
        cluster.create(topic, 1);
    }
    cluster.pace("even", 50, 1);
    cluster.pace("bursting", 5000, 40);
    let mut hasty = Lookout::watching(watched);
    let mut unhurried = Lookout::with(watched, &json!({"period": "15s", "deadline": "14s"}));
    std::thread::sleep(std::time::Duration::from_secs(33));
    let mut known = Vec::new();
    for topic in ["even", "bursting"] {
        let end = cluster.end(topic, 0);
        for behind in [1, 10, 60, 150, 300].into_iter().filter(|behind| *behind < end) {
            let group = format!("flow-{topic}-{behind}");
            cluster.commit(&group, topic, 0, end - behind);
            let timestamp = Some(cluster.timestamp(topic, 0, end - behind));
            known.push(Known { group, topic, partition: 0, timestamp });
        }
    }
    let last = known.last().map(|known| known.group.clone()).expect("there are some");
    for lookout in [&mut hasty, &mut unhurried] {
        let scrape = lookout.until("a cycle with the last group", |scrape| {
            let is_there =
                !rows(scrape, "kafka_consumergroup_lag_seconds", &[("consumergroup", &last)]).is_empty();
            (is_there && begun(scrape, name(watched)).is_some()).then_some(())
        });
        hold(&scrape, &known, begun(&scrape, name(watched)).expect("it was read"));
    }
    // The dashboard is looked at while they go on.
}

/// Holds the lags of a scrape that was taken now, and whose readings began at `since` or later.
#[track_caller]
fn hold(scrape: &Scrape, known: &[Known], since: f64) {
    let at = seconds_now();
    let mut wrong = Vec::new();
    let mut worst = 0.0_f64;
    for Known { group, topic, partition, timestamp } in known {
        let partition = partition.to_string();
        let labels = [("consumergroup", group.as_str()), ("topic", topic), ("partition", &partition)];
        let method = rows(scrape, "kafka_consumergroup_lag_seconds_method_info", &labels);
        let method = method.first().and_then(|row| row.label("method")).unwrap_or("none");
        let expected = timestamp.map_or(0.0, |timestamp| at - timestamp);
        let Some(value) = scrape.value("kafka_consumergroup_lag_seconds", &labels) else {
            wrong.push(format!("{group} ({method}): no row, wanted {expected:.2}"));
            continue;
        };
        // What was true when it was read is a little less than what would be true now.
        let error = (value - expected).max(expected - (at - since) - value).max(0.0);
        worst = worst.max(error);
        if error > ABSOLUTE.max(RELATIVE * expected) || (timestamp.is_none() && value != 0.0) {
            wrong.push(format!("{group} ({method}): {value:.2} s, wanted {expected:.2} s"));
        }
    }
    println!("    {} lags in seconds, worst error {worst:.2} s", known.len());
    assert!(wrong.is_empty(), "{} of {} wrong:\n{}", wrong.len(), known.len(), wrong.join("\n"));
}
