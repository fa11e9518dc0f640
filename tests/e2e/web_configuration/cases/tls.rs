//! `tls_server_config`: certificates and keys, clients' certificates, versions, suites and curves.

use std::path::Path;

use super::{CLIENTS, TLS, Text, VERIFIED, block, text};
use crate::certificates::{Authority, Identity};

pub(super) fn inline(authority: &Authority, server: &Identity) -> Vec<Text> {
    let certificate = block("cert", &server.certificate_pem());
    let key = block("key", &server.key_pem());
    let client_ca =
        block("client_ca", &std::fs::read_to_string(&authority.certificate).expect("it is there"));
    let absolute = |path: &Path| path.display().to_string();
    vec![
        text("inline", format!("tls_server_config:\n{certificate}{key}")),
        text(
            "inline with clients",
            format!(
                "tls_server_config:\n{certificate}{key}{client_ca}  client_auth_type: RequireAndVerifyClientCert\n"
            ),
        ),
        text("inline client_ca without policy", format!("tls_server_config:\n{certificate}{key}{client_ca}")),
        text(
            "inline certificate beside a file",
            format!("tls_server_config:\n{certificate}  cert_file: another.pem\n  key_file: another.key\n"),
        ),
        text(
            "inline key beside a file",
            format!("tls_server_config:\n  cert_file: another.pem\n{key}  key_file: another.key\n"),
        ),
        text(
            "inline client_ca beside a file",
            format!(
                "{CLIENTS}{}  client_auth_type: RequireAndVerifyClientCert\n",
                block("client_ca", "garbage")
            ),
        ),
        text("inline garbage", "tls_server_config:\n  cert: garbage\n  key: garbage\n"),
        text(
            "absolute paths",
            format!(
                "tls_server_config:\n  cert_file: {}\n  key_file: {}\n",
                absolute(&server.certificate),
                absolute(&server.key)
            ),
        ),
    ]
}

pub(super) fn tls() -> Vec<Text> {
    let pair = |name, certificate: &str, key: &str| {
        text(name, format!("tls_server_config:\n  cert_file: {certificate}\n  key_file: {key}\n"))
    };
    let only = |name, line: &str| text(name, format!("tls_server_config:\n  {line}\n"));
    vec![
        text("certificate and key", TLS),
        pair("rsa", "rsa.pem", "rsa.key"),
        pair("rsa with a PKCS 1 key", "rsa.pem", "rsa-pkcs1.key"),
        pair("weak rsa", "weak-rsa.pem", "weak-rsa.key"),
        pair("P-384", "p384.pem", "p384.key"),
        pair("P-521", "p521.pem", "p521.key"),
        pair("Ed25519", "ed25519.pem", "ed25519.key"),
        pair("SEC 1 key", "server.pem", "server-sec1.key"),
        pair("encrypted key", "server.pem", "server-encrypted.key"),
        pair("key of another", "server.pem", "another.key"),
        pair("certificate and key exchanged", "server.key", "server.pem"),
        pair("certificate is garbage", "garbage", "server.key"),
        pair("certificate is empty", "empty", "server.key"),
        pair("certificate is a folder", "folder", "server.key"),
        pair("path that climbs", "folder/../server.pem", "./server.key"),
        only("only min_version", "min_version: TLS13"),
        only("only cipher_suites", "cipher_suites: [TLS_AES_128_GCM_SHA256]"),
        only("only curve_preferences", "curve_preferences: [X25519]"),
        only("only client_allowed_sans", "client_allowed_sans: [scraper.example.org]"),
        only("only prefer_server_cipher_suites", "prefer_server_cipher_suites: true"),
        only("only client_auth_type", "client_auth_type: NoClientCert"),
        only("only client_ca_file", "client_ca_file: authority.pem"),
        only("only cert_file", "cert_file: server.pem"),
        only("only key_file", "key_file: server.key"),
    ]
}

