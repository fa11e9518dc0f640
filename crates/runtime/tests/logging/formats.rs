//! What a line looks like, as logfmt and as JSON.

use std::io;

use lookout_runtime::logging::{Format, Level};

use crate::{logged, without_time};

/// A warning of a source, with an error that has two lines.
pub(crate) fn one_event() {
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
fn a_field_cannot_pass_for_what_the_line_itself_says() {
    let event = || {
        tracing::info!(
            target: "lookout_probe", target = "https://example.org", level = 7, r#type = "a", ratio = 0.5,
            nothing = f64::NAN, done = true, "probed"
        );
    };
    let text = logged(Level::Info, Format::Logfmt, event);
    assert_eq!(
        without_time(&text),
        [
            "level=info target=lookout_probe msg=probed field_target=https://example.org field_level=7 type=a ratio=0.5 \
          nothing=NaN done=true"
        ]
    );
    let value: serde_json::Value = serde_json::from_str(&logged(Level::Info, Format::Json, event)).unwrap();
    assert_eq!(
        (&value["target"], &value["field_target"]),
        (&"lookout_probe".into(), &"https://example.org".into())
    );
    assert_eq!(
        (&value["nothing"], &value["done"], &value["ratio"]),
        (&"NaN".into(), &true.into(), &0.5.into())
    );
}

#[test]
fn a_span_that_learns_more_later_says_it_with_what_comes_then() {
    let events = || {
        let span = tracing::error_span!("probe", module = "http", code = tracing::field::Empty);
        let _entered = span.enter();
        tracing::info!(target: "lookout_probe", "asked");
        span.record("code", 200);
        tracing::info!(target: "lookout_probe", "answered");
    };
    let text = logged(Level::Info, Format::Logfmt, events);
    assert_eq!(
        without_time(&text),
        [
            "level=info target=lookout_probe msg=asked module=http",
            "level=info target=lookout_probe msg=answered module=http code=200"
        ]
    );
}
