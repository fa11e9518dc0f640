//! All sources of a cluster against the simulated platform: what is wrong with it is seen, and nothing else.

use core::net::SocketAddr;
use std::collections::BTreeMap;
use std::time::Duration;

use lookout_certs::start;
use lookout_certs_spec::{SPEC, Settings};
use lookout_config::HumanDuration;
use lookout_exposition::{Encoding, ExporterFamilies, Exposition, Format, Selection};
use lookout_kubernetes::Settings as Kubernetes;
use lookout_runtime::{Clock, Driver, Shard, Statuses};
use lookout_simulator::kubernetes::objects;
use lookout_simulator::{Authorities, Incident, Platform, PlatformOptions, Validity};
use lookout_testkit::scrape::{Scrape, ScrapeFormat};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use super::objects::ones;
use crate::support::{PATIENCE, fixed_now};

/// How long anything may take that should happen soon.
const SOON: Duration = Duration::from_mins(3);

/// How long a request or a cycle may take: a machine that stands still for a while is not the platform's fault.
const LONG: HumanDuration = HumanDuration::from_minutes(5);

/// One family of each source that has rows of its own.
const FAMILIES: [&str; 4] = [
    "certs_certmanager_certificate_info",
    "certs_host_certificate",
    "certs_secret_workload_info",
    "certs_signing_requests",
];

/// The platform, and the exporter that watches its cluster.
struct Watched {
    platform: Platform,
    exporter: Exporter,
}

/// The exporter under the driver.
struct Exporter {
    exposition: Exposition,
    statuses: Statuses,
    running: JoinHandle<()>,
}

impl Watched {
    fn start(with_defects: bool) -> Self {
        let options = PlatformOptions { with_defects, ..PlatformOptions::default() };
        Self::watch(Platform::start(fixed_now(), &options).unwrap())
    }

    fn watch(platform: Platform) -> Self {
        let exporter = Exporter::start(&platform, Shard::WHOLE);
        Self { platform, exporter }
    }
}

impl core::ops::Deref for Watched {
    type Target = Exporter;

    fn deref(&self) -> &Exporter {
        &self.exporter
    }
}

impl Exporter {
    fn start(platform: &Platform, shard: Shard) -> Self {
        let access = platform.kubernetes_access();
        let mut kubernetes = Kubernetes::default();
        kubernetes.access.kubeconfig = access.kubeconfig.display().to_string();
        (kubernetes.budget.request_timeout, kubernetes.budget.watch_timeout) = (LONG, LONG);
        let mut settings = Settings {
            period: HumanDuration::from_secs(1),
            deadline: LONG,
            endpoint_period: HumanDuration::from_secs(2),
            endpoint_timeout: PATIENCE,
            ..Settings::default()
        };
        let by = |key: &str, address: SocketAddr| BTreeMap::from([(key.to_owned(), address.to_string())]);
        settings.cluster.ingress_addresses = by(access.ingress_class, access.ingress_address);
        settings.cluster.public_addresses = by(&access.edge_host, access.edge_address);
        let families =
            ExporterFamilies { exporter: SPEC.name, families: SPEC.metrics, series_budget: 1_000_000 };
        let mut driver =
            Driver::of_shard(shard, Exposition::new([families]), Clock::starting_at(fixed_now()));
        let mut sources = driver.sources();
        start(&settings, &kubernetes, &mut sources);
        driver.set(sources).unwrap();
        let (exposition, statuses) = (driver.exposition(), driver.statuses());
        let running = tokio::spawn(async move {
            driver.run().await;
        });
        Self { exposition, statuses, running }
    }

    fn scrape(&self) -> Scrape {
        let snapshot = self.exposition.snapshot();
        let answer = snapshot.answer(Selection::All, Format::TEXT, Encoding::Identity).unwrap();
        let text = String::from_utf8(answer.buffers.concat()).unwrap();
        Scrape::parse(ScrapeFormat::Text, &text).unwrap_or_else(|fault| panic!("{fault}\n{text}"))
    }

