//! PLAIN (RFC 4616): user and password in one message.

use zeroize::Zeroizing;

/// The message. The password cannot hold a NUL, as [`lookout_config::Secret`] sees to.
pub(super) fn message(user: &str, password: &str) -> Zeroizing<Vec<u8>> {
    let mut message = Zeroizing::new(Vec::with_capacity(2 + user.len() + password.len()));
    message.push(0); // nobody else's identity
    message.extend_from_slice(user.as_bytes());
    message.push(0);
    message.extend_from_slice(password.as_bytes());
    message
}
