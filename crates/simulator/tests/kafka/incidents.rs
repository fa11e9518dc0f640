//! The platform's Kafka: its defects are real, and its incidents are seen as told and gone after their repair.

use core::time::Duration;

use lookout_simulator::kafka::Cluster;
use lookout_simulator::{Incident, Platform, PlatformOptions};

use crate::client::{Client, Seen, now};

fn platform(with_defects: bool) -> Platform {
    let options = PlatformOptions { with_defects, ..PlatformOptions::default() };
    let platform = Platform::start(now(), &options).unwrap();
    platform.kafka().freeze();
    platform
}

fn under_replicated(seen: &Seen) -> Vec<&str> {
    let short = seen.partitions.iter().filter(|(_, row)| row.in_sync.len() < row.replicas.len());
    let mut topics: Vec<_> = short.map(|((topic, _), _)| topic.as_str()).collect();
    topics.dedup();
    topics
}

fn lag(kafka: &Cluster, group: &str, topic: &str) -> i64 {
    (0..6).map(|partition| kafka.lag(group, topic, partition).unwrap()).sum()
}

#[tokio::test]
async fn the_platform_has_a_kafka_with_its_defects_or_without() {
    for with_defects in [false, true] {
        let platform = platform(with_defects);
        let kafka = platform.kafka();
        let description = platform.kafka_clusters().remove(0);
        assert_eq!((description.name, description.bootstrap), ("commodities", kafka.bootstrap()));
        let mut client = Client::of(kafka).await;
        let seen = client.metadata().await;
        assert_eq!((seen.brokers.len(), seen.topics.len()), (3, 14));
        assert!(seen.partitions.values().all(|partition| partition.code == 0));
        let expected = if with_defects { vec!["weather.forecasts"] } else { Vec::new() };
        assert_eq!(under_replicated(&seen), expected);
        kafka.advance(Duration::from_mins(1));
        let (slow, stuck) = ("risk-recalculation", "settlement-report");
        let is_late = |group, topic| kafka.lag_seconds(group, topic, 1).unwrap() > 100.0;
        assert_eq!(is_late(slow, "prices.intraday.ticks"), with_defects);
        assert_eq!(is_late(stuck, "prices.eod.settlements"), with_defects);
        assert!(!is_late("trade-capture", "trades.executions"));
    }
}

#[tokio::test]
async fn every_incident_of_kafka_is_seen_as_told_and_gone_after_its_repair() {
    for with_defects in [false, true] {
        let platform = platform(with_defects);
        let kafka = platform.kafka();
        let mut client = Client::of(kafka).await;
        let mut played = 0;
        for incident in Incident::ALL.iter().filter(|incident| incident.service == "kafka") {
            let before = client.metadata().await;
            let ends = || kafka.end_offset("prices.intraday.ticks", 0).unwrap();
            let end = ends();
            for _ in 0..2 {
                incident.play(&platform, now()).await.unwrap();
            }
            kafka.advance(Duration::from_secs(100));
            let during = client.metadata().await;
            let late = lag(kafka, "trade-capture", "trades.executions");
            match incident.name {
                "kafka-broker-lost" => {
                    assert_eq!(during.brokers, [1, 3]);
                    assert_eq!(under_replicated(&during).len(), 14);
                    assert!(
                        during.partitions.values().all(|row| row.leader.is_some_and(|leader| leader != 2))
                    );
                }
                "consumer-stuck" => assert!(late >= 6 * 100 * 4, "{late}"),
                "producer-stops" => {
                    assert_eq!(ends(), end);
                    assert_eq!(kafka.lag("price-curves", "prices.intraday.ticks", 0), Some(0));
                }
                other => panic!("no proof for the incident `{other}`"),
            }
            for _ in 0..2 {
                incident.repair(&platform, now()).await.unwrap();
            }
            kafka.advance(Duration::from_secs(100));
            let mut after = client.metadata().await;
            for (place, row) in &mut after.partitions {
                row.epoch = before.partitions[place].epoch; // it does not go back
            }
            assert_eq!(after, before, "{}", incident.name);
            assert!(lag(kafka, "trade-capture", "trades.executions") < 20 && ends() > end);
            played += 1;
        }
        assert_eq!(played, 3);
    }
}
