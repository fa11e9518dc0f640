//! What a login by token needs, on real sockets: an issuer of tokens, and a broker that is asked to let them in.
//!
//! librdkafka's mock brokers know no login. This one knows nothing else: it hangs up on every other question.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::AbortHandle;

/// A server that runs until it is dropped.
struct Served {
    port: u16,
    task: AbortHandle,
}

/// An issuer that answers each request as it is told.
pub(crate) struct Issuer {
    server: Served,
    answer: Arc<Mutex<Answer>>,
}

/// What an issuer does about a request.
#[derive(Clone, Copy)]
pub(crate) enum Answer {
    /// It grants a token of its own, good for so many seconds.
    Grants(u32),
    /// It answers with this status.
    Says(u16),
    /// It says nothing, and does not hang up.
    Stalls,
}

/// A broker that lets everybody in, and keeps what they showed.
pub(crate) struct Door {
    server: Served,
    shown: Arc<Mutex<Vec<String>>>,
}

impl Served {
    async fn start<F: Future<Output = Option<()>> + Send + 'static>(
        serve: impl Fn(TcpStream) -> F + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let task = tokio::spawn(async move {
            let mut connections = tokio::task::JoinSet::new();
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                connections.spawn(serve(stream));
            }
        });
        Self { port, task: task.abort_handle() }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Issuer {
    pub(crate) async fn start(answer: Answer) -> Self {
        let answer = Arc::new(Mutex::new(answer));
        let (told, number) = (Arc::clone(&answer), Arc::new(Mutex::new(0)));
        let server = Served::start(move |stream| issue(stream, Arc::clone(&told), Arc::clone(&number))).await;
        Self { server, answer }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/token", self.server.port)
    }

    /// Tells it what to do from now on.
    pub(crate) fn tell(&self, answer: Answer) {
        *self.answer.lock().unwrap() = answer;
    }
}

async fn issue(mut stream: TcpStream, told: Arc<Mutex<Answer>>, number: Arc<Mutex<u32>>) -> Option<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let told = *told.lock().unwrap();
    let (status, body) = match told {
        Answer::Stalls => std::future::pending().await,
        Answer::Says(status) => (status, String::new()),
        Answer::Grants(seconds) => {
            let mut number = number.lock().unwrap();
            *number += 1;
            let token = format!(r#""access_token":"token-{number}","token_type":"Bearer""#);
            (200, format!(r#"{{{token},"expires_in":{seconds}}}"#))
        }
    };
    let length = body.len();
    let answer = format!("HTTP/1.1 {status} Said\r\nContent-Length: {length}\r\n\r\n{body}");
    stream.write_all(answer.as_bytes()).await.ok()
}

impl Door {
    pub(crate) async fn start() -> Self {
        let shown = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&shown);
        let server = Served::start(move |stream| let_in(stream, Arc::clone(&kept))).await;
        Self { server, shown }
    }

    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.server.port)
    }

    /// Every message of OAUTHBEARER so far, in order.
    pub(crate) fn shown(&self) -> Vec<String> {
        self.shown.lock().unwrap().clone()
    }
}

/// The kinds of request, and their newest versions here; from their oldest.
const OFFERED: [(i16, i16); 4] = [(3, 4), (17, 1), (18, 0), (36, 0)];

async fn let_in(mut stream: TcpStream, shown: Arc<Mutex<Vec<String>>>) -> Option<()> {
    loop {
        let length = stream.read_u32().await.ok()?;
        let mut request = vec![0; length as usize];
        stream.read_exact(&mut request).await.ok()?;
        let number = |at: usize| i16::from_be_bytes([request[at], request[at + 1]]);
        let (kind, version, correlation) = (number(0), number(2), &request[4..8]);
        let client = usize::try_from(number(8)).unwrap_or(0);
        let body = &request[10 + client..];
        let answer = match kind {
            17 => [&[0, 0, 0, 0, 0, 1, 0, 11][..], b"OAUTHBEARER"].concat(),
            18 => {
                // A version that it does not know: the client has to begin again with 0.
                let error: i16 = if version == 0 { 0 } else { 35 };
                let count = u32::try_from(OFFERED.len()).unwrap().to_be_bytes();
                let mut answer = [&error.to_be_bytes()[..], &count[..]].concat();
                for (kind, newest) in OFFERED {
                    answer.extend([kind.to_be_bytes(), [0, 0], newest.to_be_bytes()].concat());
                }
                answer
            }
            36 => {
                shown.lock().unwrap().push(String::from_utf8_lossy(&body[4..]).into_owned());
                // No error, no message, nothing to say.
                vec![0, 0, 0xff, 0xff, 0, 0, 0, 0]
            }
            _ => return None,
        };
        let length = u32::try_from(4 + answer.len()).unwrap().to_be_bytes();
        stream.write_all(&[&length[..], correlation, &answer].concat()).await.ok()?;
    }
}
