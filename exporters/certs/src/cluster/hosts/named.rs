//! How a Secret is read of which only its certificate for servers counts, whatever its type.
//!
//! `tls.crt` is where every controller looks. No other key is decoded; `tls.key` is not even looked for.

use data_encoding::BASE64;
use lookout_kubernetes::{ObjectJson, Reader, Resource};
use zeroize::Zeroizing;

use super::stored::Leaf;
use crate::parse;

/// The key that holds the certificate.
pub(super) const KEY: &str = "tls.crt";

/// The most certificates of the value that are read: the first is the server's own, and must be readable.
const MAX_CERTIFICATES: usize = 1;

/// Reads the certificate for servers; nothing where there is none that can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeafReader;

impl Reader for LeafReader {
    type Object = Option<Leaf>;

    fn resource(&self) -> Resource {
        Resource { group: "", versions: &["v1"], plural: "secrets", kind: "Secret", is_namespaced: true }
    }

    fn read(&self, object: &ObjectJson<'_>) -> Option<Option<Leaf>> {
        let encoded = object.get("data").get(KEY).text().unwrap_or_default();
        let bytes = Zeroizing::new(BASE64.decode(encoded.as_bytes()).unwrap_or_default());
        let parsed = parse::parse(&bytes, MAX_CERTIFICATES);
        Some(parsed.certificates.first().map(Leaf::new))
    }
}
