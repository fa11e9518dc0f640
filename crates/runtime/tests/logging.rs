//! Logs as they are written: one line per event, ours at the level asked for, others' one level quieter.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::io;
use std::sync::{Arc, Mutex};

use lookout_runtime::logging::{Format, Level, subscriber};
use tracing_subscriber::fmt::MakeWriter;

#[derive(Clone, Default)]
struct Memory(Arc<Mutex<Vec<u8>>>);

impl io::Write for Memory {
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

/// What is logged while `events` runs.
fn logged(level: Level, format: Format, events: impl FnOnce()) -> String {
    let memory = Memory::default();
    tracing::subscriber::with_default(subscriber(level, format, memory.clone()), events);
    let bytes = memory.0.lock().unwrap().clone();
    String::from_utf8(bytes).unwrap()
}

fn one_event() {
    let span = tracing::error_span!("source", exporter = "certs", source = %"files of /etc");
    let _entered = span.enter();
    let failed = io::Error::other("line one\nline two");
    tracing::warn!(target: "lookout_certs", attempt = 3, error = &failed as &dyn std::error::Error, "cannot read");
}

#[test]
fn an_event_is_one_line_of_logfmt_with_the_source_that_it_belongs_to() {
    let text = logged(Level::Info, Format::Logfmt, one_event);
    let (timestamp, rest) = text.split_once(' ').unwrap();
    let timestamp = timestamp.strip_prefix("ts=").unwrap();
    assert!(timestamp.parse::<jiff::Timestamp>().is_ok() && timestamp.ends_with('Z'), "{timestamp}");
    assert_eq!(timestamp.len(), "2026-03-01T12:00:00.000000Z".len());
    assert_eq!(
        rest,
        "level=warn target=lookout_certs msg=\"cannot read\" exporter=certs source=\"files of /etc\" attempt=3 \
         error=\"line one\\nline two\"\n"
    );
}

#[test]
fn an_event_is_one_object_of_json() {
    let text = logged(Level::Info, Format::Json, one_event);
    assert_eq!(text.lines().count(), 1);
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value["level"], "WARN");
    assert_eq!(value["message"], "cannot read");
    assert_eq!(value["attempt"], 3);
    assert_eq!(value["span"]["source"], "files of /etc");
    assert!(value["timestamp"].as_str().unwrap().ends_with('Z'));
}

#[test]
fn dependencies_are_one_level_quieter_than_asked_for() {
    let events = || {
        tracing::info!(target: "hyper::proto", "theirs");
        tracing::warn!(target: "hyper::proto", "theirs, grave");
        tracing::info!(target: "lookout_runtime::driver", "ours");
        tracing::debug!(target: "lookout_runtime::driver", "ours, detailed");
    };
    let messages = |level| {
        let text = logged(level, Format::Logfmt, events);
        text.lines().map(|line| line.split_once("msg=").unwrap().1.replace('"', "")).collect::<Vec<_>>()
    };
    assert_eq!(messages(Level::Info), ["theirs, grave", "ours"]);
    assert_eq!(messages(Level::Debug), ["theirs", "theirs, grave", "ours", "ours, detailed"]);
    assert_eq!(messages(Level::Warn), [""; 0]);
}

#[test]
fn words_of_the_command_line_are_known_or_refused_with_the_list() {
    assert_eq!("debug".parse(), Ok(Level::Debug));
    assert_eq!("json".parse(), Ok(Format::Json));
    let error = "verbose".parse::<Level>().unwrap_err();
    assert_eq!(error.to_string(), "`verbose` is not known; use one of error, warn, info, debug, trace");
}
