//! What goes wrong, as the mock brokers can be told to.

use core::time::Duration;

use lookout_declarations::Reason;
use lookout_kafka::probe::ProbeSource;
use lookout_kafka::probe::ledger::Latencies;
use lookout_runtime::Source;
use rdkafka::types::{RDKafkaApiKey, RDKafkaRespErr};

use super::stage::{PATIENCE, account, failed, hurried, hurried_probe, mock, probe, received, until};

/// More than are asked for while a test lasts.
const MANY: usize = 100_000;

#[tokio::test(flavor = "multi_thread")]
async fn records_of_a_broker_that_is_down_fail_and_those_of_others_do_not() {
    let mock = mock(2, 2);
    let mut source = hurried_probe(&mock);
    until(&mut source, |seen| received(seen, &[1, 2], 2)).await;
    mock.broker_down(2).unwrap();
    let seen = until(&mut source, |seen| failed(seen, 2, Reason::Timeout) >= 3).await;
    assert_eq!(account(&seen, 1).failures(), 0);
    mock.broker_up(2).unwrap();
    let back = account(&seen, 2).received;
    until(&mut source, |seen| received(seen, &[2], back + 3)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_broker_shows_in_its_own_latencies() {
    let mock = mock(2, 2);
    let mut source = probe(&mock);
    let fast = |latencies: &Latencies| latencies.counts().iter().take(16).sum::<u64>();
    let slow = |latencies: &Latencies| latencies.total() - fast(latencies);
    let before = until(&mut source, |seen| received(seen, &[1, 2], 2)).await;
    mock.broker_round_trip_time(2, Duration::from_millis(400)).unwrap();
    // Those that were under way may have been fast or slow.
    let under_way = account(&before, 2).in_flight;
    let many = slow(&account(&before, 2).produce) + under_way + 10;
    let seen = until(&mut source, |seen| slow(&account(seen, 2).produce) >= many).await;
    let fast_by_then = [1, 2].map(|broker| fast(&account(&seen, broker).produce));
    let seen = until(&mut source, |seen| {
        slow(&account(seen, 2).produce) >= many + 10
            && fast(&account(seen, 1).produce) >= fast_by_then[0] + 10
    })
    .await;
    assert_eq!(fast(&account(&seen, 2).produce), fast_by_then[1], "every further one is slow");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_is_refused_fails_for_the_brokers_reason() {
    let mock = mock(1, 1);
    let mut source = probe(&mock);
    until(&mut source, |seen| received(seen, &[1], 2)).await;
    let denied = RDKafkaRespErr::RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED;
    mock.request_errors(RDKafkaApiKey::Produce, &[denied; 3]);
    // Records that have waited for each other are in one request, and are refused together.
    let seen = until(&mut source, |seen| failed(seen, 1, Reason::Denied) >= 3).await;
    assert_eq!(account(&seen, 1).failures(), failed(&seen, 1, Reason::Denied));
    let back = account(&seen, 1).received;
    until(&mut source, |seen| received(seen, &[1], back + 3)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_cannot_be_read_in_time_is_lost_and_then_late() {
    let mock = mock(1, 1);
    let mut source = hurried_probe(&mock);
    until(&mut source, |seen| received(seen, &[1], 2)).await;
    let denied = RDKafkaRespErr::RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED;
    mock.request_errors(RDKafkaApiKey::Fetch, &vec![denied; MANY]);
    let seen = until(&mut source, |seen| account(seen, 1).lost >= 3).await;
    assert_eq!(account(&seen, 1).failures(), 0);
    mock.clear_request_errors(RDKafkaApiKey::Fetch);
    let seen = until(&mut source, |seen| account(seen, 1).late >= account(seen, 1).lost).await;
    assert_eq!(account(&seen, 1).late, account(&seen, 1).lost);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_is_refused_is_counted_by_its_reason() {
    let mock = mock(1, 1);
    let mut source = probe(&mock);
    until(&mut source, |seen| seen.commits.latency.total() >= 1).await;
    let denied = RDKafkaRespErr::RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED;
    mock.request_errors(RDKafkaApiKey::OffsetCommit, &[denied; 2]);
    let seen = until(&mut source, |seen| seen.commits.failed.get(&Reason::Denied) == Some(&2)).await;
    let before = seen.commits.latency.total();
    until(&mut source, |seen| seen.commits.latency.total() > before).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_answers_the_source_fails() {
    // Bound and not listening: nobody else takes the port, and connecting is refused.
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    socket.bind(&"127.0.0.1:0".parse::<std::net::SocketAddr>().unwrap().into()).unwrap();
    let address = socket.local_addr().unwrap().as_socket().unwrap();
    let mut source = ProbeSource::new(hurried(&address.to_string()));
    let refused = async {
        loop {
            // It is late as long as the client has not told that it was refused.
            let error = source.collect().await.unwrap_err();
            if error.reason != Reason::Timeout {
                return error;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let error = tokio::time::timeout(PATIENCE, refused).await.expect("the client says why");
    assert!(matches!(error.reason, Reason::Unreachable | Reason::Disconnected), "{error:?}");
    assert!(error.message.contains("lookout-probe"), "{error:?}");
}
