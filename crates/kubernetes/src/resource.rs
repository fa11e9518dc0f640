//! What is followed: a resource of the API, by its group, versions and name.

use std::fmt;

/// A resource of the API, as its REST paths name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Resource {
    /// The API group; empty for the core group.
    pub group: &'static str,
    /// The versions whose fields the reader understands, preferred first. The next is tried where the server has no such one.
    pub versions: &'static [&'static str],
    /// The name in paths and in permissions: `secrets`.
    pub plural: &'static str,
    /// The name of one: `Secret`.
    pub kind: &'static str,
    /// Whether its objects live in namespaces.
    pub is_namespaced: bool,
}

impl Resource {
    /// The namespaces.
    pub const NAMESPACES: Self =
        Self { group: "", versions: &["v1"], plural: "namespaces", kind: "Namespace", is_namespaced: false };

    /// The path of its collection in a version, in one namespace or over all.
    pub(crate) fn path(&self, version: &str, namespace: Option<&str>) -> String {
        let root = if self.group.is_empty() { "/api" } else { "/apis/" };
        let namespace = namespace.filter(|_| self.is_namespaced);
        let within =
            namespace.map(|namespace| format!("namespaces/{}/", segment(namespace))).unwrap_or_default();
        format!("{root}{}/{version}/{within}{}", self.group, self.plural)
    }
}

/// `text` as one segment of a path, whatever somebody has configured for a name.
fn segment(text: &str) -> String {
    let mut segment = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._".contains(&byte) {
            segment.push(char::from(byte));
        } else {
            let digits = [b'%', hexadecimal(byte >> 4), hexadecimal(byte & 15)];
            segment.extend(digits.map(char::from));
        }
    }
    segment
}

/// The digit of a number below 16.
fn hexadecimal(number: u8) -> u8 {
    if number < 10 { b'0' + number } else { b'A' + number - 10 }
}

/// As permissions name it: `secrets`, `certificates.cert-manager.io`.
impl fmt::Display for Resource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.plural)?;
        if self.group.is_empty() { Ok(()) } else { write!(formatter, ".{}", self.group) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_follow_the_group_and_the_namespace() {
        let secrets = Resource { plural: "secrets", is_namespaced: true, ..Resource::NAMESPACES };
        let issuers = Resource { group: "cert-manager.io", plural: "issuers", ..secrets };
        let shown = [
            secrets.path("v1", None),
            secrets.path("v1", Some("a")),
            secrets.path("v1", Some("../é")),
            issuers.path("v1", Some("a")),
            issuers.path("v1alpha2", None),
            Resource::NAMESPACES.path("v1", Some("a")),
        ];
        let expected = [
            "/api/v1/secrets",
            "/api/v1/namespaces/a/secrets",
            "/api/v1/namespaces/..%2F%C3%A9/secrets",
            "/apis/cert-manager.io/v1/namespaces/a/issuers",
            "/apis/cert-manager.io/v1alpha2/issuers",
            "/api/v1/namespaces",
        ];
        assert_eq!(shown, expected);
        assert_eq!(
            (secrets.to_string(), issuers.to_string()),
            ("secrets".into(), "issuers.cert-manager.io".into())
        );
    }
}
