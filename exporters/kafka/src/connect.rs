//! From the settings of a cluster to connections.
//!
//! Passwords, tokens and client secrets are read by `kafka-wire` when it logs in. Certificates, keys and roots are read here:
//! at the start, and whenever one of the files has changed since, which is looked for before each cycle. Connections are then
//! opened anew with what the files hold. While a file cannot be read, the connections go on with what they had, and the cycle
//! has a fault.
//!
//! Invariant: no request may take more than a third of the cycle's deadline, whatever the settings allow: a broker that stalls
//! must leave time for the others.

use core::time::Duration;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use lookout_declarations::Reason;
use lookout_kafka_spec::address::parse_address;
use lookout_kafka_spec::config::{
    ClusterSettings, OauthBearer, OidcEndpoint, PasswordLogin, SaslSettings, TlsSettings,
};
use lookout_kafka_wire::{
    Address, AuthenticateClient, BuildExtensions, BuildTls, BuildTokenEndpoint, ClientCredentials,
    ClientIdentity, Cluster, Extensions, Options, Sasl, ScramHash, Tls, TlsMaterial, TokenEndpoint,
    TokenFile, TokenSource,
};

use crate::cell::ClusterCell;

/// The largest file of certificates: a bundle of all public roots has 250 KB.
const MAX_FILE: u64 = 4 << 20;

/// The part of the connection's time that an issuer of tokens has.
const ISSUER_SHARE: u32 = 2;

/// Which part of a cycle one request may take at most.
const REQUEST_SHARE: u32 = 3;

