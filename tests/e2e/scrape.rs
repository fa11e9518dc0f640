//! Scrapes by curl, byte for byte as they came over the wire.

use std::process::Command;

use crate::tools::{run, succeed, tool};

/// The `Accept` of a reader that wants OpenMetrics.
pub(crate) const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0";
/// The `Accept` of a reader that wants the text format.
pub(crate) const TEXT: &str = "text/plain; version=0.0.4";

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The header lines, names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    /// The body, still compressed if it was.
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// The value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }
}

/// Gets `url`; `encoding` is the `Accept-Encoding`, empty for none.
#[track_caller]
pub(crate) fn get(url: &str, accept: &str, encoding: &str) -> Answer {
    let mut curl = Command::new(tool("CURL"));
    curl.args(["--silent", "--show-error", "--fail", "--include", "--max-time", "120"]);
    curl.args([
        "--header",
        &format!("Accept: {accept}"),
        "--header",
        &format!("Accept-Encoding:{encoding}"),
        url,
    ]);
    let answer = succeed(&mut curl, b"");
    let end =
        answer.windows(4).position(|four| four == b"\r\n\r\n").expect("the headers end in an empty line");
    let headers = String::from_utf8(answer[..end].to_vec()).expect("headers are text");
    let headers = headers.lines().skip(1).filter_map(|line| line.split_once(':'));
    Answer {
        headers: headers.map(|(name, value)| (name.to_lowercase(), value.trim().to_owned())).collect(),
        body: answer[end + 4..].to_vec(),
    }
}

/// The status of `url`, once something answers there.
pub(crate) fn status(url: &str) -> Option<u16> {
    let mut curl = Command::new(tool("CURL"));
    curl.args(["--silent", "--output", "/dev/null", "--write-out", "%{http_code}", "--max-time", "60", url]);
    let status = String::from_utf8(run(&mut curl, b"").stdout).ok()?.parse().ok()?;
    (status != 0).then_some(status)
}
