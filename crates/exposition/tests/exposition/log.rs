//! What is dropped is logged once per family and reason, however often it is published.

use std::io::Write;
use std::sync::{Arc, Mutex, Once};

use lookout_exposition::{Batch, Family};
use tracing::subscriber::{NoSubscriber, set_global_default, with_default};

use crate::support::{AGE, READS, with_budget};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Log {
    /// What `work` logs, line by line.
    fn of(work: impl FnOnce()) -> Vec<String> {
        // Beside the only subscriber of a process, which is of a single thread, what another thread is the first to log is switched
        // off for all: only that thread is asked whether anybody wants it. So there is a second one, which wants nothing.
        static SECOND: Once = Once::new();
        let log = Self::default();
        let writer = log.clone();
        let subscriber =
            tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
        SECOND.call_once(|| set_global_default(NoSubscriber::new()).unwrap());
        with_default(subscriber, work);
        let bytes = log.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap().lines().map(str::to_owned).collect()
    }
}

#[test]
fn a_dropped_row_is_logged_once_per_family_and_reason() {
    let lines = Log::of(|| {
        let exposition = with_budget(100);
        let mut publisher = exposition.publisher("example", "source");
        for _ in 0..3 {
            let (mut age, mut reads) = (Family::new(&AGE), Family::new(&READS));
            age.set(("twice",), 1.0);
            age.set(("twice",), 2.0);
            reads.total(("negative",), -5.0);
            let mut batch = Batch::new();
            batch.add(age);
            batch.add(reads);
            publisher.publish(batch);
        }
    });
    assert_eq!(lines.len(), 2, "{lines:#?}");
    let find = |parts: &[&str]| lines.iter().any(|line| parts.iter().all(|part| line.contains(part)));
    assert!(find(&["WARN", "example_age_seconds", "duplicate", "twice"]), "{lines:#?}");
    assert!(find(&["WARN", "example_reads_total", "invalid", "-5"]), "{lines:#?}");
}

#[test]
fn a_withheld_family_is_logged_when_it_goes_and_when_it_comes_back() {
    let lines = Log::of(|| {
        let exposition = with_budget(2);
        let mut publisher = exposition.publisher("example", "source");
        for count in [2, 3, 3, 1, 1] {
            let mut age = Family::new(&AGE);
            for number in 0..count {
                age.set((&number.to_string(),), 1.0);
            }
            let mut batch = Batch::new();
            batch.add(age);
            publisher.publish(batch);
        }
    });
    assert_eq!(lines.len(), 2, "{lines:#?}");
    assert!(lines[0].contains("WARN") && lines[0].contains("withhold family"), "{lines:#?}");
    assert!(lines[1].contains("INFO") && lines[1].contains("serve family again"), "{lines:#?}");
}
