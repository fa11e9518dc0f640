//! The request log: one line for each request that was answered, if `--web.log-requests` asks for it.
//!
//! Who serves the request fills in a [`RequestLine`] once the answer has ended, and writes it. Whether that happens at
//! all is the server's decision; nothing here asks.
//!
//! Invariants:
//! - The query is left out: it may hold what somebody should not have put there.
//! - What the client chose (method, path, user, agent) is bounded here and escaped by the format.
//! - These lines are never taken for repeats: equal requests are news in a request log.
//!
//! How to get it wrong: handing over the `Authorization` header for the user. The user is the name that was
//! authenticated, nothing else.

use core::fmt;
use core::time::Duration;
use std::borrow::Cow;

/// The target of these lines, so that they can be told from all others.
pub(crate) const TARGET: &str = "lookout::requests";

/// The longest method that is written, bytes: all registered ones are shorter than 18.
const MAX_METHOD: usize = 24;
/// The longest path that is written, bytes: ours are short, and a scanner's are not worth the room.
const MAX_PATH: usize = 256;
/// The longest user name that is written, bytes.
const MAX_USER: usize = 64;
/// The longest user agent that is written, bytes: a browser's is about 120.
const MAX_AGENT: usize = 160;

/// What is said of one request.
pub(crate) struct RequestLine<'a> {
    /// The method, as sent.
    pub(crate) method: &'a str,
    /// The path, as sent; from a question mark on nothing of it is written.
    pub(crate) path: &'a str,
    /// The status code of the answer, if there was one.
    pub(crate) code: Option<&'a str>,
    /// Whether the answer was sent whole; if not, the client had gone or was given up.
    pub(crate) whole: bool,
    /// Bytes of the answer's body that were sent.
    pub(crate) bytes: u64,
    /// From the end of the request's head to the end of the answer.
    pub(crate) duration: Duration,
    /// Where the request came from: `ADDRESS:PORT`, or `unix`.
    pub(crate) peer: &'a dyn fmt::Display,
    /// The name that was authenticated, if one was.
    pub(crate) user: Option<&'a str>,
    /// The header `User-Agent`, as sent.
    pub(crate) agent: Option<&'a [u8]>,
    /// The version of the protocol, such as `HTTP/1.1`.
    pub(crate) protocol: &'a dyn fmt::Display,
}

impl RequestLine<'_> {
    /// Writes the line, at level `info`.
    pub(crate) fn write(&self) {
        let path = self.path.split('?').next().unwrap_or_default();
        let agent = self.agent.map(|agent| String::from_utf8_lossy(agent.get(..MAX_AGENT).unwrap_or(agent)));
        tracing::info!(
            target: TARGET,
            method = &*cut(self.method, MAX_METHOD),
            path = &*cut(path, MAX_PATH),
            code = self.code,
            incomplete = (!self.whole).then_some(true),
            bytes = self.bytes,
            seconds = self.duration.as_secs_f64(),
            peer = %self.peer,
            user = self.user.map(|user| cut(user, MAX_USER)).as_deref(),
            agent = agent.as_deref(),
            protocol = %self.protocol,
            "request"
        );
    }
}

