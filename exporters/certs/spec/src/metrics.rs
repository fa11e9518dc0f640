//! The metrics of the certs exporter: stored certificates, endpoints, hosts of a cluster, cert-manager, the Kubernetes API.
//!
//! Stored certificates have the names of x509-certificate-exporter v4, so that what was written for it goes on
//! working; what it lacks (roles, fingerprints, the share of life used, served chains, hosts) has names of ours.

use lookout_declarations::Declaration;

mod certmanager;
mod endpoints;
mod hosts;
mod kubernetes;
mod stored;

pub use certmanager::{
    CERTIFICATE_FAILED_ATTEMPTS, CERTIFICATE_FAILING_SINCE, CERTIFICATE_FAILURE, CERTIFICATE_INFO,
    CERTIFICATE_NEVER_ISSUED, CERTIFICATE_NOT_AFTER, CERTIFICATE_READY, CERTIFICATE_RENEWAL,
    CERTIFICATE_REVISION, ISSUER_READY, REQUESTS,
};
pub use endpoints::{
    ENDPOINT_CHAIN_SEEN, ENDPOINT_FAILURE, ENDPOINT_HANDSHAKE_DURATION, ENDPOINT_OCSP_STAPLED,
    ENDPOINT_TLS_INFO, ENDPOINT_UP, ENDPOINT_VERIFIED, ENDPOINT_VERIFIED_NOT_AFTER, SERVED_INFO,
    SERVED_LIFE_USED, SERVED_NOT_AFTER, SERVED_NOT_BEFORE,
};
pub use hosts::{
    EDGE_INFO, EDGE_NOT_AFTER, HOST_CERTIFICATE, HOST_SERVED, HOST_SERVED_NOT_AFTER, SECRET_WORKLOAD,
};
pub use kubernetes::{
    OBJECT_FAULTS, SIGNING_REQUEST_NOT_AFTER, SIGNING_REQUEST_OLDEST_PENDING, SIGNING_REQUESTS,
    TRANSPORT_ERRORS, WATCH_RESYNCS,
};
pub use stored::{
    CERTIFICATE_ERROR, COLLISIONS, EXPIRED, EXPIRES_IN, FILE_FAULTS, NOT_AFTER, NOT_BEFORE, SOURCE_BUNDLES,
    SOURCE_ERRORS, SOURCE_UP, STORED_INFO, STORED_LIFE_USED, VALID_SINCE,
};

/// The peer whose names and labels are kept.
const PEER: &str = "x509-certificate-exporter 4.2.0";

/// The blocks, in the order of the documentation.
const BLOCKS: [&[&Declaration]; 5] =
    [stored::METRICS, endpoints::METRICS, hosts::METRICS, certmanager::METRICS, kubernetes::METRICS];

/// Every metric, in the order of the documentation.
pub const METRICS: &[&Declaration] = &joined::<{ count() }>();

const fn count() -> usize {
    let mut blocks: &[&[&Declaration]] = &BLOCKS;
    let mut count = 0;
    while let [block, rest @ ..] = blocks {
        count += block.len();
        blocks = rest;
    }
    count
}

const fn joined<const N: usize>() -> [&'static Declaration; N] {
    let mut blocks: &[&[&'static Declaration]] = &BLOCKS;
    let mut all = [NOT_AFTER.declaration(); N];
    let mut places: &mut [&'static Declaration] = &mut all;
    while let [block, rest @ ..] = blocks {
        let (now, later) = places.split_at_mut(block.len());
        now.copy_from_slice(block);
        places = later;
        blocks = rest;
    }
    all
}
