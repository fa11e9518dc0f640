//! The whole exporter under the driver: what is configured becomes sources, and each fails alone.

use std::sync::Arc;
use std::time::Duration;

use lookout_certs::start;
use lookout_certs_spec::config::EndpointSettings;
use lookout_certs_spec::{SPEC, Settings};
use lookout_config::HumanDuration;
use lookout_exposition::{Encoding, ExporterFamilies, Exposition, Format, Selection};
use lookout_runtime::{Applied, Clock, Driver, Sources};
use lookout_simulator::{
    Authorities, CertificateFiles, EndpointState, FileContent, ServerIdentity, TlsEndpoint,
};
use lookout_testkit::scrape::{Scrape, ScrapeFormat};
use tokio::time::timeout;

use crate::support::{PATIENCE, fixed_now, fixture};

const CHAIN: &str = "certs_served_not_after_timestamp_seconds";

fn driver() -> Driver {
    let families = ExporterFamilies { exporter: SPEC.name, families: SPEC.metrics, series_budget: 10_000 };
    Driver::new(Exposition::new([families]), Clock::starting_at(fixed_now()))
}

fn endpoint(address: String, server_name: &str) -> EndpointSettings {
    let (server_name, expected_name, trusted_roots) = (server_name.to_owned(), String::new(), Vec::new());
    EndpointSettings { address, server_name, expected_name, trusted_roots, timeout: Some(PATIENCE) }
}

fn names(settings: &Settings) -> Vec<String> {
    let mut sources = Sources::default();
    start(settings, &lookout_kubernetes::Settings::default(), &mut sources);
    sources.descriptions().map(|description| description.name.clone()).collect()
}

#[tokio::test]
async fn nothing_is_watched_that_is_not_configured() {
    let nothing = Vec::<String>::new();
    assert_eq!(names(&Settings::default()), nothing);
    let files = vec!["/etc/ssl/*.pem".to_owned()];
    assert_eq!(names(&Settings { files: files.clone(), ..Settings::default() }), ["files"]);
    assert_eq!(names(&Settings { enabled: false, files, ..Settings::default() }), nothing);
}

#[tokio::test]
async fn endpoints_share_the_roots_that_they_have_in_common() {
    let private = EndpointSettings {
        trusted_roots: vec!["/etc/private.pem".to_owned()],
        ..endpoint("192.0.2.7:636".to_owned(), "ldap.example")
    };
    let endpoints = vec![
        endpoint("https://a.example".to_owned(), ""),
        endpoint("b.example.:443".to_owned(), "b.example"),
        private,
    ];
    assert_eq!(
        names(&Settings { endpoints, ..Settings::default() }),
        [
            "trusted_roots system",
            "endpoint a.example:443",
            "endpoint b.example.:443 b.example",
            "trusted_roots /etc/private.pem",
            "endpoint 192.0.2.7:636 ldap.example",
        ]
    );
}

#[tokio::test]
async fn files_and_endpoints_are_served_together_and_a_dead_one_blanks_nobody() {
    let files = CertificateFiles::temporary().unwrap();
    let authorities = Arc::new(Authorities::create(fixed_now()).unwrap());
    let roots = files.write("roots.pem", &FileContent::bundle(&[&authorities.root])).unwrap();
    let stored = files.write("stored.pem", &FileContent::Bytes(fixture("chain.pem"))).unwrap();
    let serve = |server_name: &str, state| {
        let identity =
            ServerIdentity { server_name: server_name.to_owned(), authorities: Arc::clone(&authorities) };
        TlsEndpoint::start(identity, state, fixed_now()).unwrap()
    };
    let good = serve("good.example", EndpointState::Good);
    let dead = serve("dead.example", EndpointState::Dead);
    let settings = Settings {
        files: vec![stored.display().to_string(), files.path("missing.pem").display().to_string()],
        trusted_roots: vec![roots.display().to_string()],
        endpoints: [&good, &dead].map(|tls| endpoint(tls.address().to_string(), tls.server_name())).to_vec(),
        deadline: PATIENCE,
        ..Settings::default()
    };
    let mut driver = driver();
    let mut sources = driver.sources();
    start(&settings, &lookout_kubernetes::Settings::default(), &mut sources);
    driver.set(sources).unwrap();
    let (readiness, exposition, statuses) = (driver.readiness(), driver.exposition(), driver.statuses());
    let mut cycles = statuses.cycles();
    let running = tokio::spawn(driver.run());
    while !readiness.is_ready() {
        cycles.changed().await.unwrap();
    }
    let answer =
        exposition.snapshot().answer(Selection::All, Format::OPEN_METRICS, Encoding::Identity).unwrap();
    let text: String =
        answer.buffers.iter().map(|buffer| String::from_utf8(buffer.to_vec()).unwrap()).collect();
    // What it published is withdrawn with it.
    running.abort();
    let scrape = Scrape::parse(ScrapeFormat::OpenMetrics, &text).unwrap();
    let up = |name: &str| scrape.value("certs_endpoint_up", &[("server_name", name)]);
    assert_eq!((up("good.example"), up("dead.example")), (Some(1.0), Some(0.0)));
    let trusted = [("server_name", "good.example"), ("result", "trusted")];
    assert_eq!(scrape.value("certs_endpoint_verified", &trusted), Some(1.0));
    assert_eq!(scrape.value("x509_cert_not_after", &[("subject_CN", "shop.example")]), Some(1_775_001_600.0));
    assert_eq!(scrape.value("certs_file_faults", &[("reason", "not_found")]), Some(1.0));
    assert!(statuses.all().iter().all(|status| status.up() == Some(true)), "a dead endpoint is an answer");
}

