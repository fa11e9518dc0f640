//! Somebody who is notified: a small HTTP server that keeps what is posted to it, in the order in which it came.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::Value;

/// One notification.
#[derive(Clone, Debug)]
pub(crate) struct Notification {
    /// Where it was posted to, such as `/webhook`.
    pub(crate) path: String,
    /// What was posted.
    pub(crate) body: Value,
}

/// The server; it listens as long as the test program runs.
#[derive(Debug)]
pub(crate) struct Receiver {
    address: SocketAddr,
    notifications: Arc<Mutex<Vec<Notification>>>,
}

impl Receiver {
    /// Listens on a free port.
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("it listens");
        let notifications = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&notifications);
        thread::spawn(move || {
            for stream in listener.incoming().filter_map(Result::ok) {
                // A sender that breaks off sends again.
                if let Some(notification) = take(stream) {
                    kept.lock().expect("nobody fails with it").push(notification);
                }
            }
        });
        Self { address, notifications }
    }

    /// The URL of a path.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// What has been posted to `path` so far.
    pub(crate) fn received(&self, path: &str) -> Vec<Notification> {
        let notifications = self.notifications.lock().expect("nobody fails with it");
        notifications.iter().filter(|notification| notification.path == path).cloned().collect()
    }
}

/// Reads one request with a body of JSON, and answers that it is good.
fn take(stream: TcpStream) -> Option<Notification> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let path = line.split_whitespace().nth(1)?.to_owned();
    let mut length = 0;
    loop {
        line.clear();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.split_once(':') else { break };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    // Slack's answer; others look at the status alone.
    let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";
    reader.get_mut().write_all(answer).ok()?;
    Some(Notification { path, body: serde_json::from_slice(&body).ok()? })
}
