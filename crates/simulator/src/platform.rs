//! The whole simulated platform: its endpoints, its files, its Kafka, its Kubernetes, and what is wrong with them on purpose.
//!
//! Invariants:
//! - It describes itself completely: addresses, names, files, the authority to trust. Nobody needs to know its tables.
//! - Every service has a stored certificate. Without defects, and after every repair, it is the one being served.
//!
//! How to get it wrong: playing incidents on a service that starts with a defect. A repair would mend the defect too.

mod description;
pub(crate) mod kafka;
pub(crate) mod kubernetes;
mod services;
mod stored;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

pub use description::{
    Defect, EndpointDescription, FileDescription, KafkaDescription, KubernetesDescription,
};

use self::kubernetes::InCluster;
use crate::kafka::Cluster;
use crate::kubernetes::ApiServer;
use crate::{
    Authorities, CertificateFiles, EndpointState, FileContent, IssuedCertificate, ServerIdentity,
    SimulatorError, TlsEndpoint, Validity,
};
use services::{SERVICES, Service, Storage};
use stored::LooseFile;

/// How to start a platform.
#[derive(Clone, Debug)]
pub struct PlatformOptions {
    /// Where its files are kept. Absent: in a temporary directory, removed with the platform.
    pub directory: Option<PathBuf>,
    /// Whether some things are wrong from the start.
    pub with_defects: bool,
}

impl Default for PlatformOptions {
    /// In a temporary directory, with defects.
    fn default() -> Self {
        Self { directory: None, with_defects: true }
    }
}

/// A running platform. Dropping it stops everything.
pub struct Platform {
    authorities: Arc<Authorities>,
    running: Vec<RunningService>,
    loose: Vec<LooseFile>,
    kafka: Cluster,
    kubernetes: InCluster,
    defects: Vec<Defect>,
    files: CertificateFiles,
}

struct RunningService {
    service: &'static Service,
    endpoint: TlsEndpoint,
    /// What its files are meant to hold, even while they are broken.
    stored: Mutex<Arc<IssuedCertificate>>,
}

impl Platform {
    /// Starts every service on a port of its own on 127.0.0.1 and writes all files.
    pub fn start(now: Timestamp, options: &PlatformOptions) -> Result<Self, SimulatorError> {
        let files = match &options.directory {
            Some(directory) => CertificateFiles::in_directory(directory)?,
            None => CertificateFiles::temporary()?,
        };
        let authorities = Arc::new(Authorities::create(now)?);
        let loose = stored::write_loose(&files, &authorities, options.with_defects, now)?;
        let running = SERVICES
            .iter()
            .map(|service| RunningService::start(service, &authorities, &files, options.with_defects, now))
            .collect::<Result<Vec<_>, _>>()?;
        let defects = if options.with_defects { defects(&running, &loose) } else { Vec::new() };
        let kafka = kafka::start(now, options.with_defects)?;
        let kubernetes = InCluster::start(&authorities, &files, options.with_defects, now)?;
        Ok(Self { authorities, running, loose, kafka, kubernetes, defects, files })
    }

    /// Every endpoint, with its state at this moment.
    pub fn endpoints(&self) -> Vec<EndpointDescription> {
        self.running.iter().map(|running| running.describe(&self.files)).collect()
    }

    /// Every Kafka cluster.
    pub fn kafka_clusters(&self) -> Vec<KafkaDescription> {
        vec![kafka::describe(&self.kafka)]
    }

    /// The Kafka cluster.
    pub fn kafka(&self) -> &Cluster {
        &self.kafka
    }

    /// How its Kubernetes is reached.
    pub fn kubernetes_access(&self) -> KubernetesDescription {
        self.kubernetes.describe(&self.files)
    }

    /// The API server of its Kubernetes.
    pub fn kubernetes(&self) -> &ApiServer {
        self.kubernetes.api()
    }

    /// The ingress controller of its Kubernetes, which serves by name.
    pub fn ingress(&self) -> &TlsEndpoint {
        self.kubernetes.ingress()
    }

    /// The edge of the tunnel in front of the ingress controller, with a certificate of its own.
    pub fn edge(&self) -> &TlsEndpoint {
        self.kubernetes.edge()
    }

    pub(crate) fn in_cluster(&self) -> &InCluster {
        &self.kubernetes
    }

    /// Every file with certificates in it; private keys that stand alone are beside them and not listed.
    pub fn certificate_files(&self) -> Vec<FileDescription> {
        let pairs = self.running.iter().map(|running| FileDescription {
            path: self.files.path(&stored::chain_file(running.service)),
            holds: "the chain that an endpoint ought to serve",
        });
        let loose =
            self.loose.iter().map(|file| FileDescription { path: file.path.clone(), holds: file.holds });
        pairs.chain(loose).collect()
    }

    /// The directories in which certificates are stored: plain files first, then mounted volumes.
    pub fn directories(&self) -> Vec<PathBuf> {
        let volumes = self
            .running
            .iter()
            .filter(|running| running.service.storage == Storage::Volume)
            .map(|running| self.files.path(stored::VOLUMES).join(running.service.name));
        std::iter::once(self.files.path(stored::CERTIFICATES)).chain(volumes).collect()
    }

    /// The PEM file of the authority to trust.
    pub fn trust_bundle(&self) -> PathBuf {
        self.files.path(stored::TRUST_BUNDLE)
    }

    /// What was wrong on purpose when the platform started; repairs do not change this.
    pub fn defects(&self) -> &[Defect] {
        &self.defects
    }

