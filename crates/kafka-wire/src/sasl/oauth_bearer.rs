//! OAUTHBEARER (RFC 7628): a token in one message.

use lookout_declarations::Reason;
use zeroize::Zeroizing;

use super::Token;
use crate::FetchToken;

/// What the client says after a refusal, to get the error.
pub(super) const HEARD: &[u8] = &[1];

/// The message. A token with other characters than RFC 6750 allows would end the field it stands in.
pub(super) fn message(token: &Token) -> Result<Zeroizing<Vec<u8>>, FetchToken> {
    let token = token.expose();
    if token.is_empty()
        || !token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte))
    {
        let what = "the token is empty or has characters that no token has (RFC 6750)".to_owned();
        return Err(FetchToken { reason: Reason::Malformed, what, source: None });
    }
    let mut message = Zeroizing::new(Vec::with_capacity(token.len() + 32));
    message.extend_from_slice(b"n,,\x01auth=Bearer ");
    message.extend_from_slice(token.as_bytes());
    message.extend_from_slice(b"\x01\x01");
    Ok(message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_is_that_of_the_specification() {
        let message = message(&Token::new("vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==".to_owned())).unwrap();
        let expected = b"n,,\x01auth=Bearer vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==\x01\x01";
        assert_eq!(message.as_slice(), expected);
    }

    #[test]
    fn a_token_cannot_end_its_field() {
        for token in ["", "a\u{1}b", "a b", "a\nb", "ä"] {
            let refused = message(&Token::new(token.to_owned())).unwrap_err();
            assert_eq!(refused.reason, Reason::Malformed, "{token:?}");
        }
    }
}
