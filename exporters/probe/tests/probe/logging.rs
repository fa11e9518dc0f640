//! What a probe's log line says.

use std::io;
use std::sync::{Arc, Mutex};

use tracing::subscriber::NoSubscriber;
use tracing_subscriber::filter::LevelFilter;

use crate::support::{ClosedPort, World};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_failed_probe_is_logged_under_a_name_that_lines_do_not_have_already() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(LevelFilter::INFO)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let subscriber = tracing::Dispatch::new(subscriber);
    // With one subscriber alone, tracing asks that of the thread which comes by first whether anybody wants a line, and
    // keeps the answer; the other tests' threads have none. With two it asks all.
    let _second = tracing::Dispatch::new(NoSubscriber::default());
    let closed = ClosedPort::new();
    let probe = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(World::new().probe_by(&closed.address.to_string(), "tcp_connect"));
        String::from_utf8(log.0.lock().unwrap().clone()).unwrap()
    };
    let log = tracing::dispatcher::with_default(&subscriber, || {
        let log = probe();
        if log.contains("probe failed") {
            return log;
        }
        // A thread that came by before there were two may enter its answer after that: then all are asked anew.
        tracing::callsite::rebuild_interest_cache();
        probe()
    });
    let line = log.lines().find(|line| line.contains("probe failed")).expect(&log);
    assert!(line.contains(&format!(" probed={} ", closed.address)), "{line}");
    assert!(!line.contains(" target="), "the line's own target would be shadowed: {line}");
}
