//! Headers, HTTP/2, users, rates.

use super::super::clients::LONG_PASSWORD;
use super::{TLS, Text, VERIFIED, text};
use crate::toolkit;

pub(super) fn http() -> Vec<Text> {
    let header = |name, lines: &str| text(name, format!("http_server_config:\n  headers:\n    {lines}\n"));
    let http2 = |name, value: &str| text(name, format!("{TLS}http_server_config:\n  http2: {value}\n"));
    vec![
        header("header: policy", "Content-Security-Policy: default-src 'none'"),
        header(
            "header: policy over lines",
            "Content-Security-Policy: |\n      default-src 'none'\n      img-src 'self'",
        ),
        header(
            "header: policy, folded",
            "Content-Security-Policy: >-\n      default-src 'none';\n      img-src 'self'",
        ),
        header("header: frame", "X-Frame-Options: sameorigin"),
        header("header: frame in capitals", "X-Frame-Options: DENY"),
        header("header: content type", "X-Content-Type-Options: nosniff"),
        header("header: XSS", "X-XSS-Protection: 1; mode=block"),
        header("header: XSS as a number", "X-XSS-Protection: 0"),
        header("header: transport", "Strict-Transport-Security: max-age=63072000"),
        header("header: blank policy", "Content-Security-Policy: \"\""),
        header("header: blank transport", "Strict-Transport-Security: \"\""),
        header("header: blank frame", "X-Frame-Options: \"\""),
        header("header: null", "X-XSS-Protection: null"),
        header("header: name in small letters", "x-frame-options: deny"),
        header("header: unknown", "Server: none"),
        header("header: control character", "X-XSS-Protection: \"1\\u0001\""),
        header("header: line break", "X-XSS-Protection: \"1\\r\\nSet-Cookie: a=b\""),
        header("header: beyond ASCII", "X-XSS-Protection: é"),
        header("header: a list", "X-XSS-Protection: [1]"),
        header("header: twice", "X-XSS-Protection: 1\n    X-XSS-Protection: 0"),
        text("headers empty", "http_server_config:\n  headers: {}\n"),
        text("headers null", "http_server_config:\n  headers: null\n"),
        text(
            "headers on refusals",
            format!("http_server_config:\n  headers:\n    X-Frame-Options: deny\n{}", mini()),
        ),
        http2("http2: false", "false"),
        http2("http2: true", "true"),
        http2("http2: no", "no"),
        http2("http2: off", "off"),
        http2("http2: False", "False"),
        http2("http2: text", "\"false\""),
        http2("http2: null", "null"),
        http2("http2: number", "0"),
        text("http2 without TLS", "http_server_config:\n  http2: true\n"),
        text("unknown key of http_server_config", "http_server_config:\n  http3: true\n"),
    ]
}

/// A user with a password that is quick to check.
fn mini() -> String {
    let hash = toolkit::hash(&["mini-password"]).remove(0);
    format!("basic_auth_users:\n  mini: {hash}\n")
}

