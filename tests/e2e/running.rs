//! A server that a test started: it ends with the test, however that ends.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// How long anything may take to start, to end or to be seen on a loaded machine. What is there sooner is not waited for.
pub(crate) const PATIENCE: Duration = Duration::from_mins(5);

/// A process that is killed and awaited when this is dropped.
#[derive(Debug)]
pub(crate) struct Running {
    child: Child,
    log: PathBuf,
}

/// The memory of a process, bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Memory {
    /// In main memory now.
    pub(crate) resident: u64,
    /// The most that ever was.
    pub(crate) peak: u64,
}

impl Running {
    /// Starts `command` with its output in the file `log`.
    pub(crate) fn start(command: &mut Command, log: &Path) -> Self {
        Self::start_reading(command, Stdio::null(), log)
    }

    /// The same, with this as its input. A pipe ends when this is dropped, or with the test program however it ends.
    pub(crate) fn start_reading(command: &mut Command, input: Stdio, log: &Path) -> Self {
        let output = File::create(log).expect("the log can be created");
        let errors = output.try_clone().expect("the log can be written by two");
        let child = command
            .stdin(input)
            .stdout(output)
            .stderr(errors)
            .spawn()
            .unwrap_or_else(|error| panic!("cannot start {command:?}: {error}"));
        Self { child, log: log.to_owned() }
    }

    /// Its process id.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Its memory: resident now, and the most that it ever was, bytes.
    pub(crate) fn memory(&self) -> Memory {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id())).expect("it runs");
        let field = |name: &str| {
            let value = status.lines().find_map(|line| line.strip_prefix(name)?.trim().strip_suffix(" kB"));
            value.and_then(|value| value.parse::<u64>().ok()).expect("Linux tells it") * 1024
        };
        Memory { resident: field("VmRSS:"), peak: field("VmHWM:") }
    }

    /// What it has written so far.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Its status if it has ended by itself.
    fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("the status of a child can be asked")
    }

    /// Asks `question` until it has an answer. Fails if the process ends, or after [`PATIENCE`].
    #[track_caller]
    pub(crate) fn until<T>(&mut self, what: &str, mut question: impl FnMut() -> Option<T>) -> T {
        let start = Instant::now();
        loop {
            if let Some(answer) = question() {
                return answer;
            }
            if let Some(status) = self.ended() {
                panic!("it ended ({status}) before {what}:\n{}", self.log());
            }
            assert!(start.elapsed() < PATIENCE, "no sign of {what} after {PATIENCE:?}:\n{}", self.log());
            pause();
        }
    }

    /// Its status when it has ended by itself; fails after [`PATIENCE`].
    #[track_caller]
    pub(crate) fn until_ended(&mut self) -> ExitStatus {
        let start = Instant::now();
        loop {
            if let Some(status) = self.ended() {
                return status;
            }
            assert!(start.elapsed() < PATIENCE, "it still runs after {PATIENCE:?}:\n{}", self.log());
            pause();
        }
    }

    /// What the first line of its log says that `find` understands, once it is there.
    #[track_caller]
    pub(crate) fn until_log<T>(&mut self, what: &str, find: impl Fn(&str) -> Option<T>) -> T {
        let found = self.until_log_or_end(what, find);
        found.unwrap_or_else(|| panic!("it ended before {what}:\n{}", self.log()))
    }

    /// The same, or none if the process ends without such a line.
    #[track_caller]
    pub(crate) fn until_log_or_end<T>(&mut self, what: &str, find: impl Fn(&str) -> Option<T>) -> Option<T> {
        let start = Instant::now();
        loop {
            // In this order: what it wrote before it ended is found.
            let ended = self.ended().is_some();
            let log = self.log();
            let found = log.split_inclusive('\n').find_map(|line| find(line.strip_suffix('\n')?));
            if found.is_some() || ended {
                return found;
            }
            assert!(start.elapsed() < PATIENCE, "no sign of {what} after {PATIENCE:?}:\n{log}");
            pause();
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already, which is what we want.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Asks `question` until it has an answer. Fails after [`PATIENCE`].
#[track_caller]
pub(crate) fn until<T>(what: &str, mut question: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(answer) = question() {
            return answer;
        }
        assert!(start.elapsed() < PATIENCE, "no sign of {what} after {PATIENCE:?}");
        pause();
    }
}

/// Between two looks at a process.
fn pause() {
    thread::sleep(Duration::from_millis(20));
}
