//! The simulator's API server, which tests and the demo use instead of a real one: a real kubectl lists and watches from it.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use super::api::Kubectl;
use super::truth::{items, of};
use crate::running::PATIENCE;
use crate::tools::tool;

const SECRETS: usize = 1200;
const NAMESPACES: usize = 4;
const RELEASES: usize = 3;
/// How long it is waited for a change to be seen before another one is made.
const PAUSE: Duration = Duration::from_secs(2);
/// How many changes are made.
const TRIES: usize = 150;

/// A process, killed when this is dropped, and the lines that it says.
pub(super) struct Spoken {
    child: Child,
    lines: Receiver<String>,
}

#[test]
fn kubectl_lists_and_watches_from_the_simulator() {
    let mut command = Command::new(tool("SIMULATED_KUBERNETES"));
    command.args([SECRETS, NAMESPACES, RELEASES].map(|number| number.to_string()));
    let simulator = Spoken::start(&mut command);
    let kubectl = Kubectl { kubeconfig: PathBuf::from(simulator.line()) };

    // More than kubectl takes at once, so in pages.
    let list = kubectl.get(&["secrets", "--all-namespaces"]);
    let of_type = |name: &str| items(&list).iter().filter(|secret| secret["type"] == name).count();
    assert_eq!((of_type("kubernetes.io/tls"), of_type("helm.sh/release.v1")), (SECRETS, RELEASES));
    let selected = kubectl.get(&["secrets", "--all-namespaces", "--field-selector=type=helm.sh/release.v1"]);
    assert_eq!(items(&selected).len(), RELEASES);
    let some =
        items(&list).iter().find(|secret| secret["type"] == "kubernetes.io/tls").expect("there is one");
    let [namespace, name] = of(some);
    let one = kubectl.get(&["secret", name, "--namespace", namespace]);
    assert_eq!(one["data"], some["data"]);
    assert!(kubectl.run(&["api-resources", "--output=name"]).lines().any(|line| line == "secrets"));

    let watch = [
        "get",
        "secrets",
        "--namespace",
        namespace,
        "--watch-only",
        "--output=jsonpath={.metadata.labels.seen}{\"\\n\"}",
    ];
    let watching = Spoken::start(&mut kubectl.command(&watch));
    // When a watch has begun, nobody says; so changes are made until one is seen.
    let seen = (1..=TRIES).find_map(|number| {
        kubectl.run(&[
            "label",
            "secret",
            name,
            "--namespace",
            namespace,
            "--overwrite",
            &format!("seen=by-{number}"),
        ]);
        watching.lines.recv_timeout(PAUSE).ok()
    });
    assert!(seen.as_deref().is_some_and(|line| line.starts_with("by-")), "{seen:?}");
}

impl Spoken {
    pub(super) fn start(command: &mut Command) -> Self {
        // The simulator serves until its input ends.
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
        let output = BufReader::new(child.stdout.take().expect("its output is a pipe"));
        let (sender, lines) = channel();
        thread::spawn(move || output.lines().map_while(Result::ok).all(|line| sender.send(line).is_ok()));
        Self { child, lines }
    }

    /// The next line.
    #[track_caller]
    pub(super) fn line(&self) -> String {
        self.lines.recv_timeout(PATIENCE).expect("it says something")
    }
}

impl Drop for Spoken {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
