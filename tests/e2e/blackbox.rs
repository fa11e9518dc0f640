//! `/probe`, side by side with `blackbox_exporter`: the same targets, and what both say of them.

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::json;
use tempfile::TempDir;

use crate::certificates::Authority;
use crate::ports;
use crate::running::Running;
use crate::serve::Serve;
use crate::tools::{run, tool};
use crate::web_server::WebServer;

/// A series and its value.
type Series = BTreeMap<String, f64>;

/// Families whose values are times, addresses or sizes of their own: only their series are compared.
const MEASUREMENTS: [&str; 4] = [
    "probe_dns_lookup_time_seconds",
    "probe_duration_seconds",
    "probe_http_duration_seconds",
    "probe_ip_addr_hash",
];

/// A line of the table of deviations: the target, or `*`; the series, or its beginning and `*`; and why it differs.
type Deviation = (&'static str, &'static str, &'static str);

/// Where we knowingly differ. Anything else that differs fails the test, and so does a line that nothing shows.
const DEVIATIONS: &[Deviation] = &[
    (
        "refused|hangs|closes|no HTTP|TLS, expired|TLS, another's name|TLS, unknown authority|TLS, where none is|clear, where TLS is",
        "probe_http_content_length: theirs 0, ours absent|probe_http_ssl: theirs 0, ours absent|probe_http_version: theirs 0, ours absent|probe_http_uncompressed_body_length: theirs 0, ours absent",
        "there was no answer, so nothing is known of it; unknown is not zero",
    ),
    (
        "chunked",
        "probe_http_content_length: theirs -1, ours absent",
        "the answer states no length; unknown is not -1",
    ),
    (
        "no content",
        "probe_http_content_length: theirs 0, ours absent",
        "the answer states no length; unknown is not zero",
    ),
    (
        "redirects without end",
        "probe_http_uncompressed_body_length: theirs 0, ours absent",
        "no body was read; unknown is not zero",
    ),
    (
        "redirect not followed",
        "probe_http_redirects: theirs 1, ours 0",
        "we count the redirects that were followed, as the family's help says",
    ),
    (
        "redirects without end",
        "probe_http_redirects: theirs 11, ours 10",
        "we count the redirects that were followed; the eleventh was not",
    ),
    (
        "TLS|TLS by name",
        "probe_tls_cipher_info*",
        "rustls asks for 256 bits first, Go for 128; the target chooses",
    ),
    (
        "TLS|TLS by name|connects by TLS",
        "probe_ssl_last_chain_info*",
        "a series for each certificate that was ever seen; `certs` has these labels for what it watches",
    ),
    (
        "connects|connects by TLS",
        "probe_failed_due_to_regex: theirs 0, ours absent|probe_failed_due_to_bytes: theirs 0, ours absent",
        "our probes of TCP and TLS look at no content",
    ),
];

/// A target: what it is called, the module, and where it is.
type Target = (&'static str, &'static str, String);

/// The targets that never answer: they are given up soon. For all others a machine may take its time.
const SILENT: [&str; 2] = ["hangs", "TLS, where none is"];

/// Both servers.
struct Both {
    blackbox: Running,
    theirs: String,
    lookout: Serve,
    _folder: TempDir,
}

impl Both {
    fn start(authority: &Authority) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let ca = authority.certificate.display().to_string();
        let write = |name: &str, text: serde_json::Value| {
            let file = folder.path().join(name);
            std::fs::write(&file, text.to_string()).expect("it can be written");
            file
        };
        let theirs = write(
            "blackbox.yml",
            json!({"modules": {
                "http_2xx": {"prober": "http", "http": {"preferred_ip_protocol": "ip4"}},
                "https": {"prober": "http", "http": {"preferred_ip_protocol": "ip4", "tls_config": {"ca_file": ca}}},
                "no_redirects": {"prober": "http", "http": {"follow_redirects": false, "preferred_ip_protocol": "ip4"}},
                "tls_only": {"prober": "http", "http": {"fail_if_not_ssl": true, "preferred_ip_protocol": "ip4"}},
                "lacks": {"prober": "http", "http": {"fail_if_body_not_matches_regexp": ["missing"], "preferred_ip_protocol": "ip4"}},
                "contains": {"prober": "http", "http": {"fail_if_body_matches_regexp": ["hello"], "preferred_ip_protocol": "ip4"}},
                "tcp_connect": {"prober": "tcp", "tcp": {"preferred_ip_protocol": "ip4"}},
                "tls_connect": {"prober": "tcp", "tcp": {"tls": true, "preferred_ip_protocol": "ip4", "tls_config": {"ca_file": ca}}},
            }}),
        );
        let ours = write(
            "lookout.yaml",
            json!({"probe": {
                "targets": ["127.0.0.1", "localhost"],
                "allow_networks": ["127.0.0.0/8", "::1/128"],
                "max_timeout": "2m",
                "modules": modules(&ca),
            }}),
        );
        let address = ports::free_address();
        let mut command = Command::new(tool("BLACKBOX"));
        command.arg(format!("--config.file={}", theirs.display()));
        command.arg(format!("--web.listen-address={address}"));
        let blackbox = Running::start(&mut command, &folder.path().join("blackbox.log"));
        let lookout = Serve::start([format!("--config.file={}", ours.display())]);
        let mut both = Self { blackbox, theirs: address, lookout, _folder: folder };
        let healthy = format!("http://{}/-/healthy", both.theirs);
        both.blackbox.until("health", || (crate::scrape::status(&healthy) == Some(200)).then_some(()));
        both
    }

    /// What both say of a target.
    fn probe(&self, (name, module, target): &Target) -> [Series; 2] {
        let timeout = if SILENT.contains(name) { 5 } else { 60 };
        [&self.theirs, &self.lookout.address].map(|address| {
            let mut curl = Command::new(tool("CURL"));
            curl.args(["--silent", "--show-error", "--fail-with-body", "--get", "--max-time", "120"]);
            curl.args(["--header", &format!("X-Prometheus-Scrape-Timeout-Seconds: {timeout}")]);
            curl.args([
                "--data-urlencode",
                &format!("target={target}"),
                "--data-urlencode",
                &format!("module={module}"),
            ]);
            let output = run(curl.arg(format!("http://{address}/probe")), b"");
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            assert!(output.status.success(), "{address} on {module} {target}: {text}");
            series(&text)
        })
    }
}

