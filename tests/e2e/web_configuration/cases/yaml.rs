//! The file itself: what is YAML, what is known, what is said twice.

use super::{TLS, Text, text};

pub(super) fn yaml() -> Vec<Text> {
    vec![
        text("yaml: nothing", ""),
        text("yaml: null", "null\n"),
        text("yaml: empty map", "{}\n"),
        text("yaml: list", "[]\n"),
        text("yaml: number", "5\n"),
        text("yaml: comment", "# nothing yet\n"),
        text("yaml: document marker", "---\n"),
        text("yaml: two documents", "http_server_config: {}\n---\nnonsense: true\n"),
        text("yaml: unknown key", "tls_config:\n  cert_file: server.pem\n"),
        text("yaml: key twice", "http_server_config: {}\nhttp_server_config: {}\n"),
        text("yaml: key twice in a section", format!("{TLS}  key_file: server.key\n")),
        text(
            "yaml: section null",
            "tls_server_config:\nhttp_server_config:\nbasic_auth_users:\nrate_limit:\n",
        ),
        text("yaml: section empty", "tls_server_config: {}\nhttp_server_config: {}\n"),
        text("yaml: section is a list", "tls_server_config: []\n"),
        text("yaml: section is text", "tls_server_config: none\n"),
        text("yaml: section in capitals", "TLS_SERVER_CONFIG: {}\n"),
        text("yaml: tab", "tls_server_config:\n\tcert_file: server.pem\n"),
        text("yaml: byte order mark", format!("\u{feff}{TLS}")),
        text("yaml: line ends of Windows", TLS.replace('\n', "\r\n")),
        text("yaml: flow", "tls_server_config: {cert_file: server.pem, key_file: server.key}\n"),
        text("yaml: file as a number", "tls_server_config:\n  cert_file: 5\n  key_file: server.key\n"),
        text(
            "yaml: file as a list",
            "tls_server_config:\n  cert_file: [server.pem]\n  key_file: server.key\n",
        ),
        text(
            "yaml: anchor",
            "tls_server_config:\n  cert_file: &name server.pem\n  key_file: server.key\n  client_ca_file: *name\n  client_auth_type: VerifyClientCertIfGiven\n",
        ),
        text(
            "yaml: merge",
            format!(
                "{TLS}http_server_config: &base\n  http2: false\nrate_limit:\n  <<: {{interval: 1h}}\n  burst: 2\n"
            ),
        ),
        text("yaml: tag", "tls_server_config:\n  cert_file: !!str server.pem\n  key_file: server.key\n"),
        text("yaml: unclosed", "tls_server_config: {cert_file: server.pem\n"),
    ]
}
