//! Whether what is served is what is stored: pure.

use core::net::SocketAddr;

use lookout_certs_spec::labels::ServedResult;

use super::probe::{Asked, Outcome, Shown};
use crate::cluster::hosts::{Hosts, Judged, Stored};

/// What holds of a claim whose host was answered with `outcome` at its controller's address.
///
/// Where several objects have one host, the controller serves the certificate of one of them; so each of them counts, and if
/// one of them is not known, nothing is said to differ.
pub fn compare(judged: &Judged, hosts: &Hosts, outcome: Option<&Outcome>) -> ServedResult {
    let shown = match outcome {
        None => return ServedResult::NotProbed,
        Some(Outcome::Failed { .. }) => return ServedResult::Unreachable,
        Some(Outcome::Shown(shown)) => shown,
    };
    let mut is_known = true;
    let mut has_leaf = false;
    for other in hosts.of_host(judged) {
        is_known &= !other.claim.secrets.is_empty();
        for stored in &other.stored {
            match stored {
                Stored::Leaf(leaf) if leaf.fingerprint == shown.fingerprint => return ServedResult::Same,
                Stored::Leaf(_) => has_leaf = true,
                Stored::Unknown => is_known = false,
                Stored::Missing | Stored::WithoutCertificate => {}
            }
        }
    }
    if is_known && has_leaf { ServedResult::Differs } else { ServedResult::Unknown }
}

/// Whether what the public name shows is an edge's own certificate: neither what is stored, nor what the controller serves, nor at
/// one of its addresses. Where neither of the first two is known, it may be either, and nothing is said.
pub(super) fn edge<'a>(
    judged: &Judged,
    addresses: &[SocketAddr],
    shown: &Shown,
    controllers: impl Iterator<Item = &'a Asked>,
) -> bool {
    let controllers: Vec<_> = controllers.collect();
    let is_known = judged.stored.iter().any(|stored| matches!(stored, Stored::Leaf(_)))
        || controllers.iter().any(|asked| matches!(asked.outcome, Outcome::Shown(_)));
    let is_stored = judged
        .stored
        .iter()
        .any(|stored| matches!(stored, Stored::Leaf(leaf) if leaf.fingerprint == shown.fingerprint));
    let is_controller = |asked: &&Asked| {
        let is_served = matches!(&asked.outcome, Outcome::Shown(own) if own.fingerprint == shown.fingerprint);
        is_served || asked.addresses.iter().any(|address| addresses.contains(address))
    };
    is_known && !is_stored && !controllers.iter().any(is_controller)
}
