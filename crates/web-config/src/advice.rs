//! What is accepted but should be known: one sentence each, for the log.

use crate::{
    cipher_suite::Service,
    client_auth::ClientAuthType,
    format::{TlsServerConfig, WebConfiguration},
    shown::shown,
    tls_version::TlsVersion,
};

/// From this cost on, checking a password takes long enough to be noticed: about two seconds on a machine of 2026.
const EXPENSIVE_COST: u32 = 15;

/// The advice on a file that is valid.
pub(crate) fn advice(configuration: &WebConfiguration) -> Vec<String> {
    let WebConfiguration { tls_server_config: tls, basic_auth_users: users, rate_limit, .. } = configuration;
    let mut advice = if tls.is_wanted() { advice_on_tls(tls) } else { advice_on_plain_http(configuration) };
    for user in users.keys().filter(|user| user.contains(':')) {
        let user = shown(user);
        advice.push(format!("the user {user} can never log in: basic authentication has no `:` in names"));
    }
    let expensive = users.values().map(super::password_hash::PasswordHash::cost).max();
    if let Some(cost) = expensive.filter(|cost| *cost >= EXPENSIVE_COST) {
        advice.push(format!(
            "a password is hashed at cost {cost}, which takes seconds to check or, for the highest costs, hours; \
             meanwhile nobody with a new password is let in"
        ));
    }
    if !rate_limit.interval.0.is_zero() && rate_limit.burst == 0 {
        advice.push("`rate_limit` with `burst: 0` refuses every request".to_owned());
    }
    advice
}

fn advice_on_plain_http(configuration: &WebConfiguration) -> Vec<String> {
    let WebConfiguration { tls_server_config: tls, basic_auth_users: users, .. } = configuration;
    let mut advice = Vec::new();
    if tls.min_version.is_some()
        || tls.max_version.is_some()
        || !tls.cipher_suites.is_empty()
        || !tls.curve_preferences.is_empty()
    {
        advice.push("`tls_server_config` names no certificate, so plain HTTP is served".to_owned());
    }
    if !users.is_empty() {
        advice.push(
            "`basic_auth_users` without TLS: passwords cross the network readable by others".to_owned(),
        );
    }
    advice
}

fn advice_on_tls(tls: &TlsServerConfig) -> Vec<String> {
    let mut advice = Vec::new();
    if let Some(version) = tls.min_version.filter(|version| *version < TlsVersion::Tls12) {
        let version = version.name();
        advice.push(format!("`min_version: {version}` means TLS12: this server has nothing older"));
    }
    let absent: Vec<String> = tls
        .cipher_suites
        .iter()
        .filter(|suite| matches!(suite.service(), Service::Absent))
        .map(|suite| suite.name())
        .collect();
    if !absent.is_empty() {
        let absent = absent.join(", ");
        advice.push(format!("`cipher_suites`: left out, as this server has no CBC: {absent}"));
    }
    if let Some(curve) = tls.curve_preferences.iter().find(|curve| curve.key_exchange().is_none()) {
        let curve = curve.name();
        advice.push(format!("`curve_preferences`: left out, as this server does not have it: {curve}"));
    }
    advice_on_clients(tls, &mut advice);
    advice
}

fn advice_on_clients(tls: &TlsServerConfig, advice: &mut Vec<String>) {
    let policy = tls.client_auth();
    let name = policy.name();
    if policy != ClientAuthType::NoClientCert && !policy.verifies() {
        advice.push(format!(
            "`client_auth_type: {name}` verifies nothing: anybody can make such a certificate, with any name in it"
        ));
    }
    match &tls.client_allowed_sans {
        Some(names) if names.is_empty() => {
            advice.push("`client_allowed_sans` is empty: no client is let in".to_owned());
        }
        Some(_) if !policy.requires() => advice.push(format!(
            "`client_allowed_sans`: a client without a certificate is refused, although `client_auth_type: {name}` \
             alone would let it in"
        )),
        _ => {}
    }
}
