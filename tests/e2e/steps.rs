//! The steps of a story: each has a name that says the behaviour, and one that fails does not hide the next.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

/// What has been told so far.
#[derive(Debug, Default)]
pub(crate) struct Steps {
    failed: Vec<&'static str>,
    n_taken: usize,
}

impl Steps {
    /// Takes a step.
    pub(crate) fn take(&mut self, name: &'static str, step: impl FnOnce()) {
        let start = Instant::now();
        let outcome = catch_unwind(AssertUnwindSafe(step));
        self.n_taken += 1;
        let word = if outcome.is_ok() { "ok" } else { "FAILED" };
        println!("step {name} … {word} ({:.1} s)", start.elapsed().as_secs_f32());
        if outcome.is_err() {
            self.failed.push(name);
        }
    }

    /// Ends the story: it fails if a step did, or if none was taken.
    #[track_caller]
    pub(crate) fn end(self) {
        assert!(self.n_taken > 0, "a story without steps proves nothing");
        assert!(self.failed.is_empty(), "of {} steps failed: {:?}", self.n_taken, self.failed);
    }
}
