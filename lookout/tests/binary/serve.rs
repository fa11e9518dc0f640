//! `lookout serve` watching files and endpoints, good and bad: each is reported as what it is.

use std::fmt::Write as _;

use lookout_runtime::Clock;
use lookout_simulator::{Platform, PlatformOptions};
use lookout_testkit::scrape::{Scrape, ScrapeFormat};

use crate::process::Lookout;

/// A platform with its defects, and the configuration that watches five of its endpoints and all of its files.
fn platform() -> (Platform, std::path::PathBuf) {
    let now = Clock::system().now();
    let platform = Platform::start(now, &PlatformOptions::default()).unwrap();
    let mut text = format!(
        "certs:\n  period: 1s\n  deadline: 1m\n  endpoint_period: 1s\n  endpoint_timeout: 1m\n  files: ['{}/**/*.pem']\n  trusted_roots: ['{}']\n  endpoints:\n",
        platform.directory().display(),
        platform.trust_bundle().display(),
    );
    for name in ["portal", "superset", "grafana", "harbor", "vault"] {
        let endpoint = platform.endpoint(name).unwrap();
        let (address, server_name) = (endpoint.address(), endpoint.server_name());
        // Writing to a String cannot fail.
        let _ = writeln!(text, "    - {{ address: '{address}', server_name: {server_name} }}");
    }
    let path = platform.directory().join("lookout.yaml");
    std::fs::write(&path, text).unwrap();
    (platform, path)
}

#[tokio::test(flavor = "multi_thread")]
async fn good_expired_untrusted_misnamed_and_dead_endpoints_are_told_apart() {
    let (platform, configuration) = platform();
    let (status, body) = tokio::task::spawn_blocking(move || {
        let lookout = Lookout::serve(&configuration);
        lookout.until_ready();
        lookout.get("/metrics/certs")
    })
    .await
    .unwrap();
    assert_eq!(status, 200);
    let scrape = Scrape::parse(ScrapeFormat::Text, &body).unwrap();
    for (name, up, result) in [
        ("portal", 1.0, Some("trusted")),
        ("superset", 1.0, Some("expired")),
        ("grafana", 1.0, Some("untrusted")),
        ("harbor", 1.0, Some("name_mismatch")),
        ("vault", 0.0, None),
    ] {
        let server_name = platform.endpoint(name).unwrap().server_name();
        let at = [("server_name", server_name)];
        assert_eq!(scrape.value("certs_endpoint_up", &at), Some(up), "{name}\n{body}");
        let held: Vec<&str> = scrape
            .samples()
            .filter(|sample| {
                sample.name == "certs_endpoint_verified" && sample.label("server_name") == Some(server_name)
            })
            .filter(|sample| sample.value > 0.0)
            .filter_map(|sample| sample.label("result"))
            .collect();
        assert_eq!(held, result.into_iter().collect::<Vec<_>>(), "{name}\n{body}");
    }
    let dead = platform.endpoint("vault").unwrap().server_name();
    let at = [("server_name", dead), ("reason", "unreachable")];
    assert_eq!(scrape.value("certs_endpoint_failure", &at), Some(1.0));
    assert_eq!(scrape.value("x509_cert_error", &[("filename", "iceberg-rest.pem")]), Some(1.0));
    let expired =
        [("filename", "superset.pem"), ("subject_CN", platform.endpoint("superset").unwrap().server_name())];
    assert_eq!(scrape.value("x509_cert_expired", &expired), Some(1.0));
    platform.stop().await;
}

/// The families that are called withheld.
fn withheld(scrape: &Scrape) -> Vec<&str> {
    let told = scrape.samples().filter(|sample| sample.name == "lookout_family_withheld");
    told.filter_map(|sample| sample.label("family")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn above_its_series_budget_an_exporter_withholds_whole_families_and_names_them() {
    const BUDGET: f64 = 150.0;
    let (platform, configuration) = platform();
    let text = std::fs::read_to_string(&configuration).unwrap();
    let text = text.replacen("certs:\n", &format!("certs:\n  series_budget: {BUDGET}\n"), 1);
    std::fs::write(&configuration, text).unwrap();
    let scrape = tokio::task::spawn_blocking(move || {
        let lookout = Lookout::serve(&configuration);
        lookout.until_ready();
        // What Lookout says of itself follows a moment after the cycles that it speaks of.
        for _ in 0..1200 {
            let scrape = Scrape::parse(ScrapeFormat::Text, &lookout.get("/metrics").1).unwrap();
            let withheld = withheld(&scrape);
            if !withheld.is_empty() && withheld.iter().all(|family| scrape.family(family).is_none()) {
                return scrape;
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        panic!("no family is withheld, or one is served all the same:\n{}", lookout.get("/metrics").1)
    })
    .await
    .unwrap();
    let served = scrape
        .samples()
        .filter(|sample| sample.name.starts_with("certs_") || sample.name.starts_with("x509_"));
    let n_served = served.count();
    assert!(n_served > 0 && n_served as f64 <= BUDGET, "{n_served} series are served");
    assert_eq!(scrape.value("lookout_series_budget", &[("exporter", "certs")]), Some(BUDGET));
    platform.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signal_drains_and_exits_with_0() {
    let (platform, configuration) = platform();
    let (status, log) = tokio::task::spawn_blocking(move || {
        let lookout = Lookout::serve(&configuration);
        lookout.until_ready();
        assert_eq!(lookout.get("/-/healthy").0, 200);
        lookout.terminate()
    })
    .await
    .unwrap();
    assert_eq!(status.code(), Some(0), "{log}");
    platform.stop().await;
}
