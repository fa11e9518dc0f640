//! The rows of exporter-toolkit's test table: each file of its `web/testdata` in our words, with the verdict that its own
//! test expects. The passwords of the users are their names and `123`; the hashes were made by Go's bcrypt, at the costs there.
//!
//! In a text, the lines `FILES`, `INLINE` and `KEY` stand for certificate and key, as files, here, or only the key here.

/// A file.
pub(crate) struct Row {
    /// Its name there.
    pub(crate) file: &'static str,
    pub(crate) text: &'static str,
    pub(crate) verdict: Verdict,
}

/// What exporter-toolkit's test expects of a file.
pub(crate) enum Verdict {
    /// It is accepted.
    Good,
    /// It is refused; ours says this.
    Bad(&'static str),
    /// It is accepted there and refused here, with this message, for this reason.
    Stricter(&'static str, &'static str),
}

use Verdict::{Bad, Good, Stricter};

pub(crate) const ROWS: &[Row] = &[
    Row { file: "web_config_empty.yml", text: "", verdict: Good },
    Row {
        file: "web_config_junk.yml",
        text: "hWkNKCp3fvIx\nTuEjdwNS8A2v\n",
        verdict: Bad("expected a mapping"),
    },
    Row {
        file: "web_config_junk_key.yml",
        text: "tls_server_config:\n  cert_filse: server.crt\n",
        verdict: Bad("did you mean `cert_file`"),
    },
    Row {
        file: "web_config_noAuth_certPath_empty.bad.yml",
        text: "tls_server_config: {cert_file: '', key_file: server.key}",
        verdict: Bad("missing one of `cert` and `cert_file`"),
    },
    Row {
        file: "web_config_noAuth_cert_empty.bad.yml",
        text: "tls_server_config: {cert: '', key_file: server.key}",
        verdict: Bad("missing one of `cert` and `cert_file`"),
    },
    Row {
        file: "web_config_noAuth_keyPath_empty.bad.yml",
        text: "tls_server_config: {cert_file: server.crt, key_file: ''}",
        verdict: Bad("missing one of `key` and `key_file`"),
    },
    Row {
        file: "web_config_noAuth_key_empty.bad.yml",
        text: "tls_server_config: {cert_file: server.crt, key: ''}",
        verdict: Bad("missing one of `key` and `key_file`"),
    },
    Row {
        file: "web_config_noAuth_certPath_keyPath_empty.bad.yml",
        text: "tls_server_config: {cert_file: '', key_file: '', client_auth_type: x}",
        verdict: Bad("client_auth_type: unknown value"),
    },
    Row {
        file: "web_config_noAuth_certPath_invalid.bad.yml",
        text: "tls_server_config: {cert_file: somefile, key_file: server.key}",
        verdict: Bad("No such file"),
    },
    Row {
        file: "web_config_noAuth_keyPath_invalid.bad.yml",
        text: "tls_server_config: {cert_file: server.cert, key_file: somefile}",
        verdict: Bad("No such file"),
    },
    Row {
        file: "web_config_noAuth_certPath_keyPath_invalid.bad.yml",
        text: "tls_server_config: {cert_file: somefile, key_file: somefile}",
        verdict: Bad("No such file"),
    },
    Row {
        file: "web_config_noAuth.bad.yml",
        text: "tls_server_config:\nFILES\n  client_ca_file: /dev/null\n",
        verdict: Bad("a client CA without a policy"),
    },
    Row {
        file: "web_config_auth_clientCAs_invalid.bad.yml",
        text: "tls_server_config:\nFILES\n  client_ca_file: somefile\n",
        verdict: Bad("No such file"),
    },
    Row {
        file: "web_config_auth_clientCAs_missing.bad.yml",
        text: "tls_server_config:\nFILES\n  client_auth_type: RequireAndVerifyClientCert\n",
        verdict: Good,
    },
    Row {
        file: "web_config_auth_user_list_invalid.bad.yml",
        text: "tls_server_config:\nFILES\nbasic_auth_users:\n  john: doe\n",
        verdict: Bad("basic_auth_users.john: not a bcrypt hash"),
    },
    Row {
        file: "web_config_noAuth_inventedCiphers.bad.yml",
        text: "\
tls_server_config:
FILES
  client_auth_type: VerifyClientCertIfGiven
  cipher_suites:
  - TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA2048
",
        verdict: Bad("unknown value `TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA2048`"),
    },
    Row {
        file: "web_config_noAuth_inventedCurves.bad.yml",
        text: "\
tls_server_config:
FILES
  client_auth_type: VerifyClientCertIfGiven
  curve_preferences:
  - CurveP257
",
        verdict: Bad("unknown value `CurveP257`"),
    },
    Row {
        file: "web_config_noAuth_wrongTLSVersion.bad.yml",
        text: "\
tls_server_config:
FILES
  client_auth_type: VerifyClientCertIfGiven
  min_version: TLS111
",
        verdict: Bad("unknown value `TLS111`"),
    },
    Row {
        file: "web_config_noAuth.good.yml",
        text: "tls_server_config:\nFILES\n  client_auth_type: VerifyClientCertIfGiven\n",
        verdict: Good,
    },
    Row {
        file: "web_config_noAuth.good.blocking.yml",
        text: "tls_server_config:\nFILES\n  client_auth_type: RequireAndVerifyClientCert\n",
        verdict: Good,
    },
    Row { file: "web_config_noAuth_tlsInline.good.yml", text: "tls_server_config:\nINLINE\n", verdict: Good },
    Row {
        file: "web_config_noAuth_allCiphers.good.yml",
        text: "\
tls_server_config:
FILES
  client_auth_type: VerifyClientCertIfGiven
  cipher_suites:
  - TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
  - TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384
  - TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256
  - TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384
  - TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256
  - TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256
  - TLS_AES_128_GCM_SHA256
  - TLS_AES_256_GCM_SHA384
  - TLS_CHACHA20_POLY1305_SHA256
  - TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA
  - TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA
  - TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA
  - TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA
",
        verdict: Good,
    },
    Row {
        file: "web_config_noAuth_someCiphers.good.yml",
        text: "\
tls_server_config:
FILES
  client_auth_type: VerifyClientCertIfGiven
  cipher_suites:
  - TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256
  - TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384
  min_version: TLS12
  max_version: TLS12
",
        verdict: Good,
    },
    Row {
        file: "web_config_noAuth_someCiphers_noOrder.good.yml",
        text: "\
tls_server_config:
FILES
  client_auth_type: VerifyClientCertIfGiven
  cipher_suites:
  - TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384
  - TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256
  prefer_server_cipher_suites: false
  min_version: TLS12
  max_version: TLS12
",
        verdict: Good,
    },
    Row {
        file: "web_config_noAuth_allCurves.good.yml",
        text: "\
tls_server_config:
FILES
  client_auth_type: VerifyClientCertIfGiven
  curve_preferences: [CurveP256, CurveP384, CurveP521, X25519]
",
        verdict: Good,
    },
    Row {
        file: "web_config_noAuth_someCurves.good.yml",
        text: "\
tls_server_config:
FILES
  client_auth_type: VerifyClientCertIfGiven
  min_version: TLS13
  curve_preferences: [CurveP521]
",
        verdict: Stricter("none of these curves can be served", "ring has no P-521"),
    },
    Row {
        file: "web_config_noAuth_noHTTP2.good.yml",
        text: "\
tls_server_config:
FILES
  client_auth_type: VerifyClientCertIfGiven
  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384]
  max_version: TLS12
http_server_config:
  http2: false
",
        verdict: Good,
    },
    Row {
        file: "web_config_noAuth_noHTTP2Cipher.bad.yml",
        text: "\
tls_server_config:
FILES
  client_auth_type: VerifyClientCertIfGiven
  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384]
  max_version: TLS12
",
        verdict: Bad("HTTP/2 needs one of"),
    },
    Row {
        file: "web_config_headers.good.yml",
        text: "\
http_server_config:
  headers:
    X-Frame-Options: deny
    Strict-Transport-Security: max-age=31536000; includeSubDomains
    X-Content-Type-Options: nosniff
    X-XSS-Protection: 1
    Content-Security-Policy: \"default-src 'self' *.test.example.net\"
",
        verdict: Good,
    },
    Row {
        file: "web_config_headers_content_type_options.bad.yml",
        text: "http_server_config: {headers: {X-Content-Type-Options: sniff}}",
        verdict: Bad("did you mean `nosniff`"),
    },
    Row {
        file: "web_config_headers_frame_options.bad.yml",
        text: "http_server_config: {headers: {X-Frame-Options: foo}}",
        verdict: Bad("valid are `deny` and `sameorigin`"),
    },
    Row {
        file: "web_config_headers_extra_header.bad.yml",
        text: "http_server_config: {headers: {Content-Type: foo}}",
        verdict: Bad("headers.Content-Type: unknown key"),
    },
    Row {
        file: "tls_config_noAuth.requireanyclientcert.good.yml",
        text: "tls_server_config:\nFILES\n  client_auth_type: RequireAnyClientCert\n",
        verdict: Good,
    },
    Row {
        file: "tls_config_noAuth.requireanyclientcertkeyinline.good.yml",
        text: "tls_server_config:\nKEY\n  client_auth_type: RequireAnyClientCert\n",
        verdict: Good,
    },
    Row {
        file: "tls_config_noAuth.requireandverifyclientcert.good.yml",
        text: "\
tls_server_config:
FILES
  client_auth_type: RequireAndVerifyClientCert
  client_ca_file: ca.crt
",
        verdict: Good,
    },
    Row {
        file: "web_config_auth_client_san.good.yaml",
        text: "\
tls_server_config:
FILES
  client_auth_type: RequireAndVerifyClientCert
  client_ca_file: ca.crt
  client_allowed_sans: [one, test3, two]
",
        verdict: Good,
    },
    Row {
        file: "web_config_auth_client_san.bad.yaml",
        text: "\
tls_server_config:
FILES
  client_auth_type: RequireAndVerifyClientCert
  client_ca_file: ca.crt
  client_allowed_sans: [bad]
",
        verdict: Good,
    },
    Row {
        file: "web_config_rate_limiter_nonblocking.yaml",
        text: "rate_limit:\n  interval: 0\n  burst: 0\n",
        verdict: Good,
    },
    Row {
        file: "web_config_rate_limiter_one_second.yaml",
        text: "rate_limit:\n  interval: \"1s\"\n  burst: 0\n",
        verdict: Good,
    },
    Row {
        file: "web_config_users.good.yml",
        text: "\
tls_server_config:
FILES
basic_auth_users:
  alice: $2y$12$GAGaE5yOzWbpway1PripROeEhkidwctwodldLer8cC5FTipVrMwB.
  bob: $2y$18$MPE.2YC/vHuYFh8FudGgGuLMp5ZSc9pYVOextOIYUcwv0XdhdWXka
  carol: $2y$10$VO.GSlj1eLPGo8monTJise5jkKhJa8wDPRHPaB1DSvnLeqDKYkXV6
  dave: $2y$10$uqW8bmUHSCik56jrOOVZS.lQF.IRf1vv0ao/vaeieIXi.I.hckz4i
",
        verdict: Good,
    },
    Row {
        file: "web_config_users_noTLS.good.yml",
        text: "\
basic_auth_users:
  alice: $2y$12$GAGaE5yOzWbpway1PripROeEhkidwctwodldLer8cC5FTipVrMwB.
  bob: $2y$18$MPE.2YC/vHuYFh8FudGgGuLMp5ZSc9pYVOextOIYUcwv0XdhdWXka
  carol: $2y$10$VO.GSlj1eLPGo8monTJise5jkKhJa8wDPRHPaB1DSvnLeqDKYkXV6
  dave: $2y$10$uqW8bmUHSCik56jrOOVZS.lQF.IRf1vv0ao/vaeieIXi.I.hckz4i
",
        verdict: Good,
    },
];
