//! Where lines go: through the table of repeats to the writer; and the thread that writes the summaries in time.
//!
//! Invariants:
//! - The lock is held for the bookkeeping alone, never while a value becomes text or a line is written: a slow reader
//!   of standard error delays those who log, one line each, not the bookkeeping.
//! - A summary is written at the end of its window, or, without the thread, with the first line after it, or by
//!   [`Journal::flush`].
//! - The thread sleeps unless lines are being counted.
//!
//! How to get it wrong: logging from here. Whoever logs holds no lock of this file yet; this file may.

use core::hash::BuildHasher as _;
use core::sync::atomic::{AtomicU64, Ordering};
use std::hash::{DefaultHasher, Hash as _, Hasher as _, RandomState};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;
use tracing::Metadata;

use super::Format;
use super::fields::Value;
use super::line::{Line, OMITTED, OMITTED_SECONDS, REPEATED, REPEATED_SECONDS, SOURCE_SPAN};
use super::places::Origin;
use super::policy::Policy;
use super::repeats::{Repeats, Subject, Summary, Verdict};
use super::request;
use crate::clock::Clock;

/// The stack of the thread, bytes: it writes a line, and no code of others runs in it.
const STACK: usize = 128 * 1024;

/// Lines of this process that were counted instead of written.
static SUPPRESSED: AtomicU64 = AtomicU64::new(0);

/// How many lines of this process were counted instead of written, since it started.
pub fn suppressed() -> u64 {
    SUPPRESSED.load(Ordering::Relaxed)
}

/// Writes one line.
pub(super) type Write = Box<dyn Fn(&[u8]) + Send + Sync>;

/// Takes lines and writes them, or counts them.
pub(super) struct Journal {
    pub(super) format: Format,
    write: Write,
    repeats: Mutex<Repeats>,
    /// Told when something is counted for the first time in a window.
    counted: Condvar,
    hasher: RandomState,
}

impl Journal {
    /// A journal that hands each line as a whole to `write`.
    pub(super) fn new(format: Format, policy: Policy, write: Write) -> Self {
        let repeats = Mutex::new(Repeats::new(policy));
        Self { format, write, repeats, counted: Condvar::new(), hasher: RandomState::new() }
    }

    /// Writes or counts a line of `origin`.
    pub(super) fn log(&self, origin: &Origin, line: Line) {
        if origin.metadata.target() == request::TARGET {
            (self.write)(line.end().as_bytes());
            return;
        }
        let identity = self.identity(origin.metadata, line.body());
        let now = Instant::now();
        let (ended, verdict) = {
            let mut repeats = self.lock();
            (repeats.ended(now), repeats.admit(now, origin, identity, line.body()))
        };
        self.write_summaries(ended);
        match verdict {
            Verdict::Write => (self.write)(line.end().as_bytes()),
            Verdict::Count { first } => {
                SUPPRESSED.fetch_add(1, Ordering::Relaxed);
                if first {
                    self.counted.notify_one();
                }
            }
        }
    }

    /// Writes what is counted but not yet written.
    pub(super) fn flush(&self) {
        let summaries = self.lock().all(Instant::now());
        self.write_summaries(summaries);
    }

    /// Starts the thread that writes summaries in time; it lives as long as the process.
    pub(super) fn start_thread(self: Arc<Self>) -> std::io::Result<()> {
        let thread = std::thread::Builder::new().name("log-summaries".to_owned()).stack_size(STACK);
        let forever = move || loop {
            self.wait();
        };
        thread.spawn(forever).map(drop)
    }

    /// Waits until something is counted, or for the end of a window in which something was, and writes its summary.
    fn wait(&self) {
        let mut repeats = self.lock();
        let now = Instant::now();
        let ended = match repeats.due() {
            Some(due) if due <= now => repeats.ended(now),
            // What ends a wait, a count, the time or nothing at all, is found out by the next call.
            Some(due) => {
                drop(self.counted.wait_timeout(repeats, due - now));
                return;
            }
            None => {
                drop(self.counted.wait(repeats));
                return;
            }
        };
        drop(repeats);
        self.write_summaries(ended);
    }

    fn lock(&self) -> MutexGuard<'_, Repeats> {
        // Nothing in the table is ever half done when its code could panic.
        self.repeats.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The same for the same line of the same place, apart from its time. It is keyed with a secret of this process,
    /// so that no peer can find a text that passes for another.
    fn identity(&self, metadata: &'static Metadata<'static>, body: &str) -> u64 {
        let mut hasher: DefaultHasher = self.hasher.build_hasher();
        metadata.callsite().hash(&mut hasher);
        hasher.write(body.as_bytes());
        hasher.finish()
    }

    fn write_summaries(&self, summaries: Vec<Summary>) {
        for summary in summaries {
            (self.write)(self.summary(&summary).end().as_bytes());
        }
    }

