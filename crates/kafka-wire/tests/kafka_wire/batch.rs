//! Requests for offsets: every partition that was pushed, in order, with its own time, and none twice in one request,
//! which a broker would refuse with `INVALID_REQUEST`.

use std::collections::HashSet;

use kafka_protocol::{messages::ListOffsetsRequest, protocol::Decodable};
use lookout_kafka_wire::{
    Request,
    list_offsets::{Batch, Isolation, Spec},
};
use proptest::{collection::vec, prelude::*};

type Place = (String, i32, i64);

/// What a broker reads out of a request.
fn asked(request: &Request) -> Vec<Place> {
    let mut body = request.body.clone();
    let message = ListOffsetsRequest::decode(&mut body, request.version).unwrap();
    assert!(body.is_empty(), "{} bytes are left over", body.len());
    let places = message.topics.iter().flat_map(|topic| {
        topic.partitions.iter().map(|each| (topic.name.to_string(), each.partition_index, each.timestamp))
    });
    places.collect()
}

fn requests(version: i16, max_bytes: usize, places: &[Place]) -> Vec<Vec<Place>> {
    let mut batch = Batch::new(version, Isolation::ReadUncommitted, max_bytes);
    let mut requests = Vec::new();
    for (topic, partition, millis) in places {
        requests.extend(batch.push(topic, *partition, Spec::At(*millis)).unwrap());
    }
    requests.extend(batch.finish().unwrap());
    assert!(batch.finish().unwrap().is_none(), "a finished batch is empty");
    requests.iter().map(asked).collect()
}

fn place(topic: &str, partition: i32, millis: i64) -> Place {
    (topic.to_owned(), partition, millis)
}

#[test]
fn each_partition_is_asked_for_with_its_own_time() {
    for version in 1..=10 {
        let places: Vec<_> = (0..100).map(|each| place("orders", each, i64::from(each) * 7)).collect();
        assert_eq!(requests(version, 1_000_000, &places), [places], "v{version}");
    }
}

#[test]
fn a_partition_that_is_asked_for_again_is_in_another_request() {
    let (first, second) = (place("orders", 1, 10), place("orders", 1, 20));
    let both = [first.clone(), second.clone()];
    assert_eq!(requests(10, 1_000_000, &both), [vec![first.clone()], vec![second]]);
    // Not only directly behind itself.
    let back = [first, place("orders", 2, 10), place("bills", 1, 10), place("orders", 1, 30)];
    assert_eq!(requests(10, 1_000_000, &back), [back[..3].to_vec(), back[3..].to_vec()]);
}

#[test]
fn partitions_out_of_order_are_still_one_request() {
    let places: Vec<_> = [5, 3, 4, 9, 1].map(|each| place("orders", each, 0)).to_vec();
    assert_eq!(requests(10, 1_000_000, &places), std::slice::from_ref(&places));
    let again = [places.clone(), vec![place("orders", 3, 1)]].concat();
    assert_eq!(requests(10, 1_000_000, &again).len(), 2);
}

proptest! {
    #[test]
    fn nothing_is_lost_and_nothing_is_twice_in_one_request(
        places in vec(("[ab]", 0..6_i32, 0..3_i64), 0..60),
        version in 1..=10_i16,
        max_bytes in prop::sample::select(vec![1, 40, 200, 1_000_000]),
    ) {
        let requests = requests(version, max_bytes, &places);
        for request in &requests {
            let named: HashSet<_> = request.iter().map(|(topic, partition, _)| (topic, partition)).collect();
            prop_assert_eq!(named.len(), request.len());
            // Nor is a topic there twice.
            let runs = request.chunk_by(|one, next| one.0 == next.0).count();
            let topics: HashSet<_> = request.iter().map(|(topic, ..)| topic).collect();
            prop_assert_eq!(runs, topics.len());
        }
        prop_assert_eq!(requests.concat(), places);
    }
}
