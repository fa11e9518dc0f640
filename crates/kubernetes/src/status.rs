//! What the API server says of a failure: the `Status` of `meta/v1`.
//!
//! Invariant: of a body that is no `Status` nothing is kept.

use std::time::Duration;

use crate::json::Json;
use crate::text::bounded;

/// What the server says of a failure.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Status {
    /// The HTTP status that it stands for; 0 if it says none.
    pub(crate) code: u16,
    /// One word, such as `Expired`, bounded.
    reason: String,
    /// The sentence, bounded.
    message: String,
    /// How long to wait.
    pub(crate) retry_after: Option<Duration>,
    /// Whether the version asked for is newer than what the server has, as after a restored backup.
    is_from_the_future: bool,
}

/// A cause in `details`, from `apimachinery/pkg/apis/meta/v1/types.go`.
const VERSION_TOO_LARGE: &str = "ResourceVersionTooLarge";

/// What servers before that cause say, from `apiserver/pkg/storage/errors.go`.
const VERSION_TOO_LARGE_MESSAGE: &str = "Too large resource version";

// === impl Status ===

impl Status {
    /// Of a whole body; nothing if it is no `Status`.
    pub(crate) fn of_body(body: &[u8]) -> Option<Self> {
        Json::check(body).ok().and_then(Self::read)
    }

    /// Of an object; nothing if it is no `Status`.
    pub(crate) fn read(object: Json<'_>) -> Option<Self> {
        if object.get("kind").text()? != "Status" {
            return None;
        }
        let text = |name| object.get(name).text().map(|text| bounded(&text)).unwrap_or_default();
        let details = object.get("details");
        let seconds =
            details.get("retryAfterSeconds").integer().and_then(|seconds| u64::try_from(seconds).ok());
        let mut causes = details.get("causes").items();
        let message = text("message");
        Some(Self {
            code: object.get("code").integer().and_then(|code| u16::try_from(code).ok()).unwrap_or_default(),
            reason: text("reason"),
            retry_after: seconds.filter(|seconds| *seconds > 0).map(Duration::from_secs),
            is_from_the_future: causes
                .any(|cause| cause.get("reason").text().is_some_and(|reason| reason == VERSION_TOO_LARGE))
                || message.contains(VERSION_TOO_LARGE_MESSAGE),
            message,
        })
    }

    /// What it says, for people.
    pub(crate) fn said(&self) -> &str {
        if self.message.is_empty() { &self.reason } else { &self.message }
    }

    /// The status that it stands for; by its word where it says none.
    pub(crate) fn code(&self) -> u16 {
        match (self.code, self.reason.as_str()) {
            (0, "Expired" | "Gone") => 410,
            (code, _) => code,
        }
    }

    /// Whether the version asked for is newer than what the server has.
    pub(crate) fn is_version_from_the_future(&self) -> bool {
        self.is_from_the_future
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_read_and_anything_else_is_none() {
        let body = br#"{"kind":"Status","status":"Failure","message":"too\nmany","reason":"TooManyRequests",
            "details":{"retryAfterSeconds":7},"code":429}"#;
        let status = Status::of_body(body).unwrap();
        assert_eq!((status.code(), status.said()), (429, "too\\nmany"));
        assert_eq!(status.retry_after, Some(Duration::from_secs(7)));
        for other in ["", "no", "{}", r#"{"kind":"Secret","message":"x"}"#, "[]", r#""Status""#] {
            assert_eq!(Status::of_body(other.as_bytes()), None, "{other}");
        }
    }

    #[test]
    fn a_version_from_the_future_is_known_by_its_cause_and_by_its_words() {
        let by_cause =
            br#"{"kind":"Status","code":504,"details":{"causes":[{"reason":"ResourceVersionTooLarge"}]}}"#;
        let by_words =
            br#"{"kind":"Status","code":504,"message":"Timeout: Too large resource version: 9, current: 3"}"#;
        assert!(Status::of_body(by_cause).unwrap().is_version_from_the_future());
        assert!(Status::of_body(by_words).unwrap().is_version_from_the_future());
        assert!(!Status::of_body(br#"{"kind":"Status","code":504}"#).unwrap().is_version_from_the_future());
    }
}
