//! Where the pages are: `--web.external-url` and `--web.route-prefix`, as Prometheus has them.
//!
//! The external URL is what people and other programs type. Its path stands before each link, and, unless said
//! otherwise, before each path that is asked for: a proxy may strip it on the way.
//!
//! How to get it wrong: a prefix that ends with a slash. It is `""` or such as `/lookout`, and a path follows.

use core::str::FromStr;

use hyper::Uri;

/// What stands before paths.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prefixes {
    /// In links: `""` or such as `/lookout`.
    pub link: String,
    /// In requests: `""` or such as `/lookout`.
    pub route: String,
}

/// The path of the URL under which Lookout is reached: `""` or such as `/lookout`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExternalUrl(String);

/// What stands before paths in requests: `""` or such as `/lookout`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RoutePrefix(String);

/// A text from which no prefix follows.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParsePrefixError {
    /// The external URL is neither a URL of HTTP nor a path.
    #[error(
        "`{0}` is no external URL; write it as in `https://example.org/lookout`, or its path alone, as in `/lookout`"
    )]
    ParseExternalUrl(String),
    /// The route prefix is no path.
    #[error("`{0}` is no route prefix; write a path, as in `/lookout`, or `/` for none")]
    ParseRoutePrefix(String),
}

impl Prefixes {
    /// The prefixes that follow from both flags, each of which may be missing.
    pub fn new(external_url: Option<ExternalUrl>, route_prefix: Option<RoutePrefix>) -> Self {
        let ExternalUrl(link) = external_url.unwrap_or_default();
        let route = route_prefix.map_or_else(|| link.clone(), |RoutePrefix(route)| route);
        Self { link, route }
    }
}

impl FromStr for ExternalUrl {
    type Err = ParsePrefixError;

    fn from_str(text: &str) -> Result<Self, ParsePrefixError> {
        let path = external_path(text);
        path.map(Self).ok_or_else(|| ParsePrefixError::ParseExternalUrl(text.to_owned()))
    }
}

impl FromStr for RoutePrefix {
    type Err = ParsePrefixError;

    fn from_str(text: &str) -> Result<Self, ParsePrefixError> {
        path(text).map(Self).ok_or_else(|| ParsePrefixError::ParseRoutePrefix(text.to_owned()))
    }
}

/// The path of an absolute URL or of a path.
fn external_path(text: &str) -> Option<String> {
    if text.starts_with('/') {
        return path(text);
    }
    let uri: Uri = text.parse().ok()?;
    let is_http = matches!(uri.scheme_str(), Some("http" | "https"));
    let has_host = uri.host().is_some_and(|host| !host.is_empty());
    if !is_http || !has_host || uri.query().is_some() || text.contains('#') {
        return None;
    }
    path(uri.path())
}

/// A path without the slash at its end; a slash alone is none.
fn path(text: &str) -> Option<String> {
    let inner = text.trim_matches('/');
    if inner.is_empty() {
        return Some(String::new());
    }
    // What a path may consist of without being written in several ways.
    let is_plain = |character: char| character.is_ascii_alphanumeric() || "-._~%+@:".contains(character);
    let is_segment = |segment: &str| !matches!(segment, "" | "." | "..") && segment.chars().all(is_plain);
    inner.split('/').all(is_segment).then(|| format!("/{inner}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(external_url: Option<&str>, route_prefix: Option<&str>, expected: (&str, &str)) {
        let external_url = external_url.map(|text| text.parse().unwrap());
        let route_prefix = route_prefix.map(|text| text.parse().unwrap());
        let prefixes = Prefixes::new(external_url, route_prefix);
        assert_eq!((prefixes.link.as_str(), prefixes.route.as_str()), expected);
    }

    #[test]
    fn the_path_of_the_external_url_is_the_prefix_of_links_and_by_default_of_routes() {
        check(None, None, ("", ""));
        check(Some("https://example.org"), None, ("", ""));
        check(Some("https://example.org/"), None, ("", ""));
        check(Some("https://example.org:9090/lookout/"), None, ("/lookout", "/lookout"));
        check(Some("/a/b/"), None, ("/a/b", "/a/b"));
        check(Some("https://example.org/lookout"), Some("/"), ("/lookout", ""));
        check(Some("https://example.org/lookout"), Some("inner/"), ("/lookout", "/inner"));
        check(None, Some("/inner"), ("", "/inner"));
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for text in [
            "example.org/x",
            "ftp://example.org/x",
            "https://example.org/x?y",
            "http://h/a#b",
            "https:///x",
            "",
            "/a//b",
            "/a/../b",
            "/a b",
            "/a\"b",
        ] {
            let error = text.parse::<ExternalUrl>().unwrap_err();
            assert!(
                error.to_string().starts_with(&format!("`{text}` is no external URL; write it as in")),
                "{error}"
            );
        }
        for text in ["/a?b", "/é", "//a//b"] {
            let error = text.parse::<RoutePrefix>().unwrap_err().to_string();
            assert_eq!(
                error,
                format!("`{text}` is no route prefix; write a path, as in `/lookout`, or `/` for none")
            );
        }
    }
}
