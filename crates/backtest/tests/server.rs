//! What is asked of a server, and what follows from its answers, over a real socket.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use core::time::Duration;
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use lookout_backtest::{Access, AskServer, Judge, Judgement, Server, Window};
use lookout_catalog::Settings;
use lookout_declarations::Alert;

/// A question as it came.
#[derive(Clone, Debug, Default)]
struct Question {
    path: String,
    headers: BTreeMap<String, String>,
    form: BTreeMap<String, String>,
}

impl Question {
    fn number(&self, name: &str) -> i64 {
        self.form[name].parse().unwrap()
    }

    fn n_moments(&self) -> i64 {
        (self.number("end") - self.number("start")) / self.number("step") + 1
    }
}

/// A status line and what follows it.
type Answer = (&'static str, String);

/// A server that answers every question by `answer`, its address, and what it was asked.
fn serve(answer: impl Fn(&Question) -> Answer + Send + 'static) -> (String, Arc<Mutex<Vec<Question>>>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&asked);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let stream = stream.unwrap();
            let question = read(&stream);
            let (head, body) = answer(&question);
            kept.lock().unwrap().push(question);
            let length = body.len();
            let text =
                format!("HTTP/1.1 {head}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}");
            (&stream).write_all(text.as_bytes()).unwrap();
        }
    });
    (address, asked)
}

fn read(stream: &TcpStream) -> Question {
    let mut reader = BufReader::new(stream);
    let mut line = || {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    };
    let path = line().split(' ').nth(1).unwrap().to_owned();
    let headers: BTreeMap<String, String> =
        std::iter::from_fn(|| Some(line()).filter(|line| !line.is_empty()))
            .map(|line| {
                line.split_once(": ").map(|(name, value)| (name.to_lowercase(), value.to_owned())).unwrap()
            })
            .collect();
    let mut body = vec![0; headers["content-length"].parse().unwrap()];
    reader.read_exact(&mut body).unwrap();
    let form = body.split(|byte| *byte == b'&').map(|pair| {
        let text = String::from_utf8(pair.to_vec()).unwrap();
        text.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned())).unwrap()
    });
    Question { path, headers, form: form.collect() }
}

/// One series that is 1 at every moment that is asked for.
fn steady(question: &Question) -> Answer {
    let (start, step) = (question.number("start"), question.number("step"));
    let values: Vec<String> =
        (0..question.n_moments()).map(|index| format!("[{},\"1\"]", start + index * step)).collect();
    ("200 OK", matrix(&values.join(",")))
}

fn matrix(values: &str) -> String {
    format!(
        r#"{{"status":"success","data":{{"resultType":"matrix","result":[{{"metric":{{"a":"b"}},"values":[{values}]}}]}}}}"#
    )
}

fn day() -> Window {
    let end = Timestamp::from_second(1_700_006_400).unwrap();
    Window::before(end, Duration::from_hours(24), Duration::from_mins(1))
}

fn range(url: &str) -> Result<Vec<i64>, AskServer> {
    let answered = Server::new(url, &Access::default()).unwrap().range("x > 1", &day())?;
    assert_eq!(answered.rows.len(), 1);
    Ok(answered.rows[0].samples.iter().map(|sample| sample.at).collect())
}

#[track_caller]
fn refusal(head: &'static str, body: &str) -> AskServer {
    let body = body.to_owned();
    let (url, _) = serve(move |_| (head, body.clone()));
    range(&url).unwrap_err()
}

#[test]
fn a_question_says_who_asks_and_wants_all_or_nothing() {
    let (url, asked) = serve(steady);
    let access = Access {
        authorization: Some("Bearer token".to_owned()),
        headers: vec![("X-Scope-OrgID".to_owned(), "platform".to_owned())],
        certificate_authority: None,
    };
    let server = Server::new(&format!("{url}/prometheus/"), &access).unwrap();
    server.range("x > 1", &day()).unwrap();
    let question = asked.lock().unwrap()[0].clone();
    assert_eq!(question.path, "/prometheus/api/v1/query_range");
    assert_eq!(question.headers["authorization"], "Bearer token");
    assert_eq!(question.headers["x-scope-orgid"], "platform");
    assert_eq!(question.form["query"].replace('+', "%20"), "x%20%3E%201");
    assert_eq!(question.form["partial_response"], "false");
    assert!(!format!("{server:?}").contains("token"));
}

