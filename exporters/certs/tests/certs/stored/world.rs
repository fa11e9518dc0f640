//! A cluster with an API server, and the exporter under the driver.

use std::fs;
use std::time::Duration;

use lookout_certs::start;
use lookout_certs_spec::config::{ClusterSettings, SecretRule};
use lookout_certs_spec::{SPEC, Settings};
use lookout_config::HumanDuration;
use lookout_exposition::{Encoding, ExporterFamilies, Exposition, Format, Selection};
use lookout_kubernetes::Settings as Kubernetes;
use lookout_runtime::{Clock, Driver, DriverControl, Shard, Statuses};
use lookout_simulator::kubernetes::{ApiServer, ApiServerOptions, Principal, objects};
use lookout_testkit::scrape::{Sample, Scrape, ScrapeFormat};
use serde_json::Value;
use tempfile::TempDir;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::support::{fixed_now, fixture};

/// How long anything may take that should happen soon.
const SOON: Duration = Duration::from_mins(1);

/// How long a request or a cycle may take: a machine that stands still for a while is not the server's fault.
const PATIENCE: HumanDuration = HumanDuration::from_minutes(5);

/// Who asks.
pub(super) const LOOKOUT: &str = "system:serviceaccount:monitoring:lookout";

/// An API server.
pub(super) struct World {
    pub(super) api: ApiServer,
    directory: TempDir,
}

/// The exporter under the driver.
pub(super) struct Running {
    exposition: Exposition,
    pub(super) clock: Clock,
    pub(super) statuses: Statuses,
    cycles: watch::Receiver<u64>,
    control: DriverControl,
    task: JoinHandle<()>,
}

/// Somebody who may do everything.
pub(super) fn administrator() -> Principal {
    Principal::administrator(LOOKOUT, "token")
}

/// A Secret for servers with the chain of the fixtures.
pub(super) fn tls_secret(namespace: &str, name: &str) -> Value {
    let (chain, root) = (fixture("chain.pem"), fixture("root.pem"));
    let data: [(&str, &[u8]); 3] = [("tls.crt", &chain), ("ca.crt", &root), ("tls.key", b"a private key")];
    objects::secret(namespace, name, "kubernetes.io/tls", &data)
}

/// Settings that read the authority beside each certificate too.
pub(super) fn cluster_settings() -> ClusterSettings {
    let mut settings = ClusterSettings::default();
    settings.secrets.rules = vec![SecretRule {
        secret_type: "kubernetes.io/tls".to_owned(),
        keys: vec!["tls.crt".to_owned(), "ca.crt".to_owned()],
    }];
    settings
}

/// Settings that watch what is stored in the cluster and nothing else.
pub(super) fn settings() -> Settings {
    let mut settings =
        Settings { period: HumanDuration::from_secs(1), deadline: PATIENCE, ..Settings::default() };
    settings.cluster = cluster_settings();
    settings.cluster.cert_manager = false;
    settings.cluster.hosts = false;
    settings.cluster.probe_hosts = false;
    settings.cluster.workloads = false;
    settings.cluster.signing_requests = Some(false);
    settings
}

impl World {
    pub(super) fn new(principal: Principal) -> Self {
        let options = ApiServerOptions { principals: vec![principal], ..ApiServerOptions::default() };
        let api = ApiServer::start(options, fixed_now()).unwrap();
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("config"), api.kubeconfig(LOOKOUT)).unwrap();
        for namespace in ["a", "b", "shop"] {
            api.apply(objects::namespace(namespace, &[])).unwrap();
        }
        Self { api, directory }
    }

    pub(super) fn start(&self, settings: &Settings) -> Running {
        self.start_shard(settings, Shard::WHOLE)
    }

    /// How it is reached.
    pub(super) fn kubernetes(&self) -> Kubernetes {
        let mut kubernetes = Kubernetes::default();
        kubernetes.access.kubeconfig = self.directory.path().join("config").display().to_string();
        kubernetes.budget.request_timeout = PATIENCE;
        kubernetes.budget.watch_timeout = PATIENCE;
        kubernetes
    }

    pub(super) fn start_shard(&self, settings: &Settings, shard: Shard) -> Running {
        let kubernetes = self.kubernetes();
        let families =
            ExporterFamilies { exporter: SPEC.name, families: SPEC.metrics, series_budget: 1_000_000 };
        let mut driver =
            Driver::of_shard(shard, Exposition::new([families]), Clock::starting_at(fixed_now()));
        let mut sources = driver.sources();
        start(settings, &kubernetes, &mut sources);
        driver.set(sources).unwrap();
        let (exposition, clock, statuses, control) =
            (driver.exposition(), driver.clock(), driver.statuses(), driver.control());
        let cycles = statuses.cycles();
        let task = tokio::spawn(async move {
            driver.run().await;
        });
        Running { exposition, clock, statuses, cycles, control, task }
    }
}

impl Running {
    /// Goes over to another API server.
    pub(super) async fn go_over_to(&self, world: &World, settings: &Settings) {
        self.reload(&world.kubernetes(), settings).await;
    }

    /// Puts another configuration into force.
    pub(super) async fn reload(&self, kubernetes: &Kubernetes, settings: &Settings) {
        let mut sources = self.control.sources();
        start(settings, kubernetes, &mut sources);
        self.control.apply(sources).await.unwrap();
    }

    pub(super) fn scrape(&self) -> Scrape {
        let snapshot = self.exposition.snapshot();
        let answer = snapshot.answer(Selection::All, Format::TEXT, Encoding::Identity).unwrap();
        let text = String::from_utf8(answer.buffers.concat()).unwrap();
        Scrape::parse(ScrapeFormat::Text, &text).unwrap_or_else(|fault| panic!("{fault}\n{text}"))
    }

    /// Waits until what is served is as it should be.
    pub(super) async fn until(&mut self, is_so: impl Fn(&Scrape) -> bool) -> Scrape {
        let waiting = async {
            loop {
                let scrape = self.scrape();
                if is_so(&scrape) {
                    return scrape;
                }
                // A cycle may publish between two looks.
                let _ = timeout(Duration::from_millis(200), self.cycles.changed()).await;
            }
        };
        match timeout(SOON, waiting).await {
            Ok(scrape) => scrape,
            Err(elapsed) => panic!("{elapsed}: {:#?}", self.scrape()),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The rows of a family.
pub(super) fn samples<'a>(scrape: &'a Scrape, family: &str) -> &'a [Sample] {
    scrape.family(family).map(|family| family.samples.as_slice()).unwrap_or_default()
}

/// The Secrets of which there are certificates, as `namespace/name key`, each once.
pub(super) fn secrets(scrape: &Scrape) -> Vec<String> {
    let of = |sample: &Sample| {
        let label = |name| sample.label(name).unwrap_or_default();
        format!("{}/{} {}", label("secret_namespace"), label("secret_name"), label("secret_key"))
    };
    let mut found: Vec<_> = samples(scrape, "x509_cert_not_after")
        .iter()
        .filter(|sample| sample.label("secret_name").is_some())
        .map(of)
        .collect();
    found.sort();
    found.dedup();
    found
}

/// Whether a kind of object can be read.
pub(super) fn up(scrape: &Scrape, name: &str) -> Option<f64> {
    scrape.value("x509_source_up", &[("source_name", name)])
}
