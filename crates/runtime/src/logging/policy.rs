//! The bounds of the log: how much of what is written in a window, and how much is remembered for that.
//!
//! Invariant: each number has its reason here, and those of what is remembered say what memory they take.

use core::time::Duration;

/// The bounds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Policy {
    /// How long lines are counted before the count is written and everything begins anew.
    pub(super) window: Duration,
    /// How often the same line is written in a window.
    pub(super) per_line: u64,
    /// How many lines of the levels `error`, `warn` and `info` one place writes in a window,
    /// for each source.
    pub(super) per_place: u64,
    /// How many lines of the levels `debug` and `trace` one place writes in a window, for each source.
    pub(super) per_detailed_place: u64,
    /// How many places are remembered, each once for each source, before further sources count with their place
    /// alone.
    pub(super) places: usize,
    /// How many bytes the names of the sources among them take.
    pub(super) names: usize,
    /// How many different lines are remembered.
    pub(super) lines: usize,
    /// How many bytes the bodies that are waiting for their summary take.
    pub(super) kept: usize,
}

impl Policy {
    /// The bounds of the process.
    pub(super) const DEFAULT: Self = Self {
        // As long as most alerts wait, so that nobody waits longer for the count than for the alert.
        window: Duration::from_mins(1),
        // Enough to see a rhythm: three tell a series from a chance, and a collector may lose some.
        per_line: 5,
        // Three a second, of one source: more is nothing that a person reads. All sources together are not bounded
        // by this but by their number: each says that it fails only once, and that line must not be lost.
        per_place: 200,
        // A hundred a second, of one source: a busy connection in full, a storm not.
        per_detailed_place: 6_000,
        // Some thousands of sources that all begin to fail within a minute. Once so many do: 40 bytes each, in a
        // table of 8,192 seats (330 KiB) and in the order of the windows (another 330 KiB), and their names.
        places: 4_096,
        // 128 bytes for each of them. Names are shared with the spans of the sources, so that this is memory of its
        // own only for sources that have ended since.
        names: 512 * 1024,
        // All different lines of five places at their bound; about 100 KiB.
        lines: 1_024,
        // A thousand usual lines.
        kept: 256 * 1024,
    };
}
