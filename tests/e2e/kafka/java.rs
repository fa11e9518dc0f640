//! Java: the servers, and our own program that drives a cluster and tells the truth of it (`KafkaTruth.java`).

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use serde_json::Value;

use crate::tools::tool;

/// How long one command may take: the Java side gives up earlier, with a reason.
const PATIENCE: Duration = Duration::from_mins(5);
/// For programs that live a minute: start quickly, stay small, on few cores.
const OPTIONS: [&str; 4] =
    ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData", "-Djava.net.preferIPv4Stack=true"];

/// Java with our classes and the jars of `kafka` (`KAFKA`, `KAFKA_OLD`), and this much heap, mebibytes.
pub(super) fn command(kafka: &str, heap: u32) -> Command {
    let mut command = Command::new(tool("JAVA"));
    let separator = ":";
    let classes = tool("KAFKA_TRUTH").display().to_string();
    let jars = tool(kafka).join("*").display().to_string();
    command.args(OPTIONS).arg(format!("-Xmx{heap}m"));
    command.arg("-cp").arg([classes, jars].join(separator));
    command
}

/// The long-lived process of `KafkaTruth`; it ends when this is dropped.
#[derive(Debug)]
pub(super) struct Truth {
    child: Child,
    commands: ChildStdin,
    answers: Receiver<String>,
}

impl Truth {
    /// Starts it for the cluster that is found at `bootstrap`; `folder` is for its log.
    pub(super) fn start(bootstrap: &str, folder: &Path) -> Self {
        let log = std::fs::File::create(folder.join("truth.log")).expect("the log can be created");
        let mut command = command("KAFKA", 256);
        command.args(["KafkaTruth", bootstrap]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(log);
        let mut child = command.spawn().expect("Java starts");
        let commands = child.stdin.take().expect("its input is a pipe");
        let output = BufReader::new(child.stdout.take().expect("its output is a pipe"));
        let (sender, answers) = channel();
        // A thread, so that waiting for an answer can end; it ends with the process.
        thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        Self { child, commands, answers }
    }

    /// The answer to a command that must succeed.
    #[track_caller]
    pub(super) fn ask(&mut self, command: &Value) -> Value {
        self.try_ask(command).unwrap_or_else(|error| panic!("{command} failed: {error}"))
    }

    /// The answer to a command, or why it failed.
    #[track_caller]
    pub(super) fn try_ask(&mut self, command: &Value) -> Result<Value, String> {
        writeln!(self.commands, "{command}").expect("it reads commands");
        let answer = self.answers.recv_timeout(PATIENCE).expect("it answers in time");
        let answer: Value = serde_json::from_str(&answer).expect("it answers in JSON");
        match answer["error"].as_str() {
            Some(error) => Err(error.to_owned()),
            None => Ok(answer),
        }
    }
}

impl Drop for Truth {
    fn drop(&mut self) {
        // It may have ended already, which is what we want.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