/// Our modules of the same names.
fn modules(ca: &str) -> serde_json::Value {
    json!({
        "https": {"prober": "http", "tls": {"trusted_roots": [ca]}},
        "no_redirects": {"prober": "http", "http": {"follow_redirects": false}},
        "tls_only": {"prober": "http", "http": {"require_tls": true}},
        "lacks": {"prober": "http", "http": {"fail_if_body_lacks": ["missing"]}},
        "contains": {"prober": "http", "http": {"fail_if_body_contains": ["hello"]}},
        "tls_connect": {"prober": "tls", "tls": {"trusted_roots": [ca]}},
    })
}

fn series(text: &str) -> Series {
    let lines = text.lines().filter(|line| line.starts_with("probe_"));
    lines
        .map(|line| {
            let (series, value) = line.rsplit_once(' ').expect("a series has a value");
            (series.to_owned(), value.parse().expect("the value is a number"))
        })
        .collect()
}

#[test]
fn probe_says_what_blackbox_exporter_says() {
    let authority = Authority::new();
    let good = WebServer::tls(&authority.server("good"));
    let expired = WebServer::tls(&authority.expired_server("expired"));
    let elsewhere = WebServer::tls(&authority.server_named("elsewhere", "elsewhere.example.org"));
    let stranger = WebServer::tls(&Authority::new().server("stranger"));
    let plain = WebServer::plain();
    let refused = ports::free_address();
    let both = Both::start(&authority);
    let http = |path: &str| format!("http://{}{path}", plain.address);
    let https = |server: &WebServer, path: &str| format!("https://{}{path}", server.address);
    let targets: Vec<Target> = vec![
        ("good", "http_2xx", http("/")),
        ("by name", "http_2xx", format!("http://localhost:{}/", plain.port())),
        ("without scheme", "http_2xx", plain.address.clone()),
        ("not found", "http_2xx", http("/status/404")),
        ("server error", "http_2xx", http("/status/500")),
        ("no content", "http_2xx", http("/status/204")),
        ("redirect", "http_2xx", http("/redirect")),
        ("redirect not followed", "no_redirects", http("/redirect")),
        ("redirects without end", "http_2xx", http("/loop")),
        ("refused", "http_2xx", format!("http://{refused}/")),
        ("hangs", "http_2xx", http("/hang")),
        ("closes", "http_2xx", http("/close")),
        ("no HTTP", "http_2xx", http("/garbage")),
        ("chunked", "http_2xx", http("/chunked")),
        ("text is missing", "lacks", http("/")),
        ("text is there", "contains", http("/")),
        ("in clear", "tls_only", http("/")),
        ("TLS", "https", https(&good, "/")),
        ("TLS by name", "https", format!("https://localhost:{}/", good.port())),
        ("TLS, expired", "https", https(&expired, "/")),
        ("TLS, another's name", "https", https(&elsewhere, "/")),
        ("TLS, unknown authority", "https", https(&stranger, "/")),
        ("TLS, where none is", "https", format!("https://{}/", plain.address)),
        ("clear, where TLS is", "http_2xx", format!("http://{}/", good.address)),
        ("connects", "tcp_connect", plain.address.clone()),
        ("does not connect", "tcp_connect", refused.clone()),
        ("connects by TLS", "tls_connect", good.address.clone()),
        ("connects by TLS, expired", "tls_connect", expired.address.clone()),
    ];
    assert!(
        SILENT.iter().all(|silent| targets.iter().any(|(name, ..)| name == silent)),
        "a name has changed"
    );
    let mut unexplained = Vec::new();
    let mut shown = vec![false; DEVIATIONS.len()];
    for target in &targets {
        let ([theirs, ours], name) = (both.probe(target), target.0);
        assert!(theirs.contains_key("probe_success") && ours.contains_key("probe_success"), "{name}");
        for difference in differences(&theirs, &ours) {
            let explanation = DEVIATIONS.iter().position(|line| explains(line, name, &difference));
            match explanation {
                Some(line) => shown[line] = true,
                None => unexplained.push(format!("{name}: {difference}")),
            }
        }
    }
    assert!(unexplained.is_empty(), "{} differences: {unexplained:#?}", unexplained.len());
    let idle: Vec<_> =
        DEVIATIONS.iter().zip(shown).filter(|(_, shown)| !shown).map(|(line, _)| line).collect();
    assert!(idle.is_empty(), "lines of the table that nothing shows any more: {idle:#?}");
    assert!(DEVIATIONS.iter().all(|(_, _, why)| why.len() > 20), "a deviation without a reason");
}

/// The series that only one has, or that have another value; what only we have is no difference.
fn differences(theirs: &Series, ours: &Series) -> Vec<String> {
    let family = |series: &str| series.split('{').next().unwrap_or_default().to_owned();
    let mut differences: Vec<String> = theirs
        .iter()
        .filter_map(|(series, value)| match ours.get(series) {
            None => Some(format!("{series}: theirs {value}, ours absent")),
            Some(_) if MEASUREMENTS.contains(&family(series).as_str()) => None,
            Some(found) if found.total_cmp(value).is_eq() => None,
            Some(found) => Some(format!("{series}: theirs {value}, ours {found}")),
        })
        .collect();
    let families: Vec<String> = theirs.keys().map(|series| family(series)).collect();
    let more =
        ours.keys().filter(|series| families.contains(&family(series)) && !theirs.contains_key(*series));
    differences.extend(more.map(|series| format!("{series}: theirs absent, ours there")));
    differences
}

fn explains((target, series, _): &Deviation, name: &str, difference: &str) -> bool {
    let target = *target == "*" || target.split('|').any(|target| target == name);
    let series = series.split('|').any(|series| match series.strip_suffix('*') {
        Some(start) => difference.starts_with(start),
        None => difference == series,
    });
    target && series
}
