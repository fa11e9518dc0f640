//! Three brokers: `LOOKOUT_KAFKA_THREE`, the ports of brokers 1 to 3, by commas; the topic `spread` of 30 partitions and
//! two replicas, with 12 records; the group `classic-group`, which has read them. `LOOKOUT_KAFKA_THREE_KILL` is the
//! process identifier of a broker that this test may kill, and `…_VICTIM` its node identifier.

use std::{collections::BTreeMap, process::Command, sync::Arc, time::Duration};

use kafka_protocol::messages::ListGroupsRequest;
use lookout_kafka_wire::{
    Address, Answer, Api, Broker, Cluster, Failure, Options,
    list_offsets::{self, Batch, Isolation, Spec},
    log_dirs,
    metadata::{Row, Topics},
    offset_fetch,
};
use tokio::task::JoinSet;

use super::setup::variable;

/// The partitions of `spread`, by leader.
type Leaders = BTreeMap<i32, Vec<i32>>;

async fn leaders(cluster: &mut Cluster) -> Result<Leaders, Failure> {
    let mut leaders = Leaders::new();
    let row = |row: Row<'_>| {
        if let Row::Partition(topic, partition) = row
            && topic.name == "spread"
            && let Some(leader) = partition.leader
        {
            leaders.entry(leader).or_default().push(partition.index);
        }
    };
    cluster.refresh(Topics::All, row).await?;
    Ok(leaders)
}

async fn ends(broker: Arc<Broker>, partitions: Vec<i32>) -> Result<(usize, i64), Failure> {
    let mut connection = broker.connection().await?;
    let version = connection.version(Api::ListOffsets)?;
    let mut batch = Batch::new(version, Isolation::ReadUncommitted, 100);
    let mut requests = Vec::new();
    for partition in partitions {
        requests.extend(batch.push("spread", partition, Spec::Latest).unwrap());
    }
    requests.extend(batch.finish().unwrap());
    let (mut rows, mut sum) = (0, 0);
    let read = |_, answer: Answer| {
        list_offsets::read(&answer.body, version, &mut |row| {
            assert!(row.code.is_none() || row.code.has_moved(), "{row:?}");
            rows += usize::from(row.code.is_none());
            sum += row.offset.unwrap_or(0);
        })
        .map(drop)
    };
    connection.ask_all(requests.into_iter().map(Ok), read).await?;
    Ok((rows, sum))
}

/// The ends of all partitions, asked of all leaders at once: rows and records, and who failed.
async fn all_ends(cluster: &Cluster, leaders: &Leaders) -> (usize, i64, Vec<String>) {
    let mut asked = JoinSet::new();
    for (leader, partitions) in leaders {
        let (broker, partitions) = (Arc::clone(cluster.broker(*leader).unwrap()), partitions.clone());
        asked.spawn(async move { ends(broker, partitions).await });
    }
    let (mut rows, mut records, mut failed) = (0, 0, Vec::new());
    while let Some(outcome) = asked.join_next().await {
        match outcome.unwrap() {
            Ok((count, sum)) => {
                rows += count;
                records += sum;
            }
            Err(failure) => failed.push(format!("{}: {failure}", failure.reason().as_str())),
        }
    }
    (rows, records, failed)
}

#[tokio::test(flavor = "multi_thread")]
async fn leaders_and_coordinators_are_found_over_three_brokers_and_one_is_killed() {
    let ports = variable("THREE");
    let addresses: Vec<_> =
        ports.split(',').map(|port| Address::new("127.0.0.1", port.parse().unwrap())).collect();
    let quick = Duration::from_secs(5);
    let options = Options { connect_timeout: quick, request_timeout: quick, ..Options::default() };
    let mut cluster = Cluster::new(addresses, options);
    let before = leaders(&mut cluster).await.unwrap();
    println!("leaders: {before:?}");
    assert_eq!(cluster.brokers().map(|broker| broker.id()).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(before.values().map(Vec::len).collect::<Vec<_>>(), [10, 10, 10]);
    assert_eq!(all_ends(&cluster, &before).await, (30, 12, Vec::new()));

    // Each group is known to its coordinator alone.
    let mut found = Vec::new();
    cluster.coordinators(&["classic-group"], |_, each| found.push(each.node)).await.unwrap();
    let coordinator = found[0].unwrap();
    let (mut listed, mut replicas) = (Vec::new(), 0);
    for broker in cluster.brokers() {
        let mut connection = broker.connection().await.unwrap();
        let answer = connection.call(&ListGroupsRequest::default()).await.unwrap();
        listed.extend(answer.groups.iter().map(|group| (broker.id(), group.group_id.to_string())));
        let version = connection.version(Api::DescribeLogDirs).unwrap();
        let answer = connection.ask(log_dirs::request(version).unwrap()).await.unwrap();
        log_dirs::read(&answer.body, version, &mut |row| {
            let is_spread = |topic: &str| topic == "spread";
            replicas += i32::from(matches!(row, log_dirs::Row::Replica(each) if is_spread(each.topic)));
        })
        .unwrap();
        let version = connection.version(Api::OffsetFetch).unwrap();
        let (mut committed, mut code) = (0, None);
        let read = |_, answer: Answer| {
            offset_fetch::read(&answer.body, version, "", &mut |row| match row {
                offset_fetch::Row::Partition(row) => committed += row.offset.unwrap_or(0),
                offset_fetch::Row::Group { code: said, .. } => code = Some(said),
            })
            .map(drop)
        };
        connection.ask_all(offset_fetch::requests(&["classic-group"], version, 10), read).await.unwrap();
        let is_coordinator = broker.id() == coordinator;
        assert_eq!(committed, if is_coordinator { 12 } else { 0 });
        assert_eq!(code.unwrap().has_moved(), !is_coordinator, "{code:?}");
    }
    assert_eq!((listed, replicas), (vec![(coordinator, "classic-group".to_owned())], 60));
    println!("controller {:?}, coordinator {coordinator}", cluster.controller().await.unwrap());

    let victim: i32 = variable("THREE_VICTIM").parse().unwrap();
    Command::new("kill").args(["-9", &variable("THREE_KILL")]).status().unwrap();
    // Nothing has been looked up again: the others still answer, and what the dead one led has moved or fails.
    let (rows, records, failed) = all_ends(&cluster, &before).await;
    println!("directly after: {rows} rows, {records} records, {failed:?}");
    assert!(rows >= 20 && failed.len() <= 1 && (rows == 30 || failed.len() == 1));
    let mut tries = 0;
    let after = loop {
        tries += 1;
        assert!(tries < 120, "the partitions of the dead broker found no leader");
        match leaders(&mut cluster).await {
            Ok(leaders)
                if !leaders.contains_key(&victim) && leaders.values().map(Vec::len).sum::<usize>() == 30 =>
            {
                break leaders;
            }
            Ok(leaders) => println!("{tries}: {leaders:?}"),
            Err(failure) => println!("{tries}: {} {failure}", failure.reason().as_str()),
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    };
    assert_eq!(cluster.brokers().map(|broker| broker.id()).filter(|id| *id == victim).count(), 0);
    assert_eq!(all_ends(&cluster, &after).await, (30, 12, Vec::new()));
    println!("controller {:?}, {:?}", cluster.controller().await.unwrap(), cluster.traffic().figures());
}
