//! What is rendered for the operators of Prometheus and VictoriaMetrics, given to those operators as they are released.
//!
//! An object passes three judges: a real API server, which holds it against the operator's definition and refuses what that does
//! not know; the operator, which makes of it what its engine or its Alertmanager loads; and the check of whoever loads that.
//! Each of them is shown a broken copy too, and must stop it.
//!
//! How to get it wrong: to take an object that was created for one that is read. An operator leaves out what it cannot use, and
//! says so where nobody looks.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::api::Kubectl;
use super::control_plane::ControlPlane;
use super::server::Server;
use crate::tools::{run, succeed, tool, words};

mod definitions;
mod prometheus;
mod victoria_metrics;

/// Where everything lies.
const NAMESPACE: &str = "lookout";
/// Who is told: of what is critical, of security, of everything else, of the heartbeat.
const RECEIVERS: [&str; 4] = ["nights", "security", "everybody", "watch"];
/// Where the configuration says that secrets are: a Secret and its key are the last two parts.
const SECRETS: &str = "/etc/alertmanager/secrets";

/// A cluster that has the definitions of an operator, and the operator if it is started.
struct Stage {
    // In this order: who depends on another ends before it.
    operator: Option<Server>,
    _control_plane: ControlPlane,
    kubectl: Kubectl,
    folder: TempDir,
}

impl Stage {
    /// Starts it; `definitions` are files or folders.
    fn start(name: &str, definitions: &str) -> Self {
        let control_plane = ControlPlane::start(name);
        let kubectl = control_plane.kubectl();
        kubectl.run(&["apply", "--server-side", "--filename", &tool(definitions).display().to_string()]);
        kubectl.until_established();
        control_plane.namespace(NAMESPACE, &json!({}));
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        Self { operator: None, _control_plane: control_plane, kubectl, folder }
    }

    /// Starts the operator, and creates the objects for which it makes something. Nobody runs their pods.
    fn start_operator(&mut self, program: &str, arguments: &[&str], environment: &[&str], objects: &[Value]) {
        let kubeconfig = format!("KUBECONFIG={}", self.kubectl.kubeconfig.display());
        let program = tool(program).display().to_string();
        let words = environment.iter().copied().chain([kubeconfig.as_str(), program.as_str()]);
        let arguments: Vec<String> = words.chain(arguments.iter().copied()).map(str::to_owned).collect();
        self.operator = Some(Server::start(Path::new("env"), &arguments, self.folder.path(), "operator"));
        self.apply(objects);
    }

    /// Waits until `question` has an answer; shows what the operator wrote last if it has none.
    #[track_caller]
    fn until<T>(&self, what: &str, question: impl FnMut() -> Option<T>) -> T {
        self.operator.as_ref().expect("it was started").until(what, question)
    }

    /// Creates what the files hold. The API server is told to refuse unknown fields.
    #[track_caller]
    fn create(&self, files: &[PathBuf]) {
        for file in files {
            let output = run(&mut self.creation(file), b"");
            assert!(output.status.success(), "{}: {}", file.display(), words(&output));
        }
    }

    /// A copy of a file, with another name for the object and another text in the place of one.
    fn copy(&self, file: &Path, name: &str, right: &str, wrong: &str) -> PathBuf {
        let text = std::fs::read_to_string(file).expect("it was rendered");
        assert!(
            text.contains(right),
            "`{right}` is not in {}, so breaking it proves nothing",
            file.display()
        );
        let own = text.lines().find(|line| line.starts_with("  name: ")).expect("an object has a name");
        let copy = text.replacen(own, &format!("  name: {name}"), 1).replacen(right, wrong, 1);
        let path = self.folder.path().join(format!("{name}.yaml"));
        std::fs::write(&path, copy).expect("it can be written");
        path
    }

    /// Such a copy is refused by the API server with these words.
    #[track_caller]
    fn refuses(&self, file: &Path, right: &str, wrong: &str, complaint: &str) {
        let copy = self.copy(file, "refused", right, wrong);
        let output = run(&mut self.creation(&copy), b"");
        assert!(!output.status.success(), "`{wrong}` is accepted");
        assert!(words(&output).contains(complaint), "{wrong}: {}", words(&output));
    }

    fn creation(&self, file: &Path) -> Command {
        let file = file.display().to_string();
        self.kubectl.command(&["create", "--validate=strict", "--namespace", NAMESPACE, "--filename", &file])
    }

    /// Applies objects that are no file.
    #[track_caller]
    fn apply(&self, objects: &[Value]) {
        let list = json!({"apiVersion": "v1", "kind": "List", "items": objects}).to_string();
        let mut kubectl = self.kubectl.command(&["apply", "--namespace", NAMESPACE, "--filename", "-"]);
        succeed(&mut kubectl, list.as_bytes());
    }

    /// Objects of the namespace; an empty answer if there are none.
    fn get(&self, arguments: &[&str]) -> Value {
        let all =
            [&["get", "--namespace", NAMESPACE, "--output=json", "--ignore-not-found"], arguments].concat();
        let output = succeed(&mut self.kubectl.command(&all), b"");
        serde_json::from_slice(&output).unwrap_or_default()
    }

