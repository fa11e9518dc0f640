//! The request log, if it is switched on.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use lookout_runtime::http::WebFile;

use crate::log::subscribe;
use crate::running::{MANY_ROWS, Running, Setup};
use crate::web_directory::{ALICE, AS_ALICE, WITH_A_GUESS, WebDirectory};

/// What was logged in this test's thread, in which its server runs too.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    fn begin(&self) -> tracing::subscriber::DefaultGuard {
        let log = self.clone();
        let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(move || log.clone());
        subscribe(subscriber.finish())
    }

    fn requests(&self) -> Vec<String> {
        let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        text.lines().filter(|line| line.contains("lookout::requests")).map(str::to_owned).collect()
    }
}

async fn logging(rows: i64, log_requests: bool) -> Running {
    let directory = WebDirectory::new(ALICE);
    let mut setup = Setup::new(rows);
    setup.web.file = Some(WebFile::load(&directory.path()).unwrap());
    setup.web.log_requests = log_requests;
    setup.ready().await
}

#[tokio::test]
async fn each_request_has_a_line_with_its_user_and_without_its_secrets() {
    let log = Log::default();
    let _logging = log.begin();
    let server = logging(1, true).await;
    let mut connection = server.connect().await;
    let peer = connection.stream.local_addr().unwrap();
    let headers = format!("{AS_ALICE}User-Agent: Prometheus/3.5.0\r\n");
    let answer = connection.ask("GET", "/metrics?token=PLANTED", &headers).await;
    connection.ask("GET", "/-/healthy", WITH_A_GUESS).await;
    connection.ask("HEAD", "/-/healthy", AS_ALICE).await;
    // A line is written when the body is dropped, which may be after the client has read it.
    while log.requests().len() < 3 {
        tokio::task::yield_now().await;
    }
    let lines = log.requests();
    assert_eq!(lines.len(), 3, "{lines:?}");
    for expected in [
        "method=\"GET\"".to_owned(),
        "path=\"/metrics\"".to_owned(),
        "code=\"200\"".to_owned(),
        format!("bytes={}", answer.body.len()),
        format!("peer={peer}"),
        "user=\"alice\"".to_owned(),
        "agent=\"Prometheus/3.5.0\"".to_owned(),
        "protocol=HTTP/1.1".to_owned(),
    ] {
        assert!(lines[0].contains(&expected), "`{expected}` is not in {}", lines[0]);
    }
    assert!(lines[1].contains("code=\"401\"") && !lines[1].contains("user="), "{}", lines[1]);
    assert!(lines.iter().all(|line| !line.contains("incomplete")), "{lines:?}");
    let everything = lines.concat();
    for secret in ["PLANTED", "short123", "YWxpY2U6", "guess"] {
        assert!(!everything.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn an_answer_that_its_client_did_not_take_is_said_to_be_incomplete() {
    let log = Log::default();
    let _logging = log.begin();
    let server = logging(MANY_ROWS, true).await;
    let mut connection = server.connect_narrow().await;
    connection.send("GET", "/metrics", AS_ALICE).await;
    connection.head().await;
    drop(connection);
    server.until(|figures| figures.connections == 0).await;
    let lines = log.requests();
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].contains("code=\"200\"") && lines[0].contains("incomplete=true"), "{}", lines[0]);
}

#[tokio::test]
async fn it_is_off_unless_it_is_switched_on() {
    let log = Log::default();
    let _logging = log.begin();
    let server = logging(1, false).await;
    assert_eq!(server.ask("GET", "/metrics", AS_ALICE).await.status, 200);
    assert_eq!(log.requests(), [""; 0]);
}
