//! Clusters of any size, for benches: regular, and made in seconds.
//!
//! Each certificate is its own: name, serial number and dates differ. The keys do not, as making them would take longest.

use std::sync::Arc;

use data_encoding::BASE64;
use jiff::Timestamp;
use serde_json::Value;

use super::objects;
use crate::noise::noise;
use crate::{
    Authorities, CertificateRequest, IssuedCertificate, KeyAlgorithm, ReusedKey, SimulatorError, Validity,
};

/// How much there is of what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClusterSize {
    /// TLS Secrets, each with a certificate of its own.
    pub secrets: u32,
    /// The namespaces over which they are spread evenly.
    pub namespaces: u32,
    /// Secrets with releases of Helm, which hold no certificate and are much larger.
    pub helm_releases: u32,
    /// The size of such a release, as stored.
    pub helm_release_bytes: usize,
}

/// What a release has where nothing else is said.
const HELM_RELEASE_BYTES: usize = 600 * 1024;

/// So many TLS Secrets over so many namespaces, and so many releases of Helm of 600 KB.
pub fn of_size(secrets: u32, namespaces: u32, helm_releases: u32) -> ClusterSize {
    ClusterSize { secrets, namespaces, helm_releases, helm_release_bytes: HELM_RELEASE_BYTES }
}

// === impl ClusterSize ===

impl ClusterSize {
    /// Its objects, one at a time: the namespaces, then the Secrets.
    pub fn objects(
        self,
        authorities: &Arc<Authorities>,
        now: Timestamp,
    ) -> Result<impl Iterator<Item = Result<Value, SimulatorError>> + use<>, SimulatorError> {
        let (authorities, key) = (Arc::clone(authorities), ReusedKey::generate(KeyAlgorithm::EcdsaP256)?);
        let release = BASE64.encode(&noise().take(self.helm_release_bytes / 4 * 3).collect::<Vec<u8>>());
        let namespaces = (0..self.namespaces.max(1)).map(move |number| {
            Ok(objects::namespace(&self.namespace(number), &[("team", &format!("team-{}", number % 10))]))
        });
        let secrets = (0..self.secrets).map(move |number| {
            let certificate = certificate(&authorities, &key, number, now)?;
            let object = objects::tls_secret(&self.namespace(number), &secret_name(number), &certificate);
            Ok(objects::labelled(object, &[("controller.cert-manager.io/fao", "true")]))
        });
        let releases = (0..self.helm_releases)
            .map(move |number| Ok(helm_release(&self.namespace(number), number, &release)));
        Ok(namespaces.chain(secrets).chain(releases))
    }

    /// The namespace of the Secret of this number.
    pub fn namespace(&self, number: u32) -> String {
        format!("bench-{:04}", number % self.namespaces.max(1))
    }
}

/// The name of the TLS Secret of this number.
fn secret_name(number: u32) -> String {
    format!("service-{number:06}-tls")
}

/// From 90 days before `now` to 90 days after it, none of them over.
fn certificate(
    authorities: &Authorities,
    key: &ReusedKey,
    number: u32,
    now: Timestamp,
) -> Result<IssuedCertificate, SimulatorError> {
    let left = 1 + i64::from(number % 89);
    let name = format!("service-{number:06}.bench.localhost");
    let request = CertificateRequest::for_server(name, Validity::days(now, left - 90, left));
    authorities.intermediate.issue_for(&request, key)
}

fn helm_release(namespace: &str, number: u32, release: &str) -> Value {
    let name = format!("sh.helm.release.v1.release-{number:04}.v1");
    let object = objects::secret(namespace, &name, "helm.sh/release.v1", &[("release", release.as_bytes())]);
    let labels = [("owner", "helm"), ("status", "deployed"), ("version", "1"), ("name", "release")];
    objects::labelled(object, &labels)
}
