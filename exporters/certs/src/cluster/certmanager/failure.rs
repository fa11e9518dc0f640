//! Why an issuance fails, from the texts that cert-manager leaves in the status of its objects: pure.
//!
//! cert-manager repeats the answer of the authority, or the error of its own check, as prose. The parts looked for
//! here are those of cert-manager 1.21 (`pkg/issuer/acme/http`, `pkg/issuer/acme/dns/util`, `pkg/controller/acmeorders`,
//! `pkg/controller/certificaterequests`), of Go's network errors, of the error types of RFC 8555 (6.7) and of the
//! details that Let's Encrypt writes beside them.
//!
//! Invariant: a text without a known part is [`FailureCause::Other`], never a guess.
//!
//! How to get it wrong: looking for the wide before the narrow. An authority that met a login page says
//! `unauthorized`, and so does one that got a 404.

use lookout_certs_spec::labels::FailureCause;

/// How much of a text is looked at, in bytes: an authority repeats the beginning of a page, not all of it.
const MAX_TEXT: usize = 4096;

/// Parts that name a cause by themselves, in the order in which they are looked for. All lower case.
const PARTS: &[(FailureCause, &[&str])] = &[
    (FailureCause::RateLimited, &["error:ratelimited", "429 too many requests"]),
    (
        FailureCause::LoginPage,
        // Where the check was redirected to: the sign-in pages of access proxies.
        &[
            ".cloudflareaccess.com/",
            "/cdn-cgi/access/login",
            "/oauth2/sign_in",
            "/oauth2/start",
            "://login.microsoftonline.com/",
            "://accounts.google.com/",
        ],
    ),
    (
        FailureCause::Dns,
        &[
            "error:dns",
            "dns problem: ",
            "dial tcp: lookup ",
            "no such host",
            "returned nxdomain for ",
            "returned servfail for ",
            "could not find the soa record",
            "could not determine the zone for",
            "could not determine authoritative nameservers",
            "not yet propagated",
            "no valid a records found for",
            "incorrect txt record",
            "no txt record found at",
        ],
    ),
    (
        FailureCause::Connection,
        &[
            "error:connection",
            "error:tls",
            // Let's Encrypt's details, which a Challenge may have without the type of the error.
            "timeout during connect",
            "timeout after connect",
            "error getting validation data",
            "connection refused",
            "connection reset by peer",
            "i/o timeout",
            "tls handshake timeout",
            "context deadline exceeded",
            "client.timeout exceeded",
            "no route to host",
            "network is unreachable",
            "tls: failed to verify certificate",
            "x509: certificate signed by unknown authority",
        ],
    ),
    (FailureCause::HttpStatus, &["wrong status code '", "non-200 status code from http"]),
    (
        FailureCause::Denied,
        &[
            "error:caa",
            "caa record for ",
            "caa self-check failed",
            "error:rejectedidentifier",
            "was denied by an approval controller",
            "has been denied",
            "permission denied",
        ],
    ),
    (
        FailureCause::IssuerNotReady,
        &[
            "referenced issuer does not have a ready status condition",
            "waiting for issuer to become ready",
            "referenced \"issuer\" not found",
            "referenced \"clusterissuer\" not found",
            "referenced issuer not found",
            "referenced clusterissuer not found",
        ],
    ),
    (
        FailureCause::Invalid,
        &[
            "error:malformed",
            "error:badcsr",
            "error:badsignaturealgorithm",
            "error:unsupportedidentifier",
            "error:invalidcontact",
            "failed to decode csr in spec",
        ],
    ),
];

/// How an answer is spoken of that is not the key: by cert-manager's own check, and by authorities.
const ANSWERS: [&str; 4] = [
    "did not get expected response",
    "did not match expected",
    "did not match this challenge",
    "invalid response from",
];

/// The cause that `text` names.
pub fn classify(text: &str) -> FailureCause {
    let text = beginning(text).to_ascii_lowercase();
    let known = |causes: &[FailureCause]| {
        let mut rows = PARTS.iter().filter(|(cause, _)| causes.contains(cause));
        rows.find(|(_, parts)| parts.iter().any(|part| text.contains(part))).map(|(cause, _)| *cause)
    };
    known(&[FailureCause::RateLimited, FailureCause::LoginPage])
        .or_else(|| of_page(&text))
        .or_else(|| known(&[FailureCause::Dns, FailureCause::Connection, FailureCause::HttpStatus]))
        .or_else(|| of_answer(&text))
        .or_else(|| known(&[FailureCause::Denied, FailureCause::IssuerNotReady, FailureCause::Invalid]))
        .unwrap_or(FailureCause::Other)
}

/// A page where the key should have been. One whose title is a status (`404 Not Found`) is a web server's word for that
/// status; any other stands in front of the host, as a login does.
///
/// From 1.21.2 on, cert-manager's own check keeps the page to itself: it names the key where it once named the page. It does so
/// after an answer of status 200 only.
fn of_page(text: &str) -> Option<FailureCause> {
    if text.contains("did not get expected response \"") {
        return Some(FailureCause::LoginPage);
    }
    let is_answer = ANSWERS.iter().any(|part| text.contains(part));
    let is_page = ["<!doctype html", "<html"].iter().any(|part| text.contains(part));
    (is_answer && is_page).then(|| {
        let title = text.split_once("<title>").map(|(_, title)| title.trim_start());
        if title.is_some_and(is_status) { FailureCause::HttpStatus } else { FailureCause::LoginPage }
    })
}

