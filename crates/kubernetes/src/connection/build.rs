//! From the settings to a client: the pod's service account, a kubeconfig, or an address.
//!
//! Invariant: nothing is taken that nobody named: no `~/.kube/config`, no environment but that of a pod.
//!
//! How to get it wrong: calling [`build`] on a thread of the runtime. It reads files and runs plugins.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use kube_client::client::ClientBuilder;
use kube_client::config::{AuthInfo, Context, KubeConfigOptions, Kubeconfig};
use kube_client::{Client, Config};
use lookout_declarations::Reason;
use lookout_kubernetes_spec::config::Access;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;

use super::destination::Target;
use super::stamp::Stamps;
use crate::failure::Failure;

/// Where every pod finds its service account.
const SERVICE_ACCOUNT: &str = "/var/run/secrets/kubernetes.io/serviceaccount";

/// What a client is made of.
pub(super) struct Built {
    pub(super) client: Client,
    /// Scheme, host and port.
    pub(super) server: Arc<str>,
    pub(super) stamps: Stamps,
    /// Where a kubeconfig leads; none of what the settings themselves say.
    pub(super) target: Option<Target>,
}

/// How a pod reaches its API server, if this is one and has a service account.
pub(crate) fn in_pod() -> Option<Access> {
    let host = std::env::var("KUBERNETES_SERVICE_HOST").ok().filter(|host| !host.is_empty())?;
    let port = std::env::var("KUBERNETES_SERVICE_PORT").ok().filter(|port| !port.is_empty())?;
    pod_access(&host, &port, Path::new(SERVICE_ACCOUNT))
}

fn pod_access(host: &str, port: &str, service_account: &Path) -> Option<Access> {
    let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
    let file = |name: &str| service_account.join(name).to_string_lossy().into_owned();
    let token_file = file("token");
    Path::new(&token_file).exists().then(|| Access {
        server: format!("https://{host}:{port}"),
        certificate_authority: file("ca.crt"),
        token_file,
        ..Access::default()
    })
}

/// Makes a client. Blocks.
pub(super) fn build(access: &Access, connect_timeout: Duration) -> Result<Built, Failure> {
    let mut stamps = Stamps::default();
    let (mut config, target) = if access.kubeconfig.is_empty() {
        (of_server(access, &mut stamps)?, None)
    } else {
        let (config, target) = of_kubeconfig(access, &mut stamps)?;
        (config, Some(target))
    };
    if !access.proxy_url.is_empty() {
        config.proxy_url = Some(uri("proxy_url", &access.proxy_url)?);
    }
    config.connect_timeout = Some(connect_timeout);
    config.default_retry = false; // retries are the follow's, which knows the budget
    let server = address(&config.cluster_url).into();
    let builder = ClientBuilder::try_from(config).map_err(|error| Failure::of_transport(&error))?;
    Ok(Built { client: builder.build(), server, stamps, target })
}

/// Where a server is, without what stands before an `@` and behind the port.
fn address(uri: &http::Uri) -> String {
    let port = uri.port().map(|port| format!(":{port}")).unwrap_or_default();
    format!("{}://{}{port}", uri.scheme_str().unwrap_or("https"), uri.host().unwrap_or_default())
}

fn of_server(access: &Access, stamps: &mut Stamps) -> Result<Config, Failure> {
    let named =
        [&access.certificate_authority, &access.token_file, &access.client_certificate, &access.client_key];
    for path in named.into_iter().filter(|path| !path.is_empty()) {
        stamps.add(Path::new(path));
    }
    let mut config = Config::new(uri("server", &access.server)?);
    config.root_cert = given(&access.certificate_authority).map(|path| roots(&path)).transpose()?;
    if config.cluster_url.scheme() == Some(&http::uri::Scheme::HTTP) {
        // Without TLS no root is of use, and those of the machine take a while to read.
        config.root_cert.get_or_insert_default();
    }
    config.tls_server_name = given(&access.tls_server_name);
    config.auth_info = AuthInfo {
        token_file: given(&access.token_file),
        client_certificate: given(&access.client_certificate),
        client_key: given(&access.client_key),
        ..AuthInfo::default()
    };
    Ok(config)
}

