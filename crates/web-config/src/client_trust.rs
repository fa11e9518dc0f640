//! Which certificates of clients are trusted: those below the client CA, or below the machine's trust store.

use std::{collections::HashSet, sync::Arc};

use rustls::{
    DistinguishedName, RootCertStore,
    crypto::CryptoProvider,
    server::{WebPkiClientVerifier, danger::ClientCertVerifier},
};
use rustls_pki_types::{CertificateDer, pem::PemObject};

use crate::{
    draft::{Draft, Pem, PemOptions},
    format::TlsServerConfig,
};

/// More bytes of authorities' names than these are not sent to clients: the message has room for twice as much, and
/// rustls panics when it is given more than fits.
const MAX_HINT_BYTES: usize = 32 * 1024;

/// Who is trusted.
#[derive(Debug, Default)]
pub(crate) struct ClientTrust {
    /// Asks whether a chain leads to an authority; `None`: there are none.
    pub(crate) authorities: Option<Arc<dyn ClientCertVerifier>>,
    /// The certificates of the bundle themselves: each is trusted as it is, also if it is no authority.
    pub(crate) certificates: HashSet<CertificateDer<'static>>,
    /// What clients are told, so that they can choose a certificate.
    pub(crate) hints: Vec<DistinguishedName>,
}

/// Reads whom `settings` trust; `None`: something is wrong, which was complained about.
pub(crate) fn load(
    settings: &TlsServerConfig,
    provider: &Arc<CryptoProvider>,
    draft: &mut Draft<'_>,
) -> Option<ClientTrust> {
    if settings.has_client_ca() {
        let pem = draft.pem(&PemOptions {
            file_key: "client_ca_file",
            file: settings.client_ca_file.as_deref(),
            inline_key: "client_ca",
            inline: settings.client_ca.as_deref().map(str::as_bytes),
        })?;
        return of_bundle(&pem, provider, draft);
    }
    if !settings.client_auth().verifies() {
        return Some(ClientTrust::default());
    }
    Some(of_machine(settings, provider, draft))
}

fn of_bundle(pem: &Pem, provider: &Arc<CryptoProvider>, draft: &mut Draft<'_>) -> Option<ClientTrust> {
    let (mut roots, mut certificates, mut unusable) = (RootCertStore::empty(), HashSet::new(), 0);
    for certificate in CertificateDer::pem_slice_iter(&pem.bytes) {
        match certificate {
            Ok(certificate) if roots.add(certificate.clone()).is_ok() => {
                certificates.insert(certificate);
            }
            _ => unusable += 1,
        }
    }
    let path = &pem.key_path;
    if roots.is_empty() {
        let found = if unusable == 0 {
            "holds no PEM certificate"
        } else {
            "holds no certificate that can be understood"
        };
        draft.complain(pem, &format!("{} {found}, so that no client could be let in", pem.name));
        return None;
    }
    if unusable > 0 {
        let warning =
            format!("`{path}`: {unusable} of the certificates cannot be understood and are not trusted");
        draft.warnings.push(warning);
    }
    let mut hints = roots.subjects();
    if hints.iter().map(|name| name.as_ref().len() + 2).sum::<usize>() > MAX_HINT_BYTES {
        let warning = format!(
            "`{path}`: too many authorities to name them to clients; they have to know which one to use"
        );
        draft.warnings.push(warning);
        hints = Vec::new();
    }
    let Some(authorities) = verifier(roots, provider) else {
        draft.complain(pem, &format!("the certificates in {} cannot be used", pem.name));
        return None;
    };
    Some(ClientTrust { authorities: Some(authorities), certificates, hints })
}

/// The machine's trust store, which Go takes where no client CA is given. Its authorities are not named to clients, and
/// their own certificates are no client's.
fn of_machine(
    settings: &TlsServerConfig,
    provider: &Arc<CryptoProvider>,
    draft: &mut Draft<'_>,
) -> ClientTrust {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates((draft.surroundings.trust_store)());
    let (policy, count) = (settings.client_auth().name(), roots.len());
    let warning = if count == 0 {
        format!(
            "`client_auth_type: {policy}` without a client CA means the machine's trust store, which is empty or \
             missing: every client certificate is refused; give `client_ca_file`"
        )
    } else {
        format!(
            "`client_auth_type: {policy}` without a client CA means the machine's trust store: whoever has a client \
             certificate of any of its {count} authorities is let in; give `client_ca_file`"
        )
    };
    draft.warnings.push(warning);
    ClientTrust { authorities: verifier(roots, provider), ..ClientTrust::default() }
}

fn verifier(roots: RootCertStore, provider: &Arc<CryptoProvider>) -> Option<Arc<dyn ClientCertVerifier>> {
    WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider)).build().ok()
}
