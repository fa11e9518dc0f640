//! Somebody who scrapes all the time, also while a cluster falls and rises, and remembers what was false.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use lookout_testkit::scrape::{Scrape, ScrapeFormat};

use crate::scrape::{TEXT, get};

/// Between two scrapes.
const PAUSE: Duration = Duration::from_millis(150);

/// A thread that scrapes until it is asked what it saw.
pub(crate) struct Watcher {
    is_over: Arc<AtomicBool>,
    thread: JoinHandle<Seen>,
}

/// What it saw.
pub(crate) struct Seen {
    pub(crate) scrapes: usize,
    pub(crate) false_rows: Vec<String>,
}

impl Watcher {
    /// Scrapes `address`; `judge` says what is false in a scrape.
    pub(crate) fn start(
        address: &str,
        mut judge: impl FnMut(&Scrape) -> Vec<String> + Send + 'static,
    ) -> Self {
        let is_over = Arc::new(AtomicBool::new(false));
        let (flag, url) = (Arc::clone(&is_over), format!("http://{address}/metrics"));
        let thread = thread::spawn(move || {
            let mut seen = Seen { scrapes: 0, false_rows: Vec::new() };
            while !flag.load(Ordering::Relaxed) {
                let text = String::from_utf8(get(&url, TEXT, "").body).expect("a scrape is text");
                let scrape = Scrape::parse(ScrapeFormat::Text, &text).expect("every scrape can be read");
                seen.scrapes += 1;
                seen.false_rows.extend(judge(&scrape));
                thread::sleep(PAUSE);
            }
            seen
        });
        Self { is_over, thread }
    }

    /// Ends it.
    #[track_caller]
    pub(crate) fn end(self) -> Seen {
        self.is_over.store(true, Ordering::Relaxed);
        self.thread.join().expect("it could read every scrape")
    }
}
