//! A small web server for probes to look at: every behaviour has a path.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::certificates::Identity;

/// Longer than any probe waits.
const FOR_EVER: Duration = Duration::from_mins(5);

/// A server on a port of its own; its threads end with the test program.
pub(crate) struct WebServer {
    pub(crate) address: String,
}

impl WebServer {
    /// Speaks HTTP in clear.
    pub(crate) fn plain() -> Self {
        Self::start(|stream| serve(stream, behave))
    }

    /// Speaks HTTP over TLS with this certificate.
    pub(crate) fn tls(identity: &Identity) -> Self {
        Self::tls_answering(identity, behave)
    }

    /// The same, and answers each path as `answer` says.
    pub(crate) fn tls_answering(
        identity: &Identity,
        answer: impl Fn(&str) -> String + Send + Sync + 'static,
    ) -> Self {
        let chain = CertificateDer::pem_file_iter(&identity.certificate).expect("it is PEM");
        let chain = chain.collect::<Result<_, _>>().expect("each is a certificate");
        let key = PrivateKeyDer::from_pem_file(&identity.key).expect("it is a key");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let configuration = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("ring has them")
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .expect("they belong together");
        let configuration = Arc::new(configuration);
        Self::start(move |stream| {
            let connection = ServerConnection::new(Arc::clone(&configuration)).expect("it is configured");
            serve(StreamOwned::new(connection, stream), &answer);
        })
    }

    /// Its port.
    pub(crate) fn port(&self) -> &str {
        self.address.rsplit(':').next().expect("an address has a port")
    }

    fn start(serve: impl Fn(TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("it is bound").to_string();
        let serve = Arc::new(serve);
        thread::spawn(move || {
            for stream in listener.incoming().filter_map(Result::ok) {
                let serve = Arc::clone(&serve);
                thread::spawn(move || serve(stream));
            }
        });
        Self { address }
    }
}

/// Answers one request. Whatever goes wrong is the client's to notice.
fn serve(mut stream: impl Read + Write, answer: impl Fn(&str) -> String) {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read(&mut byte) {
            Ok(1) => head.extend(byte),
            _ => return,
        }
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let path = head.split(' ').nth(1).unwrap_or_default();
    let _ = stream.write_all(answer(path).as_bytes());
    let _ = stream.flush();
}

/// What each path does.
fn behave(path: &str) -> String {
    match path {
        "/redirect" => redirect("/"),
        "/loop" => redirect("/loop"),
        "/chunked" => {
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nhello\n\r\n0\r\n\r\n".to_owned()
        }
        "/garbage" => "this is not HTTP\r\n\r\n".to_owned(),
        "/close" => String::new(),
        "/status/204" => "HTTP/1.1 204 No Content\r\n\r\n".to_owned(),
        "/hang" => {
            thread::sleep(FOR_EVER);
            String::new()
        }
        _ => {
            let status = path.strip_prefix("/status/").unwrap_or("200");
            format!("HTTP/1.1 {status} As Asked\r\nContent-Length: 6\r\nConnection: close\r\n\r\nhello\n")
        }
    }
}

fn redirect(location: &str) -> String {
    format!("HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
}
