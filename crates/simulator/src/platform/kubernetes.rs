//! The Kubernetes of the simulated platform: an API server with a plausible cluster in it, an ingress controller that serves
//! by name, and the edge of a tunnel in front of it, which serves a certificate of its own.
//!
//! Invariants: what an Ingress names is served by the controller at [`InCluster::ingress`], for each host by SNI; without
//! defects, and after every repair, it is what is stored in the Secret.
//!
//! How to get it wrong: to let a defect touch what an incident happens to; its repair would mend the defect too. Incidents are
//! for [`BLOCKED`] and [`STALE`].

mod applications;
mod bundles;
mod cert_manager;
mod certificate;
mod noise;
mod renewal;
mod signing_requests;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

use super::{Defect, KubernetesDescription};
use crate::kubernetes::{ApiServer, ApiServerOptions, Port, Principal, Rule};
use crate::{
    Authorities, CertificateAuthority, CertificateFiles, CertificateRequest, EndpointState, FileContent,
    IssuedCertificate, ServerIdentity, SimulatorError, TlsEndpoint, UnusualCertificate, Validity,
};
use applications::{APPLICATIONS, Application};

/// The domain of all hosts; it leads to this machine everywhere.
pub(crate) const DOMAIN: &str = "platform.localhost";
/// The class of the Ingresses and Gateways.
const INGRESS_CLASS: &str = "nginx";
/// The application whose renewal is blocked by an incident.
pub(crate) const BLOCKED: &str = "trino";
/// The application whose renewed certificate is not served by an incident.
pub(crate) const STALE: &str = "portal";

/// Who watches the platform.
pub(crate) const READER: &str = "system:serviceaccount:monitoring:lookout";
const READER_TOKEN: &str = "simulated-token-of-the-service-account-lookout";
/// Who changes it.
const ADMINISTRATOR: &str = "kubernetes-admin";
const ADMINISTRATOR_TOKEN: &str = "simulated-token-of-the-administrator";

/// The files, relative to the directory of all files.
const TOKEN_FILE: &str = "kubernetes/token";
const AUTHORITY_FILE: &str = "kubernetes/ca.crt";
const KUBECONFIG_FILE: &str = "kubernetes/kubeconfig";

/// A running cluster.
pub(crate) struct InCluster {
    contents: Contents,
    ingress: TlsEndpoint,
    edge: TlsEndpoint,
}

/// What is in the cluster, and what its ingress controller has loaded.
struct Contents {
    api: ApiServer,
    authorities: Arc<Authorities>,
    /// What the controller serves by host.
    served: Mutex<BTreeMap<String, Arc<IssuedCertificate>>>,
    fake: Arc<IssuedCertificate>,
}

// === impl InCluster ===

impl InCluster {
    /// Starts everything, and writes the files with which it is reached.
    pub(super) fn start(
        authorities: &Arc<Authorities>,
        files: &CertificateFiles,
        with_defects: bool,
        now: Timestamp,
    ) -> Result<Self, SimulatorError> {
        let identity = |name: &str| ServerIdentity {
            server_name: name.to_owned(),
            authorities: Arc::clone(authorities),
        };
        let principals = vec![reader(), Principal::administrator(ADMINISTRATOR, ADMINISTRATOR_TOKEN)];
        let tls = Some(identity("kubernetes"));
        let options = ApiServerOptions { tls, principals, ..ApiServerOptions::default() };
        let controller = format!("ingress.{DOMAIN}");
        let fake = CertificateRequest::for_server("ingress.local", Validity::days(now, -30, 335));
        let contents = Contents {
            api: ApiServer::start(options, now)?,
            authorities: Arc::clone(authorities),
            served: Mutex::default(),
            fake: Arc::new(CertificateAuthority::self_signed(&fake)?),
        };
        contents.write_files(files)?;
        contents.fill(with_defects, now)?;
        let ingress = TlsEndpoint::start(identity(&controller), contents.serving(), now)?;
        let edge = TlsEndpoint::start(identity(&host(STALE)), EndpointState::Good, now)?;
        Ok(Self { contents, ingress, edge })
    }

