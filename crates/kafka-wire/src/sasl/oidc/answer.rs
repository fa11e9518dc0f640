//! What an issuer answers (RFC 6749, section 5): a token and its lifetime, or an error. Pure.
//!
//! How to get it wrong: to print what serde says of a wrong value. It repeats it, and it may be the token.

use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use super::AskIssuer;
use crate::Token;

/// A token that was granted.
pub(super) struct Grant {
    pub(super) token: Token,
    /// How long it is good; none if the issuer does not say, or says nothing of sense.
    pub(super) lifetime: Option<Duration>,
}

/// The successful answer; what else is in it is passed over.
#[derive(Deserialize)]
struct Granted {
    access_token: String,
    token_type: String,
    #[serde(default)]
    expires_in: Value,
}

/// The answer of an error.
#[derive(Deserialize)]
struct Refused {
    error: String,
}

/// A day: whoever issues tokens for longer is asked again after it, in case they are no longer good.
const MAX_LIFETIME: Duration = Duration::from_hours(24);

/// The codes of RFC 6749, section 5.2: the only words of an issuer that are repeated.
const ERROR_CODES: [&str; 6] = [
    "invalid_request",
    "invalid_client",
    "invalid_grant",
    "unauthorized_client",
    "unsupported_grant_type",
    "invalid_scope",
];

/// Reads a successful answer.
pub(super) fn read(answer: &[u8]) -> Result<Grant, AskIssuer> {
    let granted: Granted = serde_json::from_slice(answer)
        .map_err(|error| AskIssuer::ReadAnswer { line: error.line(), column: error.column() })?;
    let token = Token::new(granted.access_token);
    if !granted.token_type.eq_ignore_ascii_case("bearer") {
        return Err(AskIssuer::AcceptType);
    }
    if !token.is_well_formed() {
        return Err(AskIssuer::ReadToken);
    }
    Ok(Grant { token, lifetime: lifetime(&granted.expires_in) })
}

/// The code of an error, if it is one of the specification's.
pub(super) fn error_code(answer: &[u8]) -> Option<&'static str> {
    let refused: Refused = serde_json::from_slice(answer).ok()?;
    ERROR_CODES.into_iter().find(|code| *code == refused.error)
}

/// Seconds, as a number, or in quotes as some issuers write them.
fn lifetime(expires_in: &Value) -> Option<Duration> {
    let seconds: f64 = match expires_in {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => text.parse().ok().filter(|seconds: &f64| !seconds.is_nan())?,
        _ => return None,
    };
    let lifetime = Duration::try_from_secs_f64(seconds.min(MAX_LIFETIME.as_secs_f64())).ok()?;
    (!lifetime.is_zero()).then_some(lifetime)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lifetime_is_a_number_of_seconds_in_quotes_or_not_and_nothing_else() {
        let of = |expires_in: &str| {
            let answer = format!(r#"{{"access_token":"t","token_type":"bearer","expires_in":{expires_in}}}"#);
            read(answer.as_bytes()).unwrap_or_else(|failure| panic!("{expires_in}: {failure}")).lifetime
        };
        assert_eq!(of("300"), Some(Duration::from_mins(5)));
        assert_eq!(of("\"300\""), Some(Duration::from_mins(5)));
        assert_eq!(of("1e300"), Some(MAX_LIFETIME));
        for none in ["0", "-1", "null", "\"soon\"", "\"NaN\"", "{}", "true", "[300]"] {
            assert_eq!(of(none), None, "{none}");
        }
    }

    #[test]
    fn what_the_issuer_says_is_not_repeated() {
        for answer in [
            r#"{"access_token":{"nested":"hunter2"},"token_type":"hunter2"}"#,
            r#"{"access_token":"hunter2","token_type":"hunter2"}"#,
            r#"{"access_token":"hunter2 and more","token_type":"Bearer"}"#,
            r#"{"access_token":"hunter2"}"#,
            "hunter2",
        ] {
            let failure = read(answer.as_bytes()).err().unwrap();
            assert!(!format!("{failure} {failure:?}").contains("hunter2"), "{failure:?}");
        }
        assert_eq!(
            error_code(br#"{"error":"invalid_client","error_description":"x"}"#),
            Some("invalid_client")
        );
        assert_eq!(error_code(br#"{"error":"hunter2"}"#), None);
    }
}
