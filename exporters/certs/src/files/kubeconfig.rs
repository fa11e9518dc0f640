//! What certificates a kubeconfig embeds or refers to: pure.
//!
//! Of the four places that `client-go` reads certificates from, `certificate-authority(-data)` of clusters and
//! `client-certificate(-data)` of users; data go before a path. Keys, tokens and passwords are passed over.
//!
//! How to get it wrong: a type that one odd entry does not fit. One entry must not hide the others, so whatever is no text
//! counts as absent.

use std::path::PathBuf;

use data_encoding::BASE64;
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::parse::{Parsed, parse};

/// The most entries of a kubeconfig that are looked at.
const MAX_ENTRIES: usize = 1000;

/// One place of a kubeconfig where a certificate is.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Embedded {
    /// `cluster` or `user`.
    pub(super) kind: &'static str,
    /// The name of the cluster or the user.
    pub(super) key: String,
    /// What is there.
    pub(super) content: Content,
}

/// What is in one place of a kubeconfig.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Content {
    /// The data as they were read.
    Parsed(Parsed),
    /// The data are not base64.
    NotBase64,
    /// The path of a file, as it is written.
    Path(PathBuf),
}

/// Why a file is no kubeconfig. It repeats nothing of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum ReadKubeconfig {
    #[error("the file is no YAML")]
    ReadYaml,
    #[error("the file has neither clusters nor users")]
    FindEntries,
}

/// Reads a kubeconfig; at most `max_certificates` of each place.
pub(super) fn read(bytes: &[u8], max_certificates: usize) -> Result<Vec<Embedded>, ReadKubeconfig> {
    let file: File = serde_yaml::from_slice(bytes).map_err(|_| ReadKubeconfig::ReadYaml)?;
    if file.clusters.0.is_empty() && file.users.0.is_empty() {
        return Err(ReadKubeconfig::FindEntries);
    }
    let clusters = file.clusters.0.into_iter().filter_map(|named| {
        let Cluster { data, path } = named.cluster?;
        Some(("cluster", named.name, data, path))
    });
    let users = file.users.0.into_iter().filter_map(|named| {
        let User { data, path } = named.user?;
        Some(("user", named.name, data, path))
    });
    let embedded = clusters.chain(users).filter_map(|(kind, name, data, path)| {
        let content = content(data.0.as_deref(), path.0.as_deref(), max_certificates)?;
        Some(Embedded { kind, key: name.0.unwrap_or_default(), content })
    });
    Ok(embedded.take(MAX_ENTRIES).collect())
}

fn content(data: Option<&str>, path: Option<&str>, max_certificates: usize) -> Option<Content> {
    match (data.unwrap_or_default(), path.unwrap_or_default()) {
        ("", "") => None,
        ("", path) => Some(Content::Path(PathBuf::from(path))),
        (data, _) => {
            // Folded over several lines by some tools.
            let text: Zeroizing<String> =
                Zeroizing::new(data.chars().filter(|character| !character.is_whitespace()).collect());
            Some(match BASE64.decode(text.as_bytes()).map(Zeroizing::new) {
                Ok(bytes) => Content::Parsed(parse(&bytes, max_certificates)),
                Err(_) => Content::NotBase64,
            })
        }
    }
}

/// A kubeconfig, as far as it is read.
#[derive(Deserialize)]
struct File {
    #[serde(default)]
    clusters: Lenient<NamedCluster>,
    #[serde(default)]
    users: Lenient<NamedUser>,
}

#[derive(Deserialize)]
struct NamedCluster {
    #[serde(default)]
    name: Text,
    cluster: Option<Cluster>,
}

#[derive(Deserialize)]
struct NamedUser {
    #[serde(default)]
    name: Text,
    user: Option<User>,
}

#[derive(Deserialize)]
struct Cluster {
    #[serde(default, rename = "certificate-authority-data")]
    data: Text,
    #[serde(default, rename = "certificate-authority")]
    path: Text,
}

#[derive(Deserialize)]
struct User {
    #[serde(default, rename = "client-certificate-data")]
    data: Text,
    #[serde(default, rename = "client-certificate")]
    path: Text,
}

/// A text, or nothing where something else stands.
#[derive(Default)]
struct Text(Option<String>);

/// Those items of a list that fit.
struct Lenient<T>(Vec<T>);

impl<T> Default for Lenient<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Attempt::<String>::deserialize(deserializer)? {
            Attempt::Fits(text) => Self(Some(text)),
            Attempt::Other(_) => Self(None),
        })
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Lenient<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let items = match Attempt::<Vec<Attempt<T>>>::deserialize(deserializer)? {
            Attempt::Fits(items) => items,
            Attempt::Other(_) => Vec::new(),
        };
        let fits = |item| match item {
            Attempt::Fits(item) => Some(item),
            Attempt::Other(_) => None,
        };
        Ok(Self(items.into_iter().filter_map(fits).collect()))
    }
}

/// What fits, or whatever else stands there.
#[derive(Deserialize)]
#[serde(untagged)]
enum Attempt<T> {
    Fits(T),
    Other(serde::de::IgnoredAny),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_odd_entry_hides_no_other() {
        let text = "
apiVersion: v1
kind: Config
clusters:
- 5
- name: [odd]
  cluster: {certificate-authority: 7}
- name: one
  cluster: {certificate-authority: pki/ca.crt, server: https://a}
users:
- name: admin
  user:
    client-certificate-data: '?'
    client-certificate: not/read.pem
    client-key-data: PLANTED
- name: token
  user: {token: PLANTED}
";
        let path = Content::Path("pki/ca.crt".into());
        assert_eq!(
            read(text.as_bytes(), 10).unwrap(),
            [
                Embedded { kind: "cluster", key: "one".to_owned(), content: path },
                Embedded { kind: "user", key: "admin".to_owned(), content: Content::NotBase64 },
            ]
        );
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "(clusters|users|name|user|cluster|client-certificate-data|[-: \\n{}a-z&*!|])*") {
            let _ = read(text.as_bytes(), 10);
        }
    }

    #[test]
    fn what_is_no_kubeconfig_is_told() {
        assert_eq!(read(b"a: [", 10), Err(ReadKubeconfig::ReadYaml));
        assert!(read(b"-----BEGIN CERTIFICATE-----", 10).is_err());
        assert_eq!(read(b"kind: Config\n", 10), Err(ReadKubeconfig::FindEntries));
        assert!(read(b"", 10).is_err());
    }
}
