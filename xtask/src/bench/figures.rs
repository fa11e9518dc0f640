//! What Linux knows of a process: memory, and processor time to the nanosecond.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use crate::error::Error;

/// The memory of a process, bytes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Memory {
    /// All that is in main memory, the program's own code included.
    pub(super) resident: u64,
    /// Of it, what belongs to no file: heap and stacks.
    pub(super) anonymous: u64,
}

/// The processor time of a process from one look to the next.
///
/// It is counted by thread, in nanoseconds: the process's own counter has ticks of ten milliseconds, as long as a
/// process at rest works in a minute. Threads that end between two looks take what they did since with them.
#[derive(Debug)]
pub(super) struct Processor {
    id: u32,
    threads: BTreeMap<String, u64>,
    total: u64,
}

impl Memory {
    /// The memory of the process `id`, now.
    pub(super) fn of(id: u32) -> Result<Self, Error> {
        let path = PathBuf::from(format!("/proc/{id}/status"));
        let text = fs::read_to_string(&path).map_err(|source| Error::ReadFile { path, source })?;
        Ok(Self { resident: bytes(&text, "VmRSS:"), anonymous: bytes(&text, "RssAnon:") })
    }
}

/// What a field of `/proc/ID/status` says, in bytes.
pub(super) fn bytes(status: &str, field: &str) -> u64 {
    let value = status.lines().find_map(|line| line.strip_prefix(field));
    let kibibytes = value.and_then(|value| value.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok());
    kibibytes.unwrap_or_default() * 1024
}

/// The threads of the process `id`, now.
pub(super) fn n_threads(id: u32) -> usize {
    threads(id).len()
}

impl Processor {
    /// Begins to count.
    pub(super) fn of(id: u32) -> Self {
        Self { id, threads: threads(id), total: 0 }
    }

    /// Takes a look; often enough that no thread lives and dies unseen.
    pub(super) fn look(&mut self) {
        let now = threads(self.id);
        for (thread, time) in &now {
            self.total += time.saturating_sub(self.threads.get(thread).copied().unwrap_or_default());
        }
        self.threads = now;
    }

    /// What was seen.
    pub(super) fn total(&self) -> Duration {
        Duration::from_nanos(self.total)
    }
}

/// The processor time of each thread, nanoseconds.
fn threads(id: u32) -> BTreeMap<String, u64> {
    let Ok(entries) = fs::read_dir(format!("/proc/{id}/task")) else { return BTreeMap::new() };
    let time = |entry: fs::DirEntry| {
        let text = fs::read_to_string(entry.path().join("schedstat")).ok()?;
        let time = text.split(' ').next()?.parse().ok()?;
        Some((entry.file_name().to_string_lossy().into_owned(), time))
    };
    entries.filter_map(Result::ok).filter_map(time).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_has_memory_threads_and_processor_time() {
        let id = std::process::id();
        let memory = Memory::of(id).unwrap();
        assert!(memory.resident > memory.anonymous && memory.anonymous > 0, "{memory:?}");
        assert!(n_threads(id) > 0);
        let mut processor = Processor::of(id);
        while processor.total() == Duration::ZERO {
            processor.look();
        }
    }
}
