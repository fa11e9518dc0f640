//! The authorities below which a client's certificate must stand, and whether it does.
//!
//! webpki takes whatever it is given as a root, and asks nothing of it: here, as in Go, only a certificate that may sign
//! others becomes one, and a path counts only if its root is valid at the moment of the handshake, allows as many
//! intermediates, and is not meant for servers alone.
//!
//! How to get it wrong: adding a certificate that somebody pinned. Whoever has its key could then make certificates with
//! any name.

use std::sync::Arc;

use rustls::{CertificateError, DistinguishedName, Error, OtherError, crypto::WebPkiSupportedAlgorithms};
use rustls_pki_types::{CertificateDer, TrustAnchor, UnixTime};
use webpki::{EndEntityCert, KeyUsage, VerifiedPath, anchor_from_trusted_cert};
use x509_parser::{
    certificate::{Validity, X509Certificate},
    prelude::FromDer,
    x509::X509Version,
};

/// The roots, in the order in which they were added.
#[derive(Debug, Default)]
pub(crate) struct ClientAuthorities {
    anchors: Vec<TrustAnchor<'static>>,
    /// What webpki does not keep of them, at the same positions.
    roots: Vec<Root>,
}

/// A certificate that can be read, of an authority or not.
pub(crate) struct Candidate {
    anchor: TrustAnchor<'static>,
    is_authority: bool,
    max_intermediates: Option<u32>,
    pub(crate) period: Period,
    der: CertificateDer<'static>,
}

/// From when to when a certificate is valid, both included, in Unix seconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Period {
    pub(crate) not_before: i64,
    pub(crate) not_after: i64,
}

#[derive(Debug)]
struct Root {
    der: CertificateDer<'static>,
    period: Period,
    max_intermediates: Option<u32>,
}

// === impl Candidate, Period, ClientAuthorities ===

impl Candidate {
    /// Reads a certificate; `None`: it cannot be understood.
    pub(crate) fn read(der: CertificateDer<'static>) -> Option<Self> {
        let anchor = anchor_from_trusted_cert(&der).ok()?.to_owned();
        let (rest, certificate) = X509Certificate::from_der(&der).ok()?;
        if !rest.is_empty() {
            return None;
        }
        let constraints = certificate.basic_constraints().ok().flatten();
        let max_intermediates = constraints.and_then(|constraints| constraints.value.path_len_constraint);
        let (is_authority, period) = (is_authority(&certificate), Period::of(certificate.validity()));
        Some(Self { anchor, is_authority, max_intermediates, period, der })
    }

    /// The subject, as it is named to clients.
    pub(crate) fn subject(&self) -> DistinguishedName {
        DistinguishedName::in_sequence(self.anchor.subject.as_ref())
    }

    /// The certificate itself.
    pub(crate) fn into_der(self) -> CertificateDer<'static> {
        self.der
    }
}

impl Period {
    pub(crate) fn of(validity: &Validity) -> Self {
        Self { not_before: validity.not_before.timestamp(), not_after: validity.not_after.timestamp() }
    }

    pub(crate) fn is_over(self, now: UnixTime) -> bool {
        seconds(now) > self.not_after
    }

    pub(crate) fn is_to_come(self, now: UnixTime) -> bool {
        seconds(now) < self.not_before
    }
}

impl ClientAuthorities {
    /// Adds `candidate` if it may sign certificates of clients; otherwise it is left out.
    pub(crate) fn add(&mut self, candidate: &Candidate) {
        if candidate.is_authority {
            let Candidate { der, period, max_intermediates, .. } = candidate;
            self.anchors.push(candidate.anchor.clone());
            self.roots.push(Root {
                der: der.clone(),
                period: *period,
                max_intermediates: *max_intermediates,
            });
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.roots.len()
    }

    pub(crate) fn certificates(&self) -> impl Iterator<Item = &CertificateDer<'static>> {
        self.roots.iter().map(|root| &root.der)
    }

    /// Whether `end_entity` is a client's, valid at `now` below one of these.
    pub(crate) fn verify(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        algorithms: &WebPkiSupportedAlgorithms,
        now: UnixTime,
    ) -> Result<(), Error> {
        let leaf = EndEntityCert::try_from(end_entity).map_err(refusal)?;
        let check_root = |path: &VerifiedPath<'_>| self.check_root(path, now);
        let usage = KeyUsage::client_auth();
        leaf.verify_for_usage(
            algorithms.all,
            &self.anchors,
            intermediates,
            now,
            usage,
            None,
            Some(&check_root),
        )
        .map(|_| ())
        .map_err(refusal)
    }

    fn check_root(&self, path: &VerifiedPath<'_>, now: UnixTime) -> Result<(), webpki::Error> {
        // By address: certificates that differ only in their dates give equal anchors.
        let anchor = path.anchor();
        let at = self.anchors.iter().position(|own| core::ptr::eq(own, anchor));
        let root = at.and_then(|at| self.roots.get(at)).ok_or(webpki::Error::UnknownIssuer)?;
        if root.period.is_over(now) {
            return Err(webpki::Error::CertExpired { time: now, not_after: moment(root.period.not_after) });
        }
        if root.period.is_to_come(now) {
            let not_before = moment(root.period.not_before);
            return Err(webpki::Error::CertNotValidYet { time: now, not_before });
        }
        let intermediates = path.intermediate_certificates().count() as u64;
        if root.max_intermediates.is_some_and(|max| intermediates > u64::from(max)) {
            return Err(webpki::Error::PathLenConstraintViolated);
        }
        Ok(())
    }
}

/// Go's rule for who may sign: version 1 has no extensions and may, as a root; any other must say that it is an
/// authority, and with a key usage also that it signs certificates. What it is meant for must include clients.
fn is_authority(certificate: &X509Certificate<'_>) -> bool {
    if certificate.version() == X509Version::V1 {
        return true;
    }
    let (Ok(Some(constraints)), Ok(usage), Ok(purposes)) =
        (certificate.basic_constraints(), certificate.key_usage(), certificate.extended_key_usage())
    else {
        return false;
    };
    constraints.value.ca
        && usage.is_none_or(|usage| usage.value.key_cert_sign())
        && purposes.is_none_or(|purposes| purposes.value.any || purposes.value.client_auth)
}

/// As rustls says it, so that the alert is the same.
fn refusal(error: webpki::Error) -> Error {
    match error {
        webpki::Error::BadDer | webpki::Error::TrailingData(_) => CertificateError::BadEncoding,
        webpki::Error::CertExpired { .. } | webpki::Error::InvalidCertValidity => CertificateError::Expired,
        webpki::Error::CertNotValidYet { .. } => CertificateError::NotValidYet,
        webpki::Error::UnknownIssuer => CertificateError::UnknownIssuer,
        webpki::Error::InvalidSignatureForPublicKey => CertificateError::BadSignature,
        webpki::Error::RequiredEkuNotFoundContext(_) => CertificateError::InvalidPurpose,
        other => CertificateError::Other(OtherError(Arc::new(other))),
    }
    .into()
}

fn seconds(moment: UnixTime) -> i64 {
    i64::try_from(moment.as_secs()).unwrap_or(i64::MAX)
}

/// Moments before 1970 are taken for its first second.
fn moment(seconds: i64) -> UnixTime {
    UnixTime::since_unix_epoch(core::time::Duration::from_secs(u64::try_from(seconds).unwrap_or(0)))
}
