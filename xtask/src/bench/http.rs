//! Scrapes, as plainly as they can be asked for: a connection each, and all bytes of the answer.

use std::io::{Read as _, Write as _};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::time::{Duration, Instant};

use flate2::read::GzDecoder;

/// What is read at once.
const BUFFER: usize = 256 * 1024;

/// An answer.
#[derive(Debug)]
pub(super) struct Answer {
    /// Its status.
    pub(super) status: u16,
    /// All its bytes, head included.
    pub(super) bytes: Vec<u8>,
    /// From the beginning of the connection to the last byte.
    pub(super) took: Duration,
}

/// Asks for `path`; none if there is no complete answer within `patience`.
pub(super) fn get(address: &str, path: &str, encoding: &str, patience: Duration) -> Option<Answer> {
    let mut bytes = Vec::new();
    let took = ask(address, path, encoding, patience, |read| bytes.extend_from_slice(read))?;
    Some(Answer { status: status(&bytes)?, bytes, took })
}

/// How long an answer with 200 takes to come, its bytes forgotten as they come: keeping megabytes would be measured too.
pub(super) fn time(address: &str, path: &str, encoding: &str, patience: Duration) -> Option<Duration> {
    let mut head = Vec::new();
    let took = ask(address, path, encoding, patience, |read| {
        if head.len() < 16 {
            head.extend_from_slice(read.get(..16).unwrap_or(read));
        }
    })?;
    (status(&head)? == 200).then_some(took)
}

/// The status of the line that an answer begins with.
fn status(bytes: &[u8]) -> Option<u16> {
    std::str::from_utf8(bytes.get(9..12)?).ok()?.parse().ok()
}

fn ask(
    address: &str,
    path: &str,
    encoding: &str,
    patience: Duration,
    mut take: impl FnMut(&[u8]),
) -> Option<Duration> {
    let begun = Instant::now();
    let address = address.to_socket_addrs().ok()?.next()?;
    let mut stream = TcpStream::connect_timeout(&address, patience).ok()?;
    stream.set_read_timeout(Some(patience)).ok()?;
    let accepts =
        if encoding.is_empty() { String::new() } else { format!("Accept-Encoding: {encoding}\r\n") };
    write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{accepts}\r\n").ok()?;
    let mut buffer = vec![0; BUFFER];
    loop {
        match stream.read(&mut buffer).ok()? {
            0 => return Some(begun.elapsed()),
            read => take(buffer.get(..read)?),
        }
    }
}

// === impl Answer ===

impl Answer {
    /// What follows the head, as it came.
    pub(super) fn body(&self) -> &[u8] {
        self.parts().1
    }

    /// The body as text, chunks joined and inflated; what is not text is replaced.
    pub(super) fn text(&self) -> String {
        let (head, body) = self.parts();
        let head = String::from_utf8_lossy(head).to_ascii_lowercase();
        let body = if head.contains("transfer-encoding: chunked") { joined(body) } else { body.to_vec() };
        let mut text = Vec::new();
        if self.is_compressed() && GzDecoder::new(&body[..]).read_to_end(&mut text).is_ok() {
            return String::from_utf8_lossy(&text).into_owned();
        }
        String::from_utf8_lossy(&body).into_owned()
    }

    /// The head and the body.
    fn parts(&self) -> (&[u8], &[u8]) {
        let end = self.bytes.windows(4).position(|bytes| bytes == b"\r\n\r\n");
        self.bytes.split_at(end.map_or(self.bytes.len(), |at| at + 4))
    }

    /// Whether it is compressed.
    pub(super) fn is_compressed(&self) -> bool {
        let head = self.bytes.get(..self.bytes.len().min(4096)).unwrap_or_default();
        String::from_utf8_lossy(head).to_ascii_lowercase().contains("content-encoding: gzip")
    }
}

/// The bytes of chunks, as far as they are well formed.
fn joined(mut body: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    while let Some(at) = body.windows(2).position(|bytes| bytes == b"\r\n") {
        let size = std::str::from_utf8(&body[..at])
            .ok()
            .and_then(|size| usize::from_str_radix(size.trim(), 16).ok());
        let Some(chunk) = size.filter(|size| *size > 0).and_then(|size| body.get(at + 2..at + 2 + size))
        else {
            break;
        };
        bytes.extend_from_slice(chunk);
        body = body.get(at + 4 + chunk.len()..).unwrap_or_default();
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_are_joined() {
        let bytes =
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nup 1\r\n3\r\n\nx \r\n0\r\n\r\n"
                .to_vec();
        let answer = Answer { status: 200, bytes, took: Duration::ZERO };
        assert_eq!(answer.text(), "up 1\nx ");
    }

    #[test]
    fn a_compressed_answer_is_inflated() {
        let mut bytes = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n".to_vec();
        let mut encoder = flate2::write::GzEncoder::new(&mut bytes, flate2::Compression::fast());
        encoder.write_all(b"up 1\n").unwrap();
        encoder.finish().unwrap();
        assert_eq!(Answer { status: 200, bytes, took: Duration::ZERO }.text(), "up 1\n");
    }

    #[test]
    fn nobody_there_is_no_answer() {
        assert!(get("127.0.0.1:1", "/metrics", "", Duration::from_secs(1)).is_none());
    }
}
