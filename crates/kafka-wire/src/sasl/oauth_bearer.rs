//! OAUTHBEARER (RFC 7628): a token in one message.

use zeroize::Zeroizing;

use super::{Extensions, Token};
use crate::FetchToken;

/// What the client says after a refusal, to get the error.
pub(super) const HEARD: &[u8] = &[1];

/// The message. A token with other characters than RFC 6750 allows would end the field it stands in.
pub(super) fn message(token: &Token, extensions: &Extensions) -> Result<Zeroizing<Vec<u8>>, FetchToken> {
    token.check()?;
    let token = token.expose();
    let length = extensions.pairs().map(|(key, value)| key.len() + value.len() + 2).sum::<usize>();
    let mut message = Zeroizing::new(Vec::with_capacity(token.len() + length + 32));
    message.extend_from_slice(b"n,,\x01auth=Bearer ");
    message.extend_from_slice(token.as_bytes());
    for (key, value) in extensions.pairs() {
        message.push(1);
        message.extend_from_slice(key.as_bytes());
        message.push(b'=');
        message.extend_from_slice(value.as_bytes());
    }
    message.extend_from_slice(b"\x01\x01");
    Ok(message)
}

#[cfg(test)]
mod tests {
    use lookout_declarations::Reason;

    use super::*;

    fn say(token: &str, extensions: &[(&str, &str)]) -> Result<Zeroizing<Vec<u8>>, FetchToken> {
        let pairs = extensions.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        message(&Token::new(token.to_owned()), &Extensions::new(pairs).unwrap())
    }

    #[test]
    fn the_message_is_that_of_the_specification() {
        let said = say("vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==", &[]).unwrap();
        let expected = b"n,,\x01auth=Bearer vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==\x01\x01";
        assert_eq!(said.as_slice(), expected);
    }

    #[test]
    fn extensions_stand_behind_the_token_in_the_order_of_their_keys() {
        let said = say("token", &[("logicalCluster", "lkc-1 a"), ("identityPoolId", "pool")]).unwrap();
        let expected = b"n,,\x01auth=Bearer token\x01identityPoolId=pool\x01logicalCluster=lkc-1 a\x01\x01";
        assert_eq!(said.as_slice(), expected);
    }

    #[test]
    fn a_token_cannot_end_its_field() {
        for token in ["", "a\u{1}b", "a b", "a\nb", "ä"] {
            assert_eq!(say(token, &[]).unwrap_err().reason, Reason::Malformed, "{token:?}");
        }
    }
}
