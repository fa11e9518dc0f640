//! What is asked over HTTP, and what is expected of the answer.

use lookout_config::{Complaints, HumanSize, Renames, Validate};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::host::Host;
use crate::pattern::parse_port;

/// The most texts that are looked for in a body.
const MAX_TEXTS: usize = 16;

/// The longest text that is looked for, in bytes.
const MAX_TEXT: usize = 1024;

/// The method of the request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
pub enum Method {
    /// With a body in the answer.
    #[default]
    #[serde(rename = "GET")]
    Get,
    /// Without one.
    #[serde(rename = "HEAD")]
    Head,
}

/// What is asked over HTTP, and what is expected of the answer.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct HttpSettings {
    /// The method of the request.
    pub method: Method,
    /// The status codes that are a success; empty for 200 to 299.
    #[schemars(extend("examples" = [[200, 401]]))]
    pub valid_status_codes: Vec<u16>,
    /// Whether redirects are followed, as far as `targets` lets them. If not, the redirect itself is the answer.
    pub follow_redirects: bool,
    /// How many redirects are followed; one more fails with reason `too_many`.
    pub max_redirects: u32,
    /// Whether the last answer must come over TLS, and no redirect may lead from https to http.
    pub require_tls: bool,
    /// Plain texts that must not be in the body.
    #[schemars(extend("examples" = [["Could not connect to database"]]))]
    pub fail_if_body_contains: Vec<String>,
    /// Plain texts that must be in the body.
    #[schemars(extend("examples" = [["Welcome"]]))]
    pub fail_if_body_lacks: Vec<String>,
    /// How much of a body is read; a longer one is cut off there, and `probe_http_body_clipped` says so.
    pub max_body_size: HumanSize,
    /// The header `Host` and, unless `tls.server_name` is set, the name asked for by SNI; empty for the target's own.
    /// Not sent to other hosts that a redirect leads to.
    pub host: String,
}

impl Default for HttpSettings {
    fn default() -> Self {
        Self {
            method: Method::default(),
            valid_status_codes: Vec::new(),
            follow_redirects: true,
            max_redirects: 10,
            require_tls: false,
            fail_if_body_contains: Vec::new(),
            fail_if_body_lacks: Vec::new(),
            max_body_size: HumanSize::from_mebibytes(1),
            host: String::new(),
        }
    }
}

impl Validate for HttpSettings {
    fn validate(&self, complaints: &mut Complaints) {
        for (index, code) in self.valid_status_codes.iter().enumerate() {
            complaints.in_range(&format!("valid_status_codes[{index}]"), code, &(200..=599));
        }
        complaints.unique("valid_status_codes", "", &self.valid_status_codes);
        complaints.in_range("max_redirects", &self.max_redirects, &(0..=50));
        for (key, list) in [
            ("fail_if_body_contains", &self.fail_if_body_contains),
            ("fail_if_body_lacks", &self.fail_if_body_lacks),
        ] {
            let message = format!("must have at most {MAX_TEXTS} entries");
            complaints.require(key, list.len() <= MAX_TEXTS, message);
            complaints.unique(key, "", list);
            for (index, text) in list.iter().enumerate() {
                let message = format!("must have from 1 to {MAX_TEXT} bytes");
                complaints.require(&format!("{key}[{index}]"), (1..=MAX_TEXT).contains(&text.len()), message);
            }
            let needs_body = !list.is_empty() && self.method == Method::Head;
            complaints.require(key, !needs_body, "needs a body, which `HEAD` has not; use `GET`");
        }
        let (least, most) = (HumanSize::from_kibibytes(1), HumanSize::from_mebibytes(64));
        complaints.in_range("max_body_size", &self.max_body_size, &(least..=most));
        let message = "must be a host, perhaps with a port";
        complaints.require("host", self.host.is_empty() || split_host(&self.host).is_some(), message);
    }

    fn renamed(renames: &mut Renames) {
        // What blackbox_exporter calls what comes closest.
        renames.key("fail_if_not_ssl", "require_tls");
        renames.key("fail_if_body_matches_regexp", "fail_if_body_contains");
        renames.key("fail_if_body_not_matches_regexp", "fail_if_body_lacks");
        renames.key("body_size_limit", "max_body_size");
    }
}

impl HttpSettings {
    /// The host of the header `Host`, if one is set.
    pub fn host_name(&self) -> Option<Host> {
        split_host(&self.host).map(|(host, _)| host)
    }
}

/// A host with or without a port.
fn split_host(text: &str) -> Option<(Host, Option<u16>)> {
    match text.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => Some((host.parse().ok()?, Some(parse_port(port)?))),
        _ => Some((text.parse().ok()?, None)),
    }
}