/// Why no connection can even be tried.
#[derive(Debug, thiserror::Error)]
pub enum ConnectCluster {
    /// A file cannot be read.
    #[error("cannot read `{}`, which the settings of the cluster name", path.display())]
    ReadFile {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file is larger than certificates are.
    #[error("`{}` has more than {MAX_FILE} bytes: it cannot be what the settings of the cluster mean", .0.display())]
    BoundFile(PathBuf),
    /// The files cannot be used.
    #[error("cannot use the TLS files of the cluster")]
    BuildTls(#[source] BuildTls),
    /// The token endpoint cannot be used.
    #[error("cannot use the token endpoint of the cluster")]
    BuildTokenEndpoint(#[source] BuildTokenEndpoint),
    /// The SASL extensions cannot be sent.
    #[error("cannot use the SASL extensions of the cluster")]
    BuildExtensions(#[source] BuildExtensions),
    /// Reading was given up: a defect.
    #[error("reading the files of the cluster was given up")]
    AwaitFiles,
}

/// Makes the connections of one source, and makes them anew when files change.
#[derive(Debug)]
pub struct Connector {
    settings: Arc<ClusterSettings>,
    /// The deadline of the cycle.
    deadline: Duration,
    cell: Arc<ClusterCell>,
    cluster: Option<Cluster>,
    /// The files as they were when they were read.
    stamps: Vec<Stamp>,
}

/// By what a change of a file is known.
type Stamp = (PathBuf, Option<(SystemTime, u64)>);

// === impl Connector ===

impl Connector {
    /// Nothing is opened or read yet.
    pub fn new(settings: Arc<ClusterSettings>, deadline: Duration, cell: Arc<ClusterCell>) -> Self {
        Self { settings, deadline, cell, cluster: None, stamps: Vec::new() }
    }

    /// The cluster, and why its files could not be read again, if so.
    pub async fn cluster(&mut self) -> Result<(&mut Cluster, Option<ConnectCluster>), ConnectCluster> {
        let settings = Arc::clone(&self.settings);
        let (known, deadline) = (self.cluster.as_ref().map(|_| self.stamps.clone()), self.deadline);
        let read = move || {
            let stamps = stamps(&settings);
            // Before they are read: what changes meanwhile is read again.
            if known.as_ref() == Some(&stamps) { None } else { Some((stamps, options(&settings, deadline))) }
        };
        let mut kept = None;
        match tokio::task::spawn_blocking(read).await {
            Ok(None) => {}
            Ok(Some((stamps, Ok(options)))) => {
                let addresses = self.settings.brokers.iter().filter_map(|broker| parse_address(broker).ok());
                let bootstrap = addresses.map(|(host, port)| Address::new(host, port)).collect();
                let cluster = Cluster::new(bootstrap, options);
                self.cell.watch_traffic(cluster.traffic());
                (self.cluster, self.stamps) = (Some(cluster), stamps);
            }
            Ok(Some((_, Err(error)))) => kept = Some(error),
            Err(_) => kept = Some(ConnectCluster::AwaitFiles),
        }
        match (&mut self.cluster, kept) {
            (Some(cluster), kept) => Ok((cluster, kept)),
            (None, kept) => Err(kept.unwrap_or(ConnectCluster::AwaitFiles)),
        }
    }

    /// Forgets the connections, but not whose turn it is: what was cut off may have been cut off because of the brokers that
    /// were asked first, and a rack that is silent must not hide the others for as long as it is.
    pub fn reset(&mut self) {
        if let Some(cluster) = &mut self.cluster {
            cluster.forget_brokers();
        }
    }
}

fn options(settings: &ClusterSettings, deadline: Duration) -> Result<Options, ConnectCluster> {
    let longest = deadline / REQUEST_SHARE;
    let connect_timeout = settings.connect_timeout.get().min(longest);
    Ok(Options {
        client_id: settings.client_id.clone(),
        tls: settings.tls.as_ref().map(tls).transpose()?,
        sasl: settings.sasl.as_ref().map(|sasl| login(sasl, connect_timeout)).transpose()?,
        connect_timeout,
        request_timeout: settings.request_timeout.get().min(longest),
        ..Options::default()
    })
}

fn tls(settings: &TlsSettings) -> Result<Tls, ConnectCluster> {
    let roots = read_named(&settings.ca_file)?;
    let chain = read_named(&settings.certificate_file)?;
    let key = read_named(&settings.key_file)?.map(zeroize::Zeroizing::new);
    let client = chain.as_ref().zip(key.as_ref()).map(|(chain, key)| ClientIdentity { chain, key });
    let server_name = Some(&*settings.server_name).filter(|name| !name.is_empty());
    Tls::build(&TlsMaterial { roots: roots.as_deref(), client, server_name })
        .map_err(ConnectCluster::BuildTls)
}

fn login(settings: &SaslSettings, connect_timeout: Duration) -> Result<Sasl, ConnectCluster> {
    let scram = |hash, login: &PasswordLogin| Sasl::Scram {
        hash,
        user: login.username.clone(),
        password: login.password.clone(),
    };
    Ok(match settings {
        SaslSettings::Plain(login) => {
            Sasl::Plain { user: login.username.clone(), password: login.password.clone() }
        }
        SaslSettings::ScramSha256(login) => scram(ScramHash::Sha256, login),
        SaslSettings::ScramSha512(login) => scram(ScramHash::Sha512, login),
        SaslSettings::OauthBearer(settings) => {
            let pairs = settings.extensions.iter().map(|(key, value)| (key.clone(), value.clone()));
            let extensions = Extensions::new(pairs).map_err(ConnectCluster::BuildExtensions)?;
            Sasl::OauthBearer { token: token_source(settings, connect_timeout)?, extensions }
        }
    })
}

/// Who gives the tokens of these settings. Reads the issuer's roots, and blocks for as long; nothing is asked yet.
///
/// # Errors
/// The file of the roots, or the endpoint, cannot be used.
pub fn token_source(
    settings: &OauthBearer,
    connect_timeout: Duration,
) -> Result<Arc<dyn TokenSource>, ConnectCluster> {
    match (&settings.token, &settings.endpoint) {
        (_, Some(endpoint)) => Ok(Arc::new(token_endpoint(endpoint, connect_timeout)?)),
        (Some(token), None) => Ok(Arc::new(TokenFile(token.clone()))),
        // Settings that were validated have one of the two.
        (None, None) => Err(ConnectCluster::BuildTokenEndpoint(BuildTokenEndpoint::NameClient)),
    }
}

fn token_endpoint(
    settings: &OidcEndpoint,
    connect_timeout: Duration,
) -> Result<TokenEndpoint, ConnectCluster> {
    let tls = tls(&TlsSettings { ca_file: settings.ca_file.clone(), ..TlsSettings::default() })?;
    TokenEndpoint::new(ClientCredentials {
        endpoint: settings.url.clone(),
        client_id: settings.client_id.clone(),
        client_secret: settings.client_secret.clone(),
        authentication: AuthenticateClient::Basic,
        scope: Some(settings.scope.clone()).filter(|scope| !scope.is_empty()),
        audience: None,
        tls: Some(tls),
        timeout: connect_timeout / ISSUER_SHARE,
    })
    .map_err(ConnectCluster::BuildTokenEndpoint)
}

/// The files that are read here.
fn files(settings: &ClusterSettings) -> impl Iterator<Item = &str> {
    let tls = settings.tls.iter().flat_map(|tls| [&*tls.ca_file, &*tls.certificate_file, &*tls.key_file]);
    let issuer = match &settings.sasl {
        Some(SaslSettings::OauthBearer(bearer)) => {
            bearer.endpoint.as_ref().map(|endpoint| &*endpoint.ca_file)
        }
        _ => None,
    };
    tls.chain(issuer).filter(|file| !file.is_empty())
}

fn stamps(settings: &ClusterSettings) -> Vec<Stamp> {
    let stamp = |file: &str| {
        // Through symbolic links, by whose exchange Kubernetes updates a volume.
        let metadata = std::fs::metadata(file).ok();
        let stamp = metadata.and_then(|metadata| Some((metadata.modified().ok()?, metadata.len())));
        (PathBuf::from(file), stamp)
    };
    files(settings).map(stamp).collect()
}

fn read_named(file: &str) -> Result<Option<Vec<u8>>, ConnectCluster> {
    if file.is_empty() {
        return Ok(None);
    }
    let path = Path::new(file);
    let failed = |source| ConnectCluster::ReadFile { path: path.to_owned(), source };
    let opened = std::fs::File::open(path).map_err(failed)?;
    let length = opened.metadata().map_err(failed)?.len().min(MAX_FILE);
    // All at once: growing would leave copies of a key behind.
    let mut content = Vec::with_capacity(usize::try_from(length).unwrap_or_default() + 1);
    opened.take(MAX_FILE + 1).read_to_end(&mut content).map_err(failed)?;
    if content.len() as u64 > MAX_FILE {
        return Err(ConnectCluster::BoundFile(path.to_owned()));
    }
    Ok(Some(content))
}

// === impl ConnectCluster ===

impl ConnectCluster {
    /// The reason under which it is counted.
    pub fn reason(&self) -> Reason {
        match self {
            Self::ReadFile { source, .. } if source.kind() == std::io::ErrorKind::NotFound => {
                Reason::NotFound
            }
            Self::ReadFile { .. } => Reason::Io,
            Self::BoundFile(_) => Reason::TooLarge,
            Self::BuildTls(_) | Self::BuildExtensions(_) | Self::BuildTokenEndpoint(_) => Reason::Malformed,
            Self::AwaitFiles => Reason::Unexpected,
        }
    }
}
