//! Certificates to be stored, with keys, and the objects that hold them.

use std::process::Command;
use std::time::Duration;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose,
    SerialNumber, date_time_ymd,
};
use serde_json::{Value, json};

use super::access::base64;
use crate::certificates::dns;
use crate::tools::{succeed, tool};

/// A certificate and its key, in PEM form.
#[derive(Clone, Debug)]
pub(super) struct Pair {
    pub(super) certificate: String,
    pub(super) key: String,
}

/// An authority for certificates that are stored.
pub(super) struct Issuing {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

/// When certificates end that nothing else is said of.
const YEAR: i32 = 2031;

impl Issuing {
    /// An authority of this name.
    pub(super) fn named(name: &str) -> Self {
        let mut parameters = CertificateParams::default();
        for (kind, text) in [
            (DnType::CountryName, "CH"),
            (DnType::StateOrProvinceName, "Zürich"),
            (DnType::LocalityName, "Winterthur"),
            (DnType::OrganizationName, "Example, \"Inc.\""),
            (DnType::OrganizationalUnitName, "Platform"),
            (DnType::CommonName, name),
        ] {
            parameters.distinguished_name.push(kind, text);
        }
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        (parameters.not_before, parameters.not_after) =
            (date_time_ymd(2024, 2, 29), date_time_ymd(2044, 2, 29));
        let key = KeyPair::generate().expect("a key can be made");
        Self { issuer: CertifiedIssuer::self_signed(parameters, key).expect("it can sign itself") }
    }

    /// Its own certificate.
    pub(super) fn certificate(&self) -> String {
        self.issuer.pem()
    }

    /// A certificate for hosts that is valid for years to come.
    pub(super) fn issue(&self, name: &str, hosts: &[&str]) -> Pair {
        self.issue_until(name, hosts, YEAR)
    }

    /// A certificate for hosts that begins in 2020 and ends with the first hour of a year.
    pub(super) fn issue_until(&self, name: &str, hosts: &[&str], year: i32) -> Pair {
        let end = super::truth::seconds(&format!("{year}-01-01 00:00:00Z"));
        self.issue_between(name, hosts, 1_577_836_800, end)
    }

    /// A certificate for hosts that begins and ends at times, seconds since 1970.
    pub(super) fn issue_between(&self, name: &str, hosts: &[&str], begin: i64, end: i64) -> Pair {
        let mut parameters = CertificateParams::default();
        parameters.distinguished_name.push(DnType::CommonName, name);
        parameters.subject_alt_names = hosts.iter().map(|host| dns(host)).collect();
        let epoch = date_time_ymd(1970, 1, 1);
        (parameters.not_before, parameters.not_after) = (epoch + seconds(begin), epoch + seconds(end));
        // As long as RFC 5280 allows, so that nobody can hold it in a machine's number.
        let key = KeyPair::generate().expect("a key can be made");
        let serial: Vec<u8> =
            key.public_key_raw().iter().skip(1).take(20).map(|byte| byte & 0x7f | 1).collect();
        parameters.serial_number = Some(SerialNumber::from_slice(&serial));
        let certificate = parameters.signed_by(&key, &self.issuer).expect("it can be signed");
        Pair { certificate: certificate.pem(), key: key.serialize_pem() }
    }
}

/// What is added to a time of the library that dates certificates.
fn seconds(seconds: i64) -> Duration {
    Duration::from_secs(seconds.try_into().expect("it is after 1970"))
}

impl Pair {
    /// The same certificate in DER form.
    pub(super) fn der(&self) -> Vec<u8> {
        let mut openssl = Command::new(tool("OPENSSL"));
        succeed(openssl.args(["x509", "-outform", "DER"]), self.certificate.as_bytes())
    }
}

/// A Secret of a type with these values.
pub(super) fn secret(name: &str, of_type: &str, values: &[(&str, &[u8])]) -> Value {
    let data: serde_json::Map<String, Value> =
        values.iter().map(|(key, value)| ((*key).to_owned(), base64(value).into())).collect();
    json!({"metadata": {"name": name}, "type": of_type, "data": data})
}

/// A Secret as cert-manager and people make them.
pub(super) fn tls_secret(name: &str, pair: &Pair) -> Value {
    let values = [("tls.crt", pair.certificate.as_bytes()), ("tls.key", pair.key.as_bytes())];
    secret(name, "kubernetes.io/tls", &values)
}

/// Where the Secrets of a namespace are.
pub(super) fn secrets(namespace: &str) -> String {
    format!("/api/v1/namespaces/{namespace}/secrets")
}