/// `text`, cut at a character boundary with an ellipsis if it is longer than `most` bytes.
fn cut(text: &str, most: usize) -> Cow<'_, str> {
    if text.len() <= most {
        return Cow::Borrowed(text);
    }
    let end = (0..=most).rev().find(|&end| text.is_char_boundary(end)).unwrap_or(0);
    Cow::Owned(format!("{}…", &text[..end]))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::io::{self, Write};
    use std::sync::{Arc, Mutex};

    use tracing_subscriber::fmt::MakeWriter;

    use super::*;
    use crate::logging::{Format, Level, Levels, subscriber};

    #[derive(Clone, Default)]
    struct Memory(Arc<Mutex<Vec<u8>>>);

    impl Write for Memory {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl<'a> MakeWriter<'a> for Memory {
        type Writer = Self;

        fn make_writer(&'a self) -> Self {
            self.clone()
        }
    }

    fn logged(levels: impl Into<Levels>, format: Format, lines: impl Fn()) -> String {
        let memory = Memory::default();
        tracing::subscriber::with_default(subscriber(levels, format, memory.clone()), lines);
        let bytes = memory.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    const USUAL: RequestLine<'_> = RequestLine {
        method: "GET",
        path: "/metrics?token=PLANTED",
        code: Some("200"),
        whole: true,
        bytes: 4711,
        duration: Duration::from_millis(2),
        peer: &"192.0.2.7:51234",
        user: Some("prometheus"),
        agent: Some(b"Prometheus/3.5.0"),
        protocol: &"HTTP/2.0",
    };

    /// A client that wants to write lines of its own, in every place that it has.
    const FORGED: &str =
        "x\nts=2026-03-01T12:00:00Z level=error msg=\"forged\" \u{1b}[2J\u{202e}\u{9b}\",\"level\":\"ERROR";

    fn hostile() -> RequestLine<'static> {
        let text = Box::leak(FORGED.repeat(100).into_boxed_str());
        // Not even text.
        let agent: &'static [u8] = Box::leak([text.as_bytes(), b"\xff\xfe\n"].concat().into_boxed_slice());
        RequestLine { method: text, path: text, user: Some(text), agent: Some(agent), peer: &"unix", ..USUAL }
    }

    /// The pairs of a line of logfmt, as a reader takes it apart.
    fn pairs(line: &str) -> BTreeMap<String, String> {
        let mut pairs = BTreeMap::new();
        let mut rest = line;
        while let Some((key, after)) = rest.split_once('=') {
            let (value, after) = if after.starts_with('"') {
                let mut values = serde_json::Deserializer::from_str(after).into_iter::<String>();
                let value = values.next().unwrap().unwrap();
                (value, &after[values.byte_offset()..])
            } else {
                let end = after.find(' ').unwrap_or(after.len());
                (after[..end].to_owned(), &after[end..])
            };
            let known = pairs.insert(key.trim_start().to_owned(), value);
            assert!(known.is_none(), "{key} is there twice: {line}");
            rest = after;
        }
        assert_eq!(rest.trim(), "");
        pairs
    }

    #[test]
    fn a_request_is_one_line_without_its_query() {
        let text = logged(Level::Info, Format::Logfmt, || USUAL.write());
        assert_eq!(
            text.split_once(' ').unwrap().1,
            "level=info target=lookout::requests msg=request method=GET path=/metrics code=200 bytes=4711 \
             seconds=0.002 peer=192.0.2.7:51234 user=prometheus agent=Prometheus/3.5.0 protocol=HTTP/2.0\n"
        );
    }

    #[test]
    fn what_is_not_known_is_left_out() {
        let text =
            logged(Level::Info, Format::Json, || RequestLine { user: None, agent: None, ..USUAL }.write());
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!((value.get("user"), value.get("agent")), (None, None));
        assert_eq!(value["seconds"], 0.002);
        assert_eq!((&value["code"], value.get("incomplete")), (&"200".into(), None));
    }

    #[test]
    fn an_answer_that_was_not_taken_says_so() {
        let text =
            logged(Level::Info, Format::Logfmt, || RequestLine { code: None, whole: false, ..USUAL }.write());
        assert!(text.contains(" path=/metrics incomplete=true bytes=4711 "), "{text}");
    }

    #[test]
    fn a_client_cannot_forge_a_line_or_a_field_or_speak_to_the_terminal() {
        for format in [Format::Logfmt, Format::Json] {
            let text = logged(Level::Info, format, || hostile().write());
            let (line, rest) = text.split_once('\n').unwrap();
            assert_eq!(rest, "", "one line");
            // An escaped character takes six bytes at most.
            assert!(
                line.len() < 256 + 6 * (MAX_METHOD + MAX_PATH + MAX_USER + MAX_AGENT),
                "{} bytes",
                line.len()
            );
            let unsafe_character =
                |character: char| character.is_control() || "\u{202e}\u{2028}".contains(character);
            assert!(!line.contains(unsafe_character), "{line}");
        }
        let pairs = pairs(&logged(Level::Info, Format::Logfmt, || hostile().write()));
        assert_eq!(pairs["level"], "info");
        assert!(FORGED.repeat(100).starts_with(pairs["method"].trim_end_matches('…')), "it is all in there");
        let value: serde_json::Value =
            serde_json::from_str(&logged(Level::Info, Format::Json, || hostile().write())).unwrap();
        assert_eq!(value["level"], "INFO");
    }

    #[test]
    fn equal_requests_are_news() {
        let text = logged(Level::Info, Format::Logfmt, || (0..1_000).for_each(|_| USUAL.write()));
        assert_eq!(text.lines().count(), 1_000);
    }

    #[test]
    fn who_asks_for_the_request_log_gets_it_at_any_level_unless_it_is_named() {
        let levels = |text| Levels::parse(text, &[]).unwrap();
        for text in ["info", "error", "warn,lookout=off"] {
            assert_ne!(logged(levels(text), Format::Logfmt, || USUAL.write()), "", "{text}");
        }
        for text in ["info,requests=warn", "requests=off"] {
            assert_eq!(logged(levels(text), Format::Logfmt, || USUAL.write()), "", "{text}");
        }
    }
}