pub(super) fn users() -> Vec<Text> {
    let user = |name, line: &str| text(name, format!("basic_auth_users:\n  {line}\n"));
    let hashes = toolkit::hash(&["mini-password", LONG_PASSWORD.split_at(72).0, ""]);
    let [mini, long, empty] = hashes.as_slice() else { panic!("three passwords have three hashes") };
    let version = |version: &str| mini.replacen("$2a$", version, 1);
    let cost = |cost: &str| mini.replacen("$04$", cost, 1);
    vec![
        user("user", &format!("mini: {mini}")),
        user("users", &format!("mini: {mini}\n  long: {long}")),
        user("user with an empty password", &format!("mini: {empty}")),
        user("user without a name", &format!("\"\": {mini}")),
        user("user with a colon", &format!("\"mi:ni\": {mini}")),
        user("user as a number", &format!("5: {mini}")),
        user("user as a truth", &format!("true: {mini}")),
        user("user beyond ASCII", &format!("Zoë: {mini}")),
        user("user twice", &format!("mini: {mini}\n  mini: {mini}")),
        user("hash 2b", &format!("mini: {}", version("$2b$"))),
        user("hash 2y", &format!("mini: {}", version("$2y$"))),
        user("hash 2x", &format!("mini: {}", version("$2x$"))),
        user("hash 2", &format!("mini: {}", version("$2$"))),
        user("hash 1", &format!("mini: {}", version("$1$"))),
        user("hash 3a", &format!("mini: {}", version("$3a$"))),
        user("hash of cost 3", &format!("mini: {}", cost("$03$"))),
        user("hash of cost 0", &format!("mini: {}", cost("$00$"))),
        user("hash of cost 32", &format!("mini: {}", cost("$32$"))),
        user("hash of cost 4 without its nought", &format!("mini: {}", cost("$4$"))),
        user("hash of cost xx", &format!("mini: {}", cost("$xx$"))),
        user("hash cut short", &format!("mini: {}", &mini[..59])),
        user("hash too long", &format!("mini: {mini}x")),
        user("hash with a line break", &format!("mini: |\n    {mini}")),
        user("hash with a foreign character", &format!("mini: {}!", &mini[..59])),
        user("hash empty", "mini: \"\""),
        user("hash null", "mini: null"),
        user("hash is the password", "mini: mini-password"),
        user("hash is a list", &format!("mini: [{mini}]")),
        text("users empty", "basic_auth_users: {}\n"),
        text("users null", "basic_auth_users:\n"),
        text("users as a list", format!("basic_auth_users:\n  - mini: {mini}\n")),
        text("users and certificates", format!("{VERIFIED}basic_auth_users:\n  mini: {mini}\n")),
    ]
}

pub(super) fn rates() -> Vec<Text> {
    let rate = |name, lines: &str| text(name, format!("rate_limit:\n  {lines}\n"));
    vec![
        rate("rate: two an hour", "interval: 1h\n  burst: 2"),
        rate("rate: burst of none", "interval: 1h\n  burst: 0"),
        rate("rate: without burst", "interval: 1h"),
        rate("rate: without interval", "burst: 2"),
        rate("rate: no interval", "interval: 0s\n  burst: 2"),
        rate("rate: interval without unit", "interval: 3600\n  burst: 1"),
        rate("rate: interval of two units", "interval: 1h30m\n  burst: 3"),
        rate("rate: interval of a fraction", "interval: 1.5h\n  burst: 1"),
        rate("rate: interval of a day", "interval: 1d\n  burst: 1"),
        rate("rate: interval below zero", "interval: -1h\n  burst: 1"),
        rate("rate: interval is text", "interval: soon\n  burst: 1"),
        rate("rate: interval empty", "interval: \"\"\n  burst: 1"),
        rate("rate: interval null", "interval: null\n  burst: 1"),
        rate("rate: interval of a nanosecond", "interval: 1ns\n  burst: 1"),
        rate("rate: burst below zero", "interval: 1h\n  burst: -1"),
        rate("rate: burst is a fraction", "interval: 1h\n  burst: 1.5"),
        rate("rate: burst is a whole fraction", "interval: 1h\n  burst: 2.0"),
        rate("rate: burst is text", "interval: 1h\n  burst: \"2\""),
        rate("rate: burst is huge", "interval: 1h\n  burst: 99999999999"),
        rate("rate: unknown key", "interval: 1h\n  bursts: 2"),
        text("rate: empty", "rate_limit: {}\n"),
        text("rate: with users", format!("rate_limit:\n  interval: 1h\n  burst: 2\n{}", mini())),
        text(
            "rate: with headers",
            "rate_limit:\n  interval: 1h\n  burst: 2\nhttp_server_config:\n  headers:\n    X-Frame-Options: deny\n",
        ),
    ]
}
