//! Readiness as a set of handles that somebody must still drop, not as a flag that somebody must remember to set.
//!
//! Whoever wants the process to wait takes a handle and drops it when done. A task that dies drops its handle with
//! itself, so a broken source cannot keep the process unready for ever; it is reported by its own series.
//!
//! A process that is ready stays so: a source that a new configuration adds takes a handle only while others are still
//! waited for. A pod that left its Service because of a changed configuration would take the other sources' data with
//! it, for the sake of one that nobody has seen yet.
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
        self.enter(&mut self.lock(), subject.into())
    }

    /// As [`Readiness::wait_for`], unless the process is ready: what comes later must not make it unready again.
    pub fn wait_for_at_start(&self, subject: impl Into<String>) -> Option<PendingHandle> {
        let mut pending = self.lock();
        (!pending.names.is_empty()).then(|| self.enter(&mut pending, subject.into()))
    }

    /// What the process still waits for, in the order in which the handles were taken; empty when it is ready.
    pub fn pending(&self) -> Vec<String> {
        self.lock().names.values().cloned().collect()
    }

    /// Whether nothing is waited for.
    pub fn is_ready(&self) -> bool {
        self.lock().names.is_empty()
    }

    fn enter(&self, pending: &mut Pending, subject: String) -> PendingHandle {
        let id = pending.next;
        pending.next += 1;
        pending.names.insert(id, subject);
        PendingHandle { readiness: self.clone(), id }
    }

    fn lock(&self) -> MutexGuard<'_, Pending> {
        // Nothing can panic while it is held, and the set is right at every moment.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A handle that several hold, each of whom may drop it for all. Cloning shares it.
#[derive(Clone, Debug, Default)]
pub(crate) struct SharedHandle(Arc<Mutex<Option<PendingHandle>>>);

impl SharedHandle {
    /// Shares `handle`.
    pub(crate) fn new(handle: Option<PendingHandle>) -> Self {
        Self(Arc::new(Mutex::new(handle)))
    }

    /// Takes it from all who hold it.
    pub(crate) fn take(&self) -> Option<PendingHandle> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
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
    fn what_comes_later_is_waited_for_only_by_a_process_that_is_not_ready() {
        let readiness = Readiness::new();
        assert!(readiness.wait_for_at_start("late").is_none());
        let first = readiness.wait_for("first");
        let second = readiness.wait_for_at_start("second").unwrap();
        drop(first);
        assert_eq!(readiness.pending(), ["second"]);
        let shared = SharedHandle::new(Some(second));
        drop(shared.clone().take());
        assert!(readiness.is_ready() && shared.take().is_none());
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
