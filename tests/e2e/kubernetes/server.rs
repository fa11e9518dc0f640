//! A server that is shared by many tests, killed and started again by some, and ended with the test program however that ends.
//!
//! A static is never dropped, and a test program can be killed. So a small shell stands between: it holds the server as its
//! child, and kills it when its own input ends, which the kernel sees to.
//!
//! How to get it wrong: `PR_SET_PDEATHSIG`. The kernel takes the thread for the parent, and a test is a thread.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::running::PATIENCE;

/// Runs its arguments, writes their process identifier to `$0`, and ends them with its input.
const SHELL: &str = r#""$@" & id=$!; echo $id > "$0"; read -r _; kill -9 $id; wait $id"#;
const PAUSE: Duration = Duration::from_millis(50);
/// Of a log, as many lines are shown.
const LAST_WORDS: usize = 30;

/// A running server; killed when this is dropped.
#[derive(Debug)]
pub(super) struct Server {
    shell: Child,
    id: u32,
    log: PathBuf,
}

impl Server {
    /// Starts `program`; it is called `name` in `folder`, where its log goes.
    #[track_caller]
    pub(super) fn start(program: &Path, arguments: &[String], folder: &Path, name: &str) -> Self {
        let (log, note) = (folder.join(format!("{name}.log")), folder.join(format!("{name}.pid")));
        // Its process identifier is written anew.
        let _ = std::fs::remove_file(&note);
        let open = || File::options().create(true).append(true).open(&log).expect("the log can be opened");
        let mut shell = Command::new("sh");
        shell.args(["-c", SHELL]).arg(&note).arg(program).args(arguments);
        shell.stdin(Stdio::piped()).stdout(open()).stderr(open());
        let shell = shell.spawn().expect("a shell can be started");
        let start = Instant::now();
        let id = loop {
            let note = std::fs::read_to_string(&note).unwrap_or_default();
            if let Some(id) = note.strip_suffix('\n').and_then(|id| id.parse().ok()) {
                break id;
            }
            assert!(start.elapsed() < PATIENCE, "the shell of {name} does not start it");
            std::thread::sleep(PAUSE);
        };
        Self { shell, id, log }
    }

    /// The server's process identifier.
    pub(super) fn id(&self) -> u32 {
        self.id
    }

    /// Waits until `question` has an answer.
    #[track_caller]
    pub(super) fn until<T>(&self, what: &str, mut question: impl FnMut() -> Option<T>) -> T {
        let start = Instant::now();
        loop {
            if let Some(answer) = question() {
                return answer;
            }
            assert!(self.is_running(), "it ended before {what}:\n{}", self.last_words());
            assert!(start.elapsed() < PATIENCE, "no sign of {what}:\n{}", self.last_words());
            std::thread::sleep(PAUSE);
        }
    }

    fn is_running(&self) -> bool {
        // Nobody awaits it while the shell reads: then it is a zombie.
        let status = std::fs::read_to_string(format!("/proc/{}/stat", self.id)).unwrap_or_default();
        status.rsplit_once(')').is_some_and(|(_, fields)| !fields.trim_start().starts_with('Z'))
    }

    fn last_words(&self) -> String {
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(LAST_WORDS)..].join("\n")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        let _ = self.shell.wait();
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::Server;

    #[test]
    fn a_server_is_killed_when_nobody_holds_it() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let server = Server::start(Path::new("sleep"), &["1000".to_owned()], folder.path(), "sleep");
        let process = format!("/proc/{}", server.id());
        assert!(server.is_running());
        drop(server);
        assert!(!Path::new(&process).exists());
    }
}
