//! Requests to an API server as somebody: by curl, whose answers are taken as they are.

use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};

use crate::certificates::Identity;
use crate::tools::{run, tool, words};

/// Somebody, and the server that is asked.
#[derive(Clone, Debug)]
pub(super) struct Api {
    /// `https://host:port`.
    pub(super) server: String,
    pub(super) authority: PathBuf,
    pub(super) credentials: Credentials,
}

/// Who asks.
#[derive(Clone, Debug)]
pub(super) enum Credentials {
    Certificate(Identity),
    Token(String),
}

/// An answer.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) text: String,
}

impl Answer {
    /// The body, which must be JSON.
    #[track_caller]
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }
}

impl Api {
    /// The same server, asked by somebody with this token.
    pub(super) fn with_token(&self, token: &str) -> Self {
        Self { credentials: Credentials::Token(token.to_owned()), ..self.clone() }
    }

    /// Asks; none if nobody answers.
    pub(super) fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> Option<Answer> {
        self.ask_as(method, path, "application/json", body)
    }

    fn ask_as(&self, method: &str, path: &str, content_type: &str, body: Option<&Value>) -> Option<Answer> {
        let mut curl = Command::new(tool("CURL"));
        curl.args(["--silent", "--globoff", "--max-time", "120", "--write-out", "\n%{http_code}"]);
        curl.args(["--request", method, "--cacert"]).arg(&self.authority);
        match &self.credentials {
            Credentials::Certificate(identity) => {
                curl.arg("--cert").arg(&identity.certificate).arg("--key").arg(&identity.key);
            }
            Credentials::Token(token) => {
                curl.args(["--header", &format!("Authorization: Bearer {token}")]);
            }
        }
        let body = body.map(Value::to_string);
        if body.is_some() {
            curl.args(["--header", &format!("Content-Type: {content_type}"), "--data-binary", "@-"]);
        }
        curl.arg(format!("{}{path}", self.server));
        let output = run(&mut curl, body.unwrap_or_default().as_bytes());
        let text = String::from_utf8(output.stdout).expect("it answers in text");
        let (text, status) = text.rsplit_once('\n')?;
        let status = status.parse().ok().filter(|status| *status != 0)?;
        Some(Answer { status, text: text.to_owned() })
    }

    /// The answer to a request that must succeed.
    #[track_caller]
    fn must(&self, method: &str, path: &str, content_type: &str, body: Option<&Value>) -> Value {
        let answer = self.ask_as(method, path, content_type, body);
        let answer = answer.unwrap_or_else(|| panic!("nobody answers {method} {path}"));
        assert!((200..300).contains(&answer.status), "{method} {path}: {} {}", answer.status, answer.text);
        answer.json()
    }

    /// Reads an object or a list, which must be there.
    #[track_caller]
    pub(super) fn get(&self, path: &str) -> Value {
        self.must("GET", path, "", None)
    }

    /// Creates an object in the collection at `path`.
    #[track_caller]
    pub(super) fn create(&self, path: &str, object: &Value) -> Value {
        self.must("POST", path, "application/json", Some(object))
    }

    /// Changes the object at `path` as a merge patch says: null removes a key.
    #[track_caller]
    pub(super) fn merge(&self, path: &str, change: &Value) -> Value {
        self.must("PATCH", path, "application/merge-patch+json", Some(change))
    }

    /// Removes the object at `path`.
    #[track_caller]
    pub(super) fn delete(&self, path: &str) {
        self.must("DELETE", path, "application/json", Some(&json!({})));
    }
}

/// kubectl as somebody, with a kubeconfig at `file`.
#[derive(Clone, Debug)]
pub(super) struct Kubectl {
    pub(super) kubeconfig: PathBuf,
}

impl Kubectl {
    /// What it prints; it must succeed.
    #[track_caller]
    pub(super) fn run(&self, arguments: &[&str]) -> String {
        let output = run(&mut self.command(arguments), b"");
        assert!(output.status.success(), "kubectl {arguments:?}: {}", words(&output));
        String::from_utf8(output.stdout).expect("it prints text")
    }

    /// Objects as it prints them in JSON.
    #[track_caller]
    pub(super) fn get(&self, arguments: &[&str]) -> Value {
        let output = self.run(&[&["get", "--output=json"], arguments].concat());
        serde_json::from_str(&output).expect("it prints JSON")
    }

    /// Waits until the API server knows every kind of object that was defined.
    #[track_caller]
    pub(super) fn until_established(&self) {
        let wait = ["wait", "--for=condition=Established", "--timeout=300s"];
        self.run(&[&wait[..], &["customresourcedefinitions", "--all"]].concat());
    }

    /// The command itself.
    pub(super) fn command(&self, arguments: &[&str]) -> Command {
        let mut kubectl = Command::new(tool("KUBECTL"));
        kubectl.arg(format!("--kubeconfig={}", self.kubeconfig.display()));
        // Its cache of what a server has outlives servers otherwise.
        kubectl.arg(format!("--cache-dir={}", self.kubeconfig.with_extension("cache").display()));
        kubectl.args(arguments);
        kubectl
    }
}
