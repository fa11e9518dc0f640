//! Which certificates of clients are trusted: those below the client CA, or below the machine's trust store.
//!
//! A certificate of the client CA that is no authority is trusted as it is, and vouches for no other.

use std::collections::HashSet;

use rustls::DistinguishedName;
use rustls_pki_types::{CertificateDer, pem::PemObject};

use crate::{
    client_authorities::{Candidate, ClientAuthorities},
    draft::{Draft, Pem, PemOptions},
    format::TlsServerConfig,
};

/// More bytes of authorities' names than these are not sent to clients: the message has room for twice as much, and
/// rustls panics when it is given more than fits.
const MAX_HINT_BYTES: usize = 32 * 1024;

/// Who is trusted.
#[derive(Debug, Default)]
pub(crate) struct ClientTrust {
    /// Who vouches for others.
    pub(crate) authorities: ClientAuthorities,
    /// The certificates of the bundle themselves: each is trusted as it is, also if it is no authority.
    pub(crate) certificates: HashSet<CertificateDer<'static>>,
    /// What clients are told, so that they can choose a certificate.
    pub(crate) hints: Vec<DistinguishedName>,
}

/// Reads whom `settings` trust; `None`: something is wrong, which was complained about.
pub(crate) fn load(settings: &TlsServerConfig, draft: &mut Draft<'_>) -> Option<ClientTrust> {
    if settings.has_client_ca() {
        let pem = draft.pem(&PemOptions {
            file_key: "client_ca_file",
            file: settings.client_ca_file.as_deref(),
            inline_key: "client_ca",
            inline: settings.client_ca.as_deref().map(str::as_bytes),
        })?;
        return of_bundle(&pem, draft);
    }
    if !settings.client_auth().verifies() {
        return Some(ClientTrust::default());
    }
    Some(of_machine(settings, draft))
}

fn of_bundle(pem: &Pem, draft: &mut Draft<'_>) -> Option<ClientTrust> {
    let (mut trust, mut valid, mut unusable) = (ClientTrust::default(), 0_usize, 0_usize);
    let now = draft.surroundings.now;
    for certificate in CertificateDer::pem_slice_iter(&pem.bytes) {
        let Some(candidate) = certificate.ok().and_then(Candidate::read) else {
            unusable += 1;
            continue;
        };
        valid += usize::from(!candidate.period.is_over(now) && !candidate.period.is_to_come(now));
        trust.authorities.add(&candidate);
        trust.hints.push(candidate.subject());
        trust.certificates.insert(candidate.into_der());
    }
    let path = &pem.key_path;
    if trust.certificates.is_empty() {
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
    if valid == 0 {
        let warning =
            format!("`{path}`: every certificate has expired or is not valid yet: none lets a client in");
        draft.warnings.push(warning);
    }
    if trust.hints.iter().map(|name| name.as_ref().len() + 2).sum::<usize>() > MAX_HINT_BYTES {
        let warning = format!(
            "`{path}`: too many authorities to name them to clients; they have to know which one to use"
        );
        draft.warnings.push(warning);
        trust.hints = Vec::new();
    }
    Some(trust)
}

/// The machine's trust store, which Go takes where no client CA is given. Its authorities are not named to clients, and
/// their own certificates are no client's.
fn of_machine(settings: &TlsServerConfig, draft: &mut Draft<'_>) -> ClientTrust {
    let mut authorities = ClientAuthorities::default();
    for candidate in (draft.surroundings.trust_store)().into_iter().filter_map(Candidate::read) {
        authorities.add(&candidate);
    }
    let (policy, count) = (settings.client_auth().name(), authorities.len());
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
    ClientTrust { authorities, ..ClientTrust::default() }
}