#[test]
fn what_is_too_much_is_asked_for_in_smaller_pieces_and_nothing_is_lost() {
    for refused in [
        (
            "422 Unprocessable Entity",
            r#"{"status":"error","error":"query processing would load too many samples"}"#,
        ),
        ("400 Bad Request", r#"{"status":"error","error":"exceeded maximum resolution of 11,000 points"}"#),
        ("504 Gateway Timeout", "<html>upstream</html>"),
    ] {
        let (url, asked) = serve(move |question| match question.n_moments() {
            ..=100 => steady(question),
            _ => (refused.0, refused.1.to_owned()),
        });
        assert_eq!(range(&url).unwrap(), day().moments().collect::<Vec<_>>(), "{refused:?}");
        assert!(asked.lock().unwrap().len() > 15);
    }
    let error = refusal("422 Unprocessable Entity", r#"{"error":"too many samples"}"#);
    assert!(matches!(error, AskServer::Fit { .. }) && !error.concerns_every_question(), "{error}");
    assert!(error.to_string().contains("--without"), "{error}");
}

#[test]
fn who_does_not_let_us_in_is_told_with_what_to_do() {
    for (head, body, expected) in [
        (
            "302 Found\r\nLocation: https://login.example.org/?rd=x",
            "<html>",
            "leads to `https://login.example.org/?rd=x`",
        ),
        ("401 Unauthorized", "", "--bearer-token-file"),
        ("404 Not Found", "404 page not found", "before `/api/v1`"),
        ("429 Too Many Requests", "too many requests", "try again later"),
        ("502 Bad Gateway", "<html>\u{1b}[2J</html>", "status 502"),
    ] {
        let error = refusal(head, body);
        assert!(error.concerns_every_question(), "{error}");
        assert!(error.to_string().contains(expected) && !error.to_string().contains('\u{1b}'), "{error}");
    }
}

#[test]
fn what_is_no_whole_answer_is_none() {
    let understood = |body| refusal("200 OK", body);
    assert!(matches!(understood("<html>Sign in</html>"), AskServer::Understand { .. }));
    assert!(matches!(understood(""), AskServer::Understand { .. }));
    assert!(matches!(
        understood(r#"{"status":"success","data":{"resultType":"vector","result":[]}}"#),
        AskServer::Understand { .. }
    ));
    let partial = r#"{"status":"success","isPartial":true,"data":{"resultType":"matrix","result":[]}}"#;
    assert!(matches!(understood(partial), AskServer::Complete { .. }));
    let error = understood(r#"{"status":"error","error":"cannot evaluate"}"#);
    assert!(!error.concerns_every_question() && error.to_string().contains("cannot evaluate"), "{error}");
}

fn alert() -> Alert {
    let catalogue = Settings::default().declared();
    let mut alerts = catalogue.into_iter().flat_map(|declared| declared.alerts);
    alerts.find(|alert| alert.name == "LookoutKafkaControllerMissing").unwrap()
}

#[test]
fn what_a_server_says_of_its_answers_is_kept() {
    let (url, _) = serve(|question| {
        let (head, body) = steady(question);
        (head, body.replacen('{', r#"{"warnings":["store a is\naway","store a is\naway"],"#, 1))
    });
    let server = Server::new(&url, &Access::default()).unwrap();
    let mut judge = Judge::new(&server, day());
    let verdict = judge.judge(&alert()).unwrap();
    assert!(matches!(verdict.judgement, Judgement::Seen { .. }));
    assert_eq!(judge.warnings().collect::<Vec<_>>(), ["store a is away"]);
}

#[test]
fn a_server_that_refuses_the_simplest_question_answers_none() {
    let (url, _) = serve(|_| ("400 Bad Request", "unsupported path requested".to_owned()));
    let server = Server::new(&url, &Access::default()).unwrap();
    let error = Judge::new(&server, day()).judge(&alert()).unwrap_err();
    assert!(error.concerns_every_question() && error.to_string().contains("before `/api/v1`"), "{error}");
}
