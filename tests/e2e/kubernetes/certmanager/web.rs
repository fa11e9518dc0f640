//! What the names of the story answer on the web, to cert-manager's own check and to the authority's.
//!
//! Nobody can be given the port 80 here. cert-manager asks where its environment has a proxy for names of the web; the authority, where
//! its name server says, at a port of its configuration. Both are this server.
//!
//! It is an authority too, that limits the rate: it opens accounts and refuses every Order, as Let's Encrypt does to whoever asked too
//! often. Signatures are not looked at.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::json;

/// What a name answers to whoever asks for a challenge's key.
#[derive(Clone, Copy, Debug)]
pub(super) enum Answer {
    /// The key.
    Key,
    /// The key to cert-manager, and to nobody else: it is reached from within only.
    KeyWithin,
    /// A page to log in, with status 200.
    Page,
    /// Another status.
    Status(&'static str),
}

/// The server; it listens as long as the test program runs.
pub(super) struct Web {
    address: SocketAddr,
    keys: Arc<Mutex<HashMap<String, String>>>,
}

/// A page as an access proxy shows it to whoever has not logged in.
const PAGE: &str =
    "<!doctype html>\n<html lang=\"en\"><title>Sign in</title><form action=\"/login\"></form></html>\n";
/// Where the authority that limits the rate begins.
const LIMITED: &str = "/limited";

/// A request as far as it matters.
struct Request {
    method: String,
    path: String,
    host: String,
    /// By what it calls itself.
    is_of_cert_manager: bool,
}

impl Web {
    /// Listens on a free port; each name answers as it is told to.
    pub(super) fn start(names: &[(&str, Answer)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("it listens");
        let keys = Arc::<Mutex<HashMap<String, String>>>::default();
        let names: HashMap<String, Answer> =
            names.iter().map(|(name, answer)| ((*name).to_owned(), *answer)).collect();
        let known = Arc::clone(&keys);
        thread::spawn(move || {
            for stream in listener.incoming().filter_map(Result::ok) {
                let (names, keys) = (names.clone(), Arc::clone(&known));
                // Who breaks off asks again.
                thread::spawn(move || answer(stream, &address.to_string(), &names, &keys));
            }
        });
        Self { address, keys }
    }

    /// Where it listens.
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where the authority is that limits the rate.
    pub(super) fn limited(&self) -> String {
        format!("http://{}{LIMITED}/directory", self.address)
    }

    /// Where an authority should be, and a page is.
    pub(super) fn page(&self) -> String {
        format!("http://{}/directory", self.address)
    }

    /// A key, by the token that is asked for.
    pub(super) fn set_key(&self, token: &str, key: &str) {
        self.keys.lock().expect("nobody fails with it").insert(token.to_owned(), key.to_owned());
    }
}

fn answer(
    stream: TcpStream,
    own: &str,
    names: &HashMap<String, Answer>,
    keys: &Mutex<HashMap<String, String>>,
) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let request = request(&mut reader)?;
    let answer = match names.get(&request.host) {
        None if request.path.starts_with(LIMITED) => limited(&request, own),
        None => whole("200 OK", "text/html", PAGE),
        Some(answer) => {
            let token = request.path.rsplit('/').next().unwrap_or_default();
            let key = keys.lock().expect("nobody fails with it").get(token).cloned();
            challenge(*answer, key.as_deref(), request.is_of_cert_manager)
        }
    };
    reader.get_mut().write_all(answer.as_bytes()).ok()
}

fn request(reader: &mut BufReader<TcpStream>) -> Option<Request> {
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split_whitespace().map(str::to_owned);
    let (method, target) = (words.next()?, words.next()?);
    let (mut host, mut length, mut is_of_cert_manager) = (String::new(), 0, false);
    loop {
        line.clear();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.split_once(':') else { break };
        let value = value.trim();
        match &*name.to_ascii_lowercase() {
            "host" => value.split(':').next().unwrap_or_default().clone_into(&mut host),
            "content-length" => length = value.parse().ok()?,
            "user-agent" => is_of_cert_manager = value.starts_with("cert-manager"),
            _ => {}
        }
    }
    reader.read_exact(&mut vec![0; length]).ok()?;
    // A proxy is asked for a whole URL.
    let path = match target.split_once("://") {
        Some((_, rest)) => rest.split_once('/').map(|(_, path)| format!("/{path}"))?,
        None => target,
    };
    Some(Request { method, path, host, is_of_cert_manager })
}

fn challenge(answer: Answer, key: Option<&str>, is_of_cert_manager: bool) -> String {
    match (answer, key) {
        (Answer::Key, Some(key)) => whole("200 OK", "text/plain", key),
        (Answer::KeyWithin, Some(key)) if is_of_cert_manager => whole("200 OK", "text/plain", key),
        (Answer::Key | Answer::KeyWithin, _) => whole("404 Not Found", "text/plain", "nothing\n"),
        (Answer::Page, _) => whole("200 OK", "text/html", PAGE),
        (Answer::Status(status), _) => whole(status, "text/plain", "no\n"),
    }
}

/// What an authority says that limits the rate (RFC 8555, 6.6).
fn limited(request: &Request, own: &str) -> String {
    let at = |name: &str| format!("http://{own}{LIMITED}/{name}");
    let account = format!("Location: {}\r\n", at("account"));
    match request.path.trim_start_matches(LIMITED) {
        "/directory" => {
            let [nonce, new, order] = ["nonce", "accounts", "orders"].map(at);
            let directory = json!({"newNonce": nonce, "newAccount": new, "newOrder": order, "revokeCert": new, "keyChange": new});
            with_nonce("200 OK", "application/json", "", &directory.to_string())
        }
        "/accounts" | "/account" => {
            with_nonce("201 Created", "application/json", &account, &json!({"status": "valid"}).to_string())
        }
        "/orders" => {
            let detail = "too many new orders (300) from this account in the last 3h0m0s, retry after 2026-01-01 00:00:00 UTC: see \
                          https://letsencrypt.org/docs/rate-limits/#new-orders-per-account";
            let problem =
                json!({"type": "urn:ietf:params:acme:error:rateLimited", "detail": detail, "status": 429});
            let problem = problem.to_string();
            with_nonce("429 Too Many Requests", "application/problem+json", "Retry-After: 3600\r\n", &problem)
        }
        _ if request.method == "HEAD" => with_nonce("200 OK", "text/plain", "", ""),
        _ => whole("404 Not Found", "text/plain", "nothing\n"),
    }
}

fn with_nonce(status: &str, content_type: &str, headers: &str, body: &str) -> String {
    let headers = format!("{headers}Replay-Nonce: c3Rvcnk\r\n");
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\n{headers}Connection: close\r\n\r\n{body}",
        body.len()
    )
}

fn whole(status: &str, content_type: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}
