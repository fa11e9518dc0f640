//! A follow of Secrets whose private keys nobody wants, over TLS, and a search of this process's memory after it.
//!
//! The server is another process, this program started again: its own copies of the key must not be found. It is told the key
//! masked, and neither process says it in the clear but on the wire.

#[path = "../kubernetes/stage.rs"]
#[allow(dead_code, reason = "shared with the tests that script more of it")]
mod stage;

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use data_encoding::{BASE64, HEXLOWER};
use lookout_kubernetes::{Cluster, Follower, ObjectJson, Reader, Resource, Selection, Settings, View};
use lookout_runtime::Sources;
use lookout_testkit::process_memory::Needle;
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use stage::{Reply, Stage};
use tokio_rustls::TlsAcceptor;

/// What masks the key on its way to the server.
const MASK: u8 = 0x5a;

/// The argument that makes this program the server; the masked key follows it.
const SERVE: &str = "serve";

/// Secrets in the list.
const SECRETS: usize = 300;

/// What was found in memory.
pub(crate) struct Found {
    /// How often the key in base64, as it is sent.
    pub(crate) sent: usize,
    /// How often the key itself.
    pub(crate) plain: usize,
}

/// Takes the certificate and nothing else.
#[derive(Clone, Debug, PartialEq)]
struct Certificates;

impl Reader for Certificates {
    type Object = String;

    fn resource(&self) -> Resource {
        Resource { group: "", versions: &["v1"], plural: "secrets", kind: "Secret", is_namespaced: true }
    }

    fn read(&self, object: &ObjectJson<'_>) -> Option<String> {
        Some(object.get("data").get("tls.crt").text()?.into_owned())
    }
}

/// Plays the trial, or the server of one: then there is nothing to be said.
pub(crate) fn run() -> Option<Found> {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, word, key] = arguments.as_slice()
        && word == SERVE
    {
        serve(key);
        return None;
    }
    let (key, certificate) = (Needle::random(), Needle::random());
    let mut server = start(&key, &certificate);
    let roots = read_to(&mut server, "-----END CERTIFICATE-----");
    let port = read_to(&mut server, "").trim().to_owned();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), roots).unwrap();
    let mut settings = stage::patient();
    settings.access.server = format!("https://127.0.0.1:{port}");
    settings.access.certificate_authority = file.path().to_string_lossy().into_owned();

    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let follower = runtime.block_on(follow(&settings));
    assert!(certificate.occurrences().unwrap() > 0, "what is kept is found");
    drop(follower);
    // With it go the connections, and the threads with their stacks.
    drop(runtime);
    server.process.kill().unwrap();
    server.process.wait().unwrap();
    let base64 = Needle::from_bytes(base64(&key));
    Some(Found { sent: base64.occurrences().unwrap(), plain: key.occurrences().unwrap() })
}

/// A list, then changes by watches, one of which is no JSON.
async fn follow(settings: &Settings) -> Follower<String> {
    let cluster: Arc<Cluster> = Cluster::of(settings, &mut Sources::default()).unwrap();
    let follower = cluster.follow(Certificates, &Selection::default());
    let is_complete = |view: &View<String>, faults| view.len() == SECRETS + 1 && faults == 2;
    stage::until(&follower, "the events", |followed| is_complete(&followed.view, followed.fault_count)).await;
    follower
}

struct Server {
    process: Child,
    output: BufReader<std::process::ChildStdout>,
}

fn start(key: &Needle, certificate: &Needle) -> Server {
    let masked: Vec<u8> = key.bytes().chain(certificate.bytes()).map(|byte| byte ^ MASK).collect();
    let program = std::env::current_exe().unwrap();
    let mut process = Command::new(program)
        .args([SERVE, &HEXLOWER.encode(&masked)])
        .stdout(Stdio::piped())
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let output = BufReader::new(process.stdout.take().unwrap());
    Server { process, output }
}

/// The lines up to the one that is `end`, or one line.
fn read_to(server: &mut Server, end: &str) -> String {
    let mut lines = String::new();
    loop {
        let mut line = String::new();
        server.output.read_line(&mut line).unwrap();
        lines += &line;
        if end.is_empty() || line.trim() == end {
            return lines;
        }
        assert!(!line.is_empty(), "the server has ended");
    }
}

/// The key in base64, byte by byte, as far as whole groups of three bytes go: so it stands at the beginning of what is sent.
fn base64(key: &Needle) -> impl Iterator<Item = u8> {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (key, length) = (key.clone(), key.bytes().len());
    (0..length / 3 * 4).map(move |place| {
        let mut group = key.bytes().skip(place / 4 * 3);
        let mut byte = || u32::from(group.next().unwrap());
        let group = byte() << 16 | byte() << 8 | byte();
        let digit = group >> (18 - 6 * (place % 4)) & 63;
        DIGITS[usize::try_from(digit).unwrap()]
    })
}

/// The server, until nobody listens any more.
fn serve(masked: &str) {
    let bytes: Vec<u8> =
        HEXLOWER.decode(masked.as_bytes()).unwrap().into_iter().map(|byte| byte ^ MASK).collect();
    let (key, certificate) = bytes.split_at(bytes.len() / 2);
    let (key, certificate) = (BASE64.encode(key), String::from_utf8(certificate.to_vec()).unwrap());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let rcgen::CertifiedKey { cert, signing_key } =
            rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
        let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(signing_key.serialize_der()));
        let tls = rustls::ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], private)
            .unwrap();
        let stage = Stage::start_with(Some(TlsAcceptor::from(Arc::new(tls))), script(key, certificate)).await;
        println!("{}\n{}", cert.pem().trim(), stage.port);
        let ended = tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new()));
        drop(ended.await);
    });
}

fn script(
    key: String,
    certificate: String,
) -> impl Fn(usize, &stage::Asked) -> Reply + Send + Sync + 'static {
    let object = move |number: usize, quote: &str| {
        format!(
            r#"{{"kind":"Secret","metadata":{{"name":"n{number:04}","namespace":"a","resourceVersion":"{number}"}},"data":{{"tls.crt":"{certificate}","tls.key":"{key}{key}{quote}}},"type":"kubernetes.io/tls"}}"#
        )
    };
    move |_, asked| match (asked.path.as_str(), asked.is_watch(), asked.get("resourceVersion")) {
        ("/version", ..) => Reply::text(r#"{"major":"1","minor":"30","gitVersion":"v1.30.0"}"#),
        (_, false, _) => {
            let mut items: Vec<String> = (0..SECRETS).map(|number| object(number, "\"")).collect();
            // An escape that is none: the object as a whole is no JSON.
            items.push(object(8_000, "\\q\""));
            Reply::text(format!(
                r#"{{"kind":"SecretList","metadata":{{"resourceVersion":"7"}},"items":[{}]}}"#,
                items.join(",")
            ))
        }
        (_, true, "7") => {
            let (feed, reply) = Reply::feed();
            feed.bytes(format!("{{\"type\":\"ADDED\",\"object\":{}}}\n", object(9_000, "\"")));
            feed.bytes(format!("{{\"type\":\"ADDED\",\"object\":{}}}\n", object(9_001, "\\q\"")));
            // Cut off in the middle of the key.
            let half = object(9_002, "\"");
            feed.bytes(format!("{{\"type\":\"ADDED\",\"object\":{}", &half[..half.len() - 40]));
            feed.cut();
            reply
        }
        (_, true, _) => Reply::quiet(),
    }
}
