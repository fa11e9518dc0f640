//! From what a probe has learnt to its rows. Pure.

use core::net::IpAddr;

use hyper::Version;
use lookout_declarations::{Gauge, Info};
use lookout_exposition::{Batch, Family};
use lookout_probe_spec::REASONS;
use lookout_probe_spec::config::ProberKind;
use lookout_probe_spec::labels::Phase;
use lookout_probe_spec::metrics::{
    DNS_LOOKUP_TIME, DURATION, FAILED_DUE_TO_REGEX, FAILURE, HTTP_BODY_CLIPPED, HTTP_BODY_LENGTH,
    HTTP_CONTENT_LENGTH, HTTP_DOWNGRADED, HTTP_DURATION, HTTP_REDIRECTS, HTTP_SSL, HTTP_STATUS_CODE,
    HTTP_VERSION, IP_ADDR_HASH, IP_PROTOCOL, SSL_EARLIEST_EXPIRY, SSL_LAST_CHAIN_EXPIRY, SUCCESS, TLS_CIPHER,
    TLS_VERSION,
};

use crate::observation::Observation;

/// The rows of an answer.
pub fn assess(observation: &Observation) -> Batch {
    let mut batch = Batch::new();
    verdict(observation, &mut batch);
    network(observation, &mut batch);
    if observation.kind == ProberKind::Http {
        http(observation, &mut batch);
    }
    tls(observation, &mut batch);
    batch
}

fn verdict(observation: &Observation, batch: &mut Batch) {
    one(&SUCCESS, Some(truth(observation.failure.is_none())), batch);
    one(&DURATION, Some(observation.duration.as_secs_f64()), batch);
    let actual = observation.failure.as_ref().map(|failure| failure.reason);
    let mut failure = Family::new(&FAILURE);
    for reason in REASONS {
        failure.set((*reason,), truth(actual == Some(*reason)));
    }
    batch.add(failure);
}

fn network(observation: &Observation, batch: &mut Batch) {
    let lookup = observation.lookup.unwrap_or(observation.phases[Phase::Resolve as usize]);
    one(&DNS_LOOKUP_TIME, Some(lookup.as_secs_f64()), batch);
    let version = observation.address.map(|address| if address.is_ipv4() { 4.0 } else { 6.0 });
    one(&IP_PROTOCOL, version, batch);
    one(&IP_ADDR_HASH, observation.address.map(|address| f64::from(hash(address))), batch);
}

fn http(observation: &Observation, batch: &mut Batch) {
    let mut duration = Family::new(&HTTP_DURATION);
    for phase in Phase::ALL {
        duration.set((*phase,), observation.phases[*phase as usize].as_secs_f64());
    }
    batch.add(duration);
    let http = &observation.http;
    let answer = http.answer;
    // Zero where there was no answer: the one zero that stands for "unknown", see the spec's `metrics`.
    one(&HTTP_STATUS_CODE, Some(answer.map_or(0.0, |answer| f64::from(answer.status))), batch);
    one(&HTTP_VERSION, answer.and_then(|answer| version(answer.version)), batch);
    one(&HTTP_REDIRECTS, Some(f64::from(http.redirects)), batch);
    one(&HTTP_SSL, answer.map(|answer| truth(answer.is_over_tls)), batch);
    one(&HTTP_DOWNGRADED, Some(truth(http.is_downgraded)), batch);
    let content_length = answer.and_then(|answer| answer.content_length);
    one(&HTTP_CONTENT_LENGTH, content_length.map(|length| length as f64), batch);
    one(&HTTP_BODY_LENGTH, http.body_length.map(|length| length as f64), batch);
    one(&HTTP_BODY_CLIPPED, http.body_length.map(|_| truth(http.is_clipped)), batch);
    one(&FAILED_DUE_TO_REGEX, Some(truth(http.is_body_at_fault)), batch);
}

fn tls(observation: &Observation, batch: &mut Batch) {
    let chain = observation.chain.unwrap_or_default();
    one(&SSL_EARLIEST_EXPIRY, chain.earliest_not_after.map(|end| end as f64), batch);
    one(&SSL_LAST_CHAIN_EXPIRY, chain.path_not_after.map(|end| end as f64), batch);
    if let Some(session) = &observation.session {
        present(&TLS_VERSION, (session.version,), batch);
        present(&TLS_CIPHER, (&session.cipher,), batch);
    }
}

/// The row of a family without labels, if there is a value for it.
fn one(metric: &'static Gauge<()>, value: Option<f64>, batch: &mut Batch) {
    if let Some(value) = value {
        let mut family = Family::new(metric);
        family.set((), value);
        batch.add(family);
    }
}

fn present<L: lookout_declarations::Labels>(
    metric: &'static Info<L>,
    labels: L::Values<'_>,
    batch: &mut Batch,
) {
    let mut family = Family::new(metric);
    family.present(labels);
    batch.add(family);
}

fn version(version: Version) -> Option<f64> {
    match version {
        Version::HTTP_10 => Some(1.0),
        Version::HTTP_11 => Some(1.1),
        _ => None,
    }
}

/// FNV-1a over the octets, as blackbox_exporter has it.
fn hash(address: IpAddr) -> u32 {
    let step = |hash: u32, octet: &u8| (hash ^ u32::from(*octet)).wrapping_mul(0x0100_0193);
    let start = 0x811c_9dc5;
    match address.to_canonical() {
        IpAddr::V4(address) => address.octets().iter().fold(start, step),
        IpAddr::V6(address) => address.octets().iter().fold(start, step),
    }
}

fn truth(holds: bool) -> f64 {
    f64::from(u8::from(holds))
}
