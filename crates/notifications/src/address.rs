//! Checks of addresses and of the files that hold secrets.

use fluent_uri::Uri;
use lookout_config::Complaints;

/// What a file with a secret looks like, for messages.
const FILE: &str = "must be an absolute path, such as `/etc/alertmanager/secrets/slack/url`";

/// Whether `text` is empty or the address of a host over HTTP.
pub(crate) fn is_http(text: &str) -> bool {
    let is_address = |uri: Uri<&str>| {
        let has_host = uri.authority().is_some_and(|authority| !authority.host().is_empty());
        has_host && ["http", "https"].contains(&uri.scheme().as_str())
    };
    text.is_empty() || Uri::parse(text).is_ok_and(is_address)
}

/// Complains about an address that is given and is none.
pub(crate) fn http(complaints: &mut Complaints, path: &str, text: &str) {
    complaints.require(path, is_http(text), "must be an address such as `https://lookout.example.org`");
}

/// Complains about a file that is given and not by its absolute path. The text is not repeated: it may be the secret.
pub(crate) fn file(complaints: &mut Complaints, path: &str, text: &str) {
    let names_file = text.starts_with('/') && !text.ends_with('/') && !text.contains(['\0', '\n']);
    complaints.require(path, text.is_empty() || names_file, FILE);
}

/// Complains about a file that is not given, or not by its absolute path.
pub(crate) fn required_file(complaints: &mut Complaints, path: &str, text: &str) {
    complaints.require(path, !text.is_empty(), FILE);
    file(complaints, path, text);
}
