//! What the disturbances make of an answer.

use core::time::Duration;

use bytes::Bytes;
use hyper::header::{HeaderValue, RETRY_AFTER};
use hyper::{Response, StatusCode};

use super::body::End;
use super::{Answer, Body, JSON, TEXT};
use crate::kubernetes::Disturbance;
use crate::kubernetes::status::Refusal;
use crate::noise::noise;

/// The length of noise.
const NOISE_BYTES: usize = 4_096;

/// The page that a proxy with a login answers instead of what is behind it.
const LOGIN_PAGE: &str = "<!DOCTYPE html>\n<html lang=\"en\">\n<head><title>Sign in · Access</title></head>\n\
    <body><h1>Log in to continue</h1><form method=\"post\" action=\"/cdn-cgi/access/login\">\
    <label>E-mail <input type=\"email\" name=\"email\"></label><button>Send me a code</button></form></body>\n</html>\n";

/// The refusal that stands for the answer, if one does.
pub(super) fn refusal(disturbances: &[Disturbance]) -> Option<Refusal> {
    disturbances.iter().find_map(|disturbance| match disturbance {
        Disturbance::Refused(code) => Some(Refusal::failing(*code)),
        Disturbance::Unauthorized => Some(Refusal::unauthorized()),
        Disturbance::Gone => Some(Refusal::expired("too old resource version: 1 (2)")),
        _ => None,
    })
}

/// The answer as it leaves. What is wrong with objects and events is done where they are written.
pub(super) async fn disturb(mut answer: Answer, disturbances: &[Disturbance]) -> Response<Body> {
    let mut retry_after = None;
    for disturbance in disturbances {
        match disturbance {
            Disturbance::Delayed(by) => tokio::time::sleep(*by).await,
            Disturbance::Silent => core::future::pending().await,
            Disturbance::Slow(pause) => answer.body = answer.body.slow(*pause),
            Disturbance::Stalled { after_bytes } => {
                answer.body = answer.body.ending(*after_bytes, End::Stalls);
            }
            Disturbance::CutOff { after_bytes } => {
                answer.body = answer.body.ending(*after_bytes, End::Closes);
            }
            Disturbance::Garbage => {
                let noise: Bytes = noise().take(NOISE_BYTES).collect();
                answer = Answer { code: StatusCode::OK, content_type: JSON, body: Body::text(noise) };
            }
            Disturbance::LoginPage => {
                let body = Body::text(LOGIN_PAGE);
                answer = Answer { code: StatusCode::OK, content_type: "text/html; charset=UTF-8", body };
            }
            Disturbance::Throttled { retry_after_seconds } => {
                let body = Body::text("Too many requests, please try again later.\n");
                answer = Answer { code: StatusCode::TOO_MANY_REQUESTS, content_type: TEXT, body };
                retry_after = Some(Duration::from_secs(*retry_after_seconds));
            }
            _ => {}
        }
    }
    let mut response = answer.response();
    if let Some(value) = retry_after.and_then(|after| HeaderValue::try_from(after.as_secs().to_string()).ok())
    {
        response.headers_mut().insert(RETRY_AFTER, value);
    }
    response
}