    /// What is wrong, as the page has it.
    fn findings(&self) -> Vec<String> {
        let all = self.statuses.all();
        all.iter()
            .flat_map(|status| status.findings.examples.clone())
            .map(|finding| format!("{}: {}", finding.subject, finding.message))
            .collect()
    }

    /// Waits until what is served is as it should be.
    async fn until(&self, what: &str, is_so: impl Fn(&Scrape) -> bool) -> Scrape {
        let waiting = async {
            loop {
                let scrape = self.scrape();
                if is_so(&scrape) {
                    return scrape;
                }
                sleep(Duration::from_millis(50)).await;
            }
        };
        let waited = timeout(SOON, waiting).await;
        waited.unwrap_or_else(|elapsed| panic!("{what}: {elapsed}: {:#?}", self.scrape()))
    }

    /// Waits until everything has been read, and every host asked for.
    async fn until_complete(&self) -> Scrape {
        let is_complete = |scrape: &Scrape| {
            let has_rows = |family: &str| scrape.family(family).is_some_and(|rows| !rows.samples.is_empty());
            self.statuses.all().iter().all(|status| status.up() == Some(true))
                && FAMILIES.into_iter().all(has_rows)
                && hosts(scrape, "certs_host_served", "same").len() > 5
                && hosts(scrape, "certs_host_served", "not_probed").is_empty()
        };
        self.until("everything is read", is_complete).await
    }
}

impl Drop for Exporter {
    fn drop(&mut self) {
        self.running.abort();
    }
}

/// The hosts, without their domain, of which a family says this.
fn hosts(scrape: &Scrape, family: &str, result: &str) -> Vec<String> {
    let all = ones(scrape, family, &["result", "host"]);
    let of = |text: &String| Some(text.strip_prefix(result)?.trim().split('.').next()?.to_owned());
    let mut found: Vec<_> = all.iter().filter_map(of).collect();
    found.sort();
    found
}

