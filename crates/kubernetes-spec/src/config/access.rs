//! How the API server is reached: as the pod's service account, by a kubeconfig, or by its address.

use fluent_uri::Uri;
use lookout_config::{Complaints, Validate};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How the API server is reached. With neither `kubeconfig` nor `server` it is that of the pod that Lookout runs in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Access {
    /// A kubeconfig file, exec plugins included. It is read again when it changes.
    pub kubeconfig: String,
    /// The context of the kubeconfig; empty for its current one.
    pub context: String,
    /// The address of the API server, such as `https://10.0.0.1:6443`; instead of a kubeconfig.
    pub server: String,
    /// The file with the roots that the server's certificate is verified against; empty for the machine's own.
    pub certificate_authority: String,
    /// The name that the server's certificate must be made out to; empty for the host of the address.
    pub tls_server_name: String,
    /// The file with the bearer token. It is read again when it changes, and when the server refuses the token.
    pub token_file: String,
    /// The file with the client certificate, in PEM form.
    pub client_certificate: String,
    /// The file with the private key of the client certificate, in PEM form.
    pub client_key: String,
    /// The proxy on the way to the server, `http://`, `https://` or `socks5://`; empty for that of the kubeconfig, or none.
    pub proxy_url: String,
}

impl Access {
    /// Whether somebody says where the server is; otherwise only a pod knows.
    pub fn names_a_server(&self) -> bool {
        !self.kubeconfig.is_empty() || !self.server.is_empty()
    }
}

impl Validate for Access {
    fn validate(&self, complaints: &mut Complaints) {
        let either = self.kubeconfig.is_empty() || self.server.is_empty();
        complaints.require("server", either, "must not be given beside `kubeconfig`; remove one of them");
        let message = "is of use with `kubeconfig` only";
        complaints.require("context", self.context.is_empty() || !self.kubeconfig.is_empty(), message);
        let message = "must be `https://host:port`, or `http://` for a server without TLS";
        complaints.require("server", is_url(&self.server, &["https", "http"]), message);
        let message = "must be `http://host:port`, `https://host:port` or `socks5://host:port`";
        complaints.require("proxy_url", is_url(&self.proxy_url, &["http", "https", "socks5"]), message);
        let of_server = [
            ("certificate_authority", &self.certificate_authority),
            ("tls_server_name", &self.tls_server_name),
            ("token_file", &self.token_file),
            ("client_certificate", &self.client_certificate),
            ("client_key", &self.client_key),
        ];
        for (path, value) in of_server {
            let message = "is of use with `server` only; a kubeconfig and a pod have their own";
            complaints.require(path, value.is_empty() || !self.server.is_empty(), message);
        }
        let message = "must be given together with `client_certificate`";
        let is_pair = self.client_certificate.is_empty() == self.client_key.is_empty();
        complaints.require("client_key", is_pair, message);
    }
}

/// Whether `text` is empty, or the address of a host with one of `schemes`.
fn is_url(text: &str, schemes: &[&str]) -> bool {
    let is_address = |uri: Uri<&str>| {
        let has_host = uri.authority().is_some_and(|authority| !authority.host().is_empty());
        has_host && schemes.contains(&uri.scheme().as_str())
    };
    text.is_empty() || Uri::parse(text).is_ok_and(is_address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn complaints(change: impl FnOnce(&mut Access)) -> Vec<String> {
        let mut access = Access::default();
        change(&mut access);
        Complaints::of(&access)
    }

    #[test]
    fn a_server_and_what_belongs_to_it_are_accepted() {
        let of_server = complaints(|access| {
            access.server = "https://10.0.0.1:6443".to_owned();
            access.token_file = "/token".to_owned();
            access.proxy_url = "socks5://proxy:1080".to_owned();
        });
        assert_eq!(of_server, Vec::<String>::new());
        assert_eq!(complaints(|access| access.kubeconfig = "/config".to_owned()), Vec::<String>::new());
        assert_eq!(complaints(|_| ()), Vec::<String>::new());
    }

    #[test]
    fn what_contradicts_itself_is_refused() {
        let both = complaints(|access| {
            access.server = "https://a".to_owned();
            access.kubeconfig = "/config".to_owned();
        });
        assert_eq!(both.len(), 1, "{both:?}");
        assert_eq!(complaints(|access| access.context = "prod".to_owned()).len(), 1);
        assert_eq!(complaints(|access| access.token_file = "/token".to_owned()).len(), 1);
        assert_eq!(complaints(|access| access.server = "10.0.0.1:6443".to_owned()).len(), 1);
        assert_eq!(complaints(|access| access.proxy_url = "ftp://proxy".to_owned()).len(), 1);
    }
}