    /// Decodes what a Secret or a `ConfigMap` holds compressed, as the file `name`.
    fn unpacked(&self, base64: &str, name: &str) -> PathBuf {
        let packed = self.folder.path().join(format!("{name}.gz.base64"));
        std::fs::write(&packed, base64).expect("it can be written");
        let mut openssl = Command::new(tool("OPENSSL"));
        let compressed = succeed(openssl.args(["base64", "-d", "-A", "-in"]).arg(packed), b"");
        let file = self.folder.path().join(name);
        let text = succeed(Command::new(tool("GUNZIP")).arg("--stdout"), &compressed);
        std::fs::write(&file, text).expect("it can be written");
        file
    }
}

/// A configuration in which everybody is told in another way; all of the secrets are in [`secrets`].
fn told() -> Value {
    let secret = |name: &str, key: &str| format!("{SECRETS}/{name}/{key}");
    let slack = json!({"api_url_file": secret("slack", "url"), "channel": "#nights"});
    let pagerduty = json!({"routing_key_file": secret("pagerduty", "key")});
    let email = json!({
        "to": "security@example.org", "from": "lookout@example.org", "smarthost": "mail.example.org:587",
        "auth_username": "lookout", "auth_password_file": secret("mail", "password"),
    });
    let teams = json!({"webhook_url_file": secret("teams", "url")});
    let hook =
        json!({"url_file": secret("hook", "url"), "token_file": secret("hook", "token"), "max_alerts": 9});
    json!({"notifications": {
        "lookout_url": "https://lookout.example.org", "grafana_url": "https://grafana.example.org",
        "receivers": [
            {"name": RECEIVERS[0], "slack": [slack], "pagerduty": [pagerduty]},
            {"name": RECEIVERS[1], "email": [email]},
            {"name": RECEIVERS[2], "teams": [teams]},
            {"name": RECEIVERS[3], "webhook": [hook]},
        ],
        "default_receiver": RECEIVERS[2],
        "routes": [
            {"severity": "critical", "receiver": RECEIVERS[0]},
            {"owner": "security", "receiver": RECEIVERS[1]},
        ],
        "heartbeat": {"receiver": RECEIVERS[3], "interval": "10m"},
    }})
}

/// The Secrets that the configuration names.
fn secrets() -> Vec<Value> {
    let url = "https://hooks.example.org/T0/B0/lookout";
    let secret = |name: &str, keys: Value| json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "stringData": keys});
    vec![
        secret("slack", json!({"url": url})),
        secret("pagerduty", json!({"key": "0123456789abcdef0123456789abcdef"})),
        secret("mail", json!({"password": "swordfish"})),
        secret("teams", json!({"url": url})),
        secret("hook", json!({"url": url, "token": "swordfish"})),
    ]
}

/// Holds a whole configuration of Alertmanager against what it is to do: it loads, and each alert of the catalogue goes to whom the
/// routes say. `prefix` is what the operator puts before the name of a receiver.
#[track_caller]
fn goes_to_whom_the_routes_say(file: &Path, prefix: &str) {
    let amtool = tool("AMTOOL");
    let checked = succeed(Command::new(&amtool).arg("check-config").arg(file), b"");
    println!("{}", String::from_utf8_lossy(&checked));
    let mut n_told = RECEIVERS.map(|_| 0);
    let catalogue = lookout_catalog::Settings::default().declared();
    for alert in catalogue.iter().flat_map(|declared| &declared.alerts) {
        let (severity, owner) = (alert.severity.to_string(), alert.owner.to_string());
        let expected = match (alert.name, severity.as_str(), owner.as_str()) {
            ("LookoutWatchdog", ..) => 3,
            (_, "critical", _) => 0,
            (_, _, "security") => 1,
            _ => 2,
        };
        let mut routes = Command::new(&amtool);
        routes.args(["config", "routes", "test", "--config.file"]).arg(file);
        routes.args([format!("alertname={}", alert.name), format!("severity={severity}")]);
        routes.arg(format!("owner={owner}"));
        let told = String::from_utf8(succeed(&mut routes, b"")).expect("names are text");
        assert_eq!(told.trim(), format!("{prefix}{}", RECEIVERS[expected]), "{}", alert.name);
        n_told[expected] += 1;
    }
    assert!(n_told.iter().all(|&n_alerts| n_alerts > 0), "{n_told:?}");
}

/// How many rules are in files that `promtool` or `vmalert` accepted: each is an alert or a recording.
fn n_rules(files: &[PathBuf]) -> usize {
    let is_rule = |line: &&str| {
        let line = line.trim_start().trim_start_matches("- ");
        line.starts_with("alert: ") || line.starts_with("record: ")
    };
    let n_rules = |file: &PathBuf| {
        std::fs::read_to_string(file).expect("it can be read").lines().filter(is_rule).count()
    };
    files.iter().map(n_rules).sum()
}