    pub(super) fn describe(&self, files: &CertificateFiles) -> KubernetesDescription {
        let path = |name: &str| -> PathBuf { files.path(name) };
        KubernetesDescription {
            url: self.contents.api.url(),
            token_file: path(TOKEN_FILE),
            authority_file: path(AUTHORITY_FILE),
            kubeconfig: path(KUBECONFIG_FILE),
            ingress_class: INGRESS_CLASS,
            ingress_address: self.ingress.address(),
            ingress_hosts: APPLICATIONS.iter().flat_map(Application::full_hosts).collect(),
            edge_address: self.edge.address(),
            edge_host: host(STALE),
        }
    }

    pub(super) fn api(&self) -> &ApiServer {
        &self.contents.api
    }

    pub(super) fn ingress(&self) -> &TlsEndpoint {
        &self.ingress
    }

    pub(super) fn edge(&self) -> &TlsEndpoint {
        &self.edge
    }

    /// The API server's port refuses, or serves again.
    pub(crate) async fn set_away(&self, is_away: bool) -> Result<(), SimulatorError> {
        self.contents.api.switch(if is_away { Port::Closed } else { Port::Open }).await
    }

    /// The renewal of an application's certificate has been blocked by a login page for ten days; what is stored and served
    /// has 20 days left.
    pub(crate) async fn block_renewal(&self, name: &str, now: Timestamp) -> Result<(), SimulatorError> {
        let contents = &self.contents;
        let application = find(name)?;
        let old = contents.issue(application, Validity::days(now, -70, 20))?;
        contents.store(application, &old, now)?;
        contents.install(application, &old);
        renewal::block(&self.contents.api, application, &old, now)?;
        self.serve(now).await
    }

    /// An application's certificate was renewed yesterday, and the controller still serves the one before.
    pub(crate) async fn renew_without_reload(
        &self,
        name: &str,
        now: Timestamp,
    ) -> Result<(), SimulatorError> {
        let contents = &self.contents;
        let application = find(name)?;
        contents.install(application, &contents.issue(application, Validity::days(now, -82, 8))?);
        let renewed = contents.issue(application, Validity::days(now, -1, 89))?;
        contents.store(application, &renewed, now)?;
        self.serve(now).await
    }

    /// An application's certificate is renewed, stored and served.
    pub(crate) async fn mend(&self, name: &str, now: Timestamp) -> Result<(), SimulatorError> {
        let contents = &self.contents;
        let application = find(name)?;
        let renewed = contents.issue(application, Validity::current(now))?;
        renewal::unblock(&self.contents.api, application);
        contents.store(application, &renewed, now)?;
        contents.install(application, &renewed);
        self.serve(now).await
    }

    /// The edge's own certificate is about to run out, or is renewed by whoever runs the edge.
    pub(crate) async fn let_edge_lapse(&self, lapses: bool, now: Timestamp) -> Result<(), SimulatorError> {
        let state = if lapses {
            EndpointState::Unusual(UnusualCertificate::ExpiresSoon)
        } else {
            EndpointState::Good
        };
        self.edge.switch(state, now).await
    }

    pub(super) async fn stop(self) {
        self.contents.api.stop().await;
        self.ingress.stop().await;
        self.edge.stop().await;
    }

    /// Serves by name what is installed.
    async fn serve(&self, now: Timestamp) -> Result<(), SimulatorError> {
        self.ingress.switch(self.contents.serving(), now).await
    }
}

