//! The headers that a response may get: five, those that exporter-toolkit allows, by their exact names.

use http::{HeaderName, HeaderValue, header};
use lookout_config::{Complaints, Validate};
use serde::Deserialize;

use crate::blank::blank_is_none;

/// The values by header; what is blank is not sent.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Headers {
    #[serde(rename = "Content-Security-Policy", deserialize_with = "blank_is_none")]
    content_security_policy: Option<String>,
    #[serde(rename = "X-Frame-Options", deserialize_with = "blank_is_none")]
    x_frame_options: Option<FrameOptions>,
    #[serde(rename = "X-Content-Type-Options", deserialize_with = "blank_is_none")]
    x_content_type_options: Option<ContentTypeOptions>,
    #[serde(rename = "X-XSS-Protection", deserialize_with = "blank_is_none")]
    x_xss_protection: Option<String>,
    #[serde(rename = "Strict-Transport-Security", deserialize_with = "blank_is_none")]
    strict_transport_security: Option<String>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum FrameOptions {
    Deny,
    Sameorigin,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum ContentTypeOptions {
    Nosniff,
}

// === impl Headers ===

impl Headers {
    /// What is sent. A value that cannot be sent is left out; `validate` has complained about it.
    pub(crate) fn to_send(&self) -> Vec<(HeaderName, HeaderValue)> {
        let texts = [
            (header::CONTENT_SECURITY_POLICY, self.content_security_policy.as_deref()),
            (header::X_FRAME_OPTIONS, self.x_frame_options.map(FrameOptions::text)),
            (header::X_CONTENT_TYPE_OPTIONS, self.x_content_type_options.map(ContentTypeOptions::text)),
            (header::X_XSS_PROTECTION, self.x_xss_protection.as_deref()),
            (header::STRICT_TRANSPORT_SECURITY, self.strict_transport_security.as_deref()),
        ];
        let values =
            texts.into_iter().filter_map(|(name, text)| Some((name, HeaderValue::from_str(text?).ok()?)));
        values.collect()
    }
}

impl Validate for Headers {
    fn validate(&self, complaints: &mut Complaints) {
        for (name, text) in [
            ("Content-Security-Policy", &self.content_security_policy),
            ("X-XSS-Protection", &self.x_xss_protection),
            ("Strict-Transport-Security", &self.strict_transport_security),
        ] {
            let can_be_sent = text.as_deref().is_none_or(|text| HeaderValue::from_str(text).is_ok());
            if !can_be_sent {
                complaints.add_alone(name, "the value of a header is one line without control characters");
            }
        }
    }
}

impl FrameOptions {
    fn text(self) -> &'static str {
        match self {
            Self::Deny => "deny",
            Self::Sameorigin => "sameorigin",
        }
    }
}

impl ContentTypeOptions {
    fn text(self) -> &'static str {
        match self {
            Self::Nosniff => "nosniff",
        }
    }
}
