//! The sources of what is read beside stored certificates, from the settings.
//!
//! What they follow is never divided between processes: a Certificate is judged by its requests, a host by its Secret. What they
//! show is.

use std::sync::Arc;

use lookout_certs_spec::Settings;
use lookout_kubernetes::{Cluster, Namespaces, Reader, Resource, Selection};
use lookout_runtime::{Identity, Source, SourceDescription, Sources};
use tokio::sync::watch;

use super::certmanager::{
    CertManagerSource, CertificateReader, ChallengeReader, IssuerReader, OrderReader, RequestReader,
};
use super::hosts::{
    GatewayReader, HostSource, HostsCell, IngressClassReader, IngressReader, ListenerSetReader, ServiceReader,
};
use super::requests::{SigningRequestReader, SigningRequestSource};
use super::served::{HostProbeSource, ProbeSettings};
use super::stored::{self, StoredCell};
use super::workloads::{WorkloadKind, WorkloadReader, WorkloadSource};

/// Adds them to `sources`; the Secrets are seen in `secrets`.
pub(super) fn start(
    settings: &Settings,
    cluster: &Arc<Cluster>,
    secrets: &Arc<StoredCell>,
    sources: &mut Sources,
) {
    let of = &settings.cluster;
    let selection = Selection { namespaces: stored::namespaces(of), ..Selection::default() };
    let mut joined = Joined { settings, cluster, selection, sources };
    if of.cert_manager {
        joined.cert_manager();
    }
    if of.watches_signing_requests() {
        joined.signing_requests();
    }
    if of.hosts {
        joined.hosts(secrets);
    }
    if of.workloads && of.secrets.enabled {
        joined.workloads(secrets);
    }
}

/// What the sources have in common.
struct Joined<'a> {
    settings: &'a Settings,
    cluster: &'a Arc<Cluster>,
    selection: Selection,
    sources: &'a mut Sources,
}

impl Joined<'_> {
    /// The pointer stands for the API server: another one is another cell.
    fn identity<T>(&self, of: T) -> (T, Selection, usize) {
        (of, self.selection.clone(), Arc::as_ptr(self.cluster) as usize)
    }

    /// Adds a source of what is in the cluster.
    fn add<S: Source>(
        &mut self,
        description: SourceDescription,
        identity: impl Identity,
        make: impl FnOnce() -> S + Send + 'static,
    ) {
        self.sources.add_of(self.cluster.origin(), description, identity, make);
    }

    fn need(&mut self, resources: &[Resource], why: &'static str, without: &'static str) {
        let is_whole = !matches!(self.selection.namespaces, Namespaces::Named(_));
        for resource in resources.iter().filter(|resource| resource.is_namespaced || is_whole) {
            stored::need(self.cluster, *resource, &self.selection, why, without, self.sources);
        }
    }

    fn cert_manager(&mut self) {
        let resources = [
            CertificateReader.resource(),
            RequestReader.resource(),
            OrderReader.resource(),
            ChallengeReader.resource(),
            IssuerReader { is_cluster_wide: false }.resource(),
            IssuerReader { is_cluster_wide: true }.resource(),
        ];
        let without = "why cert-manager does not renew a certificate is not seen";
        self.need(&resources, "to see what is renewed, and why it is not", without);
        let (cluster, selection, shard) =
            (Arc::clone(self.cluster), self.selection.clone(), self.sources.shard());
        let description = CertManagerSource::description(self.settings);
        let identity = self.identity(());
        self.add(description, identity, move || CertManagerSource::new(cluster, selection, shard));
    }

    fn signing_requests(&mut self) {
        let without = "requests that nobody approves are not seen";
        self.need(&[SigningRequestReader.resource()], "to see what waits for a certificate", without);
        let (cluster, shard) = (Arc::clone(self.cluster), self.sources.shard());
        let description = SigningRequestSource::description(self.settings);
        let identity = self.identity(());
        self.add(description, identity, move || SigningRequestSource::new(cluster, shard));
    }

    fn hosts(&mut self, secrets: &Arc<StoredCell>) {
        let resources = [
            IngressReader.resource(),
            IngressClassReader.resource(),
            GatewayReader.resource(),
            ListenerSetReader.resource(),
            ServiceReader.resource(),
        ];
        let without = "whether hosts are covered by their certificates is not seen";
        self.need(&resources, "to see which hosts are served with which Secrets", without);
        let shard = self.sources.shard();
        let hosts: Arc<HostsCell> =
            self.sources.shared(stored::cell_key("hosts", self.cluster), || watch::Sender::new(None));
        if self.settings.cluster.probe_hosts {
            let (probe, seen) = (ProbeSettings::new(self.settings), hosts.subscribe());
            let description = HostProbeSource::description(self.settings);
            let identity = self.identity(probe.clone());
            self.add(description, identity, move || HostProbeSource::new(probe, seen, shard));
        }
        let reads_secrets = self.settings.cluster.secrets.enabled;
        let (cluster, selection) = (Arc::clone(self.cluster), self.selection.clone());
        let secrets = reads_secrets.then(|| secrets.subscribe());
        let description = HostSource::description(self.settings);
        let identity = self.identity(reads_secrets);
        self.add(description, identity, move || HostSource::new(cluster, selection, shard, secrets, hosts));
    }

    fn workloads(&mut self, secrets: &Arc<StoredCell>) {
        let resources = WorkloadKind::ALL.map(|kind| WorkloadReader { kind }.resource());
        let without = "whom a certificate concerns is not said";
        self.need(&resources, "to see which workloads use a Secret", without);
        let (cluster, selection) = (Arc::clone(self.cluster), self.selection.clone());
        let secrets = secrets.subscribe();
        let description = WorkloadSource::description(self.settings);
        let identity = self.identity(());
        self.add(description, identity, move || WorkloadSource::new(cluster, selection, secrets));
    }
}
