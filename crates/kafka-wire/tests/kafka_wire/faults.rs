//! A broker that closes or stalls at any byte of its answers, or answers something else: a reason, and never a hang, a
//! crash or a wrong number.

use std::time::Duration;

use bytes::Bytes;
use kafka_protocol::messages::{ListGroupsRequest, ListGroupsResponse, list_groups_response::ListedGroup};
use lookout_declarations::Reason;
use lookout_kafka_wire::{Address, Api, Connection, Failure, Options};

use crate::{
    broker::{FakeBroker, Reaction, Seen, all_versions, encode, frame, modern, nobody, patient},
    standstill::until,
};

/// More bytes than the answers of these tests have.
const MAX_ANSWER: usize = 200;

/// Short, because a stall is waited for at each byte.
fn impatient() -> Options {
    let soon = Duration::from_millis(150);
    Options { connect_timeout: soon, request_timeout: soon, ..Options::default() }
}

fn groups(version: i16) -> Bytes {
    let group = ListedGroup::default().with_group_id(kafka_protocol::messages::GroupId("group".into()));
    encode(&ListGroupsResponse::default().with_groups(vec![group]), version)
}

fn answer_to(seen: &Seen) -> Vec<u8> {
    if seen.api != Api::ApiVersions {
        return frame(seen, &groups(seen.version));
    }
    let Reaction::Answer(body) = all_versions(seen) else { panic!("the versions are an answer") };
    frame(seen, &body)
}

/// Opens a connection and asks once.
async fn ask(broker: &FakeBroker, options: &Options) -> Result<ListGroupsResponse, Failure> {
    broker.connect(options).await?.call(&ListGroupsRequest::default()).await
}

#[tokio::test]
async fn a_broker_that_closes_at_any_byte_is_disconnected() {
    for api in [Api::ApiVersions, Api::ListGroups] {
        for cut in 0..=MAX_ANSWER {
            assert!(cut < MAX_ANSWER, "the whole answer was sent, and something else is wrong");
            let broker = FakeBroker::start(move |seen| {
                let mut answer = answer_to(seen);
                if seen.api == api && cut < answer.len() {
                    answer.truncate(cut);
                    return Reaction::Close(answer);
                }
                Reaction::Raw(answer)
            })
            .await;
            match ask(&broker, &patient()).await {
                Ok(_) => {
                    assert!(cut > 20, "an answer that was cut off was accepted");
                    break;
                }
                Err(failure) => {
                    assert_eq!(failure.reason(), Reason::Disconnected, "{api} at {cut}: {failure:?}");
                }
            }
        }
    }
}

#[tokio::test]
async fn a_broker_that_stalls_at_any_byte_is_late() {
    for api in [Api::ApiVersions, Api::ListGroups] {
        let mut waiting = tokio::task::JoinSet::new();
        // Longer than the answer: the last ones are whole.
        for cut in 0..MAX_ANSWER {
            waiting.spawn(async move {
                let broker = FakeBroker::start(move |seen| {
                    let mut answer = answer_to(seen);
                    if seen.api == api && cut < answer.len() {
                        answer.truncate(cut);
                        return Reaction::Stall(answer);
                    }
                    Reaction::Raw(answer)
                })
                .await;
                // On a busy machine even a whole answer may be late.
                let reason = ask(&broker, &impatient()).await.map_err(|failure| failure.reason());
                (cut, reason.map(drop))
            });
        }
        let outcomes = waiting.join_all().await;
        let late = |cut: usize| outcomes.iter().filter(move |(at, _)| *at < cut);
        assert!(late(20).all(|(_, outcome)| *outcome == Err(Reason::Timeout)), "{outcomes:?}");
        assert!(outcomes.iter().all(|(_, outcome)| matches!(outcome, Ok(()) | Err(Reason::Timeout))));
    }
}

#[tokio::test]
async fn an_answer_to_another_request_is_refused() {
    let broker = modern(|seen| {
        let mut answer = answer_to(seen);
        answer[7] ^= 1; // the last byte of the correlation identifier
        Reaction::Raw(answer)
    })
    .await;
    let failure = ask(&broker, &patient()).await.unwrap_err();
    assert!(matches!(failure, Failure::MatchAnswer { .. }), "{failure:?}");
    assert_eq!(failure.reason(), Reason::Protocol);
}

