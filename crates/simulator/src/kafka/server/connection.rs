//! One connection to a broker: one request after the other, answered and perhaps disturbed.
//!
//! As a real broker does, a connection is closed on what cannot be read, on a kind or version of request that is not
//! offered, and on any question before the login that is asked for.

use core::time::Duration;
use std::sync::Arc;

use bytes::BytesMut;
use kafka_protocol::messages::ApiKey;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};

use super::frame::{self, Request};
use crate::kafka::answer::{self, Context};
use crate::kafka::cluster::Shared;
use crate::kafka::login::Session;
use crate::kafka::wire::Unreadable;
use crate::kafka::{Disturbance, ResponseError};
use crate::noise::noise;

/// The length and the correlation identifier of an answer.
const LENGTH_AND_CORRELATION: usize = 8;

/// The longest that a stalled connection is held; longer than any sensible client waits.
const STALL: Duration = Duration::from_mins(5);

/// Serves until the client or a disturbance ends it.
pub(super) async fn serve(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    broker: i32,
    shared: &Arc<Shared>,
) {
    let mut session = Session::new(&shared.gate);
    while let Some(received) = frame::read(&mut stream).await {
        if session.is_bare() {
            let Some(word) = session.answer_bare(&received).await else { return };
            let mut answer = BytesMut::zeroed(frame::LENGTH);
            answer.extend_from_slice(&word);
            frame::finish(&mut answer);
            if send(&mut stream, answer, &[]).await.is_none() {
                return;
            }
            continue;
        }
        let Ok(request) = frame::parse(&received) else { return };
        drop(received);
        let answering = shared.desk.begin(broker, request.api);
        let disturbances = shared.desk.disturbances(broker, request.api);
        let Ok(mut answer) = reply(&request, broker, shared, &mut session, &disturbances).await else {
            return;
        };
        frame::finish(&mut answer);
        drop(answering);
        if send(&mut stream, answer, &disturbances).await.is_none() {
            return;
        }
    }
}

async fn reply(
    request: &Request,
    broker: i32,
    shared: &Arc<Shared>,
    session: &mut Session,
    disturbances: &[Disturbance],
) -> Result<BytesMut, Unreadable> {
    let offered = shared.profile.versions(request.api).ok_or(Unreadable)?;
    let is_offered = (offered.0..=offered.1).contains(&request.version);
    if request.api == ApiKey::ApiVersions {
        return answer::versions(request, is_offered, frame::begin, shared.profile);
    }
    if !is_offered {
        return Err(Unreadable);
    }
    if matches!(request.api, ApiKey::SaslHandshake | ApiKey::SaslAuthenticate) {
        return session.answer(request, frame::begin(request, request.version)).await;
    }
    if !session.is_open() {
        return Err(Unreadable);
    }
    let (request, shared) = (request.clone(), Arc::clone(shared));
    let mut throttle_millis = 0;
    let mut refusal: Option<ResponseError> = None;
    for disturbance in disturbances {
        match disturbance {
            Disturbance::Throttled(by) => throttle_millis = i32::try_from(by.as_millis()).unwrap_or(i32::MAX),
            Disturbance::Refused(error) => refusal = Some(*error),
            _ => {}
        }
    }
    // A large answer takes long to write, and must not hold up whoever shares the runtime.
    let written = tokio::task::spawn_blocking(move || {
        let world = shared.read();
        let (now, version) = (shared.clock.millis(), request.version);
        let context = Context { world: &world, now, broker, version, throttle_millis, refusal };
        answer::answer(&context, &request, frame::begin(&request, version))
    });
    written.await.unwrap_or(Err(Unreadable))
}

/// Sends what the disturbances leave of an answer; none if the connection is over.
async fn send(
    stream: &mut (impl AsyncWrite + Unpin),
    mut answer: BytesMut,
    disturbances: &[Disturbance],
) -> Option<()> {
    let mut end = End::Answered;
    for disturbance in disturbances {
        match disturbance {
            Disturbance::Delayed(by) => tokio::time::sleep(*by).await,
            Disturbance::Garbage => {
                let message = answer.iter_mut().skip(LENGTH_AND_CORRELATION);
                message.zip(noise()).for_each(|(byte, noise)| *byte = noise);
            }
            Disturbance::Misdirected => {
                answer
                    .iter_mut()
                    .take(LENGTH_AND_CORRELATION)
                    .skip(frame::LENGTH)
                    .for_each(|byte| *byte = !*byte);
            }
            Disturbance::Stalled { after_bytes } => {
                answer.truncate(*after_bytes);
                end = End::Stalled;
            }
            Disturbance::CutOff { after_bytes } => {
                answer.truncate(*after_bytes);
                end = End::Closed;
            }
            Disturbance::Throttled(_) | Disturbance::Refused(_) => {}
        }
    }
    stream.write_all(&answer).await.ok()?;
    stream.flush().await.ok()?;
    drop(answer);
    match end {
        End::Answered => Some(()),
        End::Closed => {
            let _client_may_have_gone = stream.shutdown().await;
            None
        }
        End::Stalled => {
            tokio::time::sleep(STALL).await;
            None
        }
    }
}

/// What follows an answer.
enum End {
    Answered,
    Closed,
    Stalled,
}
