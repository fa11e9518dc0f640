//! Secrets are planted in everything that the process reads, and looked for in everything that it writes: its log at the
//! most talkative level with the request log, its pages, its answers to wrong requests, and what its checks print.
//!
//! A marker that is no secret must be found in the log, so that the search is known to work.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::certificates::{Authority, Identity};
use crate::serve::Serve;
use crate::toolkit;
use crate::tools::{run, tool, words};

const PASSWORD: &str = "planted-password-7f3a91";
const WRONG_PASSWORD: &str = "planted-wrong-password-7f3a91";
const TOKEN: &str = "planted-token-7f3a91";
const COOKIE: &str = "planted-cookie-7f3a91";
const QUERY: &str = "planted-query-7f3a91";
const USERINFO: &str = "planted-userinfo-7f3a91";
const HASH_TYPED_WRONG: &str = "planted-password-instead-of-its-hash-7f3a91";
const KEY_TYPED_WRONG: &str = "planted-key-that-is-none-7f3a91";

/// No secrets: a path and an agent, which the request log shows.
const CONTROLS: [&str; 2] = ["/planted-path-7f3a91", "planted-agent-7f3a91"];

/// Everything that is planted, and what was written.
struct Search {
    secrets: Vec<(String, String)>,
    written: Vec<(String, String)>,
}

impl Search {
    fn new(hash: &str, identities: &[&Identity]) -> Self {
        let named = |name: &str, text: &str| (name.to_owned(), text.to_owned());
        let mut secrets = vec![
            named("password", PASSWORD),
            named("wrong password", WRONG_PASSWORD),
            named("token", TOKEN),
            named("cookie", COOKIE),
            named("query", QUERY),
            named("userinfo of a target", USERINFO),
            named("password in the place of a hash", HASH_TYPED_WRONG),
            named("key that is none", KEY_TYPED_WRONG),
            named("hash", hash),
            // Salt and digest alone.
            named("digest", &hash[hash.len() - 31..]),
        ];
        for text in [format!("scraper:{PASSWORD}"), format!("scraper:{WRONG_PASSWORD}")] {
            secrets.push(named("credentials in base64", &base64(&text)));
        }
        for identity in identities {
            let key = identity.key_pem();
            let lines = key.lines().filter(|line| !line.starts_with("-----"));
            secrets.extend(lines.map(|line| named("line of a private key", line)));
        }
        Self { secrets, written: Vec::new() }
    }

    fn add(&mut self, origin: &str, text: impl Into<String>) {
        self.written.push((origin.to_owned(), text.into()));
    }

    /// Where each secret was found, in the words of a failure.
    fn findings(&self) -> Vec<String> {
        let mut findings = Vec::new();
        for (origin, text) in &self.written {
            for (name, secret) in &self.secrets {
                for line in text.lines().filter(|line| line.contains(secret.as_str())) {
                    findings.push(format!("{name} in {origin}: {line}"));
                }
            }
        }
        findings
    }
}

/// The web configuration with its secrets inline.
fn web_configuration(folder: &Path, server: &Identity, hash: &str, key: &str) -> PathBuf {
    let indented = |pem: &str| format!("    {}\n", pem.trim_end().replace('\n', "\n    "));
    let text = format!(
        "tls_server_config:\n  cert: |\n{}  key: |\n{}basic_auth_users:\n  scraper: {hash}\n",
        indented(&server.certificate_pem()),
        indented(key),
    );
    let file = folder.join("web.yml");
    let temporary = folder.join("web.yml.new");
    std::fs::write(&temporary, text).expect("it can be written");
    std::fs::rename(&temporary, &file).expect("it can be exchanged");
    file
}

#[test]
fn no_secret_is_ever_written() {
    let authority = Authority::new();
    let (server, other) = (authority.server("server"), authority.server("other"));
    let hash = toolkit::hash(&[PASSWORD]).remove(0);
    let mut search = Search::new(&hash, &[&server, &other]);
    let folder = authority.folder();
    let web = web_configuration(folder, &server, &hash, &server.key_pem());
    let configuration = folder.join("lookout.yaml");
    std::fs::write(
        &configuration,
        r#"{"probe": {"targets": ["127.0.0.1"], "allow_networks": ["127.0.0.0/8"]}}"#,
    )
    .expect("it can be written");
    let serve = Serve::start([
        format!("--web.config.file={}", web.display()),
        format!("--config.file={}", configuration.display()),
        "--web.enable-lifecycle".to_owned(),
        "--web.log-requests".to_owned(),
        "--log.level=trace".to_owned(),
    ]);

    talk(&serve, &authority, &mut search);

    // Configurations that are wrong, where secrets stand; each is read again and refused, and checked by hand.
    let not_a_key = format!("-----BEGIN PRIVATE KEY-----\n{KEY_TYPED_WRONG}\n-----END PRIVATE KEY-----\n");
    let bad = [
        (HASH_TYPED_WRONG.to_owned(), server.key_pem()),
        (hash.clone(), not_a_key),
        (hash.clone(), other.key_pem()),
        (format!("[{hash}, {HASH_TYPED_WRONG}]"), server.key_pem()),
        (format!("{{{HASH_TYPED_WRONG}: {hash}}}"), server.key_pem()),
        (format!("\"{HASH_TYPED_WRONG}"), server.key_pem()),
    ];
    for (hash, key) in &bad {
        web_configuration(folder, &server, hash, key);
        search.add("config check-web", check(&["config", "check-web"], &web));
        search.add("/-/reload", curl(&serve, &authority, &["--request", "POST"], "/-/reload"));
    }
    for text in configurations() {
        std::fs::write(&configuration, text).expect("it can be written");
        search.add("config check", check(&["config", "check"], &configuration));
        search.add("/-/reload", curl(&serve, &authority, &["--request", "POST"], "/-/reload"));
    }
    search.add("/metrics", curl(&serve, &authority, &[], "/metrics"));
    search.add("/", curl(&serve, &authority, &[], "/"));
    search.add("the log", serve.process.log());

    let log = &search.written.last().expect("it was added").1;
    for control in CONTROLS {
        assert!(log.contains(control), "the log does not show `{control}`, which it should:\n{log}");
    }
    assert!(log.contains("level=trace") || log.contains("level=debug"), "the log is not talkative:\n{log}");
    let findings = search.findings();
    assert!(findings.is_empty(), "{} findings: {findings:#?}", findings.len());
    // And secrets would be found.
    search.add("nothing", format!("x{PASSWORD}x"));
    assert_eq!(search.findings().len(), 1);
}

