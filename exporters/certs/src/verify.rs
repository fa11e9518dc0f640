//! Whether clients would trust a served chain, and if not, why: pure.
//!
//! One result has to be chosen where several things are wrong. Dates come last, because they have series of their own:
//! a chain that is expired *and* untrusted is called untrusted, and that it has expired is seen from its dates. So a
//! chain that fails at this moment for its dates is tried again at moments when its certificates were valid.
//!
//! Two things are added to webpki. A server's own certificate that is itself among the trusted roots is trusted, as
//! OpenSSL has it; unless it is an authority's, that says nothing of others. And a path whose root has expired is
//! refused, as most clients do.

use core::time::Duration;

use lookout_certs_spec::labels::Verification;
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use webpki::{ALL_VERIFICATION_ALGS, EndEntityCert, Error, KeyUsage, VerifiedPath};

use crate::endpoints::{Chain, TrustStore};
use crate::parse::Certificate;

/// What verification says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The result.
    pub result: Verification,
    /// The earliest end of validity on the path that verified, its root included, in seconds since
    /// 1970-01-01T00:00:00Z; only for a trusted chain.
    pub path_not_after: Option<i64>,
}

/// Verifies `chain` for `expected_name` at `now`, in seconds since 1970-01-01T00:00:00Z.
pub fn verify(chain: &Chain, trust: &TrustStore, expected_name: &ServerName<'_>, now: i64) -> Verdict {
    let only = |result| Verdict { result, path_not_after: None };
    if trust.is_empty() {
        return only(Verification::Unknown);
    }
    if chain.has_other_key {
        return only(Verification::Invalid);
    }
    let Some((encoding, rest)) = chain.encodings.split_first() else {
        return only(Verification::Invalid);
    };
    let Ok(leaf) = EndEntityCert::try_from(encoding) else { return only(Verification::Invalid) };
    // webpki would blame one that it cannot read, although the path may do without it.
    let readable = |encoding: &&CertificateDer<'_>| EndEntityCert::try_from(*encoding).is_ok();
    let intermediates: Vec<_> = rest.iter().filter(readable).cloned().collect();
    let verifier = Verifier { chain, trust, leaf: &leaf, encoding, intermediates: &intermediates };
    let (dates, path_not_after) = match verifier.path(now) {
        Ok(path_not_after) => (Verification::Trusted, Some(path_not_after)),
        Err(error) => match verifier.without_dates(&error) {
            Ok(dates) => (dates, None),
            Err(result) => return only(result),
        },
    };
    if leaf.verify_is_valid_for_subject_name(expected_name).is_err() {
        return only(Verification::NameMismatch);
    }
    Verdict { result: dates, path_not_after }
}

struct Verifier<'a> {
    chain: &'a Chain,
    trust: &'a TrustStore,
    leaf: &'a EndEntityCert<'a>,
    encoding: &'a CertificateDer<'a>,
    intermediates: &'a [CertificateDer<'a>],
}

