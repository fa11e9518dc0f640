//! The part of the handshake that notes the chain and gives the verdict.

use std::sync::{Arc, Mutex, PoisonError};

use rustls::client::Resumption;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{WebPkiSupportedAlgorithms, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, SignatureScheme};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};

use super::roots::{RootSet, not_after};
use super::verify::verify;
use crate::failure::Failure;
use crate::observation::ShownChain;

/// The longest chain that is looked at; sensible ones have two to four certificates.
const MAX_CHAIN: usize = 16;

/// Notes what a server shows, and verifies it.
#[derive(Debug)]
pub(super) struct Recorder {
    roots: Option<Arc<RootSet>>,
    is_required: bool,
    now: i64,
    shown: Mutex<Option<Shown>>,
}

/// What a server has shown.
#[derive(Clone, Debug)]
pub(super) struct Shown {
    pub(super) chain: ShownChain,
    /// Why it is not trusted.
    pub(super) failure: Option<Failure>,
}

impl Recorder {
    /// Verifies against `roots`, if there are any, at `now` in seconds since 1970-01-01T00:00:00Z; the verdict ends
    /// the handshake if it `is_required` to be good.
    pub(super) fn new(roots: Option<Arc<RootSet>>, is_required: bool, now: i64) -> Self {
        Self { roots, is_required, now, shown: Mutex::new(None) }
    }

    /// A client configuration that records into `self`.
    pub(super) fn config(self: &Arc<Self>) -> Result<ClientConfig, Error> {
        let provider = Arc::new(ring::default_provider());
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .dangerous()
            .with_custom_certificate_verifier(Arc::<Self>::clone(self))
            .with_no_client_auth();
        // A resumed session shows no chain.
        config.resumption = Resumption::disabled();
        Ok(config)
    }

    /// Takes what was shown.
    pub(super) fn take(&self) -> Option<Shown> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl ServerCertVerifier for Recorder {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let intermediates = intermediates.get(..MAX_CHAIN - 1).unwrap_or(intermediates);
        let ends = core::iter::once(end_entity).chain(intermediates).filter_map(not_after);
        let earliest_not_after = ends.min();
        let verdict =
            self.roots.as_ref().map(|roots| verify(end_entity, intermediates, server_name, roots, self.now));
        let (path_not_after, failure) = match verdict {
            Some(Ok(path_not_after)) => (Some(path_not_after), None),
            Some(Err(failure)) => (None, Some(failure)),
            None => (None, None),
        };
        let is_trusted = path_not_after.is_some();
        let shown = Shown { chain: ShownChain { earliest_not_after, path_not_after }, failure };
        *self.shown.lock().unwrap_or_else(PoisonError::into_inner) = Some(shown);
        if is_trusted || !self.is_required {
            Ok(ServerCertVerified::assertion())
        } else {
            Err(Error::InvalidCertificate(CertificateError::ApplicationVerificationFailure))
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &algorithms())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &algorithms())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        algorithms().supported_schemes()
    }
}

fn algorithms() -> WebPkiSupportedAlgorithms {
    ring::default_provider().signature_verification_algorithms
}
