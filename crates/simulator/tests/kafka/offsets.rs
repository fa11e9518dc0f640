//! Offsets and times: what arrived when, and what a client is told of it.

use core::time::Duration;

use lookout_kafka_wire::list_offsets::{Isolation, Spec};
use lookout_simulator::kafka::{Cleanup, ClusterDescription, TopicDescription};

use crate::client::{Client, Found, frozen};

fn found(offset: i64, timestamp: Option<i64>) -> Found {
    Found { code: 0, offset: Some(offset), timestamp }
}

const NOTHING: Found = Found { code: 0, offset: None, timestamp: None };

#[tokio::test]
async fn the_time_of_every_record_leads_back_to_its_offset() {
    for rate in [0.05, 1.0, 3.7, 99.9] {
        let topic = TopicDescription::new("prices", 2).rate(rate);
        let cluster = frozen(&ClusterDescription::default().topic(topic));
        let mut client = Client::of(&cluster).await;
        let end = cluster.end_offset("prices", 1).unwrap();
        assert_eq!(client.find("prices", 1, Spec::Latest).await, found(end, None));
        assert_eq!(client.find("prices", 1, Spec::Earliest).await, found(0, None));
        for offset in (0..end).step_by(usize::try_from(end / 7).unwrap().max(1)) {
            let at = cluster.arrived("prices", 1, offset).unwrap();
            assert_eq!(client.find("prices", 1, Spec::At(at)).await, found(offset, Some(at)));
            let before = client.find("prices", 1, Spec::At(at - 1)).await;
            assert_eq!(before, found(offset, Some(at)), "nothing arrived in the millisecond before");
            if offset + 1 < end {
                let next = cluster.arrived("prices", 1, offset + 1).unwrap();
                assert_eq!(client.find("prices", 1, Spec::At(at + 1)).await, found(offset + 1, Some(next)));
            }
        }
        let last = cluster.arrived("prices", 1, end - 1);
        assert_eq!(client.find("prices", 1, Spec::MaxTimestamp).await, found(end - 1, last));
        assert_eq!(client.find("prices", 1, Spec::At(cluster.now_millis() + 1)).await, NOTHING);
    }
}

#[tokio::test]
async fn records_arrive_as_time_passes() {
    let topic = TopicDescription::new("prices", 1).rate(10.0);
    let cluster = frozen(&ClusterDescription::default().topic(topic));
    assert_eq!(cluster.end_offset("prices", 0), Some(36_000), "an hour of history");
    cluster.advance(Duration::from_secs(6));
    assert_eq!(cluster.end_offset("prices", 0), Some(36_060));
    cluster.set_rate("prices", 0, 0.0);
    cluster.advance(Duration::from_secs(6));
    cluster.set_rate("prices", 0, 1.0);
    cluster.advance(Duration::from_secs(6));
    assert_eq!(cluster.end_offset("prices", 0), Some(36_066));
    let mut client = Client::of(&cluster).await;
    let next = cluster.arrived("prices", 0, 36_060);
    let pause = cluster.now_millis() - 11_000;
    assert_eq!(client.find("prices", 0, Spec::At(pause)).await, found(36_060, next));
    assert_eq!(next, Some(cluster.now_millis() - 5_000));
}

#[tokio::test]
async fn old_records_are_removed_by_retention_and_by_hand() {
    let topic = TopicDescription::new("prices", 1).rate(1.0).retention(Duration::from_mins(10));
    let cluster = frozen(&ClusterDescription::default().topic(topic));
    let mut client = Client::of(&cluster).await;
    let start = cluster.start_offset("prices", 0).unwrap();
    assert_eq!(start, 2_999);
    assert_eq!(client.find("prices", 0, Spec::Earliest).await, found(start, None));
    let at = cluster.arrived("prices", 0, start);
    assert_eq!(client.find("prices", 0, Spec::At(0)).await, found(start, at));
    cluster.delete_records("prices", 0, 3_500);
    assert_eq!(client.find("prices", 0, Spec::Earliest).await, found(3_500, None));
    cluster.advance(Duration::from_hours(1));
    assert_eq!(cluster.start_offset("prices", 0), Some(6_599));
}

#[tokio::test]
async fn a_compacted_partition_answers_with_the_next_record_that_is_left() {
    let cleanup = Cleanup::Compact { keep: 100, after: Duration::from_mins(10) };
    let topic = TopicDescription::new("state", 1).rate(1.0).cleanup(cleanup);
    let cluster = frozen(&ClusterDescription::default().topic(topic));
    let mut client = Client::of(&cluster).await;
    for (offset, left) in [(1_001, 1_100), (2_999, 3_000), (3_001, 3_001), (3_599, 3_599)] {
        let at = cluster.arrived("state", 0, offset).unwrap();
        let expected = found(left, cluster.arrived("state", 0, left));
        assert_eq!(client.find("state", 0, Spec::At(at)).await, expected);
    }
    assert_eq!(cluster.start_offset("state", 0), Some(0), "compaction alone removes nothing by age");
}

#[tokio::test]
async fn an_open_transaction_holds_back_what_is_committed() {
    let topic = TopicDescription::new("payments", 1).rate(1.0);
    let cluster = frozen(&ClusterDescription::default().topic(topic));
    let client = Client::of(&cluster).await;
    cluster.set_open_transaction("payments", 0, Some(3_000));
    let committed = Isolation::ReadCommitted;
    assert_eq!(client.find_at(1, "payments", 0, Spec::Latest, committed).await, found(3_000, None));
    let all = client.find_at(1, "payments", 0, Spec::Latest, Isolation::ReadUncommitted).await;
    assert_eq!(all, found(3_600, None));
    let late = Spec::At(cluster.arrived("payments", 0, 3_001).unwrap());
    assert_eq!(client.find_at(1, "payments", 0, late, committed).await, NOTHING);
    cluster.set_open_transaction("payments", 0, None);
    assert_eq!(client.find_at(1, "payments", 0, Spec::Latest, committed).await, found(3_600, None));
}

#[tokio::test]
async fn a_hot_partition_gets_more() {
    let mut topic = TopicDescription::new("prices", 3).rate(1.0);
    topic.hot_partition_factor = 5.0;
    let cluster = frozen(&ClusterDescription::default().topic(topic));
    let ends: Vec<_> = (0..3).map(|partition| cluster.end_offset("prices", partition).unwrap()).collect();
    assert_eq!(ends, [18_000, 3_600, 3_600]);
}