fn of_kubeconfig(access: &Access, stamps: &mut Stamps) -> Result<(Config, Target), Failure> {
    let path = Path::new(&access.kubeconfig);
    stamps.add(path);
    // The text of such an error may hold what stands in the file.
    let unreadable = |what: &str| {
        let message = format!("the kubeconfig `{}` {what}", path.display());
        Failure::new(Reason::Malformed, message)
    };
    std::fs::metadata(path).map_err(|error| {
        Failure::new(
            Reason::NotFound,
            format!("the kubeconfig `{}` cannot be read: {}", path.display(), error.kind()),
        )
    })?;
    let kubeconfig = Kubeconfig::read_from(path).map_err(|_| unreadable("is none"))?;
    for file in files(&kubeconfig) {
        stamps.add(Path::new(file));
    }
    let options = KubeConfigOptions { context: given(&access.context), ..KubeConfigOptions::default() };
    let name = options.context.clone().or_else(|| kubeconfig.current_context.clone()).unwrap_or_default();
    let unusable = || {
        unreadable(&format!("has no usable context `{name}`: check its cluster, its user and their files"))
    };
    let context = context(&kubeconfig, &name).ok_or_else(unusable)?;
    let proxy = proxy(&kubeconfig, &context.cluster);
    let config = Config::from_custom_kubeconfig(kubeconfig, &options);
    let mut config = tokio::runtime::Handle::current().block_on(config).map_err(|_| unusable())?;
    // Not that of the environment, which nobody has named for this, and whose exceptions kube's client applies to the proxy itself.
    config.proxy_url = proxy.map(|proxy| proxy.parse()).transpose().map_err(|_| unusable())?;
    let target = Target::new(&config, &context);
    Ok((config, target))
}

fn context(kubeconfig: &Kubeconfig, name: &str) -> Option<Context> {
    kubeconfig.contexts.iter().find(|context| context.name == name)?.context.clone()
}

/// The proxy on the way to a cluster, as the kubeconfig has it.
fn proxy(kubeconfig: &Kubeconfig, cluster: &str) -> Option<String> {
    let cluster = kubeconfig.clusters.iter().find(|named| named.name == cluster)?.cluster.as_ref()?;
    cluster.proxy_url.clone().filter(|proxy| !proxy.is_empty())
}

/// The files that a kubeconfig names.
fn files(kubeconfig: &Kubeconfig) -> impl Iterator<Item = &String> {
    let clusters = kubeconfig.clusters.iter().filter_map(|cluster| cluster.cluster.as_ref());
    let users = kubeconfig.auth_infos.iter().filter_map(|user| user.auth_info.as_ref());
    let of_users = users.flat_map(|user| [&user.token_file, &user.client_certificate, &user.client_key]);
    clusters.map(|cluster| &cluster.certificate_authority).chain(of_users).flatten()
}

fn roots(path: &str) -> Result<Vec<Vec<u8>>, Failure> {
    let unreadable =
        |what: String| Failure::new(Reason::Io, format!("the certificate authority `{path}` {what}"));
    let text =
        std::fs::read(path).map_err(|error| unreadable(format!("cannot be read: {}", error.kind())))?;
    let roots: Vec<Vec<u8>> =
        CertificateDer::pem_slice_iter(&text).flatten().map(|root| root.to_vec()).collect();
    if roots.is_empty() { Err(unreadable("holds no certificate in PEM form".to_owned())) } else { Ok(roots) }
}

fn uri(setting: &str, text: &str) -> Result<http::Uri, Failure> {
    text.parse()
        .map_err(|_| Failure::new(Reason::Unexpected, format!("`kubernetes.access.{setting}` is no address")))
}

fn given(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pod_is_one_that_has_a_service_account() {
        let directory = tempfile::tempdir().unwrap();
        assert_eq!(pod_access("10.0.0.1", "443", directory.path()), None);
        std::fs::write(directory.path().join("token"), "t").unwrap();
        let access = pod_access("10.0.0.1", "443", directory.path()).unwrap();
        assert_eq!(access.server, "https://10.0.0.1:443");
        assert!(access.token_file.ends_with("/token") && access.certificate_authority.ends_with("/ca.crt"));
        assert_eq!(pod_access("fd00::1", "443", directory.path()).unwrap().server, "https://[fd00::1]:443");
    }
}