impl Contents {
    fn write_files(&self, files: &CertificateFiles) -> Result<(), SimulatorError> {
        let write =
            |name: &str, text: &str| files.replace(name, &FileContent::Bytes(text.as_bytes().to_vec()));
        write(TOKEN_FILE, READER_TOKEN)?;
        write(AUTHORITY_FILE, self.api.authority_pem().unwrap_or_default())?;
        write(KUBECONFIG_FILE, &self.api.kubeconfig(ADMINISTRATOR))?;
        Ok(())
    }

    fn fill(&self, with_defects: bool, now: Timestamp) -> Result<(), SimulatorError> {
        cert_manager::issuers(&self.api, now)?;
        for application in APPLICATIONS {
            self.add(application, with_defects, now)?;
        }
        applications::others(&self.api, &self.authorities, with_defects, now, &mut |host, certificate| {
            self.served.lock().unwrap_or_else(PoisonError::into_inner).insert(host, certificate);
        })?;
        bundles::add(&self.api, &self.authorities)?;
        signing_requests::add(&self.api, &self.authorities, with_defects, now)?;
        noise::add(&self.api, now)
    }

    /// The controller serves by name what is installed; everybody else gets its fake certificate.
    fn serving(&self) -> EndpointState {
        let served = self.served.lock().unwrap_or_else(PoisonError::into_inner).clone();
        EndpointState::ByServerName {
            named: served.into_iter().collect(),
            default: Some(Arc::clone(&self.fake)),
        }
    }

    /// The controller has this certificate for the application's hosts, once it serves again.
    fn install(&self, application: &Application, certificate: &Arc<IssuedCertificate>) {
        let mut served = self.served.lock().unwrap_or_else(PoisonError::into_inner);
        for name in application.hosts {
            served.insert(host(name), Arc::clone(certificate));
        }
    }

    fn issue(
        &self,
        application: &Application,
        validity: Validity,
    ) -> Result<Arc<IssuedCertificate>, SimulatorError> {
        let hosts: Vec<String> = application.hosts.iter().map(|name| host(name)).collect();
        certificate::issue(&self.authorities, &hosts, validity)
    }
}

fn find(name: &str) -> Result<&'static Application, SimulatorError> {
    APPLICATIONS.iter().find(|application| application.name == name).ok_or_else(|| {
        let known: Vec<&str> = APPLICATIONS.iter().map(|application| application.name).collect();
        SimulatorError::FindService { name: name.to_owned(), known: known.join(", ") }
    })
}

/// What is wrong with it from the start.
pub(super) fn defects() -> Vec<Defect> {
    let own = APPLICATIONS.iter().filter_map(|application| {
        let what = application.defect.as_ref()?.what();
        Some(Defect { place: format!("ingress {0}/{0}", application.name), what })
    });
    own.chain([applications::other_defects(), signing_requests::defects()]).collect()
}

/// A name of the platform's domain.
pub(crate) fn host(name: &str) -> String {
    format!("{name}.{DOMAIN}")
}

/// May read what Lookout reads, and nothing else.
fn reader() -> Principal {
    let reads = [
        ("", &["namespaces", "secrets", "configmaps", "services"][..]),
        ("apps", &["deployments", "statefulsets", "daemonsets"]),
        ("batch", &["cronjobs", "jobs"]),
        ("networking.k8s.io", &["ingresses", "ingressclasses"]),
        ("gateway.networking.k8s.io", &["gateways", "listenersets"]),
        (
            "admissionregistration.k8s.io",
            &["validatingwebhookconfigurations", "mutatingwebhookconfigurations"],
        ),
        ("apiregistration.k8s.io", &["apiservices"]),
        ("apiextensions.k8s.io", &["customresourcedefinitions"]),
        ("certificates.k8s.io", &["certificatesigningrequests"]),
        ("cert-manager.io", &["certificates", "certificaterequests", "issuers", "clusterissuers"]),
        ("acme.cert-manager.io", &["orders", "challenges"]),
    ];
    reads.iter().fold(Principal::with_token(READER, READER_TOKEN), |principal, (group, resources)| {
        principal.allowed(Rule::reads(group, resources))
    })
}