#[tokio::test]
async fn the_chain_last_seen_of_a_dead_endpoint_outlives_the_changes_of_others_and_its_own() {
    let authorities = Arc::new(Authorities::create(fixed_now()).unwrap());
    let serve = |server_name: &str| {
        let identity =
            ServerIdentity { server_name: server_name.to_owned(), authorities: Arc::clone(&authorities) };
        TlsEndpoint::start(identity, EndpointState::Good, fixed_now()).unwrap()
    };
    let (dying, changing, added) =
        (serve("dying.example"), serve("changing.example"), serve("added.example"));
    let of = |tls: &TlsEndpoint| endpoint(tls.address().to_string(), tls.server_name());
    let settings = |endpoints: Vec<EndpointSettings>| Settings {
        endpoints,
        endpoint_period: HumanDuration::from_secs(1),
        ..Settings::default()
    };
    let mut driver = driver();
    let control = driver.control();
    let configuration = |settings: &Settings| {
        let mut sources = control.sources();
        start(settings, &lookout_kubernetes::Settings::default(), &mut sources);
        sources
    };
    driver.set(configuration(&settings(vec![of(&dying), of(&changing)]))).unwrap();
    let (exposition, statuses, clock) = (driver.exposition(), driver.statuses(), driver.clock());
    let mut cycles = statuses.cycles();
    let mut further = cycles.clone();
    let running = tokio::spawn(driver.run());
    let mut until = async |family: &str, name: &str, value: Option<f64>| loop {
        let snapshot = exposition.snapshot();
        let answer = snapshot.answer(Selection::All, Format::TEXT, Encoding::Identity).unwrap();
        let text = String::from_utf8(answer.buffers.concat()).unwrap();
        let scrape = Scrape::parse(ScrapeFormat::Text, &text).unwrap();
        let found = scrape.value(family, &[("server_name", name), ("position", "0")]);
        let found = found.or_else(|| scrape.value(family, &[("server_name", name)]));
        if found.is_some() && (value.is_none() || found == value) {
            break;
        }
        cycles.changed().await.unwrap();
    };
    until(CHAIN, "dying.example", None).await;
    dying.switch(EndpointState::Dead, fixed_now()).await.unwrap();
    until("certs_endpoint_up", "dying.example", Some(0.0)).await;
    let slower =
        |tls: &TlsEndpoint| EndpointSettings { timeout: Some(HumanDuration::from_secs(90)), ..of(tls) };
    let sources = configuration(&settings(vec![of(&dying), slower(&changing), of(&added)]));
    let Applied { kept, replaced, added: n_added, removed } = control.apply(sources).await.unwrap();
    // The trusted roots and the dead endpoint; the changed one; the added one.
    assert_eq!((kept, replaced, n_added, removed), (2, 1, 1, 0));
    until("certs_endpoint_up", "added.example", Some(1.0)).await;
    // Another attempt, which sees nothing, still says what was seen before.
    further.mark_unchanged();
    for _ in 0..3 {
        further.changed().await.unwrap();
    }
    until(CHAIN, "dying.example", None).await;
    until("certs_endpoint_up", "dying.example", Some(0.0)).await;
    // Its own settings change, while it is dead: the new source has seen nothing itself.
    let sources = configuration(&settings(vec![slower(&dying), slower(&changing), of(&added)]));
    let before = clock.now();
    assert_eq!(control.apply(sources).await.unwrap().replaced, 1);
    let has_looked = || {
        let all = statuses.all();
        let dying = all.iter().find(|status| status.description.name.ends_with("dying.example")).unwrap();
        dying.last_success.is_some_and(|moment| moment > before)
    };
    while !has_looked() {
        further.changed().await.unwrap();
    }
    let stays = timeout(Duration::from_mins(1), until(CHAIN, "dying.example", None));
    stays.await.expect("what a server showed stays known while it is down");
    running.abort();
}
