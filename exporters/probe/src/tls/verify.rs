//! Whether a client would trust a chain: pure.
//!
//! Two things are added to webpki, as OpenSSL and Go have them: a server's own certificate that is itself among the
//! trusted roots is trusted, and a path whose root has expired is not.

use core::time::Duration;

use lookout_declarations::Reason;
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use webpki::{ALL_VERIFICATION_ALGS, EndEntityCert, Error, KeyUsage, VerifiedPath};

use super::roots::{RootSet, not_after};
use crate::failure::Failure;

/// The earliest end of validity on a path from the server's certificate to a root, both included, that holds at `now`;
/// in seconds since 1970-01-01T00:00:00Z, as `now` is. Or why there is none.
pub(super) fn verify(
    end_entity: &CertificateDer<'_>,
    intermediates: &[CertificateDer<'_>],
    name: &ServerName<'_>,
    roots: &RootSet,
    now: i64,
) -> Result<i64, Failure> {
    let leaf = EndEntityCert::try_from(end_entity).map_err(|error| failure(&error))?;
    // webpki would blame one that it cannot read, although the path may do without it.
    let readable = |encoding: &&CertificateDer<'_>| EndEntityCert::try_from(*encoding).is_ok();
    let intermediates: Vec<_> = intermediates.iter().filter(readable).cloned().collect();
    let end = if roots.has(end_entity) {
        pinned(end_entity, now).map_err(|error| failure(&error))?
    } else {
        path_end(&leaf, end_entity, &intermediates, roots, now).map_err(|error| failure(&error))?
    };
    leaf.verify_is_valid_for_subject_name(name).map_err(|error| failure(&error))?;
    Ok(end)
}

fn path_end(
    leaf: &EndEntityCert<'_>,
    end_entity: &CertificateDer<'_>,
    intermediates: &[CertificateDer<'_>],
    roots: &RootSet,
    now: i64,
) -> Result<i64, Error> {
    let refuse_expired_root = |path: &VerifiedPath<'_>| {
        let end = roots.not_after_of(path.anchor()).filter(|end| *end < now);
        end.map_or(Ok(()), |end| Err(expired(now, end)))
    };
    let path = leaf.verify_for_usage(
        ALL_VERIFICATION_ALGS,
        roots.anchors(),
        intermediates,
        moment(now),
        KeyUsage::server_auth(),
        None,
        Some(&refuse_expired_root),
    )?;
    let used = path.intermediate_certificates().filter_map(|used| not_after(&used.der()));
    let ends = used.chain(roots.not_after_of(path.anchor())).chain(not_after(end_entity));
    ends.min().ok_or(Error::BadDer)
}

/// The end of a certificate that is trusted itself. Its beginning is not looked at: whoever pins a certificate means it.
fn pinned(end_entity: &CertificateDer<'_>, now: i64) -> Result<i64, Error> {
    let end = not_after(end_entity).ok_or(Error::BadDer)?;
    if end < now { Err(expired(now, end)) } else { Ok(end) }
}

fn failure(error: &Error) -> Failure {
    let what = match error {
        Error::CertExpired { .. } => "a certificate of the chain has expired",
        Error::CertNotValidYet { .. } => "a certificate of the chain is not valid yet",
        Error::CertNotValidForName(_) => "the certificate is not made out to the name that was asked for",
        Error::UnknownIssuer => {
            "no trusted root stands behind the certificate, or an intermediate is missing"
        }
        _ => "the chain breaks a rule",
    };
    // The error's own text holds names from the certificate, which is the target's word.
    Failure::new(Reason::Untrusted, what)
}

fn expired(now: i64, end: i64) -> Error {
    Error::CertExpired { time: moment(now), not_after: moment(end) }
}

/// webpki counts from 1970; what lies before is taken for its first second.
fn moment(seconds: i64) -> UnixTime {
    UnixTime::since_unix_epoch(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)))
}
