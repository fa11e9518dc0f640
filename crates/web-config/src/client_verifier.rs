//! Whether a client may speak to the server, by its certificate: the policies with Go's meaning.
//!
//! | Policy | no certificate | a certificate |
//! |---|---|---|
//! | `RequestClientCert` | let in | any |
//! | `RequireAnyClientCert` | refused | any |
//! | `VerifyClientCertIfGiven` | let in | valid under the client CA |
//! | `RequireAndVerifyClientCert` | refused | valid under the client CA |
//!
//! With `client_allowed_sans` a certificate must hold one of the names, under every policy, and a client without a
//! certificate is refused under every policy. (In Go its handshake panics, which ends the connection as well.)
//!
//! Invariant: whatever the policy, the client proves that it holds the key of the certificate. That is what the two
//! `verify_…_signature` are for.
//!
//! How to get it wrong: resuming sessions. Nothing here is asked again for a session that is resumed, so a server that
//! asks for certificates remembers none.

use std::{collections::BTreeSet, sync::Arc};

use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error, SignatureScheme,
    client::danger::HandshakeSignatureValid,
    crypto::{CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature},
    server::danger::{ClientCertVerified, ClientCertVerifier},
};
use rustls_pki_types::{CertificateDer, UnixTime};
use x509_parser::{certificate::X509Certificate, prelude::FromDer};

use crate::{
    client_auth::ClientAuthType, client_authorities::Period, client_names, client_trust::ClientTrust,
};

/// The judge of clients' certificates.
#[derive(Debug)]
pub(crate) struct ClientVerifier {
    policy: ClientAuthType,
    trust: ClientTrust,
    allowed_names: Option<BTreeSet<String>>,
    algorithms: WebPkiSupportedAlgorithms,
}

// === impl ClientVerifier ===

impl ClientVerifier {
    /// A judge by `policy`, which is not `NoClientCert`.
    pub(crate) fn new(
        policy: ClientAuthType,
        trust: ClientTrust,
        allowed_names: Option<&[String]>,
        provider: &Arc<CryptoProvider>,
    ) -> Self {
        let allowed_names = allowed_names.map(|names| names.iter().cloned().collect());
        let algorithms = provider.signature_verification_algorithms;
        Self { policy, trust, allowed_names, algorithms }
    }

    /// Whether an authority, or the bundle itself, vouches for the certificate.
    fn check_trust(
        &self,
        certificate: &CertificateDer<'_>,
        parsed: &X509Certificate<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<(), Error> {
        if self.trust.certificates.contains(certificate) {
            return check_alone(parsed, now);
        }
        self.trust.authorities.verify(certificate, intermediates, &self.algorithms, now)
    }

    fn check_names(&self, certificate: &X509Certificate<'_>) -> Result<(), Error> {
        let Some(allowed) = &self.allowed_names else { return Ok(()) };
        let names = client_names::names(certificate).ok_or(CertificateError::BadEncoding)?;
        if names.iter().any(|name| allowed.contains(name)) {
            return Ok(());
        }
        Err(CertificateError::NotValidForName.into()) // sent as `bad_certificate`, as Go does
    }
}

impl ClientCertVerifier for ClientVerifier {
    fn client_auth_mandatory(&self) -> bool {
        self.policy.requires() || self.allowed_names.is_some()
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &self.trust.hints
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        let (rest, parsed) =
            X509Certificate::from_der(end_entity).map_err(|_| CertificateError::BadEncoding)?;
        if !rest.is_empty() {
            return Err(CertificateError::BadEncoding.into());
        }
        if self.policy.verifies() {
            self.check_trust(end_entity, &parsed, intermediates, now)?;
        }
        self.check_names(&parsed)?;
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

/// A certificate that stands in the bundle itself: only its dates and its purpose are left to ask for.
fn check_alone(certificate: &X509Certificate<'_>, now: UnixTime) -> Result<(), Error> {
    let period = Period::of(certificate.validity());
    if period.is_to_come(now) {
        return Err(CertificateError::NotValidYet.into());
    }
    if period.is_over(now) {
        return Err(CertificateError::Expired.into());
    }
    let purposes = certificate.extended_key_usage().map_err(|_| CertificateError::BadEncoding)?;
    if purposes.is_some_and(|purposes| !purposes.value.any && !purposes.value.client_auth) {
        return Err(CertificateError::InvalidPurpose.into());
    }
    Ok(())
}
