//! A real Prometheus scrapes over TLS with a password and a client certificate, while everything is exchanged under it
//! as Kubernetes exchanges mounted volumes, by the swap of a symbolic link. Not one scrape may fail.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use serde_json::json;
use tempfile::TempDir;

use crate::certificates::{Authority, Identity};
use crate::prometheus::Prometheus;
use crate::serve::Serve;
use crate::toolkit::{self, Scenario};

const PASSWORD: &str = "correct horse battery staple";
/// A scrape may take as long as the time until the next one, seconds, so that none fails because the machine is slow.
const INTERVAL: usize = 30;

/// A folder as the kubelet makes it of a volume: names lead through `..data` to the files of one version.
struct Volume {
    folder: TempDir,
    n_versions: u32,
}

impl Volume {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        Self { folder, n_versions: 0 }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Puts these files in the place of those that are there, all at once.
    fn publish(&mut self, files: &[(&str, String)]) {
        self.n_versions += 1;
        let version = format!("..version_{}", self.n_versions);
        std::fs::create_dir(self.path(&version)).expect("a folder can be made");
        for (name, text) in files {
            std::fs::write(self.path(&version).join(name), text).expect("a file can be written");
            // The names are made once and stay.
            let _ = symlink(Path::new("..data").join(name), self.path(name));
        }
        symlink(&version, self.path("..data_tmp")).expect("a link can be made");
        std::fs::rename(self.path("..data_tmp"), self.path("..data")).expect("a link can be exchanged");
        if self.n_versions > 1 {
            let before = self.path(&format!("..version_{}", self.n_versions - 1));
            std::fs::remove_dir_all(before).expect("the version before can be removed");
        }
    }
}

/// The files of a web configuration that asks for a certificate and a password.
fn files(authority: &Authority, server: &Identity, cost_of_nothing: &str) -> [(&'static str, String); 4] {
    let read = |path: &Path| std::fs::read_to_string(path).expect("it was written");
    let web = format!(
        "tls_server_config:\n  cert_file: tls.crt\n  key_file: tls.key\n  client_ca_file: ca.crt\n  \
         client_auth_type: RequireAndVerifyClientCert\n  client_allowed_sans: [scraper.example.org]\n\
         basic_auth_users:\n  scraper: {cost_of_nothing}\n"
    );
    [
        ("web.yml", web),
        ("tls.crt", server.certificate_pem()),
        ("tls.key", server.key_pem()),
        ("ca.crt", read(&authority.certificate)),
    ]
}

#[test]
fn prometheus_scrapes_through_rotations_and_a_bad_file() {
    let authority = Authority::new();
    let client = authority.client("prometheus");
    let hash = toolkit::hash(&[PASSWORD]).remove(0);
    let version = |name: &str| files(&authority, &authority.server(name), &hash);
    let mut volume = Volume::new();
    volume.publish(&version("first"));
    let serve = Serve::with_web_configuration(&volume.path("web.yml"));
    let mut prometheus = Prometheus::scraping(&job(&serve.address, &authority, &client), &[]);
    prometheus.query(r#"up{job="lookout"} == 1"#);
    let first = shown(&serve, &client);

    // The certificate alone is exchanged.
    volume.publish(&version("second"));
    let second = until_other(&serve, &client, &first);
    prometheus.query(r#"lookout_configuration_last_reload_successful{configuration="web"} == 1"#);

    // A key that does not belong to the certificate: what was in force stays, and everybody can see it.
    let mut torn = version("third");
    torn[2].1 = authority.server("torn").key_pem();
    volume.publish(&torn);
    prometheus.query(r#"lookout_configuration_last_reload_successful{configuration="web"} == 0"#);
    assert_eq!(shown(&serve, &client), second);

    // A web configuration that is none.
    let mut nonsense = version("fourth");
    nonsense[0].1 = "tls_server_config: [what is this]\n".to_owned();
    volume.publish(&nonsense);
    prometheus.query(r#"lookout_configuration_reloads_total{configuration="web",result="failure"} >= 2"#);
    assert_eq!(shown(&serve, &client), second);

    // Repaired.
    volume.publish(&version("fifth"));
    prometheus.query(r#"min(lookout_configuration_last_reload_successful{configuration="web"}) == 1"#);
    let fifth = until_other(&serve, &client, &second);
    assert_ne!(fifth, first);

    // And through all of it no scrape failed.
    let least = prometheus.query(r#"min(min_over_time(up{job="lookout"}[1h]))"#);
    assert_eq!(least[0]["value"][1], "1", "a scrape failed:\n{}", serve.process.log());
    let n_scrapes = prometheus.query(r#"sum(count_over_time(up{job="lookout"}[1h]))"#);
    println!("scrapes: {}", n_scrapes[0]["value"][1]);
}

#[test]
fn prometheus_is_let_in_by_nothing_less_than_everything() {
    let authority = Authority::new();
    let hash = toolkit::hash(&[PASSWORD]).remove(0);
    let mut volume = Volume::new();
    volume.publish(&files(&authority, &authority.server("server"), &hash));
    let serve = Serve::with_web_configuration(&volume.path("web.yml"));
    let (right, wrong) = (authority.client("right"), authority.self_signed_client("wrong"));
    let good = job(&serve.address, &authority, &right);
    let mut without_password = good.clone();
    without_password["basic_auth"]["password"] = "wrong".into();
    for job in [without_password, job(&serve.address, &authority, &wrong)] {
        Prometheus::scraping(&job, &[]).query(r#"up{job="lookout"} == 0"#);
    }
    Prometheus::scraping(&good, &[]).query(r#"up{job="lookout"} == 1"#);
}

/// The entry of `scrape_configs`. The address is there as often as an interval has seconds, so that one scrape comes every second:
/// Prometheus spreads targets over the interval.
fn job(address: &str, authority: &Authority, client: &Identity) -> serde_json::Value {
    let target = |number: usize| json!({"targets": [address], "labels": {"turn": number.to_string()}});
    let interval = format!("{INTERVAL}s");
    json!({
        "job_name": "lookout",
        "scrape_interval": interval,
        "scrape_timeout": interval,
        "scheme": "https",
        "basic_auth": {"username": "scraper", "password": PASSWORD},
        "tls_config": {"ca_file": authority.certificate, "cert_file": client.certificate, "key_file": client.key},
        "static_configs": (0..INTERVAL).map(target).collect::<Vec<_>>(),
    })
}

/// The fingerprint of the certificate that the server shows; the request must be answered.
fn shown(serve: &Serve, client: &Identity) -> String {
    let scenario = Scenario {
        address: serve.address.clone(),
        tls: true,
        certificate: client.certificate.clone(),
        key: client.key.clone(),
        user: Some("scraper"),
        password: PASSWORD,
        path: "/metrics",
        ..Scenario::default()
    };
    let outcome = toolkit::act(&[scenario]).remove(0);
    let statuses: Vec<u16> = outcome.answers.iter().flatten().map(|answer| answer.status).collect();
    assert_eq!(statuses, [200], "{outcome:?}\n{}", serve.process.log());
    outcome.certificate
}

/// The fingerprint, once it is another one.
fn until_other(serve: &Serve, client: &Identity, before: &str) -> String {
    crate::running::until("another certificate", || Some(shown(serve, client)).filter(|now| now != before))
}
