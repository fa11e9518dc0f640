//! A process of the bench: it ends with the bench, however that ends.
//!
//! The kernel is asked to kill it when its parent dies (`setpriv --pdeathsig`, of util-linux), and dropping it kills and
//! awaits it. Its process identifier is the program's own, because `setpriv` becomes the program.
//!
//! How to get it wrong: to start one from a thread that ends before the bench. The kernel takes the thread for the parent.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::figures::bytes;
use crate::error::Error;

/// A running process, killed and awaited when this is dropped.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
}

/// A tick of the kernel's clock of processes: `USER_HZ` is 100 on every platform of Linux that Lookout runs on.
const TICK: Duration = Duration::from_millis(10);

/// A command that ends with us.
pub(super) fn command(program: &Path) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL"]).arg(program);
    command
}

impl Process {
    /// Starts it; what it says goes to `log`.
    pub(super) fn start(name: &str, command: &mut Command, log: &Path) -> Result<Self, Error> {
        let (output, errors) = (open(log)?, open(log)?);
        command.stdin(Stdio::piped()).stdout(output).stderr(errors);
        let failed = |source| Error::StartProgram { program: name.to_owned(), source };
        command.spawn().map(|child| Self { child }).map_err(failed)
    }

    /// Starts it and waits for the first line that it says.
    pub(super) fn start_and_hear(
        name: &str,
        command: &mut Command,
        log: &Path,
    ) -> Result<(Self, String), Error> {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(open(log)?);
        let failed = |source| Error::StartProgram { program: name.to_owned(), source };
        let mut process = command.spawn().map(|child| Self { child }).map_err(failed)?;
        let mut line = String::new();
        if let Some(output) = process.child.stdout.take() {
            BufReader::new(output).read_line(&mut line).map_err(failed)?;
        }
        if line.trim().is_empty() {
            let why = format!("it ended without a word; see `{}`", log.display());
            return Err(Error::MeasureProgram { program: name.to_owned(), why });
        }
        Ok((process, line.trim().to_owned()))
    }

    /// The process identifier.
    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits for it to end.
    pub(super) fn wait(mut self, name: &str, log: &Path) -> Result<(), Error> {
        let failed = |source| Error::StartProgram { program: name.to_owned(), source };
        let status = self.child.wait().map_err(failed)?;
        if status.success() {
            return Ok(());
        }
        let output = std::fs::read_to_string(log).unwrap_or_default();
        Err(Error::RunProgram { program: name.to_owned(), status, output })
    }

    /// Whether it still runs.
    pub(super) fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already, which is as well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The processor time of the process `id` since its start, of threads that have ended too.
pub(super) fn processor(id: u32) -> Duration {
    let text = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    // The name in brackets may hold anything; after it, the 12th and 13th fields are user and system time.
    let fields = text.rsplit_once(')').map_or("", |(_, fields)| fields).split_whitespace();
    let ticks: u32 = fields.skip(11).take(2).filter_map(|field| field.parse::<u32>().ok()).sum();
    TICK * ticks
}

/// The memory of the process `id` now, and the most that it ever had; resident bytes.
pub(super) fn resident(id: u32) -> [u64; 2] {
    // Read once: from one reading to the next the process may have grown beyond its former peak.
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    ["VmRSS:", "VmHWM:"].map(|field| bytes(&status, field))
}

fn open(path: &Path) -> Result<File, Error> {
    let failed = |source| Error::WriteFile { path: path.to_owned(), source };
    File::options().create(true).append(true).open(path).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_ends_when_it_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        let mut process = Process::start("sleep", command(Path::new("sleep")).arg("60"), &log).unwrap();
        assert!(process.is_running());
        let id = process.id();
        drop(process);
        assert!(!Path::new(&format!("/proc/{id}")).exists());
    }

    #[test]
    fn a_process_is_heard_by_its_first_line() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        let mut said = command(Path::new("sh"));
        let (_process, line) =
            Process::start_and_hear("sh", said.args(["-c", "echo here; sleep 60"]), &log).unwrap();
        assert_eq!(line, "here");
        assert!(Process::start_and_hear("true", &mut command(Path::new("true")), &log).is_err());
    }

    #[test]
    fn processor_time_counts_threads_that_have_ended() {
        let id = std::process::id();
        let before = processor(id);
        while processor(id) < before + Duration::from_millis(50) {
            std::thread::spawn(|| (0..1_000_000_u64).map(std::hint::black_box).sum::<u64>()).join().unwrap();
        }
        let [resident, peak] = resident(id);
        assert!(peak >= resident && resident > 0);
    }
}
