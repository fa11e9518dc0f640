//! Whether anybody asks for plain text: then the texts stay at hand, and a plain scrape costs as little as a compressed one.

use std::sync::atomic::{AtomicBool, Ordering};

/// What is known of those who ask for plain text.
#[derive(Default)]
pub(crate) struct Plain {
    /// Since the last question whether nobody does.
    is_asked_for: AtomicBool,
    is_kept: AtomicBool,
}

impl Plain {
    /// Somebody asks for plain text.
    pub(crate) fn ask(&self) {
        self.is_asked_for.store(true, Ordering::Relaxed);
        self.is_kept.store(true, Ordering::Relaxed);
    }

    /// Whether texts stay at hand.
    pub(crate) fn is_kept(&self) -> bool {
        self.is_kept.load(Ordering::Relaxed)
    }

    /// Whether texts stayed at hand until now and no longer need to: nobody has asked since the last question.
    pub(crate) fn has_ended(&self) -> bool {
        !self.is_asked_for.swap(false, Ordering::Relaxed) && self.is_kept.swap(false, Ordering::Relaxed)
    }
}
