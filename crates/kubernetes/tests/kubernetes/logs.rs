//! What is logged, by anybody, at the most detailed level there is, while Secrets pass by that cannot be read.

use std::io::Write;
use std::sync::{Arc, Mutex};

use lookout_kubernetes::Selection;
use tracing_subscriber::fmt::MakeWriter;

use crate::secrets::{SECRETS, Values, event, list, object, script};
use crate::stage::{Reply, Stage, cluster, eventually, until};

const MARKER: &str = "bWFya2VyLW9mLWEta2V5";

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn no_key_and_no_token_reaches_any_log_at_any_level() {
    let log = Log::default();
    let subscriber =
        tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(log.clone()).finish();
    // For all threads: beside one of a single thread, what another thread is the first to log is switched off for all.
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let token = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(token.path(), "t0ken-of-ours").unwrap();
    let broken =
        format!(r#"{{"metadata":{{"name":"broken","namespace":"a"}},"data":{{"tls.key":"{MARKER}\q"}}}}"#);
    let pages = Mutex::new(0);
    let stage = Stage::start(script(
        move |_| {
            let mut pages = pages.lock().unwrap();
            *pages += 1;
            match *pages {
                1 => Reply::text(format!("{MARKER} is no list")),
                2 => Reply::text(format!(r#"{{"kind":"SecretList","items":[{{"data":"{MARKER}"#)),
                3 => Reply::Body(500, "application/json", Vec::new(), MARKER.into()),
                _ => {
                    let text = list(7, "", &[object("a", "one", 3, MARKER)]).to_string();
                    Reply::text(text.replace("\"items\":[", &format!("\"items\":[{broken},")))
                }
            }
        },
        |asked| match asked.get("resourceVersion") {
            "7" => {
                let (feed, reply) = Reply::feed();
                feed.line(&event("ADDED", &object("b", "two", 8, MARKER)));
                feed.bytes(format!("{MARKER}\n"));
                reply
            }
            _ => Reply::quiet(),
        },
    ))
    .await;
    let mut settings = stage.settings();
    settings.access.token_file = token.path().to_string_lossy().into_owned();
    let cluster = cluster(&settings);
    let follower = cluster.follow(Values(SECRETS), &Selection::default());
    let followed = until(&follower, "the event", |followed| followed.view.len() == 2).await;
    eventually("the broken line", || cluster.figures().failures.len() >= 3).await;
    tracing::info!("the log is written");
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("the log is written") && log.contains("hyper"), "{log}");
    let shown = format!("{cluster:?} {follower:?} {followed:?} {:?}", cluster.figures());
    for secret in [MARKER, "t0ken-of-ours"] {
        assert!(!log.contains(secret), "{log}");
        assert!(!shown.contains(secret), "{shown}");
    }
}
