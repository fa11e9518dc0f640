//! The entries of the fuzz targets: what a broker can say, and what holds whatever it says.
//!
//! Only with the feature `fuzzing`, which nothing that ships enables: these checks panic where a property does not hold,
//! as a fuzzer wants it. The first two bytes choose the kind and the version, so that one corpus serves all.
#![allow(clippy::panic, missing_docs)]

use std::{
    pin::pin,
    task::{Context, Poll, Waker},
};

use bytes::Bytes;
use kafka_protocol::messages::{
    ConsumerGroupDescribeRequest, DescribeClientQuotasRequest, DescribeClusterRequest,
    DescribeConfigsRequest, DescribeGroupsRequest, DescribeQuorumRequest, FindCoordinatorRequest,
    ListGroupsRequest, SaslAuthenticateRequest, SaslHandshakeRequest, ShareGroupDescribeRequest,
};

use crate::{
    Address, Api, Call, Failure, Limits, connection, list_offsets, log_dirs, metadata, offset_fetch, sasl,
    share_group_offsets, versions,
};

/// What decoding one answer may allocate.
const DECODED: usize = 1024 * 1024;

/// A frame, as it comes from a socket that closes behind it.
///
/// # Panics
/// If something does not hold.
pub fn check_frame(bytes: &[u8]) {
    let [kind, version, frame @ ..] = bytes else { return };
    let api = Api::ALL[usize::from(*kind) % Api::ALL.len()];
    let limits = Limits { growing_answer: 4_096, small_answer: 4_096, decoded_answer: DECODED };
    let broker = Address::new("fuzzer", 9092);
    let mut left = frame;
    let received = connection::fuzz_receive(&mut left, api, i16::from(*version), &broker, &limits);
    let Poll::Ready(received) = pin!(received).poll(&mut Context::from_waker(Waker::noop())) else {
        panic!("bytes in memory are never waited for");
    };
    match received {
        Ok(body) => assert!(body.len() + 8 <= frame.len(), "an answer is no longer than its frame"),
        Err(Failure::BoundAnswer { length, limit, .. }) => assert!(length > limit),
        Err(failure) => assert!(!failure.to_string().is_empty()),
    }
}

/// An answer that grows with the cluster: as many rows as its bytes can hold, and the same ones each time.
///
/// # Panics
/// If something does not hold.
pub fn check_rows(bytes: &[u8]) {
    let [kind, version, answer @ ..] = bytes else { return };
    let version = i16::from(*version);
    let read = || {
        let mut rows = Vec::new();
        let read = match kind % 5 {
            0 => metadata::read(answer, version, &mut |row| rows.push(format!("{row:?}"))),
            1 => list_offsets::read(answer, version, &mut |row| rows.push(format!("{row:?}"))),
            2 => offset_fetch::read(answer, version, "group", &mut |row| rows.push(format!("{row:?}"))),
            3 => log_dirs::read(answer, version, &mut |row| rows.push(format!("{row:?}"))),
            _ => share_group_offsets::read(answer, version, &mut |row| rows.push(format!("{row:?}"))),
        };
        (read, rows)
    };
    let first = read();
    assert!(first.1.len() <= answer.len(), "a row has at least one byte");
    assert_eq!(first, read());
}

/// A small answer: whatever passes the guard is decoded, within its limit (the fuzzer watches the memory).
///
/// # Panics
/// If something does not hold.
pub fn check_answer(bytes: &[u8]) {
    let [kind, version, answer @ ..] = bytes else { return };
    let (answer, version) = (Bytes::copy_from_slice(answer), i16::from(*version));
    match kind % 12 {
        0 => decode::<FindCoordinatorRequest>(answer, version),
        1 => decode::<ListGroupsRequest>(answer, version),
        2 => decode::<DescribeGroupsRequest>(answer, version),
        3 => decode::<ConsumerGroupDescribeRequest>(answer, version),
        4 => decode::<ShareGroupDescribeRequest>(answer, version),
        5 => decode::<DescribeConfigsRequest>(answer, version),
        6 => decode::<DescribeClusterRequest>(answer, version),
        7 => decode::<DescribeQuorumRequest>(answer, version),
        8 => decode::<SaslHandshakeRequest>(answer, version),
        9 => decode::<SaslAuthenticateRequest>(answer, version),
        10 => decode::<DescribeClientQuotasRequest>(answer, version),
        _ => drop(versions::read(&answer, version)),
    }
}

fn decode<C: Call>(answer: Bytes, version: i16) {
    drop(C::read(answer, version, DECODED));
}

/// The broker's words in a SCRAM exchange: a challenge and a signature, apart by a NUL. Nothing makes it believed.
///
/// # Panics
/// If something does not hold.
pub fn check_login(bytes: &[u8]) {
    let (challenge, last) = bytes.split_at(bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len()));
    assert!(!sasl::fuzz_scram(challenge, last), "a broker without the password is believed");
}

/// What an issuer answers: a token is fit to be sent, and no error repeats what was said.
///
/// # Panics
/// If something does not hold.
pub fn check_token(bytes: &[u8]) {
    match sasl::fuzz_issuer(bytes) {
        Ok(token) => assert!(token.is_well_formed(), "a token with other characters is sent"),
        // The longest of the errors, which are sentences of ours.
        Err(failure) => assert!(failure.to_string().len() < 200, "an error repeats the answer"),
    }
}