    /// The directory of all files.
    pub fn directory(&self) -> &Path {
        self.files.directory()
    }

    /// The authorities behind the certificates.
    pub fn authorities(&self) -> &Arc<Authorities> {
        &self.authorities
    }

    /// The endpoint of a service.
    pub fn endpoint(&self, name: &str) -> Result<&TlsEndpoint, SimulatorError> {
        Ok(&self.find(name)?.endpoint)
    }

    /// The certificate that a service's files are meant to hold, even while they are broken.
    pub fn stored_certificate(&self, name: &str) -> Result<Arc<IssuedCertificate>, SimulatorError> {
        Ok(self.find(name)?.stored())
    }

    /// Stores this certificate for a service, as its kind of storage is renewed. What it serves stays as it is.
    pub fn store(
        &self,
        name: &str,
        certificate: Arc<IssuedCertificate>,
        now: Timestamp,
    ) -> Result<(), SimulatorError> {
        self.find(name)?.store(&self.files, certificate, now)
    }

    /// Renews a service's stored certificate. What it serves stays as it is until it is reloaded.
    pub fn renew(&self, name: &str, now: Timestamp) -> Result<(), SimulatorError> {
        let running = self.find(name)?;
        let renewed = self.authorities.issue(running.endpoint.server_name(), Validity::current(now))?;
        running.store(&self.files, Arc::new(renewed), now)
    }

    /// Makes a service serve what is stored for it, and serve it well.
    pub async fn reload(&self, name: &str, now: Timestamp) -> Result<(), SimulatorError> {
        let running = self.find(name)?;
        running.endpoint.install(running.stored(), now).await
    }

    /// Cuts a service's stored chain off in the middle, in place.
    pub fn cut_off_stored_file(&self, name: &str) -> Result<PathBuf, SimulatorError> {
        let running = self.find(name)?;
        let cut_off =
            FileContent::Truncated { certificate: running.stored(), bytes: stored::CUT_OFF_AT_BYTES };
        self.files.write(&stored::chain_file(running.service), &cut_off)
    }

    /// Removes a service's stored chain.
    pub fn remove_stored_file(&self, name: &str) -> Result<(), SimulatorError> {
        self.files.remove(&stored::chain_file(self.find(name)?.service))
    }

    /// Stops, and returns when every task, connection and port is gone.
    pub async fn stop(self) {
        for running in self.running {
            running.endpoint.stop().await;
        }
        self.kafka.stop().await;
        self.kubernetes.stop().await;
    }

    fn find(&self, name: &str) -> Result<&RunningService, SimulatorError> {
        self.running.iter().find(|running| running.service.name == name).ok_or_else(|| {
            let known: Vec<&str> = SERVICES.iter().map(|service| service.name).collect();
            SimulatorError::FindService { name: name.to_owned(), known: known.join(", ") }
        })
    }
}

impl RunningService {
    fn start(
        service: &'static Service,
        authorities: &Arc<Authorities>,
        files: &CertificateFiles,
        with_defects: bool,
        now: Timestamp,
    ) -> Result<Self, SimulatorError> {
        let identity =
            ServerIdentity { server_name: service.server_name(), authorities: Arc::clone(authorities) };
        let state = if with_defects { service.initial.clone() } else { EndpointState::Good };
        let endpoint = TlsEndpoint::start(identity, state, now)?;
        let stored = initially_stored(&endpoint);
        stored::store(files, service, &stored, now)?;
        Ok(Self { service, endpoint, stored: Mutex::new(stored) })
    }

    fn stored(&self) -> Arc<IssuedCertificate> {
        Arc::clone(&self.stored.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn store(
        &self,
        files: &CertificateFiles,
        certificate: Arc<IssuedCertificate>,
        now: Timestamp,
    ) -> Result<(), SimulatorError> {
        let mut stored = self.stored.lock().unwrap_or_else(PoisonError::into_inner);
        stored::store(files, self.service, &certificate, now)?;
        *stored = certificate;
        Ok(())
    }

    fn describe(&self, files: &CertificateFiles) -> EndpointDescription {
        EndpointDescription {
            name: self.service.name,
            address: self.endpoint.address(),
            server_name: self.endpoint.server_name().to_owned(),
            state: self.endpoint.state(),
            stored_file: files.path(&stored::chain_file(self.service)),
        }
    }
}

/// An endpoint that starts expired is one whose renewal never came: the stored certificate is the served one. All other
/// defects are of serving, and beside them a good certificate is stored.
fn initially_stored(endpoint: &TlsEndpoint) -> Arc<IssuedCertificate> {
    use crate::UnusualCertificate::Expired;
    let served =
        endpoint.served_certificate().filter(|_| endpoint.state() == EndpointState::Unusual(Expired));
    served.unwrap_or_else(|| endpoint.own_certificate())
}

fn defects(running: &[RunningService], loose: &[LooseFile]) -> Vec<Defect> {
    let of_endpoints = running.iter().filter_map(|running| {
        let port = running.endpoint.address().port();
        let place = format!("https://{}:{port}/", running.endpoint.server_name());
        running.service.defect.map(|what| Defect { place, what })
    });
    let of_files = loose
        .iter()
        .filter_map(|file| file.defect.map(|what| Defect { place: file.path.display().to_string(), what }));
    of_endpoints.chain(of_files).chain(kafka::defects()).chain(kubernetes::defects()).collect()
}
