//! The whole exporter under the driver: what is configured becomes sources, and each fails alone.

use std::sync::Arc;

use lookout_certs::start;
use lookout_certs_spec::config::EndpointSettings;
use lookout_certs_spec::{SPEC, Settings};
use lookout_config::HumanDuration;
use lookout_exposition::{Encoding, ExporterFamilies, Exposition, Format, Selection};
use lookout_runtime::{Clock, Driver, Statuses};
use lookout_simulator::{
    Authorities, CertificateFiles, EndpointState, FileContent, ServerIdentity, TlsEndpoint,
};
use lookout_testkit::scrape::{Scrape, ScrapeFormat};

use crate::support::{fixed_now, fixture};

fn driver() -> Driver {
    let families = ExporterFamilies { exporter: SPEC.name, families: SPEC.metrics, series_budget: 10_000 };
    Driver::new(Exposition::new([families]), Clock::starting_at(fixed_now()))
}

fn endpoint(address: String, server_name: &str) -> EndpointSettings {
    let (server_name, expected_name, trusted_roots) = (server_name.to_owned(), String::new(), Vec::new());
    EndpointSettings { address, server_name, expected_name, trusted_roots, timeout: None }
}

fn names(statuses: &Statuses) -> Vec<String> {
    statuses.all().iter().map(|status| status.description.name.clone()).collect()
}

#[tokio::test]
async fn nothing_is_watched_that_is_not_configured() {
    let mut driver = driver();
    start(&Settings::default(), &mut driver);
    let files = vec!["/etc/ssl/*.pem".to_owned()];
    start(&Settings { enabled: false, files, ..Settings::default() }, &mut driver);
    assert_eq!(names(&driver.statuses()), Vec::<String>::new());
}

#[tokio::test]
async fn endpoints_share_the_roots_that_they_have_in_common() {
    let mut driver = driver();
    let private = EndpointSettings {
        trusted_roots: vec!["/etc/private.pem".to_owned()],
        ..endpoint("192.0.2.7:636".to_owned(), "ldap.example")
    };
    let endpoints = vec![
        endpoint("https://a.example".to_owned(), ""),
        endpoint("b.example.:443".to_owned(), "b.example"),
        private,
    ];
    start(&Settings { endpoints, ..Settings::default() }, &mut driver);
    assert_eq!(
        names(&driver.statuses()),
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
        endpoint_timeout: HumanDuration::from_secs(30),
        ..Settings::default()
    };
    let mut driver = driver();
    start(&settings, &mut driver);
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
