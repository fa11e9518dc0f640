//! What an endpoint answers that does not do TLS as its client hopes, byte by byte.

use crate::noise::noise;

/// The length of the answer that is no protocol.
const GARBAGE_BYTES: usize = 256;
/// TLS 1.1 on the wire.
const TLS_1_1: [u8; 2] = [3, 2];
/// TLS 1.2 on the wire.
const TLS_1_2: [u8; 2] = [3, 3];
/// RFC 8446, section 5.1: the record types used here.
const ALERT_RECORD: u8 = 21;
const HANDSHAKE_RECORD: u8 = 22;

/// What a web server says when TLS arrives at its plain port.
pub(super) fn plain_http() -> Vec<u8> {
    let body = "<h1>Bad Request</h1>\n";
    format!(
        "HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}",
        length = body.len()
    )
    .into_bytes()
}

/// Noise that cannot be taken for a TLS record: no record type has the first byte's value.
pub(super) fn garbage() -> Vec<u8> {
    std::iter::once(0xff).chain(noise()).take(GARBAGE_BYTES).collect()
}

/// A fatal alert `handshake_failure` (RFC 8446, section 6.2).
pub(super) fn handshake_failure() -> Vec<u8> {
    record(ALERT_RECORD, TLS_1_2, &[2, 40])
}

/// A server hello that chooses TLS 1.1 (RFC 4346, section 7.4.1.3), with `TLS_RSA_WITH_AES_128_CBC_SHA`.
pub(super) fn old_server_hello() -> Vec<u8> {
    let random = noise().take(32);
    let no_session = 0;
    let cipher_suite = [0x00, 0x2f];
    let no_compression = 0;
    let mut hello: Vec<u8> = TLS_1_1.into_iter().chain(random).collect();
    hello.push(no_session);
    hello.extend(cipher_suite);
    hello.push(no_compression);

    let server_hello_message = 2;
    let length = u8::try_from(hello.len()).unwrap_or(u8::MAX);
    let message: Vec<u8> = [server_hello_message, 0, 0, length].into_iter().chain(hello).collect();
    record(HANDSHAKE_RECORD, TLS_1_1, &message)
}

fn record(kind: u8, version: [u8; 2], content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap_or(u16::MAX);
    [&[kind][..], &version, &length.to_be_bytes(), content].concat()
}