/// Configurations that are wrong, because somebody wrote a password where none belongs.
fn configurations() -> Vec<String> {
    let url = format!("https://user:{USERINFO}@localhost:1/?{QUERY}");
    vec![
        format!("{{\"certs\": {{\"endpoints\": [{{\"address\": \"{url}\"}}]}}}}"),
        format!(
            "{{\"certs\": {{\"endpoints\": [{{\"address\": \"localhost:1\", \"server_name\": \"{url}\"}}]}}}}"
        ),
        format!("{{\"probe\": {{\"targets\": [\"{url}\"]}}}}"),
        format!("{{\"probe\": {{\"targets\": [\"user:{USERINFO}@127.0.0.1\"]}}}}"),
        format!("{{\"probe\": {{\"modules\": {{\"own\": {{\"http\": {{\"host\": \"{url}\"}}}}}}}}}}"),
    ]
}

/// Requests with secrets in every place where they may stand, good ones and bad ones.
fn talk(serve: &Serve, authority: &Authority, search: &mut Search) {
    let bearer = format!("Authorization: Bearer {TOKEN}");
    let cookie = format!("Cookie: session={COOKIE}");
    let referer = format!("Referer: https://example.org/?{QUERY}");
    let broken = format!("Authorization: Basic {}\u{1}", base64(&format!("scraper:{WRONG_PASSWORD}")));
    let wrong = format!("scraper:{WRONG_PASSWORD}");
    let long = format!("Authorization: Bearer {TOKEN}{}", "a".repeat(100_000));
    let probe = format!("/probe?target=http://user:{USERINFO}@127.0.0.1:1/?{QUERY}&module=http_2xx");
    let requests: [(&[&str], &str); 12] = [
        (&[], "/metrics"),
        (&["--user", &wrong], "/metrics"),
        (&["--user", &wrong, "--http1.1"], "/metrics"),
        (&["--header", &bearer], "/metrics"),
        (&["--header", &cookie, "--header", &referer], "/"),
        (&["--header", &broken, "--http1.1"], "/metrics"),
        (&["--header", &long], "/metrics"),
        (&["--header", &long, "--http1.1"], "/metrics"),
        (&["--user-agent", CONTROLS[1]], CONTROLS[0]),
        (&[], &probe),
        (&["--request", "DELETE", "--data", TOKEN], "/metrics"),
        (&["--http1.1"], "/metrics?planted-query-7f3a91=planted-token-7f3a91"),
    ];
    for (arguments, path) in requests {
        search.add(path.split('?').next().unwrap_or_default(), curl(serve, authority, arguments, path));
    }
    // Requests in clear, to a port that speaks TLS: the bytes are no handshake, and hold a secret.
    let mut clear = Command::new(tool("CURL"));
    clear.args(["--silent", "--max-time", "30", "--header", &bearer, "--user", &wrong]);
    clear.arg(format!("http://{}/metrics?{QUERY}", serve.address));
    search.add("an answer in clear", words(&run(&mut clear, b"")));
}

/// An answer with its head, whatever its status. A user that is given takes the place of the right one.
fn curl(serve: &Serve, authority: &Authority, arguments: &[&str], path: &str) -> String {
    let mut curl = Command::new(tool("CURL"));
    curl.args(["--silent", "--include", "--globoff", "--max-time", "60", "--cacert"])
        .arg(&authority.certificate);
    let right = format!("scraper:{PASSWORD}");
    if !arguments.contains(&"--user") {
        curl.args(["--user", &right]);
    }
    curl.args(arguments).arg(format!("https://{}{path}", serve.address));
    words(&run(&mut curl, b""))
}

/// What a check prints of a file.
fn check(subcommand: &[&str], file: &Path) -> String {
    words(&run(Command::new(tool("LOOKOUT")).args(subcommand).arg(file), b""))
}

fn base64(text: &str) -> String {
    let mut openssl = Command::new(tool("OPENSSL"));
    openssl.args(["base64", "-A"]);
    words(&run(&mut openssl, text.as_bytes())).trim().to_owned()
}