#[tokio::test]
async fn an_answer_that_breaks_off_inside_its_frame_or_goes_on_is_refused() {
    for change in [-1_isize, 1] {
        let broker = modern(move |seen| {
            let mut body = groups(seen.version).to_vec();
            body.resize(body.len().checked_add_signed(change).unwrap(), 0);
            Reaction::Answer(body.into())
        })
        .await;
        let failure = ask(&broker, &patient()).await.unwrap_err();
        assert!(matches!(failure, Failure::UnderstandAnswer { .. }), "{failure:?}");
    }
}

#[tokio::test]
async fn any_byte_of_an_answer_may_be_wrong() {
    for place in 0..30 {
        for bits in [0x01, 0x80, 0xFF] {
            let broker = modern(move |seen| {
                let mut answer = answer_to(seen);
                if let Some(byte) = answer.get_mut(place) {
                    *byte ^= bits;
                }
                Reaction::Close(answer)
            })
            .await;
            // Length and identifier are always noticed; a flipped letter of a name cannot be.
            let outcome = ask(&broker, &impatient()).await;
            assert!(place >= 8 || outcome.is_err(), "byte {place}: {outcome:?}");
        }
    }
}

#[tokio::test]
async fn a_spoilt_connection_is_never_used_again() {
    let broker = modern(|seen| {
        if seen.correlation == 1 { Reaction::Stall(Vec::new()) } else { Reaction::Raw(answer_to(seen)) }
    })
    .await;
    // The connection is opened while time goes on, and then the clock leaps.
    let mut connection = broker.connect(&patient()).await.unwrap();
    tokio::time::pause();
    let failure = connection.call(&ListGroupsRequest::default()).await.unwrap_err();
    tokio::time::resume();
    assert_eq!(failure.reason(), Reason::Timeout);
    until("the first request", || !broker.seen().is_empty()).await;
    let failure = connection.call(&ListGroupsRequest::default()).await.unwrap_err();
    assert!(matches!(failure, Failure::UseConnection { .. }), "{failure:?}");
    assert!(!connection.is_usable().await);
    assert_eq!(broker.seen().len(), 1, "the second request was not sent");
}

#[tokio::test]
async fn a_request_that_is_given_up_spoils_the_connection() {
    let broker = modern(|_| Reaction::Stall(Vec::new())).await;
    let mut connection = broker.connect(&patient()).await.unwrap();
    let question = ListGroupsRequest::default();
    let given_up = tokio::time::timeout(Duration::from_millis(20), connection.call(&question)).await;
    assert!(given_up.is_err());
    let failure = connection.call(&ListGroupsRequest::default()).await.unwrap_err();
    assert!(matches!(failure, Failure::UseConnection { .. }), "{failure:?}");
}

#[tokio::test]
async fn a_connection_that_the_broker_closed_while_idle_is_noticed_without_asking() {
    let broker = modern(|seen| Reaction::Close(answer_to(seen))).await;
    let mut connection = broker.connect(&patient()).await.unwrap();
    assert!(connection.is_usable().await);
    connection.call(&ListGroupsRequest::default()).await.unwrap();
    let mut tries = 0;
    while connection.is_usable().await {
        tries += 1;
        assert!(tries < 12_000, "the end of the connection was not noticed");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn nobody_at_the_address_and_no_such_name_are_told_apart() {
    let (_held, nobody_there) = nobody();
    let open = |address| Connection::open(address, patient().into(), <_>::default());
    let failure = open(nobody_there).await.unwrap_err();
    assert_eq!(failure.reason(), Reason::Unreachable);
    let failure = open(Address::new("no host has a space", 9092)).await.unwrap_err();
    assert_eq!(failure.reason(), Reason::Unresolved);
}

#[tokio::test]
async fn a_broker_that_accepts_and_says_nothing_is_late() {
    let broker = FakeBroker::start(|_| Reaction::Stall(Vec::new())).await;
    let failure = broker.connect(&impatient()).await.unwrap_err();
    assert_eq!(failure.reason(), Reason::Timeout);
}