impl Verifier<'_> {
    /// The earliest end of validity on a path that verifies at `time`.
    fn path(&self, time: i64) -> Result<i64, Error> {
        if self.trust.root_with(self.encoding).is_some() {
            return self.pinned(time);
        }
        let refuse_expired_root = |path: &VerifiedPath<'_>| {
            let root = self.trust.root_of(path.anchor()).filter(|root| root.not_after < time);
            root.map_or(Ok(()), |root| Err(expired(time, root.not_after)))
        };
        let path = self.leaf.verify_for_usage(
            ALL_VERIFICATION_ALGS,
            self.trust.anchors(),
            self.intermediates,
            moment(time),
            KeyUsage::server_auth(),
            None,
            Some(&refuse_expired_root),
        )?;
        let root = self.trust.root_of(path.anchor()).map(|root| root.not_after);
        let used = path.intermediate_certificates().filter_map(|used| self.not_after_of(&used.der()));
        Ok(used.chain(root).chain(self.not_after_of(self.encoding)).min().unwrap_or(i64::MIN))
    }

    /// The path of a certificate that is trusted itself.
    fn pinned(&self, time: i64) -> Result<i64, Error> {
        let Some(Ok(certificate)) = self.chain.certificates.first() else { return Err(Error::BadDer) };
        if time > certificate.not_after {
            return Err(expired(time, certificate.not_after));
        }
        if time < certificate.not_before {
            let (time, not_before) = (moment(time), moment(certificate.not_before));
            return Err(Error::CertNotValidYet { time, not_before });
        }
        Ok(certificate.not_after)
    }

    /// What is wrong besides dates; `Ok` with the verdict on the dates if nothing is.
    fn without_dates(&self, error: &Error) -> Result<Verification, Verification> {
        let Some(dates) = of_dates(error) else { return Err(self.of_error(error)) };
        let mut other = None;
        for certificate in self.certificates() {
            for time in [certificate.not_after, certificate.not_before] {
                match self.path(time) {
                    Ok(_) => return Ok(dates),
                    Err(error) if of_dates(&error).is_some() => {}
                    Err(error) => other = Some(other.unwrap_or(error)),
                }
            }
        }
        // With no moment at which all are valid, the dates are all that can be blamed.
        other.map_or(Ok(dates), |error| Err(self.of_error(&error)))
    }

    fn of_error(&self, error: &Error) -> Verification {
        let result = match error {
            Error::UnknownIssuer | Error::InvalidSignatureForPublicKey => self.of_unknown_issuer(),
            Error::CaUsedAsEndEntity
                if self.certificates().next().is_some_and(|leaf| leaf.is_self_issued) =>
            {
                Verification::Untrusted
            }
            _ => Verification::Invalid,
        };
        let hinges_on_roots = matches!(result, Verification::Untrusted | Verification::IncompleteChain);
        if hinges_on_roots && !self.trust.is_complete() { Verification::Unknown } else { result }
    }

    /// Tells a missing intermediate from an authority that is not trusted. What a server does not send cannot be
    /// seen, so this goes by signs: something was sent that does not connect; or the issuer of the server's own
    /// certificate was not sent, and either can be fetched, as those of public authorities can, or has the organization
    /// of a trusted root.
    fn of_unknown_issuer(&self) -> Verification {
        let Some(leaf) = self.certificates().next() else { return Verification::Untrusted };
        let mut top = leaf;
        let mut unused: Vec<_> = self.certificates().skip(1).filter(|other| *other != leaf).collect();
        while !top.is_self_issued
            && let Some(index) = unused.iter().position(|other| other.subject.text() == top.issuer.text())
        {
            top = unused.swap_remove(index);
        }
        let is_expected = leaf.names_issuer_url || self.trust.has_organization(leaf.issuer.organization());
        let is_missing = (top == leaf && is_expected) || !unused.is_empty();
        if is_missing && !top.is_self_issued {
            Verification::IncompleteChain
        } else {
            Verification::Untrusted
        }
    }

    fn certificates(&self) -> impl Iterator<Item = &Certificate> {
        self.chain.certificates.iter().filter_map(|certificate| certificate.as_ref().ok())
    }

    fn not_after_of(&self, encoding: &CertificateDer<'_>) -> Option<i64> {
        let index = self.chain.encodings.iter().position(|own| own == encoding)?;
        self.chain.certificates.get(index)?.as_ref().ok().map(|certificate| certificate.not_after)
    }
}

fn of_dates(error: &Error) -> Option<Verification> {
    match error {
        Error::CertExpired { .. } => Some(Verification::Expired),
        Error::CertNotValidYet { .. } => Some(Verification::NotYetValid),
        _ => None,
    }
}

fn expired(time: i64, not_after: i64) -> Error {
    Error::CertExpired { time: moment(time), not_after: moment(not_after) }
}

/// webpki counts from 1970; what lies before is taken for its first second.
fn moment(seconds: i64) -> UnixTime {
    UnixTime::since_unix_epoch(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)))
}
