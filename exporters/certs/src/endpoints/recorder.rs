//! The part of the handshake that records the chain instead of judging it.
//!
//! rustls asks a verifier for a verdict and a resolver for a client certificate. Ours notes what it is shown, says
//! yes, and has no certificate to offer. That is safe because nothing is sent over the connection and nothing that
//! comes over it is believed: the chain is verified afterwards, by `verify`, and its result is exported. The one thing
//! that cannot be found out afterwards, whether the server holds the key of its certificate, is noted here.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{ResolvesClientCert, Resumption};
use rustls::crypto::{WebPkiSupportedAlgorithms, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::sign::CertifiedKey;
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, SignatureScheme};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};

/// What a server has shown during a handshake.
#[derive(Debug, Default)]
pub(super) struct Recorder {
    shown: Mutex<Option<Shown>>,
    asked_for_certificate: AtomicBool,
    has_other_key: AtomicBool,
}

/// What a server has shown.
#[derive(Debug)]
pub(super) struct Shown {
    /// The chain as sent, the server's own certificate first.
    pub(super) chain: Vec<CertificateDer<'static>>,
    /// Whether it stapled an OCSP response.
    pub(super) has_ocsp_response: bool,
    /// Whether it signed the handshake with another key than that of its certificate.
    pub(super) has_other_key: bool,
}

impl Recorder {
    /// A client configuration that records into `self`.
    pub(super) fn config(self: &Arc<Self>) -> Result<ClientConfig, Error> {
        let provider = Arc::new(ring::default_provider());
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .dangerous()
            .with_custom_certificate_verifier(Arc::<Self>::clone(self))
            .with_client_cert_resolver(Arc::<Self>::clone(self));
        // A resumed session shows no chain.
        config.resumption = Resumption::disabled();
        Ok(config)
    }

    /// Takes what was shown.
    pub(super) fn take(&self) -> Option<Shown> {
        let shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner).take()?;
        Some(Shown { has_other_key: self.has_other_key.load(Ordering::Relaxed), ..shown })
    }

    /// Notes a signature that another key has made. One that cannot be checked says nothing about the key: what is
    /// wrong with such a certificate is for `verify` to say.
    fn note(&self, checked: &Result<HandshakeSignatureValid, Error>) -> HandshakeSignatureValid {
        if let Err(Error::InvalidCertificate(CertificateError::BadSignature)) = checked {
            self.has_other_key.store(true, Ordering::Relaxed);
        }
        HandshakeSignatureValid::assertion()
    }

    /// Whether the server asked for a client certificate.
    pub(super) fn was_asked(&self) -> bool {
        self.asked_for_certificate.load(Ordering::Relaxed)
    }
}

impl ServerCertVerifier for Recorder {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let chain = core::iter::once(end_entity).chain(intermediates);
        let chain = chain.map(|certificate| certificate.clone().into_owned()).collect();
        let shown = Shown { chain, has_ocsp_response: !ocsp_response.is_empty(), has_other_key: false };
        *self.shown.lock().unwrap_or_else(PoisonError::into_inner) = Some(shown);
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(self.note(&verify_tls12_signature(message, certificate, signature, &algorithms())))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(self.note(&verify_tls13_signature(message, certificate, signature, &algorithms())))
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        algorithms().supported_schemes()
    }
}

fn algorithms() -> WebPkiSupportedAlgorithms {
    ring::default_provider().signature_verification_algorithms
}

impl ResolvesClientCert for Recorder {
    fn resolve(&self, _root_hints: &[&[u8]], _schemes: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.asked_for_certificate.store(true, Ordering::Relaxed);
        None
    }

    fn has_certs(&self) -> bool {
        // Else `resolve` is not called, and a refusal could not be explained.
        true
    }
}
