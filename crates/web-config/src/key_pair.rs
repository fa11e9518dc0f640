//! The certificate that is served and its key.
//!
//! No message holds anything that was read from a key: the PEM reader's own words would.
//!
//! How to get it wrong: reading certificate and key at different times and not comparing them. While they are being
//! replaced one may be old; then they do not belong together, and the next attempt succeeds.

use std::sync::Arc;

use rustls::{crypto::ring::sign::any_supported_type, sign::CertifiedKey};
use rustls_pki_types::{
    CertificateDer, PrivateKeyDer,
    pem::{self, PemObject},
};
use x509_parser::{certificate::X509Certificate, prelude::FromDer};

use crate::{
    client_authorities::Period,
    draft::{Draft, Pem, PemOptions},
    format::TlsServerConfig,
};

/// What is served.
pub(crate) struct KeyPair {
    pub(crate) certified_key: Arc<CertifiedKey>,
    /// When the leaf is valid.
    pub(crate) period: Period,
}

/// Reads certificate and key; `None`: something is wrong, which was complained about.
pub(crate) fn load(settings: &TlsServerConfig, draft: &mut Draft<'_>) -> Option<KeyPair> {
    let certificates = draft.pem(&PemOptions {
        file_key: "cert_file",
        file: settings.cert_file.as_deref(),
        inline_key: "cert",
        inline: settings.cert.as_deref().map(str::as_bytes),
    });
    let key = draft.pem(&PemOptions {
        file_key: "key_file",
        file: settings.key_file.as_deref(),
        inline_key: "key",
        inline: settings.key.as_ref().map(super::inline_key::InlineKey::pem),
    });
    let chain = certificates.and_then(|pem| {
        let (chain, leaf) = chain(&pem, draft)?;
        warn_of_period(&pem, leaf.period, draft);
        Some((chain, leaf))
    });
    let signing_key = key.and_then(|pem| Some((signing_key(&pem, draft)?, pem)));
    let ((chain, leaf), (signing_key, pem)) = (chain?, signing_key?);
    if signing_key.public_key().is_some_and(|public_key| *public_key != *leaf.public_key) {
        draft.complain(&pem, "the key does not belong to the certificate; give the two of one pair");
        return None;
    }
    let certified_key = Arc::new(CertifiedKey::new(chain, signing_key));
    Some(KeyPair { certified_key, period: leaf.period })
}

/// What is read from the first certificate.
struct Leaf {
    period: Period,
    public_key: Vec<u8>,
}

fn chain(pem: &Pem, draft: &mut Draft<'_>) -> Option<(Vec<CertificateDer<'static>>, Leaf)> {
    let chain: Result<Vec<_>, pem::Error> = CertificateDer::pem_slice_iter(&pem.bytes).collect();
    let Ok(chain) = chain else {
        draft.complain(pem, &format!("{} is damaged: a PEM section is not closed or not base64", pem.name));
        return None;
    };
    let Some(first) = chain.first() else {
        let swapped = if pem.mentions(b"PRIVATE KEY") || pem.mentions(b"EC PRIVATE KEY") {
            ", but a private key; are the two swapped?"
        } else {
            ""
        };
        draft.complain(pem, &format!("{} holds no PEM certificate{swapped}", pem.name));
        return None;
    };
    let Ok((_, certificate)) = X509Certificate::from_der(first) else {
        draft.complain(pem, &format!("the first certificate in {} cannot be understood", pem.name));
        return None;
    };
    let leaf = Leaf {
        period: Period::of(certificate.validity()),
        public_key: certificate.public_key().raw.to_vec(),
    };
    Some((chain, leaf))
}

/// It is served all the same: a server that refused to start would be of no more use.
fn warn_of_period(pem: &Pem, period: Period, draft: &mut Draft<'_>) {
    let now = draft.surroundings.now;
    let what = if period.is_over(now) {
        "has expired"
    } else if period.is_to_come(now) {
        "is not valid yet"
    } else {
        return;
    };
    draft.warnings.push(format!(
        "`{}`: the certificate {what}: clients that verify it do not connect; give one that is valid now",
        pem.key_path
    ));
}

fn signing_key(pem: &Pem, draft: &mut Draft<'_>) -> Option<Arc<dyn rustls::sign::SigningKey>> {
    let encrypted = pem.mentions(b"ENCRYPTED PRIVATE KEY")
        || pem.bytes.windows(ENCRYPTED_HEADER.len()).any(|window| window == ENCRYPTED_HEADER);
    let message = match PrivateKeyDer::from_pem_slice(&pem.bytes) {
        Ok(key) if !encrypted => match any_supported_type(&key) {
            Ok(key) => return Some(key),
            Err(_) => UNSUPPORTED_KEY.to_owned(),
        },
        Ok(_) | Err(_) if encrypted => {
            format!("{} is encrypted with a pass phrase; nobody is there to type it", pem.name)
        }
        Err(pem::Error::NoItemsFound) if pem.mentions(b"CERTIFICATE") => {
            format!("{} holds no PEM private key, but a certificate; are the two swapped?", pem.name)
        }
        Err(pem::Error::NoItemsFound) => format!("{} holds no PEM private key", pem.name),
        Ok(_) | Err(_) => format!("{} is damaged: a PEM section is not closed or not base64", pem.name),
    };
    draft.complain(pem, &message);
    None
}

/// The header of an encrypted key in the older form (RFC 1421).
const ENCRYPTED_HEADER: &[u8] = b"Proc-Type: 4,ENCRYPTED";

/// Said of keys that ring cannot sign with.
const UNSUPPORTED_KEY: &str = "the private key is damaged or of a kind that cannot be used; RSA of 2048 to 4096 bits, ECDSA \
on P-256 and P-384, and Ed25519 can";