    fn summary(&self, summary: &Summary) -> Line {
        let now = Clock::system().now();
        let (mut line, count, seconds) = match &summary.subject {
            Subject::Body(body) => (Line::again(self.format, now, body), REPEATED, REPEATED_SECONDS),
            Subject::Place(Origin { metadata, source }) => {
                let mut line = Line::of(self.format, now, metadata);
                line.message("further lines of this place in the code are too many and left out");
                if let Some(source) = source {
                    line.span(SOURCE_SPAN, source, true);
                }
                line.add("place", &Value::Text(&place(metadata)));
                (line, OMITTED, OMITTED_SECONDS)
            }
        };
        line.add(count, &Value::Bare(format_args!("{}", summary.count)));
        // Rounded up, so that it is never nothing.
        let whole = summary.time.as_secs() + u64::from(summary.time.subsec_nanos() > 0);
        line.add(seconds, &Value::Bare(format_args!("{}", whole.max(1))));
        line
    }
}

/// The module and line; not the file, which for libraries is a path of the machine that built them.
fn place(metadata: &Metadata<'_>) -> String {
    let module = metadata.module_path().unwrap_or_else(|| metadata.target());
    metadata.line().map_or_else(|| module.to_owned(), |line| format!("{module}:{line}"))
}

#[cfg(test)]
mod tests {
    use core::time::Duration;
    use std::sync::mpsc::{self, Receiver, Sender};

    use tracing::subscriber::with_default;

    use super::*;
    use crate::logging::{Level, LogGuard, layered};

    /// How long something that happens is waited for, at most.
    const GUARD: Duration = Duration::from_mins(1);

    fn journal(policy: Policy, write: impl Fn(&[u8]) + Send + Sync + 'static) -> Arc<Journal> {
        Arc::new(Journal::new(Format::Logfmt, policy, Box::new(write)))
    }

    fn say(text: &str) {
        tracing::warn!("{text}");
    }

    #[test]
    fn the_count_is_written_although_nothing_is_logged_any_more() {
        let (lines, written) = mpsc::channel();
        let policy = Policy { window: Duration::from_millis(50), ..Policy::DEFAULT };
        let journal =
            journal(policy, move |line| drop(lines.send(String::from_utf8(line.to_vec()).unwrap())));
        Arc::clone(&journal).start_thread().unwrap();
        // Again and again: the thread also learns of it when it has long been asleep.
        let round = || {
            // As often as it takes until one is counted: a machine that pauses here may see a window end.
            while journal.lock().due().is_none() {
                say("again");
            }
            let summary = loop {
                let line = written.recv_timeout(GUARD).expect("the thread writes the count");
                if line.contains(" repeated=") {
                    break line;
                }
            };
            let body = " level=warn target=lookout_runtime::logging::journal::tests msg=again repeated=";
            assert!(summary.contains(body) && summary.ends_with(" repeated_seconds=1\n"), "{summary}");
        };
        with_default(layered(Level::Info.into(), &journal), || (0..5).for_each(|_| round()));
    }

    #[test]
    fn the_end_of_the_process_does_not_wait_for_the_end_of_the_minute() {
        let (lines, written) = mpsc::channel();
        let journal =
            journal(Policy::DEFAULT, move |line| drop(lines.send(String::from_utf8(line.to_vec()).unwrap())));
        let guard = LogGuard(Arc::clone(&journal));
        with_default(layered(Level::Info.into(), &journal), || {
            (0..9).for_each(|_| say("again"));
            drop(guard);
            let last = written.try_iter().last().unwrap();
            assert!(last.contains(" repeated=4 "), "{last}");
            journal.flush();
            assert_eq!(written.try_iter().count(), 0, "it is said once");
        });
    }

    /// A writer that stays in the middle of a line until it is told to go on.
    fn slow_writer() -> (impl Fn(&[u8]) + Send + Sync, Receiver<()>, Sender<()>) {
        let (entered, is_in) = mpsc::channel();
        let (go_on, goes_on) = mpsc::channel::<()>();
        let goes_on = Mutex::new(goes_on);
        let write = move |line: &[u8]| {
            if line.windows(4).any(|part| part == b"slow") {
                entered.send(()).unwrap();
                let _ = goes_on.lock().unwrap().recv_timeout(GUARD);
            }
        };
        (write, is_in, go_on)
    }

    #[test]
    fn a_reader_that_is_slow_with_one_line_holds_up_nobody_else() {
        let (write, is_in, go_on) = slow_writer();
        let journal = journal(Policy::DEFAULT, write);
        let other = Arc::clone(&journal);
        let slow =
            std::thread::spawn(move || with_default(layered(Level::Info.into(), &other), || say("slow")));
        is_in.recv_timeout(GUARD).unwrap();
        let (done, is_done) = mpsc::channel();
        let other = Arc::clone(&journal);
        std::thread::spawn(move || {
            let quick = layered(Level::Info.into(), &other);
            with_default(quick, || (0..20).for_each(|_| say("quick")));
            done.send(()).unwrap();
        });
        is_done.recv_timeout(GUARD).expect("twenty lines while another is being written");
        drop(go_on);
        slow.join().unwrap();
    }
}
