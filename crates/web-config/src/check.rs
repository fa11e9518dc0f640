//! What can be said of the file without reading another one: options that exclude or need each other.

use lookout_config::{Complaints, Validate};

use crate::{
    cipher_suite::Service,
    client_auth::ClientAuthType,
    format::{HttpServerConfig, TlsServerConfig, WebConfiguration},
    tls::tls12_is_left,
    tls_version::TlsVersion,
};

impl Validate for WebConfiguration {
    fn validate(&self, complaints: &mut Complaints) {
        complaints.section("tls_server_config", &self.tls_server_config);
        complaints.section("http_server_config", &self.http_server_config);
        let http2_is_missed = self.tls_server_config.is_wanted()
            && self.http_server_config.http2
            && lacks_http2_suite(&self.tls_server_config);
        complaints.require(
            "tls_server_config.cipher_suites",
            !http2_is_missed,
            "HTTP/2 needs one of `TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256` and `TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256`; \
             add one, set `min_version: TLS13`, or `http2: false` in `http_server_config`",
        );
    }
}

impl Validate for HttpServerConfig {
    fn validate(&self, complaints: &mut Complaints) {
        complaints.section("headers", &self.headers);
    }
}

impl Validate for TlsServerConfig {
    fn validate(&self, complaints: &mut Complaints) {
        if self.is_wanted() {
            complaints.require("cert_file", self.has_certificate(), "missing one of `cert` and `cert_file`");
            complaints.require("key_file", self.has_key(), "missing one of `key` and `key_file`");
        }
        if self.client_auth() == ClientAuthType::NoClientCert {
            let client_ca = if self.client_ca_file.is_some() { "client_ca_file" } else { "client_ca" };
            complaints.require(
                client_ca,
                !self.has_client_ca(),
                "a client CA without a policy; set `client_auth_type`, for example to `RequireAndVerifyClientCert`",
            );
            complaints.require(
                "client_allowed_sans",
                self.client_allowed_sans.is_none(),
                "has no effect, as no client certificate is asked for; set `client_auth_type` to \
                 `RequireAndVerifyClientCert`",
            );
        }
        self.check_versions(complaints);
        self.check_cipher_suites(complaints);
        self.check_curves(complaints);
    }
}

impl TlsServerConfig {
    fn check_versions(&self, complaints: &mut Complaints) {
        let (min, max) = (self.min(), self.max());
        if max < TlsVersion::Tls12 {
            complaints.add(
                "max_version",
                format!(
                    "{} is not offered by this server, which has TLS12 and TLS13; nobody could connect",
                    max.name()
                ),
            );
        } else if min > max {
            let key = if self.min_version.is_some() { "min_version" } else { "max_version" };
            let (min, max) = (min.name(), max.name());
            complaints
                .add(key, format!("the minimum {min} is above the maximum {max}; nobody could connect"));
        }
    }

    fn check_cipher_suites(&self, complaints: &mut Complaints) {
        if tls12_is_left(self) || self.min() > TlsVersion::Tls12 || self.max() < TlsVersion::Tls12 {
            return;
        }
        let names_absent = self.cipher_suites.iter().any(|suite| matches!(suite.service(), Service::Absent));
        if names_absent || self.max() == TlsVersion::Tls12 {
            complaints.add(
                "cipher_suites",
                "none of these suites can be served with TLS 1.2, which is allowed: this server has no CBC; add a suite \
                 with GCM or CHACHA20, or set `min_version: TLS13`",
            );
        }
    }

    fn check_curves(&self, complaints: &mut Complaints) {
        let left = self.curve_preferences.iter().any(|curve| curve.key_exchange().is_some());
        complaints.require(
            "curve_preferences",
            self.curve_preferences.is_empty() || left,
            "none of these curves can be served; add `X25519`, `CurveP256` or `CurveP384`",
        );
    }
}

/// As Go's `http2.ConfigureServer`: a list without either suite, unless TLS 1.3 is the minimum, whatever the maximum is.
fn lacks_http2_suite(tls: &TlsServerConfig) -> bool {
    !tls.cipher_suites.is_empty()
        && tls.min() < TlsVersion::Tls13
        && !tls.cipher_suites.iter().any(|suite| suite.is_required_by_http2())
}
