//! As many jobs at the same time as there are processors, and how far they are, for a person who waits.

use core::sync::atomic::{AtomicUsize, Ordering};
use std::io::{IsTerminal as _, Write as _};
use std::sync::Mutex;

use crate::exit::Failure;

/// Does `job` for each of `items`; the results are in their order. The first failure ends it.
pub(super) fn each<T: Sync, R: Send>(
    what: &str,
    items: &[T],
    job: impl Fn(&T) -> Result<R, Failure> + Sync,
) -> Result<Vec<R>, Failure> {
    let n_workers = std::thread::available_parallelism().map_or(1, usize::from).min(items.len());
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let results: Mutex<Vec<(usize, Result<R, Failure>)>> = Mutex::new(Vec::with_capacity(items.len()));
    let progress = Progress::new(what, items.len());
    std::thread::scope(|scope| {
        for _ in 0..n_workers {
            scope.spawn(|| {
                while let Some((index, item)) = take(items, &next) {
                    let result = job(item);
                    if result.is_err() {
                        // The others find nothing more to do.
                        next.store(items.len(), Ordering::Relaxed);
                    }
                    progress.show(done.fetch_add(1, Ordering::Relaxed) + 1);
                    if let Ok(mut results) = results.lock() {
                        results.push((index, result));
                    }
                }
            });
        }
    });
    progress.end();
    let mut results = results.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    results.sort_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}

fn take<'a, T>(items: &'a [T], next: &AtomicUsize) -> Option<(usize, &'a T)> {
    let index = next.fetch_add(1, Ordering::Relaxed);
    items.get(index).map(|item| (index, item))
}

/// One line on standard error that is written again and again; nothing where that is no terminal.
struct Progress<'a> {
    what: &'a str,
    total: usize,
    shown: bool,
}

impl<'a> Progress<'a> {
    fn new(what: &'a str, total: usize) -> Self {
        Self { what, total, shown: std::io::stderr().is_terminal() }
    }

    fn show(&self, done: usize) {
        if self.shown {
            // Progress that cannot be shown is no failure.
            let _ = write!(std::io::stderr(), "\r\x1b[K{}: {done} of {} alerts", self.what, self.total);
        }
    }

    fn end(&self) {
        if self.shown {
            let _ = write!(std::io::stderr(), "\r\x1b[K");
        }
    }
}