pub(super) fn client_certificates() -> Vec<Text> {
    let policy =
        |name, start: &str, policy: &str| text(name, format!("{start}  client_auth_type: {policy}\n"));
    let sans = |name, start: &str, sans: &str| text(name, format!("{start}  client_allowed_sans: {sans}\n"));
    let any = format!("{TLS}  client_auth_type: RequireAnyClientCert\n");
    let requested = format!("{TLS}  client_auth_type: RequestClientCert\n");
    let if_given = format!("{CLIENTS}  client_auth_type: VerifyClientCertIfGiven\n");
    vec![
        policy("NoClientCert", TLS, "NoClientCert"),
        policy("NoClientCert with authority", CLIENTS, "NoClientCert"),
        policy("RequestClientCert", TLS, "RequestClientCert"),
        policy("RequestClientCert with authority", CLIENTS, "RequestClientCert"),
        policy("RequireAnyClientCert", TLS, "RequireAnyClientCert"),
        policy("RequireAnyClientCert with authority", CLIENTS, "RequireAnyClientCert"),
        policy("RequireClientCert", CLIENTS, "RequireClientCert"),
        policy("VerifyClientCertIfGiven", CLIENTS, "VerifyClientCertIfGiven"),
        policy("VerifyClientCertIfGiven without authority", TLS, "VerifyClientCertIfGiven"),
        policy("RequireAndVerifyClientCert", CLIENTS, "RequireAndVerifyClientCert"),
        policy("RequireAndVerifyClientCert without authority", TLS, "RequireAndVerifyClientCert"),
        policy("policy in small letters", CLIENTS, "requireandverifyclientcert"),
        policy("policy is null", TLS, "null"),
        text(
            "authority is garbage",
            format!("{TLS}  client_ca_file: garbage\n  client_auth_type: RequireAndVerifyClientCert\n"),
        ),
        text(
            "authority is empty",
            format!("{TLS}  client_ca_file: empty\n  client_auth_type: RequireAndVerifyClientCert\n"),
        ),
        text(
            "authority is the client itself",
            format!(
                "{TLS}  client_ca_file: self-signed.pem\n  client_auth_type: RequireAndVerifyClientCert\n"
            ),
        ),
        sans("names: host", VERIFIED, "[scraper.example.org]"),
        sans("names: mail", VERIFIED, "[scraper@example.org]"),
        sans("names: address", VERIFIED, "[192.0.2.7]"),
        sans("names: address of IPv6", VERIFIED, "[\"2001:db8::7\"]"),
        sans("names: address of IPv6, written out", VERIFIED, "[\"2001:0DB8:0:0:0:0:0:7\"]"),
        sans("names: URI", VERIFIED, "[\"spiffe://example.org/scraper\"]"),
        sans("names: several", VERIFIED, "[nobody, 198.51.100.1, scraper.example.org]"),
        sans("names: wildcard", VERIFIED, "[\"*.example.org\"]"),
        sans("names: common name", VERIFIED, "[right]"),
        sans("names: empty list", VERIFIED, "[]"),
        sans("names: null", VERIFIED, "null"),
        sans("names: number", VERIFIED, "[5]"),
        sans("names: not a list", VERIFIED, "scraper.example.org"),
        sans("names: any certificate", &any, "[scraper.example.org]"),
        sans("names: requested certificate", &requested, "[scraper.example.org]"),
        sans("names: certificate if given", &if_given, "[scraper.example.org]"),
        sans("names: no certificate", TLS, "[scraper.example.org]"),
    ]
}

pub(super) fn versions() -> Vec<Text> {
    let with = |name, lines: &str| text(name, format!("{TLS}  {lines}\n"));
    let rsa = |name, lines: &str| {
        text(name, format!("tls_server_config:\n  cert_file: rsa.pem\n  key_file: rsa.key\n  {lines}\n"))
    };
    vec![
        with("min TLS10", "min_version: TLS10"),
        with("min TLS11", "min_version: TLS11"),
        with("min TLS13", "min_version: TLS13"),
        with("max TLS12", "max_version: TLS12"),
        with("max TLS11", "max_version: TLS11"),
        with("min TLS10, max TLS11", "min_version: TLS10\n  max_version: TLS11"),
        with("min above max", "min_version: TLS13\n  max_version: TLS12"),
        with("version in small letters", "min_version: tls12"),
        with("version empty", "min_version: \"\""),
        with("version null", "min_version: null"),
        with("version as number", "min_version: 1.2"),
        with("suites: of TLS 1.3 only", "cipher_suites: [TLS_AES_256_GCM_SHA384]"),
        with(
            "suites: of TLS 1.3 only, max TLS12",
            "max_version: TLS12\n  cipher_suites: [TLS_AES_256_GCM_SHA384]\nhttp_server_config:\n  http2: false",
        ),
        with(
            "suites: CBC only",
            "cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA]\nhttp_server_config:\n  http2: false",
        ),
        with("suites: empty list", "cipher_suites: []"),
        with("suites: null", "cipher_suites: null"),
        with(
            "suites: ChaCha20",
            "cipher_suites: [TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256]\nhttp_server_config:\n  http2: false",
        ),
        with(
            "suites: ChaCha20 with HTTP/2",
            "cipher_suites: [TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256]",
        ),
        with("suites: for the other kind of key", "cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]"),
        with(
            "suites: twice the same",
            "cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256]",
        ),
        with("suites: RC4", "cipher_suites: [TLS_ECDHE_RSA_WITH_RC4_128_SHA]"),
        with("suites: RSA key exchange", "cipher_suites: [TLS_RSA_WITH_AES_128_GCM_SHA256]"),
        with("suites: without TLS_", "cipher_suites: [ECDHE_ECDSA_WITH_AES_128_GCM_SHA256]"),
        rsa(
            "suites: 256 before 128",
            "cipher_suites: [TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]",
        ),
        rsa(
            "suites: the client's choice",
            "prefer_server_cipher_suites: false\n  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]",
        ),
        with("curves: P-256", "curve_preferences: [CurveP256]"),
        with("curves: P-384", "curve_preferences: [CurveP384]"),
        with("curves: P-521", "curve_preferences: [CurveP521]"),
        with("curves: P-521 and P-256", "curve_preferences: [CurveP521, CurveP256]"),
        with("curves: X25519", "curve_preferences: [X25519]"),
        with("curves: X25519MLKEM768", "curve_preferences: [X25519MLKEM768]"),
        with("curves: by number", "curve_preferences: [23]"),
        with("curves: empty list", "curve_preferences: []"),
    ]
}