/// `Invalid response from URL: 404`, as Let's Encrypt has it.
fn of_answer(text: &str) -> Option<FailureCause> {
    let (_, answer) = text.split_once("invalid response from ")?;
    let mut ends = answer.match_indices(": ").map(|(at, separator)| &answer[at + separator.len()..]);
    ends.any(is_status).then_some(FailureCause::HttpStatus)
}

/// Whether `text` begins with a status of an error, and no longer number.
fn is_status(text: &str) -> bool {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    digits == 3 && text.starts_with(['4', '5'])
}

fn beginning(text: &str) -> &str {
    text.get(..text.floor_char_boundary(MAX_TEXT)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Wordings as people reported them, by cert-manager's issue number, with names of ours; and as its source of
    /// version 1.21 builds them.
    const WORDINGS: &[(&str, FailureCause)] = &[
        // #3442, #3331
        (
            "Waiting for HTTP-01 challenge propagation: did not get expected response when querying endpoint, expected \
             \"Ac6l.VUhX\" but got: <!doctype html>\n<html l... (truncated)",
            FailureCause::LoginPage,
        ),
        // 1.21.2 on, `pkg/issuer/acme/http`
        (
            "Waiting for HTTP-01 challenge propagation: did not get expected response \"Ac6l.VUhX\" when querying endpoint",
            FailureCause::LoginPage,
        ),
        // #4003
        (
            "Error accepting authorization: acme: authorization error for company.example: 403 \
             urn:ietf:params:acme:error:unauthorized: Invalid response from \
             https://company.example/.well-known/acme-challenge/6lWy2 [192.0.2.54]: \"<!DOCTYPE html><html \
             lang=\\\"ru\\\"><head><meta charSet=\\\"utf-8\\\"/>",
            FailureCause::LoginPage,
        ),
        // #1902, before 0.12
        (
            "presented key (\n\n<!DOCTYPE html>\n<html lang=\"en\">) did not match expected (VKC1.AKkj)",
            FailureCause::LoginPage,
        ),
        (
            "Error accepting authorization: acme: authorization error for shop.example: 403 \
             urn:ietf:params:acme:error:unauthorized: 2001:db8::7: Invalid response from \
             https://team.cloudflareaccess.com/cdn-cgi/access/login/shop.example?kid=1&redirect_url=%2F: 403",
            FailureCause::LoginPage,
        ),
        // Boulder's `va/http.go`
        (
            "Error accepting authorization: acme: authorization error for shop.example: 403 \
             urn:ietf:params:acme:error:unauthorized: 192.0.2.7: The key authorization file from the server did not match \
             this challenge. Expected \"Ac6l.VUhX\" (got \"<!DOCTYPE html><html><title>Sign in</title>\")",
            FailureCause::LoginPage,
        ),
        (
            "403 urn:ietf:params:acme:error:unauthorized: The key authorization file from the server did not match this \
             challenge. Expected \"Ac6l.VUhX\" (got \"Ac6l.other\")",
            FailureCause::Other,
        ),
        // #3309, #2517
        (
            "Waiting for http-01 challenge propagation: wrong status code '403', expected '200'",
            FailureCause::HttpStatus,
        ),
        (
            "Waiting for HTTP-01 challenge propagation: wrong status code '404', expected '200'",
            FailureCause::HttpStatus,
        ),
        // #3032
        (
            "Error accepting authorization: acme: authorization error for dex.example: 403 \
             urn:ietf:params:acme:error:unauthorized: Invalid response from \
             http://dex.example/.well-known/acme-challenge/zR6n [192.0.2.96]: 404",
            FailureCause::HttpStatus,
        ),
        (
            "acme: authorization error for shop.example: 403 urn:ietf:params:acme:error:unauthorized: Invalid response \
             from http://shop.example/.well-known/acme-challenge/x [192.0.2.7]: \"<html>\\r\\n<head><title>404 Not \
             Found</title></head>\"",
            FailureCause::HttpStatus,
        ),
        // #4676, #3990
        (
            "Failed to create Order: 429 urn:ietf:params:acme:error:rateLimited: Error creating new order :: too many \
             failed authorizations recently: see https://letsencrypt.org/docs/rate-limits/",
            FailureCause::RateLimited,
        ),
        (
            "The certificate request has failed to complete and will be retried: Failed to wait for order resource \
             \"shop-cert-kjbs7-3761388167\" to become ready: order is in \"errored\" state: Failed to create Order: 429 \
             urn:ietf:params:acme:error:rateLimited: Error creating new order :: too many new orders recently",
            FailureCause::RateLimited,
        ),
        // #5479, #5906, and `pkg/issuer/acme/dns/util/wait.go`
        (
            "Waiting for DNS-01 challenge propagation: Could not determine authoritative nameservers for \
             \"_acme-challenge.shop.example.\"",
            FailureCause::Dns,
        ),
        (
            "Waiting for DNS-01 challenge propagation: DNS record for \"shop.example\" not yet propagated",
            FailureCause::Dns,
        ),
        (
            "Waiting for DNS-01 challenge propagation: NS ns1.example.:53 returned SERVFAIL for \
             _acme-challenge.shop.example.",
            FailureCause::Dns,
        ),
        (
            "Could not determine the zone for \"shop.example.\": Could not find the SOA record in the DNS tree for the \
             domain 'shop.example.' using nameservers [10.0.0.10:53]",
            FailureCause::Dns,
        ),
        (
            "Error accepting authorization: acme: authorization error for shop.example: 400 \
             urn:ietf:params:acme:error:dns: DNS problem: NXDOMAIN looking up A for shop.example - check that a DNS \
             record exists for this domain",
            FailureCause::Dns,
        ),
        (
            "Waiting for HTTP-01 challenge propagation: failed to perform self check GET request \
             'http://shop.example/.well-known/acme-challenge/x': Get \
             \"http://shop.example/.well-known/acme-challenge/x\": dial tcp: lookup shop.example on 10.0.0.10:53: no \
             such host",
            FailureCause::Dns,
        ),
        (
            "acme: authorization error for shop.example: 403 urn:ietf:params:acme:error:unauthorized: Incorrect TXT \
             record \"abc\" found at _acme-challenge.shop.example",
            FailureCause::Dns,
        ),
        // #7338
        (
            "Error accepting authorization: acme: authorization error for demo.example: 400 \
             urn:ietf:params:acme:error:connection: 192.0.2.7: Fetching \
             http://demo.example/.well-known/acme-challenge/p: Timeout during connect (likely firewall problem)",
            FailureCause::Connection,
        ),
        (
            "Waiting for HTTP-01 challenge propagation: failed to perform self check GET request \
             'http://shop.example/.well-known/acme-challenge/x': Get \
             \"http://shop.example/.well-known/acme-challenge/x\": dial tcp 192.0.2.7:80: connect: connection refused",
            FailureCause::Connection,
        ),
        (
            "Waiting for HTTP-01 challenge propagation: failed to perform self check GET request \
             'http://shop.example/.well-known/acme-challenge/x': Get \
             \"http://shop.example/.well-known/acme-challenge/x\": dial tcp 192.0.2.7:80: i/o timeout",
            FailureCause::Connection,
        ),
        // Details alone, as `syncChallengeStatus` of `pkg/controller/acmechallenges` leaves them.
        (
            "192.0.2.7: Fetching http://shop.example/x: Timeout during connect (likely firewall problem)",
            FailureCause::Connection,
        ),
        ("CAA record for shop.example prevents issuance", FailureCause::Denied),
        // The authority may not sign, or nobody approved.
        (
            "Failed to create Order: 400 urn:ietf:params:acme:error:rejectedIdentifier: Error creating new order :: \
             Cannot issue for \"shop.internal\"",
            FailureCause::Denied,
        ),
        ("The CertificateRequest was denied by an approval controller", FailureCause::Denied),
        (
            "Error accepting authorization: acme: authorization error for shop.example: 403 \
             urn:ietf:params:acme:error:caa: CAA record for shop.example prevents issuance",
            FailureCause::Denied,
        ),
        (
            "Referenced \"ClusterIssuer\" not found: clusterissuer.cert-manager.io \"le\" not found",
            FailureCause::IssuerNotReady,
        ),
        ("Referenced issuer does not have a Ready status condition", FailureCause::IssuerNotReady),
        (
            "Waiting for issuer to become ready. Current issuer ready condition is \"Pending\": Not ready yet: x.",
            FailureCause::IssuerNotReady,
        ),
        // #4676
        (
            "Error accepting challenge: 400 urn:ietf:params:acme:error:malformed: Unable to update challenge :: \
             authorization must be pending",
            FailureCause::Invalid,
        ),
        // Nothing that is known.
        ("", FailureCause::Other),
        ("Issuing certificate as Secret does not exist", FailureCause::Other),
        ("the gremlins came back", FailureCause::Other),
        (
            "did not get expected response when querying endpoint, expected \"a.b\" but got: a.c",
            FailureCause::Other,
        ),
        ("Invalid response from http://shop.example:8080/x: 200", FailureCause::Other),
        (
            "acme: authorization error for shop.example: 403 urn:ietf:params:acme:error:unauthorized: no",
            FailureCause::Other,
        ),
    ];

    #[test]
    fn each_wording_names_its_cause() {
        for (text, cause) in WORDINGS {
            assert_eq!(classify(text), *cause, "{text}");
        }
    }

    #[test]
    fn an_endless_text_is_cut_at_a_character() {
        let text = format!("{}error:dns", "é".repeat(MAX_TEXT));
        assert_eq!(classify(&text), FailureCause::Other);
    }
}
