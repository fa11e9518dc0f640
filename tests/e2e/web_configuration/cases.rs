//! Web configurations beyond the toolkit's own: every field of its documentation, alone and in company, right and wrong.

mod http;
mod tls;
mod yaml;

use std::path::{Path, PathBuf};

use crate::certificates::Authority;

/// A configuration file and what it is called in the table of deviations.
#[derive(Clone, Debug)]
pub(super) struct Case {
    pub(super) name: String,
    pub(super) file: PathBuf,
}

/// `tls_server_config` with the server's certificate, to be continued.
const TLS: &str = "tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n";
/// The same, with the authority of the clients.
const CLIENTS: &str =
    "tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n  client_ca_file: authority.pem\n";
/// The same, and the clients must show a certificate of this authority.
const VERIFIED: &str = "tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n  client_ca_file: authority.pem\n  client_auth_type: RequireAndVerifyClientCert\n";

/// The toolkit's own test configurations.
pub(super) fn of_the_toolkit(testdata: &Path) -> Vec<Case> {
    let mut cases: Vec<Case> = std::fs::read_dir(testdata)
        .expect("the toolkit's test data is there")
        .map(|entry| entry.expect("its folder can be listed").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "yml" || ending == "yaml"))
        .map(|file| Case {
            name: format!("{}", file.file_name().unwrap_or_default().to_string_lossy()),
            file,
        })
        .collect();
    cases.sort_by(|a, b| a.name.cmp(&b.name));
    // The number in release 0.16.0; fewer would mean that this looks in the wrong place.
    assert!(cases.len() >= 41, "only {} configurations in {}", cases.len(), testdata.display());
    cases
}

/// Ours, written into the folder of `authority` beside the certificates.
pub(super) fn of_ours(authority: &Authority) -> Vec<Case> {
    let server = authority.server("server");
    key_pairs(authority);
    let texts = [
        tls::inline(authority, &server),
        tls::tls(),
        tls::client_certificates(),
        tls::versions(),
        http::http(),
        http::users(),
        http::rates(),
        yaml::yaml(),
    ];
    let cases = texts.into_iter().flatten().map(|(name, text)| {
        let file = authority.folder().join(format!("{}.yml", name.replace([' ', '/'], "_")));
        std::fs::write(&file, text).expect("the configuration can be written");
        Case { name: name.to_owned(), file }
    });
    cases.collect()
}

type Text = (&'static str, String);

/// Keys and certificates of every kind that a server may have.
fn key_pairs(authority: &Authority) {
    authority.server("another");
    let made = [
        ("rsa", &["rsa:2048"][..]),
        ("weak-rsa", &["rsa:1024"]),
        ("p384", &["ec", "-pkeyopt", "ec_paramgen_curve:P-384"]),
        ("p521", &["ec", "-pkeyopt", "ec_paramgen_curve:P-521"]),
        ("ed25519", &["ed25519"]),
    ];
    for (name, arguments) in made {
        authority.server_by_openssl(name, arguments);
    }
    authority.convert_key("rsa.key", "rsa-pkcs1.key", &["-traditional"]);
    authority.convert_key("server.key", "server-sec1.key", &["-traditional"]);
    authority.convert_key("server.key", "server-encrypted.key", &["-aes128", "-passout", "pass:secret"]);
    let place = |name: &str| authority.folder().join(name);
    std::fs::write(place("garbage"), "this is no certificate\n").expect("it can be written");
    std::fs::write(place("empty"), "").expect("it can be written");
    std::fs::create_dir(place("folder")).expect("it can be made");
}

fn text(name: &'static str, text: impl Into<String>) -> Text {
    (name, text.into())
}

/// `pem` as a block of YAML.
fn block(key: &str, pem: &str) -> String {
    format!("  {key}: |\n    {}\n", pem.trim_end().replace('\n', "\n    "))
}
