//! A cluster of one or three nodes with the Java process that drives it; everything ends when it is dropped.

use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::broker::{Broker, Ports};
use super::java::Truth;
use crate::certificates::Authority;
use crate::running::{PATIENCE, Running};

/// A cluster.
pub(super) struct Cluster {
    // In this order: the Java process ends before the brokers that it would miss.
    pub(super) truth: Truth,
    pub(super) brokers: Vec<Broker>,
    /// Servers of another kind.
    servers: Vec<Running>,
    pub(super) authority: Authority,
    _folder: TempDir,
}

impl Cluster {
    /// Starts that many nodes and waits until each is there.
    pub(super) fn start(nodes: usize) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let authority = Authority::new();
        let ports = Ports::free(nodes);
        let brokers = thread::scope(|scope| {
            let (ports, authority, folder) = (&ports, &authority, folder.path());
            let start = |node| scope.spawn(move || Broker::start(node, ports, folder, authority));
            let started: Vec<_> = (1..=nodes).map(start).collect();
            started.into_iter().map(|broker| broker.join().expect("it starts")).collect()
        });
        let bootstrap: Vec<String> = ports.iter().map(|ports| format!("127.0.0.1:{}", ports.clear)).collect();
        let truth = Truth::start(&bootstrap.join(","), folder.path());
        let mut cluster = Self { truth, brokers, servers: Vec::new(), authority, _folder: folder };
        cluster.until_there(nodes);
        cluster
    }

    /// A cluster of one broker that runs already.
    pub(super) fn of_servers(servers: Vec<Running>, address: &str, folder: TempDir) -> Self {
        let truth = Truth::start(address, folder.path());
        let authority = Authority::new();
        let mut cluster = Self { truth, brokers: Vec::new(), servers, authority, _folder: folder };
        cluster.until_there(1);
        cluster
    }

    /// The addresses of all nodes by a port of theirs.
    pub(super) fn addresses(&self, port: impl Fn(&Ports) -> u16) -> Vec<String> {
        self.brokers.iter().map(|broker| format!("127.0.0.1:{}", port(&broker.ports))).collect()
    }

    /// The answer of the Java process to a command that must succeed.
    #[track_caller]
    pub(super) fn ask(&mut self, command: &Value) -> Value {
        self.truth.ask(command)
    }

    /// Everything that the `AdminClient` says.
    #[track_caller]
    pub(super) fn truth(&mut self) -> Value {
        self.ask(&json!({"do": "truth"}))
    }

    /// Ends a node at once.
    pub(super) fn kill(&mut self, node: usize) {
        self.brokers[node - 1].kill();
    }

    /// Starts a node that was killed.
    pub(super) fn restart(&mut self, node: usize) {
        self.brokers[node - 1].run();
    }

    /// Waits until the `AdminClient` sees that many brokers.
    #[track_caller]
    pub(super) fn until_there(&mut self, nodes: usize) {
        let (begun, mut last) = (Instant::now(), String::new());
        while begun.elapsed() < PATIENCE {
            match self.truth.try_ask(&json!({"do": "truth"})) {
                Ok(truth) if truth["brokers"].as_array().is_some_and(|brokers| brokers.len() == nodes) => {
                    return;
                }
                Ok(truth) => last = truth["brokers"].to_string(),
                Err(error) => last = error,
            }
            thread::sleep(Duration::from_millis(500));
        }
        let logs = self.brokers.iter().map(Broker::log).chain(self.servers.iter().map(Running::log));
        let logs: Vec<String> = logs.collect();
        panic!("{nodes} brokers are not there: {last}\n{}", logs.join("\n"));
    }
}
