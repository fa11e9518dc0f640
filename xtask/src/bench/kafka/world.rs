//! The clusters that are watched: a real broker, filled; or a simulated cluster in a process of its own.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use std::{fs, thread};

use super::contender::free_address;
use super::process::{Process, command};
use crate::e2e;
use crate::error::Error;
use crate::workspace::{self, Workspace};

/// How large a cluster is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Size {
    pub(super) partitions: u32,
    pub(super) groups: u32,
    /// Commits of all groups: pairs of a group and a partition.
    pub(super) commits: u32,
}

/// A Kafka of one node, broker and controller in one process.
#[derive(Debug)]
pub(super) struct Broker {
    java: Java,
    heap: u32,
    folder: PathBuf,
    pub(super) address: String,
    process: Option<Process>,
}

/// Java, and where its classes are.
#[derive(Clone, Debug)]
struct Java {
    program: PathBuf,
    classes: String,
}

/// The partitions of one topic, where there are as many; a hundred topics at 10,000 partitions.
const PARTITIONS_PER_TOPIC: u32 = 100;
/// Records in each partition: groups stand at different ones of them, none at the end.
const RECORDS: u32 = 10;
/// How long a broker may take to start or to recover 10,000 partitions on a busy machine.
const PATIENCE: Duration = Duration::from_mins(5);
const PAUSE: Duration = Duration::from_millis(200);
/// The brokers of a simulated cluster.
const SIMULATED_BROKERS: u32 = 3;

const LOGGING: &str = "rootLogger.level=WARN
rootLogger.appenderRefs=console
rootLogger.appenderRef.console.ref=console
appender.console.type=Console
appender.console.name=console
appender.console.layout.type=PatternLayout
appender.console.layout.pattern=%d %p %c{1} %m%n
";

// === impl Size ===

impl Size {
    /// Heap that a broker of this size needs, mebibytes.
    const fn heap(self) -> u32 {
        if self.partitions > 5_000 { 1_536 } else { 640 }
    }

    /// As people say it.
    pub(super) fn words(self) -> String {
        format!(
            "{} partitions, {} groups, {} commits",
            with_commas(self.partitions),
            with_commas(self.groups),
            with_commas(self.commits)
        )
    }
}

/// 1,234,567.
pub(super) fn with_commas(number: u32) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().filter_map(|group| std::str::from_utf8(group).ok()).collect();
    groups.join(",")
}

// === impl Broker ===

impl Broker {
    /// Starts an empty one in `folder`; it listens at `port`, or at any if that is 0.
    pub(super) fn start(workspace: &Workspace, size: Size, port: u16, folder: &Path) -> Result<Self, Error> {
        let [java, jars, classes] = e2e::kafka(workspace)?;
        let classes = format!("{}:{}", classes.display(), jars.join("*").display());
        let address = if port == 0 { free_address("kafka")? } else { format!("127.0.0.1:{port}") };
        let controller = free_address("kafka")?;
        let properties = format!(
            "process.roles=broker,controller\nnode.id=1\ncontroller.quorum.voters=1@{controller}\n\
             controller.listener.names=CONTROLLER\nlisteners=PLAINTEXT://{address},CONTROLLER://{controller}\n\
             advertised.listeners=PLAINTEXT://{address}\nlog.dirs={}\nauto.create.topics.enable=false\n\
             listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT\n\
             log.index.size.max.bytes=65536\noffsets.topic.replication.factor=1\n\
             transaction.state.log.replication.factor=1\ntransaction.state.log.min.isr=1\n\
             share.coordinator.state.topic.replication.factor=1\nshare.coordinator.state.topic.min.isr=1\n",
            folder.join("data").display()
        );
        workspace::write(&folder.join("server.properties"), properties.as_bytes())?;
        workspace::write(&folder.join("log4j2.properties"), LOGGING.as_bytes())?;
        let (java, folder) = (Java { program: java, classes }, folder.to_owned());
        let mut broker = Self { java, heap: size.heap(), folder, address, process: None };
        let format =
            ["kafka.tools.StorageTool", "format", "--cluster-id", "MkU3OEVBNTcwNTJENDM2Qg", "--config"];
        let properties = broker.folder.join("server.properties").display().to_string();
        broker.run(256, "format", &[&format[..], &[properties.as_str()]].concat())?;
        broker.start_again()?;
        Ok(broker)
    }

    /// Starts it; returns when it accepts connections.
    pub(super) fn start_again(&mut self) -> Result<(), Error> {
        let mut server = self.java(self.heap);
        server.arg("kafka.Kafka").arg(self.folder.join("server.properties"));
        let mut process = Process::start("kafka", &mut server, &self.log())?;
        let begun = Instant::now();
        while std::net::TcpStream::connect(&self.address).is_err() {
            if begun.elapsed() > PATIENCE || !process.is_running() {
                let why = format!("it does not listen at {}:\n{}", self.address, tail(&self.log()));
                return Err(Error::MeasureProgram { program: "kafka".to_owned(), why });
            }
            thread::sleep(PAUSE);
        }
        self.process = Some(process);
        Ok(())
    }

    /// Ends it at once, as a machine does that loses its power.
    pub(super) fn kill(&mut self) {
        self.process = None;
    }

    /// Creates the topics, records and commits of a size.
    pub(super) fn fill(&self, size: Size) -> Result<(), Error> {
        let numbers = [size.partitions, PARTITIONS_PER_TOPIC, size.groups, size.commits, RECORDS];
        let numbers = numbers.map(|number| number.to_string());
        let mut arguments = vec!["Fill", &self.address];
        arguments.extend(numbers.iter().map(String::as_str));
        self.run(512, "fill", &arguments)
    }

    /// Runs a program in Java to its end.
    fn run(&self, heap: u32, name: &str, arguments: &[&str]) -> Result<(), Error> {
        let log = self.folder.join(format!("{name}.log"));
        Process::start(name, self.java(heap).args(arguments), &log)?.wait(name, &log)
    }

    fn java(&self, heap: u32) -> std::process::Command {
        let mut java = command(&self.java.program);
        java.args([format!("-Xmx{heap}m"), "-cp".to_owned(), self.java.classes.clone()]);
        java.arg(format!("-Dlog4j2.configurationFile={}", self.folder.join("log4j2.properties").display()));
        java
    }

    fn log(&self) -> PathBuf {
        self.folder.join("server.log")
    }
}

/// A simulated cluster: its process, and its addresses joined by commas.
pub(super) fn simulated(
    workspace: &Workspace,
    size: Size,
    folder: &Path,
) -> Result<(Process, String), Error> {
    let build =
        ["build", "--locked", "--release", "--package", "lookout-simulator", "--example", "kafka_of_size"];
    workspace.cargo().args(build).run()?;
    let mut simulator = command(&workspace.target.join("release/examples/kafka_of_size"));
    simulator.args(
        [SIMULATED_BROKERS, size.partitions, size.groups, size.commits].map(|number| number.to_string()),
    );
    Process::start_and_hear("simulator", &mut simulator, &folder.join("simulator.log"))
}

/// The last lines of a log.
fn tail(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(20)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_readable() {
        assert_eq!([5, 1_000, 1_234_567].map(with_commas), ["5", "1,000", "1,234,567"]);
    }
}
