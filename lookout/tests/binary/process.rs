//! A `lookout` that a test started: it ends with the test, however that ends.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, ChildStderr, Command, ExitStatus, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How long one answer, or a line of the log, may take on a loaded machine before the test is called hung.
const PATIENCE: Duration = Duration::from_mins(1);
/// The time between two looks.
const PAUSE: Duration = Duration::from_millis(50);

/// A serving process.
pub(crate) struct Lookout {
    child: Child,
    pub(crate) address: SocketAddr,
    /// What it has logged so far, and the thread that reads it: without a reader the process could not log.
    log: Arc<Mutex<String>>,
    reading: Option<JoinHandle<()>>,
}

/// Runs to the end and returns what was said.
pub(crate) fn lookout(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_lookout")).args(arguments).stdin(Stdio::null()).output().unwrap()
}

impl Lookout {
    /// Starts `lookout serve` with a configuration and reads from its log where it listens.
    pub(crate) fn serve(configuration: &Path) -> Self {
        Self::serve_with(&[&format!("--config.file={}", configuration.display())])
    }

    /// Starts `lookout serve` with these arguments and reads from its log where it listens.
    pub(crate) fn serve_with(arguments: &[&str]) -> Self {
        Self::start("serve", arguments, Stdio::inherit())
    }

    /// Starts `lookout demo` with these arguments, and returns what it tells, up to the line that begins with `last`.
    pub(crate) fn demo(arguments: &[&str], last: &str) -> (Self, String) {
        let mut demo = Self::start("demo", arguments, Stdio::piped());
        let mut output = BufReader::new(demo.child.stdout.take().unwrap());
        let mut story = String::new();
        while !story.lines().any(|line| line.starts_with(last)) {
            assert_ne!(
                output.read_line(&mut story).unwrap(),
                0,
                "it ended before it told everything:\n{story}"
            );
        }
        // Whatever else it says must find a reader.
        std::thread::spawn(move || std::io::copy(&mut output, &mut std::io::sink()));
        (demo, story)
    }

    /// Starts a serving subcommand and reads from its log where it listens.
    fn start(subcommand: &str, arguments: &[&str], output: Stdio) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_lookout"))
            .args([subcommand, "--web.listen-address=127.0.0.1:0", "--log.format=json"])
            // A machine that stands still between a connection and its request is no client that is broken.
            .arg("--web.head-timeout=10m")
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        let address = loop {
            line.clear();
            assert_ne!(lines.read_line(&mut line).unwrap(), 0, "it ended before it listened");
            if let Some((_, rest)) = line.split_once("\"address\":\"") {
                break rest.split('"').next().unwrap().parse().unwrap();
            }
        };
        let log = Arc::<Mutex<String>>::default();
        let reading = std::thread::spawn({
            let log = Arc::clone(&log);
            move || keep(lines, &log)
        });
        Self { child, address, log, reading: Some(reading) }
    }

    /// The status and the body of a request.
    pub(crate) fn get(&self, path: &str) -> (u16, String) {
        self.request("GET", path)
    }

    /// The status and the body of a request without a body of its own.
    pub(crate) fn request(&self, method: &str, path: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        write!(stream, "{method} {path} HTTP/1.1\r\nHost: lookout\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
    }

    /// Waits until every source has been tried once.
    pub(crate) fn until_ready(&self) {
        while self.get("/-/ready").0 != 200 {
            std::thread::sleep(PAUSE);
        }
    }

    /// Waits until it has logged this.
    pub(crate) fn until_logged(&self, text: &str) {
        let began = Instant::now();
        while !self.log.lock().unwrap().contains(text) {
            assert!(began.elapsed() < PATIENCE, "`{text}` is not in\n{}", self.log.lock().unwrap());
            std::thread::sleep(PAUSE);
        }
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([name, &id]).status().unwrap().success());
    }

    /// Ends it as Kubernetes does, and returns how it ended with what it has logged since it listened.
    pub(crate) fn terminate(mut self) -> (ExitStatus, String) {
        self.signal("-TERM");
        let status = self.child.wait().unwrap();
        // To the end, which comes with that of the process.
        self.reading.take().unwrap().join().unwrap();
        let log = self.log.lock().unwrap().clone();
        (status, log)
    }
}

/// Reads a log to its end.
fn keep(lines: BufReader<ChildStderr>, log: &Mutex<String>) {
    for line in lines.lines() {
        let mut log = log.lock().unwrap();
        log.push_str(&line.unwrap());
        log.push('\n');
    }
}

impl Drop for Lookout {
    fn drop(&mut self) {
        // It may have ended already, which is what we want.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
