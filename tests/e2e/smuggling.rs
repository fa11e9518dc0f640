//! Requests over which two parsers could disagree, and heads beyond any bound: each is answered once, with an error, and
//! the connection ends. What stands behind such a request is never answered as a request of its own.

use std::collections::BTreeMap;
use std::process::Command;

use crate::serve::Serve;
use crate::tools::{succeed, tool};

/// What the server may make of the bytes of one connection.
#[derive(Clone, Copy, Debug)]
enum Fate {
    /// One answer of one of these statuses, or none, and the end of the connection.
    Refused(&'static [u16]),
    /// Exactly these answers.
    Answered(&'static [u16]),
}
use Fate::{Answered, Refused};

/// Bytes that begin a request, with what may become of them. `Connection: close` stands where a good request must end.
fn shapes() -> Vec<(&'static str, Vec<u8>, Fate)> {
    // If it is taken for a request, there are two answers.
    let smuggled = "GET /-/healthy HTTP/1.1\r\nHost: smuggled\r\nConnection: close\r\n\r\n";
    let get = |headers: &str, rest: &str| {
        format!("GET /metrics HTTP/1.1\r\nHost: lookout\r\n{headers}\r\n{rest}").into_bytes()
    };
    let lengths = format!("Content-Length: {}\r\n", smuggled.len());
    let chunk = format!("{:x}\r\n{smuggled}\r\n0\r\n\r\n", smuggled.len());
    let padding = |size: usize| "a".repeat(size);
    vec![
        ("a good request", get("Connection: close\r\n", ""), Answered(&[200])),
        ("two good requests", get("", smuggled), Answered(&[200, 200])),
        ("a body that is announced", get(&format!("{lengths}Connection: close\r\n"), smuggled), Answered(&[200])),
        ("length and chunked", get(&format!("{lengths}Transfer-Encoding: chunked\r\n"), &format!("0\r\n\r\n{smuggled}")), Answered(&[200])),
        ("chunked and length", get(&format!("Transfer-Encoding: chunked\r\n{lengths}"), &format!("0\r\n\r\n{smuggled}")), Answered(&[200])),
        ("two lengths", get(&format!("Content-Length: 0\r\n{lengths}"), smuggled), Refused(&[400])),
        ("two lengths in one", get(&format!("Content-Length: 0, {}\r\n", smuggled.len()), smuggled), Refused(&[400])),
        ("a length with a sign", get("Content-Length: +0\r\n", smuggled), Refused(&[400])),
        ("a length below zero", get("Content-Length: -1\r\n", smuggled), Refused(&[400])),
        ("a length in hexadecimal", get("Content-Length: 0x10\r\n", smuggled), Refused(&[400])),
        ("a length beyond all bounds", get("Content-Length: 99999999999999999999\r\n", smuggled), Refused(&[400])),
        ("an unknown coding", get("Transfer-Encoding: gzip\r\n", smuggled), Refused(&[400, 501])),
        ("chunked, then another", get("Transfer-Encoding: chunked, identity\r\n", &format!("0\r\n\r\n{smuggled}")), Refused(&[400, 501])),
        ("a coding in disguise", get("Transfer-Encoding: xchunked\r\n", &format!("0\r\n\r\n{smuggled}")), Refused(&[400, 501])),
        ("a blank before the colon", get("Transfer-Encoding : chunked\r\n", &chunk), Refused(&[400])),
        ("a folded header", get("X-Folded: a\r\n b\r\n", ""), Refused(&[400])),
        ("a header without a name", get(": a\r\n", ""), Refused(&[400])),
        ("a header without a colon", get("nonsense\r\n", ""), Refused(&[400])),
        ("a NUL in a header", get("X-Nul: a\0b\r\n", ""), Refused(&[400])),
        ("a return alone in a header", get("X-Return: a\rb\r\n", ""), Refused(&[400])),
        ("a chunk of no size", get("Transfer-Encoding: chunked\r\n", &format!("zz\r\n{smuggled}")), Refused(&[200, 400])),
        ("a chunk of a size beyond all bounds", get("Transfer-Encoding: chunked\r\n", &format!("ffffffffffffffffff\r\n{smuggled}")), Refused(&[200, 400])),
        ("a head of 40 KiB", get(&format!("X-Large: {}\r\n", padding(40 << 10)), ""), Refused(&[400, 431])),
        ("a head of a MiB", get(&format!("X-Large: {}\r\n", padding(1 << 20)), ""), Refused(&[400, 431])),
        ("a path of a MiB", format!("GET /{} HTTP/1.1\r\nHost: lookout\r\n\r\n", padding(1 << 20)).into_bytes(), Refused(&[400, 414, 431])),
        ("a thousand headers", get(&"X-Many: a\r\n".repeat(1000), ""), Refused(&[400, 431])),
        ("HTTP/0.9", b"GET /metrics\r\n\r\n".to_vec(), Refused(&[400, 505])),
        ("HTTP/3.0 in words", b"GET /metrics HTTP/3.0\r\nHost: lookout\r\n\r\n".to_vec(), Refused(&[400, 505])),
        ("HTTP/2 in clear", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0".to_vec(), Refused(&[400, 505])),
        ("an upgrade", get("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n", smuggled), Answered(&[200, 200])),
        ("a method of its own", b"FETCH /metrics HTTP/1.1\r\nHost: lookout\r\nConnection: close\r\n\r\n".to_vec(), Answered(&[405])),
        ("a method that is none", b"G\x01T /metrics HTTP/1.1\r\nHost: lookout\r\n\r\n".to_vec(), Refused(&[400])),
        ("a path that is none", b"GET metrics HTTP/1.1\r\nHost: lookout\r\nConnection: close\r\n\r\n".to_vec(), Refused(&[400, 404])),
        ("a path that climbs", b"GET /../../etc/passwd HTTP/1.1\r\nHost: lookout\r\nConnection: close\r\n\r\n".to_vec(), Answered(&[404])),
        ("a proxy's request", b"GET http://elsewhere.example.org/metrics HTTP/1.1\r\nHost: lookout\r\nConnection: close\r\n\r\n".to_vec(), Answered(&[200])),
        ("a tunnel", b"CONNECT elsewhere.example.org:443 HTTP/1.1\r\nHost: lookout\r\nConnection: close\r\n\r\n".to_vec(), Refused(&[400, 404, 405])),
        ("a post with a body", format!("POST /metrics HTTP/1.1\r\nHost: lookout\r\n{lengths}Connection: close\r\n\r\n{smuggled}").into_bytes(), Answered(&[405])),
        ("a TLS greeting", b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03".repeat(20), Refused(&[400])),
        ("noise", (0..=255_u8).cycle().take(100_000).collect(), Refused(&[400, 431])),
        ("line ends without return", b"GET /metrics HTTP/1.1\nHost: lookout\nConnection: close\n\n".to_vec(), Answered(&[200])),
    ]
}

#[test]
fn what_two_parsers_could_read_differently_is_answered_once() {
    let serve = Serve::start::<&str>([]);
    let mut wrong = Vec::new();
    for (name, bytes, fate) in shapes() {
        let outcome = send(&serve.address, &bytes);
        let statuses: Vec<u16> = outcome.split(' ').filter_map(|word| word.parse().ok()).collect();
        let ends = outcome == "closed" || outcome.split(' ').all(|word| word.parse::<u16>().is_ok());
        let right = match fate {
            Answered(expected) => statuses == expected,
            Refused(allowed) => {
                matches!(statuses.as_slice(), [] | [_])
                    && statuses.iter().all(|status| allowed.contains(status))
            }
        };
        let right = right && ends;
        if !right {
            wrong.push(format!("{name}: `{outcome}`, expected {fate:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}\n{}", serve.process.log());
    assert_eq!(crate::scrape::status(&format!("http://{}/-/healthy", serve.address)), Some(200));
}

/// What comes back until the connection ends.
fn send(address: &str, bytes: &[u8]) -> String {
    let mut hostile = Command::new(tool("HOSTILE"));
    hostile.args(["raw", address, "1"]);
    let said = succeed(&mut hostile, bytes);
    let said = String::from_utf8(said).expect("it writes text");
    let tally = said.trim().strip_prefix("holding ").expect("it tells what came of it");
    let mut tally: BTreeMap<String, u64> = serde_json::from_str(tally).expect("it is JSON");
    tally.remove("connected");
    tally.into_keys().next().unwrap_or_default()
}
