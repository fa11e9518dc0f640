//! Readiness as a set of handles that somebody must still drop, not as a flag that somebody must remember to set.
//!
//! Whoever wants the process to wait takes a handle and drops it when done. A task that dies drops its handle with
//! itself, so a broken source cannot keep the process unready for ever; it is reported by its own series.
//!
//! How to get it wrong: taking the first handle after the server has begun to answer. Between the two the process
//! would look ready.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What the process still waits for. Cloning shares it.
#[derive(Clone, Debug, Default)]
pub struct Readiness(Arc<Mutex<Pending>>);

#[derive(Debug, Default)]
struct Pending {
    next: u64,
    names: BTreeMap<u64, String>,
}

/// Keeps the process unready until it is dropped.
#[derive(Debug)]
#[must_use = "dropping the handle says that its subject is ready"]
pub struct PendingHandle {
    readiness: Readiness,
    id: u64,
}

impl Readiness {
    /// Waits for nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The process is not ready before the returned handle is dropped. `subject` is shown to people.
    pub fn wait_for(&self, subject: impl Into<String>) -> PendingHandle {
        let mut pending = self.lock();
        let id = pending.next;
        pending.next += 1;
        pending.names.insert(id, subject.into());
        PendingHandle { readiness: self.clone(), id }
    }

    /// What the process still waits for, in the order in which the handles were taken; empty when it is ready.
    pub fn pending(&self) -> Vec<String> {
        self.lock().names.values().cloned().collect()
    }

    /// Whether nothing is waited for.
    pub fn is_ready(&self) -> bool {
        self.lock().names.is_empty()
    }

    fn lock(&self) -> MutexGuard<'_, Pending> {
        // Nothing can panic while it is held, and the set is right at every moment.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for PendingHandle {
    fn drop(&mut self) {
        self.readiness.lock().names.remove(&self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_ready_when_the_last_handle_is_dropped() {
        let readiness = Readiness::new();
        assert!(readiness.is_ready());
        let (first, second) = (readiness.wait_for("certs/files"), readiness.wait_for("certs/files"));
        assert_eq!(readiness.pending(), ["certs/files", "certs/files"]);
        drop(first);
        assert!(!readiness.is_ready());
        drop(second);
        assert!(readiness.is_ready());
    }

    #[test]
    fn a_handle_is_dropped_with_the_thread_that_panics() {
        let readiness = Readiness::new();
        let handle = readiness.wait_for("doomed");
        let ended = std::thread::spawn(move || {
            let _handle = handle;
            panic!("as the test wants");
        })
        .join();
        assert!(ended.is_err());
        assert!(readiness.is_ready());
    }
}
