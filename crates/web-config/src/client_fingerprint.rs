//! What decides about clients' certificates, as one number: equal if, and only if, two policies treat clients alike.
//!
//! The server's own certificate is no part of it: a renewed one changes nothing for a client that is connected.
//!
//! How to get it wrong: leaving out a part that decides. Then a connection outlives the trust in its client.

use std::collections::BTreeSet;

use ring::digest::{Context, SHA256};

use crate::{client_auth::ClientAuthType, client_trust::ClientTrust};

/// SHA-256 of the parts, each with its length before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ClientFingerprint([u8; 32]);

impl ClientFingerprint {
    /// Of these parts. Neither the order of certificates and names counts nor how often one stands there.
    pub(crate) fn of(policy: ClientAuthType, trust: &ClientTrust, allowed_names: Option<&[String]>) -> Self {
        let mut context = Context::new(&SHA256);
        add(&mut context, policy.name().as_bytes());
        add_set(&mut context, trust.authorities.certificates().map(AsRef::as_ref));
        add_set(&mut context, trust.certificates.iter().map(AsRef::as_ref));
        // No list lets everybody in, an empty one nobody.
        add(&mut context, &[u8::from(allowed_names.is_some())]);
        add_set(&mut context, allowed_names.unwrap_or_default().iter().map(String::as_bytes));
        let mut fingerprint = Self([0; 32]);
        fingerprint.0.copy_from_slice(context.finish().as_ref());
        fingerprint
    }
}

fn add_set<'a>(context: &mut Context, members: impl Iterator<Item = &'a [u8]>) {
    let members: BTreeSet<&[u8]> = members.collect();
    context.update(&(members.len() as u64).to_be_bytes());
    for member in members {
        add(context, member);
    }
}

fn add(context: &mut Context, part: &[u8]) {
    context.update(&(part.len() as u64).to_be_bytes());
    context.update(part);
}