fn causes(scrape: &Scrape) -> Vec<String> {
    ones(scrape, "certs_certmanager_certificate_failure", &["certificate", "cause"])
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_the_platform_is_seen() {
    let watched = Watched::start(true);
    let scrape = watched.until_complete().await;
    assert_eq!(causes(&scrape), ["datahub-tls dns", "harbor-tls login_page"]);
    assert_eq!(
        ones(&scrape, "certs_certmanager_certificate_never_issued", &["certificate"]),
        ["datahub-tls"]
    );
    assert_eq!(hosts(&scrape, "certs_host_certificate", "not_covered"), ["bi"]);
    assert_eq!(hosts(&scrape, "certs_host_certificate", "secret_missing"), ["datahub"]);
    assert_eq!(hosts(&scrape, "certs_host_certificate", "unknown"), Vec::<String>::new());
    assert_eq!(hosts(&scrape, "certs_host_served", "differs"), ["minio", "minio-console"]);
    assert_eq!(hosts(&scrape, "certs_host_served", "unreachable"), Vec::<String>::new());
    let of_edge = |scrape: &Scrape| ones(scrape, "certs_edge_info", &["name"]);
    watched
        .until("the edge's certificate, which never differs", |scrape| of_edge(scrape) == ["portal"])
        .await;
    let waiting = scrape.value("certs_signing_request_oldest_pending_timestamp_seconds", &[]);
    assert_eq!(waiting, Some((fixed_now().as_second() - 2 * 24 * 3600) as f64));
    let workloads =
        ones(&scrape, "certs_secret_workload_info", &["secret_name", "workload_kind", "workload"]);
    assert!(workloads.contains(&"harbor-tls Deployment harbor".to_owned()), "{workloads:?}");
    assert!(workloads.contains(&"exchange-client-tls CronJob price-ingest".to_owned()), "{workloads:?}");
    // What is found is entered a moment after it is served.
    for subject in ["Certificate harbor/harbor-tls", "Ingress superset/superset", "Ingress minio/minio"] {
        let is_found = |_: &Scrape| watched.findings().iter().any(|found| found.starts_with(subject));
        watched.until(subject, is_found).await;
    }
    assert!(watched.statuses.all().iter().all(|status| status.up() == Some(true)));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_platform_without_defects_nothing_is_said_to_be_wrong() {
    let watched = Watched::start(false);
    let scrape = watched.until_complete().await;
    assert_eq!(causes(&scrape), Vec::<String>::new());
    let count = |family: &str, result: &str| hosts(&scrape, family, result).len();
    let served = count("certs_host_served", "same");
    assert_eq!(count("certs_host_certificate", "covered"), served);
    let samples = &scrape.family("certs_host_certificate").unwrap().samples;
    assert_eq!(samples.iter().filter(|sample| sample.value > 0.5).count(), served, "every host is covered");
    assert_eq!(watched.findings(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn each_incident_of_the_cluster_shows_and_ends() {
    let watched = Watched::start(false);
    watched.until_complete().await;
    let incident = |name| Incident::named(name).unwrap();

    let blocked = incident("renewal-blocked");
    blocked.play(&watched.platform, fixed_now()).await.unwrap();
    watched.until("a login page is named", |scrape| causes(scrape) == ["trino-tls login_page"]).await;
    blocked.repair(&watched.platform, fixed_now()).await.unwrap();
    watched.until("it is renewed", |scrape| causes(scrape).is_empty()).await;

    let stale = incident("stale-served");
    stale.play(&watched.platform, fixed_now()).await.unwrap();
    watched
        .until("another is served", |scrape| hosts(scrape, "certs_host_served", "differs") == ["portal"])
        .await;
    stale.repair(&watched.platform, fixed_now()).await.unwrap();
    watched.until("it is loaded", |scrape| hosts(scrape, "certs_host_served", "differs").is_empty()).await;

    let edge =
        |scrape: &Scrape| scrape.value("certs_edge_not_after_timestamp_seconds", &[("name", "portal")]);
    let has_edge = |scrape: &Scrape| edge(scrape).is_some();
    let scrape = watched.until("the edge has a certificate of its own", has_edge).await;
    let before = edge(&scrape).unwrap();
    let lapses = incident("edge-certificate-lapses");
    lapses.play(&watched.platform, fixed_now()).await.unwrap();
    let scrape =
        watched.until("the edge's end is near", |scrape| edge(scrape).is_some_and(|end| end < before)).await;
    assert_eq!(
        hosts(&scrape, "certs_host_served", "differs"),
        Vec::<String>::new(),
        "the edge never differs"
    );
    lapses.repair(&watched.platform, fixed_now()).await.unwrap();
    watched.until("the edge is well again", |scrape| edge(scrape).is_some_and(|end| end >= before)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_api_is_away_what_was_read_stays_and_its_sources_are_down() {
    let watched = Watched::start(true);
    let before = watched.until_complete().await;
    let away = Incident::named("api-server-away").unwrap();
    away.play(&watched.platform, fixed_now()).await.unwrap();
    let is_down = |name: &str| {
        let all = watched.statuses.all();
        all.iter().find(|status| status.description.name == name).and_then(lookout_runtime::SourceStatus::up)
            == Some(false)
    };
    let joined = ["cert-manager", "certificatesigningrequests", "hosts", "workloads"];
    watched.until("they are down", |_| joined.iter().all(|name| is_down(name))).await;
    let after = watched.scrape();
    for family in
        ["certs_certmanager_certificate_info", "certs_host_certificate", "certs_secret_workload_info"]
    {
        let rows = |scrape: &Scrape| scrape.family(family).map(|family| family.samples.len());
        assert_eq!(rows(&before), rows(&after), "{family}");
    }
    away.repair(&watched.platform, fixed_now()).await.unwrap();
    watched.until("they are back", |_| !joined.iter().any(|name| is_down(name))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_cert_manager_and_gateways_there_is_nothing_to_say_and_nothing_fails() {
    let options = PlatformOptions { with_defects: false, ..PlatformOptions::default() };
    let platform = Platform::start(fixed_now(), &options).unwrap();
    for resource in [
        "certificates",
        "certificaterequests",
        "issuers",
        "clusterissuers",
        "orders",
        "challenges",
        "gateways",
        "listenersets",
    ] {
        platform.kubernetes().uninstall(resource);
    }
    let watched = Watched::watch(platform);
    let has_ended = || {
        let all = watched.statuses.all();
        all.iter().any(|status| status.description.name == "cert-manager" && status.up() == Some(true))
    };
    let scrape = watched
        .until("the hosts are read", |scrape| {
            scrape.family("certs_host_certificate").is_some() && has_ended()
        })
        .await;
    let of_cert_manager =
        |family: &&lookout_testkit::scrape::ScrapedFamily| family.name.starts_with("certs_certmanager_");
    let rows: usize = scrape.families.iter().filter(of_cert_manager).map(|family| family.samples.len()).sum();
    assert_eq!(rows, 0);
    assert!(watched.statuses.all().iter().all(|status| status.up() != Some(false)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_of_a_type_that_is_not_followed_is_asked_for_by_its_name() {
    let watched = Watched::start(false);
    watched.until_complete().await;
    let api = watched.platform.kubernetes();
    api.apply(objects::ingress("trino", "opaque", &["opaque.platform.localhost"], "opaque", "trino"))
        .unwrap();
    let of = |scrape: &Scrape, result: &str| {
        hosts(scrape, "certs_host_certificate", result).contains(&"opaque".to_owned())
    };
    watched.until("it is missing", |scrape| of(scrape, "secret_missing")).await;
    let authorities = Authorities::create(fixed_now()).unwrap();
    let issued = authorities.issue("opaque.platform.localhost", Validity::current(fixed_now())).unwrap();
    let chain = issued.chain_pem();
    let data: [(&str, &[u8]); 2] = [("tls.crt", chain.as_bytes()), ("tls.key", b"a private key")];
    api.apply(objects::secret("trino", "opaque", "Opaque", &data)).unwrap();
    watched.until("it is there", |scrape| of(scrape, "covered")).await;
    api.apply(objects::secret("trino", "opaque", "Opaque", &[("password", b"x")])).unwrap();
    watched.until("it has no certificate", |scrape| of(scrape, "no_certificate")).await;
    api.delete("secrets", "trino", "opaque").unwrap();
    watched.until("it is gone", |scrape| of(scrape, "secret_missing")).await;
}

/// The rows of what is joined with Secrets, in order.
fn joined_rows(scrape: &Scrape) -> Vec<String> {
    let is_joined = |name: &str| {
        ["certs_host_", "certs_edge_", "certs_secret_", "certs_certmanager_", "certs_signing_"]
            .iter()
            .any(|prefix| name.starts_with(prefix))
    };
    let joined =
        scrape.families.iter().filter(|family| is_joined(&family.name)).flat_map(|family| &family.samples);
    let mut rows: Vec<_> =
        joined.map(|sample| format!("{} {:?} {}", sample.name, sample.labels, sample.value)).collect();
    rows.sort();
    rows
}

#[tokio::test(flavor = "multi_thread")]
async fn shards_together_show_what_one_process_shows() {
    let whole = Watched::start(true);
    whole.until_complete().await;
    let shards = [0, 1, 2].map(|index| Exporter::start(&whole.platform, Shard::new(index, 3).unwrap()));
    let union = || {
        let mut rows: Vec<_> = shards.iter().flat_map(|shard| joined_rows(&shard.scrape())).collect();
        rows.sort();
        rows
    };
    whole.until("the shards agree", |scrape| union() == joined_rows(scrape)).await;
}
