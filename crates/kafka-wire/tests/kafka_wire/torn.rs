//! Every kind of answer, torn at every byte: a broker that stalls there, closes there, sends noise from there on, or
//! ends the message there inside a frame that is whole. Each is a failure with a reason, and no hang or crash.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::Relaxed},
};

use bytes::Bytes;
use lookout_declarations::Reason;
use lookout_kafka_wire::{Api, Failure};

use crate::{
    broker::{FakeBroker, Reaction, patient},
    kinds::{Kind, broker, kinds},
};

/// The header of an answer: its length, the identifier of the request.
const HEADER: usize = 8;

/// A broker whose answers are spoilt at a byte that can be moved.
struct Spoiler {
    broker: FakeBroker,
    at: Arc<AtomicUsize>,
    length: usize,
}

impl Spoiler {
    async fn start(kind: &Kind, spoil: fn(Vec<u8>, usize) -> Reaction) -> Self {
        let at = Arc::new(AtomicUsize::new(0));
        let read = Arc::clone(&at);
        let broker = broker(kind.full, move |frame| spoil(frame, read.load(Relaxed))).await;
        let version = kind.api.versions().1;
        let tags = usize::from(kind.api.is_flexible(version)); // in the header
        Self { broker, at, length: HEADER + tags + (kind.full)(version).len() }
    }

    /// Asks while the answer is spoilt at `at`. The connection is opened while time goes on, and then the clock leaps:
    /// who waits for something that never comes is late at once.
    async fn ask(&self, kind: &Kind, at: usize, is_patient: bool) -> Result<(), Failure> {
        self.at.store(at, Relaxed);
        let mut connection = self.broker.connect(&patient()).await.unwrap();
        if is_patient {
            return (kind.ask)(&mut connection).await;
        }
        tokio::time::pause();
        let outcome = (kind.ask)(&mut connection).await;
        tokio::time::resume();
        assert!(outcome.is_ok() || !connection.is_usable().await, "{} at {at} is used again", kind.api);
        outcome
    }
}

fn cut(mut frame: Vec<u8>, at: usize) -> Vec<u8> {
    frame.truncate(at);
    frame
}

#[tokio::test]
async fn every_kind_is_answered_when_nothing_is_wrong() {
    for kind in kinds() {
        let spoiler = Spoiler::start(&kind, |frame, _| Reaction::Raw(frame)).await;
        assert!(spoiler.length > HEADER + 2, "{}", kind.api);
        spoiler.ask(&kind, 0, true).await.unwrap_or_else(|failure| panic!("{}: {failure:?}", kind.api));
    }
}

#[tokio::test]
async fn a_broker_that_stalls_at_any_byte_of_any_answer_is_late() {
    for kind in kinds() {
        let spoiler = Spoiler::start(&kind, |frame, at| Reaction::Stall(cut(frame, at))).await;
        for at in 0..spoiler.length {
            let failure = spoiler.ask(&kind, at, false).await.unwrap_err();
            let is_of_it = matches!(&failure, Failure::AwaitAnswer { api, .. } if *api == kind.api);
            assert!(is_of_it, "{} at {at}: {failure:?}", kind.api);
            assert_eq!(failure.reason(), Reason::Timeout);
        }
    }
}

#[tokio::test]
async fn a_broker_that_closes_at_any_byte_of_any_answer_is_disconnected() {
    for kind in kinds() {
        let spoiler = Spoiler::start(&kind, |frame, at| Reaction::Close(cut(frame, at))).await;
        for at in 0..spoiler.length {
            let failure = spoiler.ask(&kind, at, true).await.unwrap_err();
            assert_eq!(failure.reason(), Reason::Disconnected, "{} at {at}: {failure:?}", kind.api);
        }
        // At its end the answer is whole, and closing is the broker's right.
        spoiler.ask(&kind, spoiler.length, true).await.unwrap();
    }
}

#[tokio::test]
async fn noise_from_any_byte_on_ends_the_exchange() {
    for kind in kinds() {
        let spoiler = Spoiler::start(&kind, |mut frame, at| {
            let mut state = at as u64 + 0x9E37_79B9_7F4A_7C15;
            for byte in frame.iter_mut().skip(at) {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                *byte = state.to_be_bytes()[0];
            }
            Reaction::Close(frame)
        })
        .await;
        for at in 0..spoiler.length {
            // Noise in a name or a number may make sense; in length and identifier it never does.
            if let Err(failure) = spoiler.ask(&kind, at, true).await {
                let expected = [Reason::Disconnected, Reason::Protocol, Reason::TooLarge];
                assert!(expected.contains(&failure.reason()), "{} at {at}: {failure:?}", kind.api);
            } else {
                assert!(at >= HEADER, "{} at {at}", kind.api);
            }
        }
    }
}

#[tokio::test]
async fn an_answer_to_another_request_is_refused_whatever_it_is() {
    for kind in kinds() {
        let spoiler = Spoiler::start(&kind, |mut frame, at| {
            frame[at] ^= 0x40;
            Reaction::Raw(frame)
        })
        .await;
        for at in 4..HEADER {
            let failure = spoiler.ask(&kind, at, true).await.unwrap_err();
            assert!(matches!(failure, Failure::MatchAnswer { .. }), "{} at {at}: {failure:?}", kind.api);
        }
    }
}

/// Every version: an answer that ends early, inside a frame that is whole, is refused wherever it ends; and so is one
/// with bytes behind its end.
#[test]
fn a_message_that_ends_early_or_late_is_malformed_in_every_version() {
    for Kind { api, full, read, .. } in kinds() {
        let (first, last) = api.versions();
        for version in first..=last {
            let body = full(version);
            read(&body, version).unwrap_or_else(|error| panic!("{api} v{version}: {error}"));
            for at in 0..body.len() {
                assert!(read(&body.slice(..at), version).is_err(), "{api} v{version} at {at}");
            }
            let longer = Bytes::from([&body[..], &[0]].concat());
            assert!(read(&longer, version).is_err(), "{api} v{version}");
        }
    }
}

#[tokio::test]
async fn a_broker_that_closes_or_stalls_within_its_versions_is_told() {
    for (spoil, expected) in [
        (
            (|frame, at| Reaction::Close(cut(frame, at))) as fn(Vec<u8>, usize) -> Reaction,
            Reason::Disconnected,
        ),
        (|frame, at| Reaction::Stall(cut(frame, at)), Reason::Timeout),
    ] {
        let at = Arc::new(AtomicUsize::new(0));
        let read = Arc::clone(&at);
        let broker = FakeBroker::start(move |seen| {
            let Reaction::Answer(body) = crate::broker::all_versions(seen) else { panic!("an answer") };
            assert_eq!(seen.api, Api::ApiVersions);
            spoil(crate::broker::frame(seen, &body), read.load(Relaxed))
        })
        .await;
        for place in 0..60 {
            at.store(place, Relaxed);
            let stalls = expected == Reason::Timeout;
            if stalls {
                tokio::time::pause();
            }
            let failure = broker.connect(&patient()).await.unwrap_err();
            if stalls {
                tokio::time::resume();
            }
            assert_eq!(failure.reason(), expected, "at {place}: {failure:?}");
        }
    }
}
