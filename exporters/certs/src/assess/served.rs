//! What is exposed of an endpoint.

use jiff::Timestamp;
use lookout_certs_spec::ATTEMPT_REASONS;
use lookout_certs_spec::labels::{Role, ServedCertificateInfo, Verification};
use lookout_certs_spec::metrics::{
    ENDPOINT_CHAIN_SEEN, ENDPOINT_FAILURE, ENDPOINT_HANDSHAKE_DURATION, ENDPOINT_OCSP_STAPLED,
    ENDPOINT_TLS_INFO, ENDPOINT_UP, ENDPOINT_VERIFIED, ENDPOINT_VERIFIED_NOT_AFTER, SERVED_INFO,
    SERVED_LIFE_USED, SERVED_NOT_AFTER, SERVED_NOT_BEFORE,
};
use lookout_exposition::{Batch, Family};

use crate::endpoints::{Observation, SeenChain};
use crate::parse::Certificate;
use crate::verify::verify;

/// Writes what is known of an endpoint at `now`.
pub fn assess(observation: &Observation, now: Timestamp, batch: &mut Batch) {
    reachability(observation, batch);
    if let Some(seen) = &observation.seen {
        verification(observation, seen, now.as_second(), batch);
        dates(observation, seen, now.as_second(), batch);
        descriptions(observation, seen, batch);
    }
}

/// The two labels that every row has.
fn labels(observation: &Observation) -> (&str, &str) {
    (&observation.target.endpoint, &observation.target.server_name)
}

/// The last attempt.
fn reachability(observation: &Observation, batch: &mut Batch) {
    let (endpoint, server_name) = labels(observation);
    let mut up = Family::new(&ENDPOINT_UP);
    up.set((endpoint, server_name), truth(observation.is_up));
    batch.add(up);

    let mut failure = Family::new(&ENDPOINT_FAILURE);
    let actual = observation.failure.as_ref().map(|failure| failure.reason);
    for reason in ATTEMPT_REASONS {
        failure.set((endpoint, server_name, *reason), truth(actual == Some(*reason)));
    }
    batch.add(failure);

    let mut duration = Family::new(&ENDPOINT_HANDSHAKE_DURATION);
    let mut tls = Family::new(&ENDPOINT_TLS_INFO);
    if let Some(session) = &observation.session {
        duration.set((endpoint, server_name), session.handshake.as_secs_f64());
        tls.present((endpoint, server_name, session.version, &session.cipher));
    }
    batch.add(duration);
    batch.add(tls);
}

/// The chain last seen, judged now.
fn verification(observation: &Observation, seen: &SeenChain, now: i64, batch: &mut Batch) {
    let (endpoint, server_name) = labels(observation);
    let verdict = verify(&seen.chain, &observation.trust, &observation.target.expected_name, now);
    let mut verified = Family::new(&ENDPOINT_VERIFIED);
    for result in Verification::ALL {
        verified.set((endpoint, server_name, *result), truth(verdict.result == *result));
    }
    batch.add(verified);

    let mut path_end = Family::new(&ENDPOINT_VERIFIED_NOT_AFTER);
    if let Some(not_after) = verdict.path_not_after {
        path_end.set((endpoint, server_name), not_after as f64);
    }
    batch.add(path_end);

    let mut last_seen = Family::new(&ENDPOINT_CHAIN_SEEN);
    last_seen.set((endpoint, server_name), seen.at.as_second() as f64);
    batch.add(last_seen);

    let mut stapled = Family::new(&ENDPOINT_OCSP_STAPLED);
    stapled.set((endpoint, server_name), truth(seen.chain.has_ocsp_response));
    batch.add(stapled);
}

fn dates(observation: &Observation, seen: &SeenChain, now: i64, batch: &mut Batch) {
    let (endpoint, server_name) = labels(observation);
    let mut not_after = Family::new(&SERVED_NOT_AFTER);
    let mut not_before = Family::new(&SERVED_NOT_BEFORE);
    let mut life_used = Family::new(&SERVED_LIFE_USED);
    for (position, certificate) in positions(seen) {
        let labels = (endpoint, server_name, position, role(position, certificate));
        not_after.set(labels, certificate.not_after as f64);
        not_before.set(labels, certificate.not_before as f64);
        if let Some(share) = certificate.life_used(now) {
            life_used.set(labels, share);
        }
    }
    batch.add(not_after);
    batch.add(not_before);
    batch.add(life_used);
}

fn descriptions(observation: &Observation, seen: &SeenChain, batch: &mut Batch) {
    let (endpoint, server_name) = labels(observation);
    let mut info = Family::new(&SERVED_INFO);
    for (position, certificate) in positions(seen) {
        info.present(ServedCertificateInfo {
            endpoint,
            server_name,
            position,
            role: role(position, certificate),
            fingerprint_sha256: certificate.fingerprint_sha256.text().as_str(),
            serial_number: &certificate.serial_number,
            subject: certificate.subject.text(),
            issuer: certificate.issuer.text(),
            key_algorithm: certificate.key_algorithm,
            key_bits: certificate.key_bits,
        });
    }
    batch.add(info);
}

/// The certificates that could be read, with their positions in the chain.
fn positions(seen: &SeenChain) -> impl Iterator<Item = (u32, &Certificate)> {
    (0..)
        .zip(&seen.chain.certificates)
        .filter_map(|(position, certificate)| Some((position, certificate.as_ref().ok()?)))
}

/// The first certificate identifies the server, whatever is written in it.
fn role(position: u32, certificate: &Certificate) -> Role {
    if position == 0 { Role::Leaf } else { certificate.role }
}

fn truth(holds: bool) -> f64 {
    f64::from(u8::from(holds))
}
