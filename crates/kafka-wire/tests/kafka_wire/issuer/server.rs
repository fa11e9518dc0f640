//! An issuer on a real socket, behind TLS or not, that answers as a test tells it.

use std::sync::{Arc, Mutex};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpListener,
    task::AbortHandle,
};
use tokio_rustls::TlsAcceptor;

/// A request as the issuer saw it.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) head: String,
    pub(crate) body: String,
}

/// What the issuer does about a request.
pub(crate) enum Reply {
    /// A status and a body, properly.
    Says(u16, String),
    /// These bytes, and then the end.
    Raw(Vec<u8>),
    /// These bytes, and then nothing.
    Stalls(Vec<u8>),
}

/// An issuer that runs until it is dropped.
pub(crate) struct Issuer {
    pub(crate) port: u16,
    asked: Arc<Mutex<Vec<Asked>>>,
    task: AbortHandle,
}

impl Drop for Issuer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Issuer {
    /// Starts one that answers as `reply` says; it is given the number of the request.
    pub(crate) async fn start(
        tls: Option<TlsAcceptor>,
        reply: impl Fn(usize, &Asked) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (log, reply) = (Arc::clone(&asked), Arc::new(reply));
        let task = tokio::spawn(async move {
            let mut connections = tokio::task::JoinSet::new();
            loop {
                let Ok((stream, _)) = listener.accept().await else { return };
                let (log, reply, tls) = (Arc::clone(&log), Arc::clone(&reply), tls.clone());
                connections.spawn(async move {
                    match tls {
                        None => serve(stream, &log, &*reply).await,
                        Some(tls) => {
                            if let Ok(stream) = tls.accept(stream).await {
                                serve(stream, &log, &*reply).await;
                            }
                        }
                    }
                });
            }
        });
        Self { port, asked, task: task.abort_handle() }
    }

    /// The requests so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

async fn serve(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    log: &Mutex<Vec<Asked>>,
    reply: &(impl Fn(usize, &Asked) -> Reply + ?Sized),
) {
    let Some(asked) = receive(&mut stream).await else { return };
    let number = {
        let mut log = log.lock().unwrap();
        log.push(asked.clone());
        log.len() - 1
    };
    let (bytes, stalls) = match reply(number, &asked) {
        Reply::Says(status, body) => {
            let head = format!(
                "HTTP/1.1 {status} Said\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
                body.len()
            );
            ((head + &body).into_bytes(), false)
        }
        Reply::Raw(bytes) => (bytes, false),
        Reply::Stalls(bytes) => (bytes, true),
    };
    // Whoever has heard enough hangs up.
    let _ = stream.write_all(&bytes).await;
    let _ = stream.flush().await;
    if stalls {
        std::future::pending::<()>().await;
    }
    let _ = stream.shutdown().await;
}

async fn receive(stream: &mut (impl AsyncRead + Unpin)) -> Option<Asked> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).unwrap();
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().unwrap())
    });
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body).await.ok()?;
    Some(Asked { head, body: String::from_utf8(body).unwrap() })
}
