//! The `Authorization` header of basic authentication (RFC 7617), read as Go's `Request.BasicAuth` reads it.

use std::fmt;

use data_encoding::BASE64;
use http::HeaderValue;
use zeroize::Zeroizing;

/// A longer header is no credentials: bcrypt reads 72 bytes of a password, and names are not that long.
const MAX_HEADER_BYTES: usize = 8 * 1024;

/// The scheme with the space behind it; its case does not matter.
const SCHEME: &[u8] = b"Basic ";

/// A name and a password. They are wiped when dropped, and not printed.
pub(crate) struct BasicCredentials {
    text: Zeroizing<Vec<u8>>,
    colon: usize,
}

impl BasicCredentials {
    /// The credentials in `header`; `None`: it holds none.
    pub(crate) fn read(header: &HeaderValue) -> Option<Self> {
        let bytes = header.as_bytes();
        if bytes.len() > MAX_HEADER_BYTES {
            return None;
        }
        let (scheme, encoded) = bytes.split_at_checked(SCHEME.len())?;
        if !scheme.eq_ignore_ascii_case(SCHEME) {
            return None;
        }
        let text = Zeroizing::new(BASE64.decode(encoded).ok()?);
        let colon = text.iter().position(|byte| *byte == b':')?;
        Some(Self { text, colon })
    }

    /// The name, which has no `:`.
    pub(crate) fn user(&self) -> &[u8] {
        &self.text[..self.colon]
    }

    pub(crate) fn password(&self) -> &[u8] {
        &self.text[self.colon + 1..]
    }
}

impl fmt::Debug for BasicCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(header: &str) -> Option<(Vec<u8>, Vec<u8>)> {
        let credentials = BasicCredentials::read(&HeaderValue::from_str(header).unwrap())?;
        Some((credentials.user().to_vec(), credentials.password().to_vec()))
    }

    #[test]
    fn name_and_password_are_what_is_around_the_first_colon() {
        for (text, user, password) in [
            ("a:b", "a", "b"),
            ("a:b:c", "a", "b:c"),
            (":", "", ""),
            ("a:", "a", ""),
            (":b", "", "b"),
            ("ä:ö", "ä", "ö"),
        ] {
            let header = format!("bAsIc {}", BASE64.encode(text.as_bytes()));
            assert_eq!(
                read(&header),
                Some((user.as_bytes().to_vec(), password.as_bytes().to_vec())),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_no_basic_authentication_holds_nothing() {
        let encoded = BASE64.encode(b"a:b");
        let without_colon = BASE64.encode(b"ab");
        let long = BASE64.encode(&[b':'; MAX_HEADER_BYTES]);
        for header in [
            "",
            "Basic",
            "Basic ",
            &encoded,
            &format!("Bearer {encoded}"),
            &format!("Basic  {encoded}"),
            &format!("Basic {encoded} "),
            &format!("Basic {without_colon}"),
            &format!("Basic {}", encoded.trim_end_matches('=')).replace("YTpi", "YTp"),
            "Basic ????",
            &format!("Basic {long}"),
        ] {
            assert_eq!(read(header), None, "{header}");
        }
    }
}
