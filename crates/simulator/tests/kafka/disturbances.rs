//! Answers that are late, cut off, garbage, somebody else's, throttled or refused.

use core::time::Duration;

use kafka_protocol::messages::{ListGroupsRequest, ListGroupsResponse};
use lookout_kafka_wire::Failure;
use lookout_kafka_wire::list_offsets::{Isolation, Spec};
use lookout_kafka_wire::metadata::Topics;
use lookout_simulator::kafka::{
    ApiKey, Cluster, ClusterDescription, Disturbance, GroupDescription, ResponseError, Scope,
    TopicDescription,
};

use crate::client::{Client, frozen};

fn cluster() -> Cluster {
    let description = ClusterDescription::of_brokers(2)
        .topic(TopicDescription::new("prices", 4).rate(1.0))
        .group(GroupDescription::new("readers", "prices"));
    frozen(&description)
}

async fn list(client: &Client, broker: i32) -> Result<ListGroupsResponse, Failure> {
    client.call(broker, &ListGroupsRequest::default()).await
}

/// Asks over a connection that is there, while the clock leaps: who waits for something that never comes is late at once.
async fn list_in_no_time(client: &Client, broker: i32) -> Result<ListGroupsResponse, Failure> {
    client.wire.broker(broker).unwrap().connection().await.map(drop).unwrap();
    tokio::time::pause();
    let answer = list(client, broker).await;
    tokio::time::resume();
    answer
}

#[tokio::test]
async fn only_what_is_in_scope_is_disturbed_until_it_is_ended() {
    let cluster = cluster();
    let client = Client::of(&cluster).await;
    cluster.disturb(Scope::both(1, ApiKey::ListGroups), Disturbance::CutOff { after_bytes: 0 });
    assert!(list(&client, 1).await.is_err());
    assert!(list(&client, 2).await.is_ok());
    assert_eq!(client.log_dirs(1).await.0, 0);
    cluster.undisturb();
    assert!(list(&client, 1).await.is_ok());
}

#[tokio::test]
async fn answers_that_stall_end_or_come_late_are_told_apart() {
    let cluster = cluster();
    let client = Client::of(&cluster).await;
    list(&client, 1).await.unwrap();
    for after_bytes in [0, 3, 11] {
        cluster.disturb(Scope::broker(1), Disturbance::Stalled { after_bytes });
        assert!(matches!(list_in_no_time(&client, 1).await, Err(Failure::AwaitAnswer { .. })));
        cluster.undisturb();
        list(&client, 1).await.unwrap();
        cluster.disturb(Scope::api(ApiKey::ListGroups), Disturbance::CutOff { after_bytes });
        assert!(matches!(list(&client, 1).await, Err(Failure::ReadAnswer { .. })));
        cluster.undisturb();
        list(&client, 1).await.unwrap();
    }
    cluster.disturb(Scope::api(ApiKey::ListGroups), Disturbance::Delayed(Duration::from_millis(10)));
    list(&client, 1).await.unwrap();
    cluster.undisturb();
    cluster.disturb(Scope::api(ApiKey::ListGroups), Disturbance::Delayed(Duration::from_hours(1)));
    assert!(matches!(list_in_no_time(&client, 1).await, Err(Failure::AwaitAnswer { .. })));
}

#[tokio::test]
async fn garbage_and_the_answer_to_another_question_are_refused() {
    let cluster = cluster();
    let mut client = Client::of(&cluster).await;
    cluster.disturb(Scope::api(ApiKey::ListGroups), Disturbance::Garbage);
    assert!(matches!(list(&client, 1).await, Err(Failure::UnderstandAnswer { .. })));
    cluster.disturb(Scope::api(ApiKey::Metadata), Disturbance::Garbage);
    assert!(client.metadata_of(Topics::All).await.is_err());
    cluster.undisturb();
    cluster.disturb(Scope::api(ApiKey::ListGroups), Disturbance::Misdirected);
    assert!(matches!(list(&client, 1).await, Err(Failure::MatchAnswer { .. })));
}

#[tokio::test]
async fn a_throttled_client_is_told_for_how_long() {
    let cluster = cluster();
    let mut client = Client::of(&cluster).await;
    cluster.disturb(Scope::default(), Disturbance::Throttled(Duration::from_secs(2)));
    assert_eq!(list(&client, 1).await.unwrap().throttle_time_ms, 2_000);
    let overall = client.wire.refresh(Topics::All, |_| {}).await.unwrap();
    assert_eq!(overall.throttle_millis, 2_000);
}

#[tokio::test]
async fn a_kind_of_request_is_refused_item_by_item() {
    let cluster = cluster();
    let mut client = Client::of(&cluster).await;
    let refuse = |api, error| cluster.disturb(Scope::api(api), Disturbance::Refused(error));
    let (leader, coordinator) =
        (cluster.leader("prices", 0).unwrap(), cluster.coordinator("readers").unwrap());
    refuse(ApiKey::ListGroups, ResponseError::CoordinatorLoadInProgress);
    assert_eq!(list(&client, 1).await.unwrap().error_code, 14);
    refuse(ApiKey::ListOffsets, ResponseError::TopicAuthorizationFailed);
    let found = client.find_at(leader, "prices", 0, Spec::Latest, Isolation::ReadUncommitted).await;
    assert_eq!((found.code, found.offset), (29, None));
    refuse(ApiKey::OffsetFetch, ResponseError::GroupAuthorizationFailed);
    assert_eq!(client.commits_at(coordinator, "readers").await, (30, [].into()));
    refuse(ApiKey::DescribeLogDirs, ResponseError::ClusterAuthorizationFailed);
    assert_eq!(client.log_dirs(1).await.0, 31);
    refuse(ApiKey::Metadata, ResponseError::TopicAuthorizationFailed);
    let seen = client.metadata().await;
    assert_eq!((seen.topics["prices"].0, seen.partitions.len()), (29, 0));
}
