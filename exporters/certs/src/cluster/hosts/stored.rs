//! What is known of the Secret that a host is served with.

use core::net::IpAddr;
use std::sync::Arc;

use super::coverage::Names;
use crate::parse::{Certificate, Fingerprint};

/// What is known of a Secret.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Stored {
    /// It cannot be seen: Secrets are not read, not yet, not this one, or its read failed.
    #[default]
    Unknown,
    /// It is not there.
    Missing,
    /// It is there, and has no certificate that can be read.
    WithoutCertificate,
    /// It is there, and a server would show this.
    Leaf(Arc<Leaf>),
}

/// What counts of the certificate that a server shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaf {
    /// The DNS names that it is made out to.
    pub dns_names: Box<[Box<str>]>,
    /// The addresses that it is made out to.
    pub ip_addresses: Box<[IpAddr]>,
    /// The first second of its validity, in seconds since 1970-01-01T00:00:00Z.
    pub not_before: i64,
    /// The last second of its validity, in seconds since 1970-01-01T00:00:00Z.
    pub not_after: i64,
    /// The SHA-256 of its encoding.
    pub fingerprint: Fingerprint,
}

impl Leaf {
    /// What counts of `certificate`.
    pub fn new(certificate: &Certificate) -> Self {
        Self {
            dns_names: certificate.dns_names.clone(),
            ip_addresses: certificate.ip_addresses.clone(),
            not_before: certificate.not_before,
            not_after: certificate.not_after,
            fingerprint: certificate.fingerprint_sha256,
        }
    }

    /// Whether it is made out to `host`; an empty one stands for every host, and asks for no name.
    pub fn covers(&self, host: &str) -> bool {
        let names = Names { dns_names: &self.dns_names, ip_addresses: &self.ip_addresses };
        host.is_empty() || names.cover(host)
    }

    /// Whether it is valid at `now`, in seconds since 1970-01-01T00:00:00Z.
    pub fn is_valid(&self, now: i64) -> bool {
        (self.not_before..=self.not_after).contains(&now)
    }
}
