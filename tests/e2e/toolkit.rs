//! exporter-toolkit's own server, clients and verdicts: the Go program in the folder `toolkit`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::{Deserialize, Serialize};

use crate::running::Running;
use crate::tools::{succeed, tool};

/// What a client does, on one connection.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Scenario {
    pub(crate) address: String,
    pub(crate) tls: bool,
    /// The least version of TLS, as on the wire; zero for Go's default.
    pub(crate) min: u16,
    /// The greatest version of TLS.
    pub(crate) max: u16,
    /// Suites of TLS 1.2 and below.
    pub(crate) ciphers: Vec<u16>,
    pub(crate) curves: Vec<u16>,
    /// What is offered by ALPN.
    pub(crate) protocols: Vec<&'static str>,
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
    pub(crate) user: Option<&'static str>,
    pub(crate) password: &'static str,
    /// Sent as it is, instead of user and password.
    pub(crate) authorization: &'static str,
    pub(crate) path: &'static str,
    /// How many requests follow each other.
    pub(crate) requests: u32,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Outcome {
    /// The alert, or how the connection ended; empty if every request was answered.
    pub(crate) refused: String,
    pub(crate) version: String,
    pub(crate) cipher: String,
    pub(crate) curve: String,
    pub(crate) protocol: String,
    pub(crate) certificate: String,
    pub(crate) answers: Option<Vec<Answer>>,
}

/// The part of an answer that a web configuration decides.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) version: String,
    pub(crate) headers: BTreeMap<String, String>,
}

/// The toolkit's complaint about each file; empty where there is none.
pub(crate) fn validate(files: &[PathBuf]) -> Vec<String> {
    let mut command = program();
    let complaints = succeed(command.arg("validate").args(files), b"");
    values(&complaints)
}

/// What comes of each scenario, in order.
pub(crate) fn act(scenarios: &[Scenario]) -> Vec<Outcome> {
    values(&succeed(program().arg("act"), &lines(scenarios)))
}

/// The bcrypt hashes of passwords.
pub(crate) fn hash(passwords: &[&str]) -> Vec<String> {
    values(&succeed(program().arg("hash"), &lines(passwords)))
}

/// A server of the toolkit.
#[derive(Debug)]
pub(crate) struct ToolkitServer {
    _process: Running,
    pub(crate) address: String,
}

impl ToolkitServer {
    /// Starts one with a web configuration; its last words if it does not serve with that.
    pub(crate) fn start(file: &Path, log: &Path) -> Result<Self, String> {
        let mut process = Running::start(program().arg("serve").arg(file), log);
        let address =
            process.until_log_or_end("its address", |line| Some(line.strip_prefix("listening ")?.to_owned()));
        let address = address.ok_or_else(|| process.log())?;
        Ok(Self { _process: process, address })
    }
}

fn program() -> Command {
    Command::new(tool("TOOLKIT"))
}

fn lines<T: Serialize>(values: &[T]) -> Vec<u8> {
    let line = |value| serde_json::to_string(value).expect("it can be written as JSON") + "\n";
    values.iter().map(line).collect::<String>().into_bytes()
}

fn values<T: for<'de> Deserialize<'de>>(output: &[u8]) -> Vec<T> {
    serde_json::Deserializer::from_slice(output)
        .into_iter()
        .collect::<Result<_, _>>()
        .expect("the toolkit writes JSON")
}
